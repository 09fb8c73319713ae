//! Customers, newest first, all or those that a word finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::LIST;
use super::{Customer, Plan, ShownCustomer};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::{Result, Timestamp};
use crate::store::args;

/// List customers, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListCustomers {
    /// Only those whose address, name or identifier has this in it; upper and lower case are one.
    #[arg(value_name = "TEXT")]
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
    /// Only those with this plan.
    #[arg(long, value_enum)]
    #[serde(default)]
    pub plan: Option<Plan>,
    /// Only those that were made since this time, such as 2026-03-01T00:00:00Z.
    #[arg(long)]
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// How many, 1 to 200; 50 when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[arg(long)]
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A page of customers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Customers {
    /// Newest first.
    pub customers: Vec<ShownCustomer>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListCustomers {
    const META: Meta = Meta {
        name: "list-customers",
        route: Route::get("/api/customers"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = Customers;

    fn run(&self, cx: &Cx) -> Result<Customers> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let word = WantedWord::parse(self.q.as_deref())?;
        let pattern = word.as_ref().map(|word| word.pattern.as_str());
        let (before, id) = (page.before.0, page.before.1.as_str());
        let plan = self.plan.map(Plan::as_str);
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let wanted = args![before, id, page.fetch(), pattern, plan, since];
        let mut rows: Vec<Customer> = cx.deps.store.read(|tx| tx.rows(LIST, wanted))?;
        let next_cursor = page.cut(&mut rows, |customer| (customer.created_at, customer.id.clone()));
        Ok(Customers { customers: rows.into_iter().map(Into::into).collect(), next_cursor })
    }
}
