//! Applying an event again, as it came the first time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::{EventState, Parsed};
use super::{list, receive};
use crate::events::{Log, Scrubbed};
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::Result;

/// Apply an event of the ledger again, unless its body was erased with its customer. What the mirror has heard since stays: an old event changes nothing then.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ReplayEvent {
    /// Stripe's identifier, `evt_…`.
    pub id: String,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedEvent {
    /// Stripe's identifier.
    pub id: String,
    /// Where it stands now.
    pub state: EventState,
    /// Where it stood before.
    pub was: EventState,
}

impl Operation for ReplayEvent {
    const META: Meta = Meta {
        name: "replay-event",
        route: Route::post("/api/payments/events/{id}/replay"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = ReplayedEvent;

    fn run(&self, cx: &Cx) -> Result<ReplayedEvent> {
        let kept = cx.deps.store.read(|tx| list::find(tx, &self.id))?;
        let event = Parsed::read(kept.body()?)?;
        let (state, _) = receive::apply(cx, &event, true)?;
        let told = OpsEvent::by(
            cx,
            "event_replayed",
            Severity::Info,
            format!("The payment event {} was applied again: {}", self.id, state.as_str()),
        );
        cx.deps.store.write(move |tx| told.store(tx))?;
        let line = cx.event(Log::Webhooks, "webhook_replayed").field("event_id", Scrubbed::text(&self.id));
        cx.deps.events.emit(line.field("state", state.as_str()).field("was", kept.event.state.as_str()));
        Ok(ReplayedEvent { id: self.id.clone(), state, was: kept.event.state })
    }
}
