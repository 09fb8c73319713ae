//! The list of proposals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ADD, LIST};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{FromRow, Row, Tx, args};

/// List proposals, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListGovernanceItems {
    /// Only those with this status: `proposed`, `accepted`, `rejected` or `done`.
    #[serde(default)]
    pub status: Option<String>,
    /// How many, 1 to 200; 50 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// One proposal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GovernanceItem {
    /// ULID.
    pub id: String,
    /// What to do.
    pub title: String,
    /// The reasons, a sentence each.
    pub why: Vec<String>,
    /// `P1` (first) to `P3`.
    pub priority: String,
    /// `S`, `M` or `L`.
    pub effort: String,
    /// `proposed`, `accepted`, `rejected` or `done`.
    pub status: String,
    /// What proposed it: `rules`, `llm`, or `demo` for demonstration data.
    pub engine: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
}

impl FromRow for GovernanceItem {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let why: String = row.get("why")?;
        Ok(Self {
            id: row.get("id")?,
            title: row.get("title")?,
            why: serde_json::from_str(&why).map_err(Fault::internal)?,
            priority: row.get("priority")?,
            effort: row.get("effort")?,
            status: row.get("status")?,
            engine: row.get("engine")?,
            proposed_at: row.get("proposed_at")?,
        })
    }
}

/// A page of proposals.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct GovernanceItems {
    /// Newest first.
    pub items: Vec<GovernanceItem>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListGovernanceItems {
    const META: Meta = Meta {
        name: "list-governance-items",
        route: Route::get("/api/governance/items"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::GovernanceAi,
    };
    type Output = GovernanceItems;

    fn run(&self, cx: &Cx) -> Result<GovernanceItems> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let mut items: Vec<GovernanceItem> = cx.deps.store.read(|tx| {
            let (before, id) = (page.before.0, page.before.1.as_str());
            tx.rows(LIST, args![self.status.as_deref(), before, id, page.fetch()])
        })?;
        let next_cursor = page.cut(&mut items, |item| (item.proposed_at, item.id.clone()));
        Ok(GovernanceItems { items, next_cursor })
    }
}

/// Store a proposal within the caller's transaction; false when it is there.
pub fn add(tx: &mut Tx<'_>, item: &GovernanceItem) -> Result<bool> {
    let why = serde_json::to_string(&item.why).map_err(Fault::internal)?;
    let added = tx.run(
        ADD,
        args![
            item.id.as_str(),
            item.title.as_str(),
            why.as_str(),
            item.priority.as_str(),
            item.effort.as_str(),
            item.status.as_str(),
            item.engine.as_str(),
            item.proposed_at
        ],
    )?;
    Ok(added == 1)
}
