//! Events as Stripe sends them, signed.

use echopilot_core::billing;
use echopilot_core::platform::{Clock, Secret, Timestamp};
use serde_json::{Value, json};

use super::{Answer, Call, Served};

/// What the tests sign webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_of_the_tests_0123456789abcdef";

/// An event about `object` that happened at `created`, seconds since 1970.
pub(crate) fn event(id: &str, kind: &str, created: i64, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "type": kind, "created": created, "livemode": false,
        "api_version": "2024-06-20", "data": { "object": object },
    })
}

/// An invoice of a customer of Stripe.
pub(crate) fn invoice(id: &str, customer: &str, email: &str, status: &str, created: i64) -> Value {
    json!({
        "id": id, "object": "invoice", "customer": customer, "customer_email": email, "status": status,
        "total": 9_900, "amount_due": 9_900, "amount_paid": if status == "paid" { 9_900 } else { 0 },
        "currency": "usd", "number": format!("N-{id}"), "description": "A month", "created": created,
    })
}

/// The header that proves `body` was signed at `at`.
pub(crate) fn signature(body: &str, at: Timestamp) -> String {
    billing::sign(&Secret::new(WEBHOOK_SECRET), body, at)
}

/// The time as the machine has it.
pub(crate) fn now() -> Timestamp {
    Clock::System.now()
}

impl Served {
    /// Send a webhook as Stripe would.
    pub(crate) fn deliver(&self, event: &Value) -> Answer {
        self.delivery(&event.to_string()).send()
    }

    /// A delivery that is ready to be sent.
    pub(crate) fn delivery(&self, body: &str) -> Call {
        self.signed(body, &signature(body, now()))
    }

    /// Send a webhook with this signature.
    pub(crate) fn deliver_signed(&self, body: &str, signature: &str) -> Answer {
        self.signed(body, signature).send()
    }

    fn signed(&self, body: &str, signature: &str) -> Call {
        let call = self.call("POST", "/api/payments/webhook").header("Stripe-Signature", signature);
        call.body("application/json; charset=utf-8", body)
    }
}
