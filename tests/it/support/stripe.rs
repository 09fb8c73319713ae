//! What stories about payments begin with: an installation that asks a given server, a charge there, a payment in the
//! mirror.

use echopilot_core::billing::{self, Payment};
use echopilot_core::config::Environment;
use echopilot_core::operation::Cx;
use echopilot_core::store::Engine;
use serde_json::Value;

use super::peers::{self, Peer};
use super::recorder::Recorded;
use super::{Call, TestApp, encode};

/// The key that every server for tests accepts.
pub(crate) const KEY: &str = "sk_test_of_the_tests";
/// The price of every plan that has one here.
pub(crate) const PRICE: &str = "price_starter_month";

/// The product inside this process, asking Stripe at `url`.
pub(crate) fn app(engine: Engine, url: &str) -> TestApp {
    TestApp::with(engine, &TestApp::monday(), |environment| settings(environment, url))
}

/// The settings of payments.
pub(crate) fn settings(environment: Environment, url: &str) -> Environment {
    environment
        .with("STRIPE_API_BASE", url)
        .with("STRIPE_SECRET_KEY", KEY)
        .with("STRIPE_PRICE_STARTER", PRICE)
}

/// The foreign server that keeps idempotency keys, where it can be started.
pub(crate) fn stateful_mock() -> Option<Peer> {
    let mut command = peers::node("stateful_mock.mjs")?;
    let port = peers::free_port();
    command.arg(port.to_string()).stdout(std::process::Stdio::null());
    Some(Peer::start(&mut command, port))
}

/// Send a form to a server as its merchant.
pub(crate) fn post(url: &str, path: &str, form: &[(&str, &str)]) -> Value {
    let call = Call::new("POST", format!("{url}{path}")).bearer(KEY);
    call.body("application/x-www-form-urlencoded", &encode(form)).send().json()
}

/// Ask a server as its merchant.
pub(crate) fn get(url: &str, path: &str) -> Value {
    Call::new("GET", format!("{url}{path}")).bearer(KEY).send().json()
}

/// Charge USD 20.00 there; the charge's identifier.
pub(crate) fn charge(url: &str) -> String {
    let charge = post(url, "/v1/charges", &[("amount", "2000"), ("currency", "usd"), ("source", "tok_visa")]);
    charge["id"].as_str().unwrap_or_else(|| panic!("no charge: {charge}")).to_owned()
}

/// The refunds of a charge there.
pub(crate) fn refunds(url: &str, charge: &str) -> Vec<Value> {
    get(url, &format!("/v1/refunds?charge={charge}"))["data"].as_array().expect("a list").clone()
}

/// A payment of USD 20.00 by `customer` in the mirror.
pub(crate) fn mirror(customer: &Cx, id: &str) {
    let payment = Payment {
        id: id.to_owned(),
        customer_id: customer.caller.customer().expect("a customer").profile.customer_id.clone(),
        invoice_id: None,
        amount_minor: 2_000,
        refunded_minor: 0,
        currency: "usd".into(),
        status: "succeeded".into(),
        created_at: customer.now,
    };
    assert!(customer.deps.store.write(move |tx| billing::add_payment(tx, &payment)).expect("a store"));
}

/// What stands under a name in every one of these requests.
pub(crate) fn keys(requests: &[Recorded]) -> Vec<&str> {
    requests.iter().map(Recorded::key).collect()
}
