//! Close a customer's account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mirror, ShownCustomer, directory};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::Result;

/// Disable a customer: every session ends within a second and nobody can sign in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct DisableCustomer {
    /// The customer's identifier.
    pub id: String,
}

impl Operation for DisableCustomer {
    const META: Meta = Meta {
        name: "disable-customer",
        route: Route::post("/api/customers/{id}/disable"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = ShownCustomer;

    fn run(&self, cx: &Cx) -> Result<ShownCustomer> {
        let (id, now, mirror) = (self.id.clone(), cx.now, Mirror::of(&cx.deps));
        let reference = cx.deps.references.reference("customer", &id);
        let words = format!("Customer {reference} was disabled");
        let event = OpsEvent::by(cx, "customer_disabled", Severity::Warning, words);
        let customer = cx.deps.store.write(move |tx| {
            directory::found(tx, &id)?;
            if directory::disable(tx, &id, now)? {
                mirror.changed(tx, &id, now)?;
                event.store(tx)?;
            }
            directory::found(tx, &id)
        })?;
        cx.deps.events.emit(cx.event(Log::Auth, "customer_disabled").field("cust_ref", reference));
        Ok(customer.into())
    }
}
