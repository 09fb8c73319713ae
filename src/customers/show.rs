//! One customer, as operators see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Customer, directory};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Email, Result, Timestamp};

/// Show one customer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowCustomer {
    /// The customer's identifier.
    pub id: String,
}

/// A customer as operators see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownCustomer {
    /// ULID.
    pub id: String,
    /// The address they sign in with.
    pub email: Email,
    /// What to call them.
    pub name: String,
    /// `free`, `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// The payment provider's identifier; null while there is none.
    pub stripe_customer_id: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when they may not sign in; null while they may.
    pub disabled_at: Option<Timestamp>,
    /// When they were erased; null while they are not.
    pub erased_at: Option<Timestamp>,
}

impl From<Customer> for ShownCustomer {
    fn from(customer: Customer) -> Self {
        let Customer { id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at } =
            customer;
        Self { id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at }
    }
}

impl Operation for ShowCustomer {
    const META: Meta = Meta {
        name: "show-customer",
        route: Route::get("/api/customers/{id}"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = ShownCustomer;

    fn run(&self, cx: &Cx) -> Result<ShownCustomer> {
        cx.deps.store.read(|tx| directory::found(tx, &self.id)).map(Into::into)
    }
}
