//! Open a customer's account again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mirror, ShownCustomer, directory};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Code, Fault, Result};

/// Enable a customer again; they sign in anew, since sessions that ended stay ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct EnableCustomer {
    /// The customer's identifier.
    pub id: String,
}

impl Operation for EnableCustomer {
    const META: Meta = Meta {
        name: "enable-customer",
        route: Route::post("/api/customers/{id}/enable"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = ShownCustomer;

    fn run(&self, cx: &Cx) -> Result<ShownCustomer> {
        let (id, now, mirror) = (self.id.clone(), cx.now, Mirror::of(&cx.deps));
        let reference = cx.deps.references.reference("customer", &id);
        let words = format!("Customer {reference} was enabled");
        let event = OpsEvent::by(cx, "customer_enabled", Severity::Info, words);
        let customer = cx.deps.store.write(move |tx| {
            if directory::found(tx, &id)?.erased_at.is_some() {
                return Err(Fault::new(
                    Code::Refused,
                    "This customer was erased and can't come back; add them as a new one",
                ));
            }
            if directory::enable(tx, &id, now)? {
                mirror.changed(tx, &id, now)?;
                event.store(tx)?;
            }
            directory::found(tx, &id)
        })?;
        cx.deps.events.emit(cx.event(Log::Auth, "customer_enabled").field("cust_ref", reference));
        Ok(customer.into())
    }
}
