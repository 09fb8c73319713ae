//! Taking an event in: proved, stored, applied, in this order. Nobody hears `200` before it is on the disk, and a
//! failure to apply is told as one, so that Stripe sends it again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{EventState, Parsed};
use super::sql::{EVENT_ADD, EVENT_DONE, EVENT_FAILED, EVENT_STATE};
use crate::billing::mirror::{self, Seen};
use crate::billing::signature;
use crate::config::StripeMode;
use crate::events::{Level, Log, Scrubbed};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::outbound::StripeCall;
use crate::platform::{Code, Fault, Result, Timestamp};
use crate::store::args;

/// Take in an event that Stripe sent. The signature is what proves that it did, hence everybody may ask; there is no
/// route of its own, the handler of the webhook passes the body on as it came.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveWebhook {
    /// The header `Stripe-Signature`.
    pub signature: String,
    /// The body as it came.
    pub body: String,
}

/// What became of an event that was sent.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct WebhookTaken {
    /// Stripe's identifier of the event.
    pub id: String,
    /// Where it stands.
    pub state: EventState,
    /// Whether it had been dealt with before.
    pub is_duplicate: bool,
}

impl Operation for ReceiveWebhook {
    const META: Meta = Meta {
        name: "receive-webhook",
        route: Route::none(),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Webhooks,
    };
    type Output = WebhookTaken;

    fn run(&self, cx: &Cx) -> Result<WebhookTaken> {
        let taken = self.take(cx);
        let outcome = match &taken {
            Ok(WebhookTaken { is_duplicate: true, .. }) => "duplicate",
            Ok(taken) => taken.state.as_str(),
            Err(fault) if fault.code.http() < 500 => "refused",
            Err(_) => "failed",
        };
        let help = "Events that came from Stripe, by what became of them.";
        cx.deps
            .metrics
            .counter_with("echopilot_webhook_deliveries_total", help, &[("outcome", outcome)])
            .add(1);
        match &taken {
            Ok(_) => cx.deps.metrics.delivery(true),
            Err(fault) if fault.code.http() >= 500 && fault.code != Code::NotConfigured => {
                cx.deps.metrics.delivery(false);
            }
            Err(_) => {}
        }
        taken
    }
}

impl ReceiveWebhook {
    fn take(&self, cx: &Cx) -> Result<WebhookTaken> {
        let settings = &cx.deps.settings.stripe;
        let secrets = settings.webhook_secrets();
        if secrets.is_empty() {
            let setting = match settings.mode {
                StripeMode::Test => "STRIPE_WEBHOOK_SECRET",
                StripeMode::Live => "STRIPE_WEBHOOK_LIVE",
            };
            return Err(Fault::not_configured(setting, "it proves that an event comes from Stripe"));
        }
        signature::verify(secrets, &self.signature, &self.body, cx.now)?;
        let event = Parsed::read(&self.body)?;
        let state = self.store(cx, &event)?;
        if state.is_settled() {
            tell(cx, &event, state, true, None);
            return Ok(WebhookTaken { id: event.id, state, is_duplicate: true });
        }
        match apply(cx, &event, false) {
            Ok((state, is_duplicate)) => {
                tell(cx, &event, state, is_duplicate, None);
                Ok(WebhookTaken { id: event.id, state, is_duplicate })
            }
            Err(fault) => {
                tell(cx, &event, EventState::Failed, false, Some(&fault));
                Err(sent_again(fault))
            }
        }
    }

    /// Keep the event as it came, its body only when it is not about somebody who was erased; where it stands.
    fn store(&self, cx: &Cx, event: &Parsed) -> Result<EventState> {
        let (event, body, now) = (event.clone(), self.body.clone(), cx.now);
        cx.deps.store.write(move |tx| {
            let created = Timestamp(event.created.saturating_mul(1000));
            let (id, version) = (event.id.as_str(), event.api_version.as_deref());
            let body = if mirror::is_of_erased(tx, &event.object)? { "" } else { body.as_str() };
            tx.run(EVENT_ADD, args![id, event.kind.as_str(), version, event.is_live, created, now, body])?;
            tx.one(EVENT_STATE, args![id])
        })
    }
}

/// Any failure but that of the store is ours alone: what is wrong with an event is not for its sender to mend.
fn sent_again(fault: Fault) -> Fault {
    match fault.code {
        Code::Unavailable | Code::StorageFull | Code::Internal => fault,
        _ => {
            let words = fault.cause().unwrap_or_else(|| fault.detail.clone());
            Fault::internal(words)
        }
    }
}

/// Apply an event, also one that was applied before when `again`; its state and whether it had been dealt with.
pub(super) fn apply(cx: &Cx, event: &Parsed, again: bool) -> Result<(EventState, bool)> {
    put(cx, event, again).inspect_err(|fault| {
        let (id, words) = (event.id.clone(), format!("{}: {}", fault.code.as_str(), fault.detail));
        // That it failed is told by the answer, too; the row is for whoever looks later.
        let _ = cx.deps.store.write(move |tx| tx.run(EVENT_FAILED, args![id.as_str(), words.as_str()]));
    })
}

fn put(cx: &Cx, event: &Parsed, again: bool) -> Result<(EventState, bool)> {
    let is_ours = event.is_live == (cx.deps.settings.stripe.mode == StripeMode::Live);
    let customer = if is_ours { look_up_customer(cx, &event.object)? } else { None };
    let seen = Seen::event(cx, event.created, event.tells_deletion());
    let fetched = Seen::fetched(cx);
    let (event, now) = (event.clone(), cx.now);
    cx.deps.store.write(move |tx| {
        let id = event.id.as_str();
        let state: EventState = tx.one(EVENT_STATE, args![id])?;
        if state.is_settled() && !again {
            return Ok((state, true));
        }
        let mut state = EventState::Ignored;
        if is_ours {
            if let Some(customer) = &customer {
                mirror::take_in(tx, customer, &fetched)?;
            }
            if mirror::take_in(tx, &event.object, &seen)? {
                state = EventState::Applied;
            }
        }
        tx.run(EVENT_DONE, args![id, state.as_str(), now])?;
        Ok((state, false))
    })
}

/// The customer whom the event names, when nothing is known of them and Stripe can be asked. Once for a customer; when
/// Stripe does not answer, the event goes in without, and their own event or the next comparison mends it.
fn look_up_customer(cx: &Cx, object: &Value) -> Result<Option<Value>> {
    let Some(stripe) = &cx.deps.outside.stripe else { return Ok(None) };
    let unknown = cx.deps.store.read(|tx| mirror::unknown_customer(tx, object))?;
    let is_id = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let Some(id) = unknown.filter(is_id) else { return Ok(None) };
    match stripe.call(&StripeCall::get(format!("/v1/customers/{id}"))) {
        Ok(customer) => Ok(Some(customer)),
        Err(failure) => {
            let fault = Fault::from(failure);
            let event = cx.event(Log::Webhooks, "customer_not_looked_up").level(Level::Warn);
            cx.deps.events.emit(event.field("code", fault.code));
            Ok(None)
        }
    }
}

fn tell(cx: &Cx, event: &Parsed, state: EventState, is_duplicate: bool, fault: Option<&Fault>) {
    let is_ours = event.is_live == (cx.deps.settings.stripe.mode == StripeMode::Live);
    let level = if fault.is_some() || !is_ours { Level::Warn } else { Level::Info };
    let line = cx.event(Log::Webhooks, "webhook_received").level(level);
    let line = line.field("event_id", Scrubbed::text(&event.id)).field("kind", Scrubbed::text(&event.kind));
    let line =
        line.field("state", state.as_str()).field("duplicate", is_duplicate).field("live", event.is_live);
    let line = line.field("wrong_mode", !is_ours);
    cx.deps.events.emit(line.field("code", fault.map(|fault| fault.code)));
}
