//! Events as Stripe sends them, signed.

use echopilot_core::billing;
use echopilot_core::platform::{Clock, Secret, Timestamp};
use serde_json::{Value, json};

use super::peers::Peer;
use super::{Answer, Call, Engine, Served, encode};

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

/// A key that localstripe takes.
pub(crate) const STRIPE_KEY: &str = "sk_test_0123456789abcdef";

/// localstripe, spoken to as an application does.
pub(crate) struct LocalStripe(pub(crate) Peer);

impl LocalStripe {
    /// Start it; nothing when it is not installed, which is said.
    pub(crate) fn start() -> Option<Self> {
        Peer::localstripe().map(Self)
    }

    /// The settings of a server that works with it.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("STRIPE_API_BASE", self.0.url()),
            ("STRIPE_SECRET_KEY", STRIPE_KEY.to_owned()),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
            ("STRIPE_PRICE_STARTER", "price_starter".to_owned()),
        ]
    }

    /// A server that works with it.
    pub(crate) fn serve(&self, engine: Engine) -> Served {
        let settings = self.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Served::start(engine, &settings)
    }

    /// Have it send webhooks there.
    pub(crate) fn send_webhooks_to(&self, url: &str) {
        let form = [("url", url), ("secret", WEBHOOK_SECRET)];
        let call = Call::new("POST", format!("{}/_config/webhooks/tests", self.0.url()));
        let _ = call.body(FORM, &encode(&form)).send().expect_status(200);
    }

    /// Ask it to do something.
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let call = Call::new("POST", format!("{}/v1/{path}", self.0.url())).bearer(STRIPE_KEY);
        call.body(FORM, &encode(form)).send().expect_status(200).json()
    }

    /// A customer with a card that works.
    pub(crate) fn customer(&self, email: &str) -> String {
        let customer = id(&self.post("customers", &[("email", email), ("name", "Ada")]));
        let card = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let card = id(&self.post("payment_methods", &card));
        self.post(&format!("payment_methods/{card}/attach"), &[("customer", &customer)]);
        let default = [("invoice_settings[default_payment_method]", card.as_str())];
        self.post(&format!("customers/{customer}"), &default);
        customer
    }

    /// Subscribe, which makes a paid invoice.
    pub(crate) fn subscribe(&self, customer: &str) -> String {
        self.post("products", &[("id", "prod_1"), ("name", "Starter"), ("type", "service")]);
        let plan = [
            ("id", "price_starter"),
            ("amount", "9900"),
            ("currency", "usd"),
            ("interval", "month"),
            ("product", "prod_1"),
        ];
        self.post("plans", &plan);
        id(&self.post("subscriptions", &[("customer", customer), ("items[0][plan]", "price_starter")]))
    }

    /// Pay at once.
    pub(crate) fn pay(&self, customer: &str, amount: &str) -> String {
        let card = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let card = id(&self.post("payment_methods", &card));
        self.post(&format!("payment_methods/{card}/attach"), &[("customer", customer)]);
        let payment = [
            ("amount", amount),
            ("currency", "usd"),
            ("customer", customer),
            ("payment_method", card.as_str()),
            ("confirm", "true"),
        ];
        id(&self.post("payment_intents", &payment))
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an identifier").to_owned()
}
