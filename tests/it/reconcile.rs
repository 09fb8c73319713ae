//! The mirror beside an independent Stripe server: what webhooks bring, what only a comparison finds, and what a crash
//! leaves.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::stripe_events::{LocalStripe, event, invoice, now};
use crate::support::{Call, Served, TestApp, eventually, on_each_engine};
use echopilot_core::billing::ReconcileBilling;
use echopilot_core::platform::Code;

const ADA: &str = "ada@example.com";

/// The drift of a comparison by `kind drift`, and the exit code.
fn reconcile(server: &Served, arguments: &[&str], code: i32) -> Value {
    let mut all = vec!["billing", "reconcile", "--json"];
    all.extend_from_slice(arguments);
    server.home.run(&all).expect_code(code).json()
}

fn found(report: &Value) -> Vec<String> {
    let words = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let shown = report["shown"].as_array().unwrap().iter();
    let mut found: Vec<String> =
        shown.map(|one| format!("{} {}", words(one, "drift"), words(one, "kind"))).collect();
    found.sort();
    found
}

#[test]
fn webhooks_of_another_server_fill_the_mirror_and_a_comparison_finds_what_they_left_out() {
    on_each_engine(|engine| {
        let Some(stripe) = LocalStripe::start() else { return };
        let server = stripe.serve(engine);
        stripe.send_webhooks_to(&format!("{}/api/payments/webhook", server.url));
        let token = server.sign_in(ADA);
        let customer = stripe.customer("Ada@example.com");
        stripe.subscribe(&customer);
        let payment = stripe.pay(&customer, "1000");
        let get = |path: &str| server.call("GET", path).bearer(&token).send().expect_status(200).json();
        let invoices = eventually("a paid invoice, a payment and a plan", || {
            let (invoices, me) = (get("/api/billing/history")["invoices"].clone(), get("/api/me"));
            let payments = server.home.number("SELECT COUNT(*) FROM payments WHERE status = 'succeeded'");
            (invoices[0]["status"] == "paid" && me["plan"] == "starter" && payments == 2).then_some(invoices)
        });
        assert_eq!((&invoices[0]["amount"], &invoices[1]), (&json!("USD 99.00"), &Value::Null));
        assert_eq!(server.home.number("SELECT COUNT(*) FROM payments WHERE invoice_id IS NOT NULL"), 1);
        // localstripe sends no event of a refund: only a comparison can know.
        stripe.post("refunds", &[("payment_intent", &payment), ("amount", "300")]);
        let dry = reconcile(&server, &[], 3);
        let drift = found(&dry);
        assert!(
            drift.contains(&"missing refund".to_owned()) && drift.contains(&"stale charge".to_owned()),
            "{dry}"
        );
        assert_eq!(
            server.home.number("SELECT COUNT(*) FROM refunds"),
            0,
            "a comparison alone changes nothing"
        );
        let mended = reconcile(&server, &["--apply"], 3);
        assert_eq!(found(&mended), drift);
        let refunded =
            server.home.number(&format!("SELECT refunded_minor FROM payments WHERE id = '{payment}'"));
        assert_eq!(refunded, 300);
        let clean = reconcile(&server, &[], 0);
        assert_eq!((&clean["drift"], &clean["shown"]), (&json!(0), &json!([])));
        let over_http =
            server.post_as_operator("/api/finance/reconcile", &json!({})).expect_status(200).json();
        assert_eq!(over_http["kinds"], clean["kinds"]);
        let metrics = server.get("/metrics").text;
        assert!(metrics.contains("echopilot_billing_drift_objects{kind=\"refund\"} 0"), "{metrics}");
        assert!(metrics.contains("echopilot_webhook_deliveries_total{outcome=\"applied\"}"), "{metrics}");
        assert_eq!(server.home.number("SELECT COUNT(*) FROM reconciliations"), 4);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM ops_events WHERE kind = 'billing_mended'"), 1);
        let table = server.home.run(&["billing", "reconcile"]).expect_code(0);
        assert!(
            table.stdout.contains("payment_intent") && table.stderr.contains("as Stripe is"),
            "{table:?}"
        );
        // What Stripe no longer has goes, and what is left of it is told.
        server.home.change(
            "INSERT INTO stripe_objects (id, kind, content, created_at, event_at, event_rank, is_fetched, observed_at) \
             VALUES ('re_gone', 'refund', '{}', 1, 1, 1, FALSE, 1)",
        );
        assert_eq!(found(&reconcile(&server, &["--apply"], 3)), ["extra refund"]);
        assert_eq!(reconcile(&server, &[], 0)["drift"], 0);
        stripe.0.stop();
        assert_eq!(reconcile(&server, &[], 7)["code"], "upstream");
        assert_eq!(get("/api/billing/history")["invoices"], invoices, "what is known stays, with its age");
    });
}

#[test]
fn without_stripe_there_is_nothing_to_compare_with() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let fault = app.operator().call(&ReconcileBilling::default()).unwrap_err();
        assert_eq!((fault.code, fault.detail.contains("STRIPE_SECRET_KEY")), (Code::NotConfigured, true));
        let refused = app.stranger().call(&ReconcileBilling::default()).unwrap_err();
        assert_eq!(refused.code, Code::Unauthenticated);
    });
}

#[test]
fn a_server_that_dies_between_keeping_and_applying_applies_when_the_event_comes_again() {
    on_each_engine(|engine| {
        let server = Served::start(
            engine,
            &[("STRIPE_WEBHOOK_SECRET", crate::support::stripe_events::WEBHOOK_SECRET)],
        );
        let at = now().seconds();
        let sent: Vec<Value> = (0..60)
            .map(|number| {
                let object = invoice(&format!("in_{number}"), "cus_1", ADA, "paid", at);
                event(&format!("evt_{number}"), "invoice.paid", at, &object)
            })
            .collect();
        let calls: Vec<_> = sent.iter().map(|event| server.delivery(&event.to_string())).collect();
        let done = AtomicU32::new(0);
        let answered = std::thread::scope(|scope| {
            let threads: Vec<_> = calls
                .chunks(15)
                .map(|calls| {
                    let send = |call: &Call| {
                        let is_answered = call.try_send().is_ok_and(|answer| answer.status == 200);
                        done.fetch_add(u32::from(is_answered), Ordering::SeqCst);
                        is_answered
                    };
                    scope.spawn(move || calls.iter().map(send).collect::<Vec<bool>>())
                })
                .collect();
            eventually("some answers", || (done.load(Ordering::SeqCst) >= 8).then_some(()));
            server.signal("KILL");
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<bool>>()
        });
        assert!(answered.contains(&false), "it was killed too late to tell anything");
        let server = server.kill().serve();
        let known = server.home.rows("SELECT id FROM invoices");
        for (number, _) in answered.iter().enumerate().filter(|(_, answered)| **answered) {
            assert!(
                known.contains(&vec![format!("in_{number}")]),
                "in_{number} was answered and is not there"
            );
        }
        // As if it had died just there: kept, not applied.
        server.home.change("UPDATE webhook_events SET state = 'received', attempts = 0 WHERE id = 'evt_0'");
        for event in &sent {
            let _ = server.deliver(event).expect_status(200);
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM invoices"), 60);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM webhook_events WHERE state = 'applied'"), 60);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM customers"), 1);
    });
}
