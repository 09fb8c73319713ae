//! Sending an event of the ledger somewhere else, signed anew, as Stripe would.

use std::time::Duration;

use super::list;
use crate::billing::signature;
use crate::operation::{Access, Cx};
use crate::outbound::{Http, Reply};
use crate::platform::{Fault, Result};

/// Longer than a webhook may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Send the event `id` to `url` under a fresh signature with the first of the configured secrets; what was answered.
/// For the shell alone: an address that somebody may name over HTTP could be one inside our own network.
pub fn forward(cx: &Cx, id: &str, url: &str) -> Result<Reply> {
    Access::Operator.admit(&cx.caller)?;
    let secret = cx.deps.settings.stripe.webhook_secrets().first().ok_or_else(|| {
        Fault::not_configured("STRIPE_WEBHOOK_SECRET", "an event that is sent on is signed with it")
    })?;
    let kept = cx.deps.store.read(|tx| list::find(tx, id))?;
    let body = kept.body()?;
    let header = signature::sign(secret, body, cx.now);
    let headers =
        [("Content-Type", "application/json; charset=utf-8"), ("Stripe-Signature", header.as_str())];
    Http::new(PATIENCE).send("POST", url, &headers, Some(body))
}
