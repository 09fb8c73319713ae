//! Erasure: everything personal goes, a tombstone stays for the invoices and payments that the law wants kept.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::ERASURE_ADD;
use crate::customers::{Customer, Mirror, directory};
use crate::events::Log;
use crate::operation::{self, Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, outbox};
use crate::platform::{Code, Email, Fault, Result, Timestamp};
use crate::store::{Tx, args};
use crate::{auth, billing, jobs, leads, support};

/// Removes what a keeper of personal data has of a customer; how many rows.
type Forget = fn(&mut Tx<'_>, &Customer) -> Result<u64>;

/// What keeps personal data, beside the leads, and how it forgets a customer. A slice that begins to keep some adds its line.
const KEEPERS: &[(&str, Forget)] = &[
    ("sign_in", |tx, customer| auth::forget_customer(tx, &customer.id, &customer.email)),
    ("support_tickets", |tx, customer| support::forget_customer(tx, &customer.id, &customer.email)),
    ("payment_texts", billing::forget_customer),
    ("job_texts", |tx, customer| jobs::forget_customer(tx, &customer.id)),
    ("waiting_mail", |tx, customer| outbox::forget_address(tx, &customer.email)),
    ("kept_answers", |tx, customer| operation::forget_answers_to(tx, &customer.id, &customer.email)),
];

/// Erase a customer for good: sign-in, support tickets, leads, job texts, waiting mail and the account's own data go;
/// invoices and payments stay without a name, a text or a link to who paid. Refused while the payment provider has not
/// decided a refund or an invoice of theirs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseCustomer {
    /// The customer's identifier.
    pub id: String,
    /// The customer's address, so that nobody is erased by a slip; in a shell `--yes` or an answer stands for it.
    pub confirm: Email,
}

/// What an erasure did.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Erased {
    /// The erasure's identifier: proof that it was done.
    pub erasure_id: String,
    /// Whose row is a tombstone now.
    pub customer_id: String,
    /// When.
    pub erased_at: Timestamp,
    /// How many rows each keeper of personal data removed or emptied.
    pub counts: BTreeMap<String, u64>,
}

impl Operation for EraseCustomer {
    const META: Meta = Meta {
        name: "erase-customer",
        route: Route::post("/api/customers/{id}/erase"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Audit,
    };
    type Output = Erased;

    fn run(&self, cx: &Cx) -> Result<Erased> {
        let (id, confirm, now) = (self.id.clone(), self.confirm.clone(), cx.now);
        let (erasure_id, mirror) = (cx.deps.ids.ulid_at(now), Mirror::of(&cx.deps));
        let mirror_of_leads = leads::Mirror::of(&cx.deps);
        let reference = cx.deps.references.reference("customer", &id);
        let words = format!("Customer {reference} was erased; accounting rows stay");
        let event = OpsEvent::by(cx, "customer_erased", Severity::Warning, words);
        let by = match cx.caller.identity() {
            Some((kind, name)) if !name.is_empty() => format!("{kind} {name}"),
            _ => cx.caller.kind().to_owned(),
        };
        let erased = cx.deps.store.write(move |tx| {
            let customer = directory::by_id(tx, &id)?
                .ok_or_else(|| Fault::not_found("A customer with this identifier"))?;
            if customer.erased_at.is_some() {
                return Err(Fault::new(
                    Code::Conflict,
                    "This customer was erased before; nothing is left to do",
                ));
            }
            if customer.email != confirm {
                return Err(Fault::invalid(
                    "confirm",
                    "expected the address of the customer with this identifier",
                ));
            }
            let mut counts = BTreeMap::new();
            let leads = leads::erase_address(tx, &mirror_of_leads, &customer.email, now)?;
            counts.insert("leads".to_owned(), leads);
            for (name, forget) in KEEPERS {
                counts.insert((*name).to_owned(), forget(tx, &customer)?);
            }
            directory::entomb(tx, &customer, now)?;
            mirror.erased(tx, &id, &customer.email, now)?;
            let told = serde_json::to_string(&counts).map_err(Fault::internal)?;
            tx.run(ERASURE_ADD, args![erasure_id.as_str(), id.as_str(), now, by.as_str(), told])?;
            event.store(tx)?;
            let (erasure_id, customer_id) = (erasure_id.clone(), id.clone());
            Ok(Erased { erasure_id, customer_id, erased_at: now, counts })
        })?;
        cx.deps.events.emit(cx.event(Log::Audit, "customer_erased").field("cust_ref", reference));
        Ok(erased)
    }
}
