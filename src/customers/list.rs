//! Customers, newest first, all or those that a word finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::LIST;
use super::{Customer, Plan, ShownCustomer};
use crate::events::Log;
use crate::operation::outbox::as_pattern;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::args;

/// No address is longer.
const LONGEST_WORD: usize = 254;

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
    #[arg(long, value_parser = moment)]
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
        let word = self.q.as_deref().map(str::trim).filter(|word| !word.is_empty());
        if word.is_some_and(|word| word.chars().count() > LONGEST_WORD) {
            return Err(Fault::invalid("q", format!("expected {LONGEST_WORD} characters at the most")));
        }
        let pattern = word.map(|word| format!("%{}%", as_pattern(word)));
        let (before, id) = (page.before.0, page.before.1.as_str());
        let plan = self.plan.map(Plan::as_str);
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let wanted = args![before, id, page.fetch(), pattern.as_deref(), plan, since];
        let mut rows: Vec<Customer> = cx.deps.store.read(|tx| tx.rows(LIST, wanted))?;
        let next_cursor = page.cut(&mut rows, |customer| (customer.created_at, customer.id.clone()));
        Ok(Customers { customers: rows.into_iter().map(Into::into).collect(), next_cursor })
    }
}

fn moment(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text)
        .ok_or_else(|| Fault::invalid("since", "expected a time such as 2026-03-01T00:00:00Z"))
}
