//! Killed between Stripe's deed and our note of it: exactly one refund, whoever finishes it. The server is
//! stripe-stateful-mock, which keeps idempotency keys; between it and the binary stands a server of ours that holds the
//! answer back until the binary is dead.

use serde_json::json;

use crate::support::recorder::Recorder;
use crate::support::stripe::{KEY, charge, keys, refunds, stateful_mock};
use crate::support::{Call, Engine, Home, OPERATOR_KEY, Served, eventually, on_each_engine};

struct Story {
    home: std::sync::Arc<Home>,
    between: Recorder,
    upstream: String,
    payment: String,
}

/// A refund that was done at Stripe and of which a killed server knows that it began.
fn killed(engine: Engine, upstream: &str, key: Option<&str>) -> Story {
    let between = Recorder::in_front_of(upstream);
    let payment = charge(upstream);
    let server = Served::start(engine, &[("STRIPE_API_BASE", &between.url), ("STRIPE_SECRET_KEY", KEY)]);
    between.hold("/v1/refunds");
    let call = ask(&server.url, &payment, key);
    let asking = std::thread::spawn(move || call.try_send().map(|answer| answer.status));
    between.wait_for_held();
    assert_eq!(refunds(upstream, &payment).len(), 1, "it is done there");
    let home = server.kill();
    between.release();
    assert!(asking.join().unwrap().is_err(), "nobody was told");
    assert_eq!(state(&home), "started");
    Story { home, between, upstream: upstream.to_owned(), payment }
}

fn ask(url: &str, payment: &str, key: Option<&str>) -> Call {
    let call = Call::new("POST", format!("{url}/api/payments/refund")).key(OPERATOR_KEY);
    let call = call.json(&json!({ "payment_id": payment, "amount_minor": 500, "reason": "duplicate" }));
    match key {
        Some(key) => call.header("Idempotency-Key", key),
        None => call,
    }
}

fn state(home: &Home) -> String {
    home.rows("SELECT state FROM stripe_operations")[0][0].clone()
}

impl Story {
    fn ends_with_one_refund(&self) {
        let there = refunds(&self.upstream, &self.payment);
        assert_eq!(there.len(), 1, "{there:?}");
        assert_eq!(there[0]["amount"], 500);
        let asked = self.between.asked("POST", "/v1/refunds");
        assert!(asked.len() > 1, "it was never repeated");
        let keys = keys(&asked);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        assert_eq!(state(&self.home), "succeeded");
        let told = |kind| self.home.number(&format!("SELECT COUNT(*) FROM ops_events WHERE kind = '{kind}'"));
        assert_eq!((told("refund_requested"), told("refund_finished")), (1, 1));
    }
}

#[test]
fn the_schedule_finishes_it() {
    let Some(peer) = stateful_mock() else { return };
    on_each_engine(|engine| {
        let story = killed(engine, &peer.url(), None);
        let server = story.home.serve();
        // Somebody who asks again meanwhile is told that it is under way.
        let again = ask(&server.url, &story.payment, None).send().expect_status(409).json();
        assert_eq!(again["code"], "conflict");
        story.home.change("UPDATE stripe_operations SET next_try_at = 0");
        let task = json!({ "task": "finish-stripe-operations" });
        let _ = server.post_as_operator("/api/scheduler/run", &task).expect_status(202);
        eventually("the end of the refund", || (state(&story.home) == "succeeded").then_some(()));
        story.ends_with_one_refund();
    });
}

#[test]
fn the_same_request_finishes_it() {
    let Some(peer) = stateful_mock() else { return };
    on_each_engine(|engine| {
        let story = killed(engine, &peer.url(), Some("order-7"));
        let server = story.home.serve();
        let again = || ask(&server.url, &story.payment, Some("order-7")).send();
        let _ = again().expect_status(409);
        // The claim of the dead process is taken over after ten minutes.
        story.home.change("UPDATE idempotency_keys SET claimed_at = claimed_at - 700000");
        let done = again().expect_status(200).json();
        assert_eq!((&done["state"], &done["amount_minor"]), (&json!("succeeded"), &json!(500)));
        story.ends_with_one_refund();
        assert_eq!(again().expect_status(200).json(), done, "and its answer is kept");
        story.ends_with_one_refund();
    });
}

#[test]
fn a_killed_command_leaves_it_to_the_server() {
    let Some(peer) = stateful_mock() else { return };
    on_each_engine(|engine| {
        let between = Recorder::in_front_of(&peer.url());
        let payment = charge(&peer.url());
        let home =
            Home::new(engine).set("STRIPE_API_BASE", &between.url).set("STRIPE_SECRET_KEY", KEY).share();
        between.hold("/v1/refunds");
        let words =
            ["billing", "refund", &payment, "--amount-minor", "500", "--reason", "duplicate", "--json"];
        let mut child = home.command(&words).stdout(std::process::Stdio::null()).spawn().unwrap();
        between.wait_for_held();
        child.kill().unwrap();
        child.wait().unwrap();
        between.release();
        let story = Story { home, between, upstream: peer.url(), payment: payment.clone() };
        assert_eq!(story.home.run(&words).expect_code(5).json()["code"], "conflict");
        story.home.change("UPDATE stripe_operations SET next_try_at = 0");
        let server = story.home.serve();
        let task = json!({ "task": "finish-stripe-operations" });
        let _ = server.post_as_operator("/api/scheduler/run", &task).expect_status(202);
        eventually("the end of the refund", || (state(&story.home) == "succeeded").then_some(()));
        story.ends_with_one_refund();
    });
}

#[test]
fn many_who_ask_at_once_get_one_refund() {
    let Some(peer) = stateful_mock() else { return };
    on_each_engine(|engine| {
        let between = Recorder::in_front_of(&peer.url());
        let payment = charge(&peer.url());
        let server = Served::start(engine, &[("STRIPE_API_BASE", &between.url), ("STRIPE_SECRET_KEY", KEY)]);
        between.hold("/v1/refunds");
        let first = ask(&server.url, &payment, None);
        let first = std::thread::spawn(move || first.send());
        between.wait_for_held();
        let others: Vec<u16> = std::thread::scope(|scope| {
            let ask = || ask(&server.url, &payment, None).send().status;
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(others, [409; 8]);
        between.release();
        assert_eq!(first.join().unwrap().status, 200);
        assert_eq!(refunds(&peer.url(), &payment).len(), 1);
    });
}
