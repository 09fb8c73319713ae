//! The leads, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Lead;
use super::sql::LIST;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::Result;
use crate::store::args;

/// List the leads, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListLeads {
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
        let wanted = args![page.before.0, page.before.1.as_str(), page.fetch()];
        let mut leads: Vec<Lead> = cx.deps.store.read(|tx| tx.rows(LIST, wanted))?;
        let next_cursor = page.cut(&mut leads, |lead| (lead.created_at, lead.id.clone()));
        Ok(Leads { leads, next_cursor })
    }
}
