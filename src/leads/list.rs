//! Leads, newest first, all or those that a word finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Lead;
use super::sql::{LIST, MARK};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args};

/// List the leads, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListLeads {
    /// Only those whose address, company, use case or identifier has this in it; upper and lower case are one.
    #[arg(value_name = "TEXT")]
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
    /// Only those that came since this time, such as 2026-03-01T00:00:00Z.
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

/// A page of leads.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Leads {
    /// Newest first.
    pub leads: Vec<Lead>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListLeads {
    const META: Meta = Meta {
        name: "list-leads",
        route: Route::get("/api/leads"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Leads,
    };
    type Output = Leads;

    fn run(&self, cx: &Cx) -> Result<Leads> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let word = WantedWord::parse(self.q.as_deref())?;
        let pattern = word.as_ref().map(|word| word.pattern.as_str());
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let wanted = args![page.before.0, page.before.1.as_str(), page.fetch(), pattern, since];
        let mut leads: Vec<Lead> = cx.deps.store.read(|tx| tx.rows(LIST, wanted))?;
        let next_cursor = page.cut(&mut leads, |lead| (lead.created_at, lead.id.clone()));
        Ok(Leads { leads, next_cursor })
    }
}

/// What changes when a lead comes: for whoever watches.
pub fn mark(tx: &mut Tx<'_>) -> Result<Option<String>> {
    tx.one(MARK, args![])
}
