//! Erasure of an address that is no customer's: whoever only asked, or wrote to us, may be forgotten, too.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customers::directory;
use crate::events::Log;
use crate::operation::{self, Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, outbox};
use crate::platform::{Code, Email, Fault, Result, Timestamp};
use crate::store::Tx;
use crate::{auth, leads, support};

/// Removes what a keeper of addresses has of one; how many rows.
type Forget = fn(&mut Tx<'_>, &Email) -> Result<u64>;

/// What keeps addresses of strangers, beside the leads, and how it forgets one.
const KEEPERS: &[(&str, Forget)] = &[
    ("sign_in", auth::forget_address),
    ("support_tickets", support::forget_address),
    ("waiting_mail", outbox::forget_address),
    ("kept_answers", operation::forget_answers_about),
];

/// Erase an address that is no customer's, for good: its leads with their pages in Notion, what it wrote to support, codes
/// and waiting mail. Refused for a customer's address: erase the customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct EraseAddress {
    /// The address.
    pub email: Email,
}

/// What the erasure of an address did.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ErasedAddress {
    /// When.
    pub erased_at: Timestamp,
    /// How many rows each keeper removed; nothing but zeros when the address was not known.
    pub counts: BTreeMap<String, u64>,
}

impl Operation for EraseAddress {
    const META: Meta = Meta {
        name: "erase-address",
        route: Route::post("/api/leads/erase"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Audit,
    };
    type Output = ErasedAddress;

    fn run(&self, cx: &Cx) -> Result<ErasedAddress> {
        let (email, now, mirror) = (self.email.clone(), cx.now, leads::Mirror::of(&cx.deps));
        let words = "An address that is no customer's was erased".to_owned();
        let event = OpsEvent::by(cx, "address_erased", Severity::Warning, words);
        let counts = cx.deps.store.write(move |tx| {
            if directory::by_email(tx, &email)?.is_some() {
                let words = "This address is a customer's: erase the customer, and its leads go with them";
                return Err(Fault::new(Code::Refused, words));
            }
            let mut counts = BTreeMap::new();
            counts.insert("leads".to_owned(), leads::erase_address(tx, &mirror, &email, now)?);
            for (name, forget) in KEEPERS {
                counts.insert((*name).to_owned(), forget(tx, &email)?);
            }
            if is_known(&counts) {
                event.store(tx)?;
            }
            Ok(counts)
        })?;
        if is_known(&counts) {
            let reference = cx.deps.references.reference("address", self.email.as_str());
            cx.deps.events.emit(cx.event(Log::Audit, "address_erased").field("address_ref", reference));
        }
        Ok(ErasedAddress { erased_at: now, counts })
    }
}

/// Whether anything was kept of the address; what was not known was not erased.
fn is_known(counts: &BTreeMap<String, u64>) -> bool {
    counts.values().any(|rows| *rows > 0)
}
