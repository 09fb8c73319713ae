//! The measure of our requests are Stripe's own clients: asked for the same things at the same recorder, they send the
//! same forms, field by field.

use std::process::{Command, Stdio};

use echopilot_core::billing::{
    CreateInvoice, OpenBillingPortal, PaidPlan, RefundPayment, StartCheckout, VoidInvoice,
};
use echopilot_core::customers::Period;
use echopilot_core::platform::Email;
use serde_json::{Value, json};

use crate::support::recorder::{Recorded, Recorder};
use crate::support::stripe::app;
use crate::support::{TestApp, checkout, on_each_engine, peers};

/// Everything that is asked of Stripe, once.
fn ask_for_everything(app: &TestApp) {
    let ada = app.customer("ada@example.com");
    ada.call(&StartCheckout { plan: PaidPlan::Starter, period: Period::Month, email: None, variant: None })
        .unwrap();
    ada.call(&OpenBillingPortal {}).unwrap();
    let invoice = CreateInvoice {
        amount_minor: 4_900,
        currency: "usd".into(),
        email: Email::parse("ada@example.com").unwrap(),
        description: "Workshop & \"more\" für 100 %".into(),
    };
    let made = app.operator().call(&invoice).unwrap();
    app.operator().call(&VoidInvoice { invoice_id: made.invoice_id.unwrap() }).unwrap();
    for (payment, amount_minor, reason) in [("ch_1", Some(500), "duplicate"), ("pi_1", None, "Late delivery")]
    {
        let payment_id = payment.to_owned();
        let refund = RefundPayment { payment_id, amount_minor, reason: reason.into(), dry_run: false };
        app.operator().call(&refund).unwrap();
    }
}

/// Method, path and form of every POST, sorted. Identifiers that the recorder made differ between the runs.
fn posts(requests: &[Recorded]) -> Vec<(String, Vec<(String, String)>)> {
    let posts = requests.iter().filter(|request| request.method == "POST");
    let mut posts: Vec<_> = posts.map(|request| (request.path.clone(), request.form())).collect();
    posts.sort();
    posts
}

/// What the official clients are told to send, with the identifiers of our own run.
fn values(requests: &[Recorded]) -> Value {
    let one = |path: &str, nth: usize| {
        let found: Vec<_> = requests.iter().filter(|request| request.path == path).collect();
        (*found.get(nth).unwrap_or_else(|| panic!("{path} was not asked"))).clone()
    };
    let (customer, portal) = (one("/v1/customers", 0), one("/v1/billing_portal/sessions", 0));
    let (session, draft, line) =
        (one("/v1/checkout/sessions", 0), one("/v1/invoices", 0), one("/v1/invoiceitems", 0));
    let (of_charge, of_intent) = (one("/v1/refunds", 0), one("/v1/refunds", 1));
    let id = session.field("client_reference_id");
    let metadata = json!({ "customer_id": id, "plan": "starter" });
    json!({
        "customer": {
            "email": "ada@example.com", "name": "ada",
            "metadata": { "customer_id": customer.field("metadata[customer_id]") },
        },
        "portal": { "customer": portal.field("customer"), "return_url": "http://127.0.0.1:8080/app" },
        "checkout": {
            "mode": "subscription",
            "customer": session.field("customer"),
            "line_items": [{ "price": "price_starter_month", "quantity": 1 }],
            "success_url": "http://127.0.0.1:8080/app?checkout=done",
            "cancel_url": "http://127.0.0.1:8080/pricing",
            "client_reference_id": id,
            "metadata": metadata,
            "subscription_data": { "metadata": metadata },
        },
        "invoice": {
            "customer": draft.field("customer"),
            "collection_method": "send_invoice",
            "days_until_due": 14,
            "pending_invoice_items_behavior": "exclude",
            "currency": "usd",
            "description": "Workshop & \"more\" für 100 %",
            "metadata": { "operation": draft.field("metadata[operation]") },
        },
        "line": {
            "customer": line.field("customer"),
            "invoice": line.field("invoice"),
            "amount": 4_900,
            "currency": "usd",
            "description": "Workshop & \"more\" für 100 %",
        },
        "refund_of_charge": {
            "charge": "ch_1", "amount": 500, "reason": "duplicate",
            "metadata": { "operation": of_charge.field("metadata[operation]") },
        },
        "refund_of_intent": {
            "payment_intent": "pi_1",
            "metadata": { "operation": of_intent.field("metadata[operation]"), "reason": "Late delivery" },
        },
    })
}

fn run(mut client: Command, recorder: &Recorder, values: &Value) {
    client.args([recorder.url.as_str(), &values.to_string()]).stdin(Stdio::null());
    let ran = client.output().expect("a client");
    assert!(ran.status.success(), "{client:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn the_official_clients_send_the_same_forms() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        ask_for_everything(&app);
        let ours = recorder.requests();
        assert!(
            ours.iter().filter(|request| request.method == "POST").all(|request| !request.key().is_empty())
        );
        let (expected, values) = (posts(&ours), values(&ours));
        assert_eq!(expected.len(), 9, "{expected:?}");
        if let Some(client) = peers::node("stripe_calls.mjs") {
            recorder.forget();
            run(client, &recorder, &values);
            assert_eq!(posts(&recorder.requests()), expected, "npm stripe");
        }
        if let Some(python) = peers::python() {
            recorder.forget();
            let mut client = Command::new(python);
            client.arg(checkout().join("tests/python/stripe_calls.py"));
            run(client, &recorder, &values);
            assert_eq!(posts(&recorder.requests()), expected, "PyPI stripe");
        }
    });
}
