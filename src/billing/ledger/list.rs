//! The events that came, and one of them as it came.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{EventState, StoredEvent};
use super::sql::{EVENT, EVENTS};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::{Code, Fault, Result};
use crate::store::{FromRow, Row, Tx, args};

/// The events that Stripe sent, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct ListEvents {
    /// Only those that stand so.
    #[arg(long, value_enum)]
    pub state: Option<EventState>,
    /// Only those of this kind, such as `invoice.paid`.
    #[arg(long)]
    pub kind: Option<String>,
    /// At most so many, 1 to 200; 50 when nothing is said.
    #[arg(long)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[arg(long)]
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventList {
    /// Newest first.
    pub events: Vec<StoredEvent>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListEvents {
    const META: Meta = Meta {
        name: "list-events",
        route: Route::get("/api/payments/events"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = EventList;

    fn run(&self, cx: &Cx) -> Result<EventList> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let (before, id) = (page.before.0, page.before.1.as_str());
        let (state, kind) = (self.state.map(EventState::as_str), self.kind.as_deref());
        let wanted = args![before, id, page.fetch(), state, kind];
        let mut events: Vec<StoredEvent> = cx.deps.store.read(|tx| tx.rows(EVENTS, wanted))?;
        let next_cursor = page.cut(&mut events, |event| (event.received_at, event.id.clone()));
        Ok(EventList { events, next_cursor })
    }
}

/// One event as it came, with whatever personal data Stripe put into it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowEvent {
    /// Stripe's identifier, `evt_…`.
    pub id: String,
}

/// An event and what it says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventShown {
    /// Where it stands.
    pub event: StoredEvent,
    /// The event as Stripe wrote it; null when that was erased with its customer.
    pub payload: Value,
    /// Whether what it said was erased with its customer.
    pub is_erased: bool,
}

impl Operation for ShowEvent {
    const META: Meta = Meta {
        name: "show-event",
        route: Route::get("/api/payments/events/{id}"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = EventShown;

    fn run(&self, cx: &Cx) -> Result<EventShown> {
        let found = cx.deps.store.read(|tx| find(tx, &self.id))?;
        let is_erased = found.payload.is_empty();
        let payload = match found.body() {
            Ok(body) => serde_json::from_str(body).map_err(Fault::internal)?,
            Err(_) => Value::Null,
        };
        Ok(EventShown { event: found.event, payload, is_erased })
    }
}

/// An event with its body.
pub(super) struct Kept {
    pub(super) event: StoredEvent,
    payload: String,
}

impl Kept {
    /// The body as it came; `Conflict` when it was erased with the customer it was about.
    pub(super) fn body(&self) -> Result<&str> {
        if self.payload.is_empty() {
            let words = "What this event said was erased together with its customer; to bring the mirror in line, \
                         compare it with Stripe (echopilot billing reconcile --apply)";
            return Err(Fault::new(Code::Conflict, words));
        }
        Ok(&self.payload)
    }
}

impl FromRow for Kept {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { event: StoredEvent::from_row(row)?, payload: row.get("payload")? })
    }
}

/// The event of that id.
pub(super) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Kept> {
    tx.maybe(EVENT, args![id])?.ok_or_else(|| Fault::not_found("The event"))
}
