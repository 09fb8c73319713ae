//! What was told to operators, newest first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, Severity, ToldEvent, told_events};
use crate::platform::Result;

/// List what an operator would tell a colleague: refunds, paused tasks, closed accounts; newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOpsEvents {
    /// Only those that matter so much.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// How many, 1 to 200; 50 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OpsEvents {
    /// Newest first.
    pub events: Vec<ToldEvent>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListOpsEvents {
    const META: Meta = Meta {
        name: "list-ops-events",
        route: Route::get("/api/ops/events"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Http,
    };
    type Output = OpsEvents;

    fn run(&self, cx: &Cx) -> Result<OpsEvents> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let mut events = cx.deps.store.read(|tx| told_events(tx, &page, self.severity))?;
        let next_cursor = page.cut(&mut events, |event| (event.created_at, event.id.clone()));
        Ok(OpsEvents { events, next_cursor })
    }
}
