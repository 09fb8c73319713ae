//! Money back: once, whatever Stripe answers and however often somebody asks; the mirror follows; everything is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use echopilot_core::billing::{
    AskState, FinishStripeOperations, ListPayments, RefundPayment, RefundedPayment,
};
use echopilot_core::events::Log;
use echopilot_core::operation::Operation;
use echopilot_core::platform::{Code, Fault};
use serde_json::json;

use crate::support::peers::Peer;
use crate::support::recorder::{Recorder, Reply, refused, usual};
use crate::support::stripe::{self, app, charge, keys, mirror, refunds, stateful_mock};
use crate::support::{Home, Served, TestApp, engines, on_each_engine};

fn wanted(payment: &str, amount_minor: Option<i64>) -> RefundPayment {
    RefundPayment { payment_id: payment.to_owned(), amount_minor, reason: "duplicate".into(), dry_run: false }
}

fn refund(app: &TestApp, payment: &str, amount_minor: Option<i64>) -> Result<RefundedPayment, Fault> {
    app.operator().call(&wanted(payment, amount_minor))
}

/// What the mirror has of refunds of the one payment.
fn mirrored(app: &TestApp) -> i64 {
    app.operator().call(&ListPayments::default()).unwrap().payments[0].refunded_minor
}

/// The kinds of events in any order: those of one millisecond have none.
fn told(app: &TestApp) -> Vec<String> {
    let mut kinds = app.told();
    kinds.sort();
    kinds
}

#[test]
fn a_refund_is_done_the_mirror_follows_and_it_is_told() {
    on_each_engine(|engine| {
        // One for each engine: identifiers are seeded, so both stories have the same keys.
        let Some(peer) = stateful_mock() else { return };
        let app = app(engine, &peer.url());
        let payment = charge(&peer.url());
        mirror(&app.customer("ada@example.com"), &payment);
        let first = refund(&app, &payment, Some(500)).unwrap();
        assert_eq!((first.state, first.status.as_deref()), (AskState::Succeeded, Some("succeeded")));
        assert_eq!((first.amount_minor, first.currency.as_deref()), (Some(500), Some("usd")));
        assert_eq!(mirrored(&app), 500);
        // The same again is another refund: the first has ended.
        let second = refund(&app, &payment, Some(500)).unwrap();
        assert_ne!(second.refund_id, first.refund_id);
        let too_much = refund(&app, &payment, Some(1_001)).unwrap_err();
        assert_eq!(too_much.code, Code::Refused);
        assert!(too_much.detail.contains("USD 10.00"), "{too_much}");
        assert_eq!(refund(&app, &payment, None).unwrap().amount_minor, Some(1_000));
        assert_eq!(mirrored(&app), 2_000);
        assert_eq!(refund(&app, &payment, None).unwrap_err().code, Code::Refused);
        let there = refunds(&peer.url(), &payment);
        let mut amounts: Vec<i64> = there.iter().filter_map(|one| one["amount"].as_i64()).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [500, 500, 1_000]);
        assert!(there.iter().all(|one| one["reason"] == "duplicate"));
        assert_eq!(
            told(&app),
            [
                "refund_finished",
                "refund_finished",
                "refund_finished",
                "refund_requested",
                "refund_requested",
                "refund_requested"
            ]
        );
        let lines = app.logs(Log::Billing);
        assert!(lines.iter().any(|line| line["event"] == "stripe_operation" && line["state"] == "succeeded"));
    });
}

#[test]
fn stripe_has_the_last_word_where_the_mirror_knows_nothing() {
    on_each_engine(|engine| {
        // One for each engine: identifiers are seeded, so both stories have the same keys.
        let Some(peer) = stateful_mock() else { return };
        let app = app(engine, &peer.url());
        let payment = charge(&peer.url());
        let fault = refund(&app, &payment, Some(2_001)).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(fault.detail.contains("greater than unrefunded amount"), "{fault}");
        let done = refund(&app, &payment, None).unwrap();
        assert_eq!((done.amount_minor, done.state), (Some(2_000), AskState::Succeeded));
        let fault = refund(&app, &payment, None).unwrap_err();
        assert!(fault.detail.contains("given back wholly"), "the mirror knows it now: {fault}");
        let elsewhere = charge(&peer.url());
        stripe::post(&peer.url(), "/v1/refunds", &[("charge", elsewhere.as_str())]);
        let fault = refund(&app, &elsewhere, None).unwrap_err();
        assert!(fault.detail.contains("charge_already_refunded"), "{fault}");
        // A charge that its server forgot.
        let form = [("amount", "2000"), ("currency", "usd"), ("source", "tok_forget")];
        let forgotten = stripe::post(&peer.url(), "/v1/charges", &form);
        let fault = refund(&app, forgotten["id"].as_str().unwrap(), None).unwrap_err();
        assert!(fault.detail.contains("No such charge"), "{fault}");
        // That server has no payment intents, which its answer says in its own way.
        assert!(refund(&app, "pi_unknown", None).is_err());
        assert_eq!(refunds(&peer.url(), &payment).len(), 1);
    });
}

#[test]
fn payment_intents_are_given_back_at_a_server_that_has_them() {
    let Some(peer) = Peer::localstripe() else { return };
    on_each_engine(|engine| {
        let app = app(engine, &peer.url());
        let url = peer.url();
        let form = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2039"),
            ("card[cvc]", "123"),
        ];
        let method = stripe::post(&url, "/v1/payment_methods", &form);
        let method = method["id"].as_str().unwrap_or_else(|| panic!("{method}"));
        let form = [("amount", "2000"), ("currency", "usd"), ("payment_method", method), ("confirm", "true")];
        let intent = stripe::post(&url, "/v1/payment_intents", &form);
        let intent = intent["id"].as_str().unwrap_or_else(|| panic!("{intent}"));
        mirror(&app.customer("ada@example.com"), intent);
        // It knows no reasons, but keeps metadata.
        let operation = RefundPayment { reason: "Late delivery".into(), ..wanted(intent, Some(700)) };
        let done = app.operator().call(&operation).unwrap();
        assert_eq!((done.state, done.amount_minor), (AskState::Succeeded, Some(700)));
        assert_eq!(mirrored(&app), 700);
        let list = stripe::get(&url, "/v1/refunds");
        let own =
            list["data"].as_array().unwrap().iter().filter(|one| one["payment_intent"] == intent).count();
        assert_eq!(own, 1, "{list}");
    });
}

#[test]
fn what_is_undecided_is_repeated_under_the_same_key_until_it_is_decided() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        mirror(&app.customer("ada@example.com"), "ch_1");
        recorder.answer(|_| (500, Vec::new(), r#"{"error":{"message":"broken"}}"#.into()));
        let started = refund(&app, "ch_1", Some(500)).unwrap();
        assert_eq!((started.state, &started.refund_id), (AskState::Started, &None));
        assert_eq!(RefundPayment::status(&started).http(), 202);
        assert_eq!(mirrored(&app), 0);
        // The same, and whatever could be the same, waits for it; another amount does not.
        for same in [Some(500), None] {
            let fault = refund(&app, "ch_1", same).unwrap_err();
            assert_eq!(fault.code, Code::Conflict, "{fault}");
            assert!(fault.detail.contains(started.operation_id.as_deref().unwrap()), "{fault}");
        }
        let before = recorder.requests().len();
        // Its time has not come, then Stripe is still broken, then it is well.
        let finish =
            || app.cx(echopilot_core::operation::Caller::Scheduler).call(&FinishStripeOperations {}).unwrap();
        assert_eq!((finish().waiting, recorder.requests().len()), (1, before));
        app.clock.advance(Duration::from_secs(180));
        assert_eq!(finish().waiting, 1);
        assert!(recorder.requests().len() > before);
        recorder.answer(usual);
        assert_eq!(finish().waiting, 1, "the next try is due later");
        app.clock.advance(Duration::from_secs(180));
        let finished = finish();
        assert_eq!((finished.succeeded, finished.waiting), (1, 0));
        assert_eq!(mirrored(&app), 500);
        let asked = recorder.asked("POST", "/v1/refunds");
        let keys = keys(&asked);
        assert!(keys.iter().all(|key| *key == keys[0] && key.starts_with("echopilot-")), "{keys:?}");
        assert!(asked.iter().all(|request| request.body == asked[0].body));
        assert_eq!(told(&app), ["refund_finished", "refund_requested"]);
        assert_eq!(
            refund(&app, "ch_1", Some(500)).unwrap().state,
            AskState::Succeeded,
            "a new one may begin"
        );
    });
}

#[test]
fn a_payment_and_its_charge_are_the_same_money() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        // The mirror hears of both by the first refund.
        let first = refund(&app, "pi_1", Some(500)).unwrap();
        assert_eq!(first.state, AskState::Succeeded);
        let too_much = refund(&app, "ch_of_pi_1", Some(1_501)).unwrap_err();
        assert_eq!(too_much.code, Code::Refused);
        assert!(too_much.detail.contains("USD 15.00"), "{too_much}");
        let looked = RefundPayment { dry_run: true, ..wanted("ch_of_pi_1", None) };
        let looked = app.operator().call(&looked).unwrap();
        assert_eq!((looked.payment_id.as_str(), looked.amount_minor), ("pi_1", Some(1_500)));
        recorder.answer(|_| (500, Vec::new(), r#"{"error":{"message":"broken"}}"#.into()));
        assert_eq!(refund(&app, "ch_of_pi_1", Some(700)).unwrap().state, AskState::Started);
        assert_eq!(refund(&app, "pi_1", Some(700)).unwrap_err().code, Code::Conflict);
        assert!(app.operator().call(&ListPayments::default()).unwrap().payments[0].is_refunding);
        recorder.answer(usual);
        app.clock.advance(Duration::from_secs(180));
        app.cx(echopilot_core::operation::Caller::Scheduler).call(&FinishStripeOperations {}).unwrap();
        assert_eq!(mirrored(&app), 1_200);
        assert!(recorder.asked("POST", "/v1/refunds").iter().all(|asked| asked.field("charge").is_empty()));
    });
}

#[test]
fn a_charge_that_was_named_before_its_payment_was_known_is_the_same_money() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        recorder.answer(|_| (500, Vec::new(), r#"{"error":{"message":"broken"}}"#.into()));
        assert_eq!(refund(&app, "ch_of_pi_1", Some(700)).unwrap().state, AskState::Started);
        // The mirror hears of the payment while nobody knows what became of the refund.
        recorder.answer(usual);
        refund(&app, "pi_1", Some(500)).unwrap();
        assert_eq!(refund(&app, "pi_1", Some(700)).unwrap_err().code, Code::Conflict);
        let paid = app.operator().call(&ListPayments::default()).unwrap().payments;
        assert!(paid.iter().any(|payment| payment.id == "pi_1" && payment.is_refunding));
    });
}

#[test]
fn a_key_that_is_refused_later_decides_nothing() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        recorder.answer(|_| (200, Vec::new(), "<html>lost</html>".into()));
        assert_eq!(refund(&app, "ch_1", Some(500)).unwrap().state, AskState::Started);
        for answer in [refused(401, "", "Invalid API Key provided"), refused(403, "", "No permission")] {
            recorder.answer(move |_| answer.clone());
            app.clock.advance(Duration::from_secs(300));
            let finished = app.operator().call(&FinishStripeOperations {}).unwrap();
            assert_eq!((finished.refused, finished.waiting), (0, 1), "it may have been done with a good key");
        }
        assert_eq!(refund(&app, "ch_1", Some(500)).unwrap_err().code, Code::Conflict);
        recorder.answer(usual);
        app.clock.advance(Duration::from_secs(1_800));
        assert_eq!(app.operator().call(&FinishStripeOperations {}).unwrap().succeeded, 1);
    });
}

#[test]
fn after_23_hours_a_person_must_look() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        recorder.answer(|_| (503, Vec::new(), String::new()));
        let started = refund(&app, "ch_1", None).unwrap();
        app.clock.advance(Duration::from_secs(23 * 3600 + 1));
        let before = recorder.requests().len();
        let finished = app.operator().call(&FinishStripeOperations {}).unwrap();
        assert_eq!((finished.given_up, finished.waiting), (1, 0));
        assert_eq!(recorder.requests().len(), before, "its key may be forgotten: Stripe is not asked");
        assert_eq!(told(&app), ["refund_requested", "stripe_outcome_unknown"]);
        let rows = app.rows("SELECT summary FROM ops_events WHERE severity = 'critical'");
        let words = &rows[0][0];
        assert!(words.contains(&started.operation_id.unwrap()) && words.contains("ch_1"), "{words}");
        recorder.answer(usual);
        assert_eq!(refund(&app, "ch_1", None).unwrap().state, AskState::Succeeded, "a person has looked");
    });
}

/// What it is, the answer to the nth try (status 0: the usual one), and where it leads; a fault when nowhere.
type BadAnswer = (&'static str, fn(usize) -> Reply, Option<AskState>);

#[test]
fn bad_answers_end_in_words_and_lose_nothing() {
    let answers: [BadAnswer; 8] = [
        (
            "500, then well",
            |n| if n == 0 { (500, Vec::new(), String::new()) } else { (0, Vec::new(), String::new()) },
            Some(AskState::Succeeded),
        ),
        (
            "429 with Retry-After, then well",
            |n| {
                if n == 0 {
                    let (status, _, body) = refused(429, "rate_limit", "Too many requests");
                    (status, vec![("Retry-After", "1".into())], body)
                } else {
                    (0, Vec::new(), String::new())
                }
            },
            Some(AskState::Succeeded),
        ),
        ("429 for ever", |_| refused(429, "rate_limit", "Too many requests"), Some(AskState::Started)),
        ("garbage", |_| (200, Vec::new(), "<html>".into()), Some(AskState::Started)),
        ("another object", |_| (200, Vec::new(), "{}".into()), Some(AskState::Started)),
        ("a list", |_| (200, Vec::new(), "[]".into()), Some(AskState::Started)),
        ("a refusal", |_| refused(400, "charge_disputed", "It is disputed."), None),
        ("a wrong key", |_| refused(401, "", "Invalid API Key provided"), None),
    ];
    on_each_engine(|engine| {
        for (what, answer, expected) in answers {
            let recorder = Recorder::start();
            let app = app(engine, &recorder.url);
            let count = AtomicUsize::new(0);
            recorder.answer(move |request| {
                if request.method == "GET" {
                    return usual(request);
                }
                match answer(count.fetch_add(1, Ordering::SeqCst)) {
                    (0, _, _) => usual(request),
                    reply => reply,
                }
            });
            let begun = echopilot_core::platform::Clock::monotonic();
            let result = refund(&app, "ch_1", Some(500));
            assert!(begun.elapsed() < Duration::from_secs(25), "{what}");
            assert_eq!(result.as_ref().ok().map(|done| done.state), expected, "{what}: {result:?}");
            if let Err(fault) = result {
                assert!(matches!(fault.code, Code::Refused | Code::Upstream), "{what}");
                assert!(!fault.detail.contains("sk_test"), "{what}: {fault}");
            }
            // Whatever was left open is finished once Stripe is well, and there is one of it.
            recorder.answer(usual);
            app.clock.advance(Duration::from_secs(180));
            let finished = app.operator().call(&FinishStripeOperations {}).unwrap();
            assert_eq!(finished.waiting, 0, "{what}");
            assert_eq!(finished.succeeded, u64::from(expected == Some(AskState::Started)), "{what}");
        }
    });
}

#[test]
fn answers_without_end_are_cut_off() {
    // Waiting takes most of the time, so both engines wait at once.
    let story = |engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        recorder.answer(|_| (200, Vec::new(), "x".repeat(10 << 20)));
        assert_eq!(refund(&app, "ch_1", None).unwrap().state, AskState::Started, "10 MB");
        recorder.answer(|_| {
            std::thread::sleep(Duration::from_secs(60));
            (200, Vec::new(), String::new())
        });
        let begun = echopilot_core::platform::Clock::monotonic();
        assert_eq!(refund(&app, "ch_2", None).unwrap().state, AskState::Started, "too slow");
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    };
    std::thread::scope(|scope| {
        for engine in engines() {
            scope.spawn(|| story(*engine));
        }
    });
}

#[test]
fn stripe_down_is_an_open_end_and_without_stripe_the_setting_is_named() {
    on_each_engine(|engine| {
        let down = app(engine, "http://127.0.0.1:1");
        assert_eq!(refund(&down, "ch_1", None).unwrap().state, AskState::Started);
        let without = TestApp::on(engine);
        let fault = refund(&without, "ch_1", None).unwrap_err();
        assert_eq!(fault.code, Code::NotConfigured);
        assert!(fault.detail.contains("STRIPE_SECRET_KEY"), "{fault}");
        assert_eq!(without.operator().call(&FinishStripeOperations {}).unwrap().waiting, 0);
    });
}

#[test]
fn reasons_are_stripes_or_words_of_ones_own() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        for (reason, field) in [("fraudulent", "reason"), (" Late delivery ", "metadata[reason]")] {
            let operation = RefundPayment { reason: reason.into(), ..wanted("py_1", Some(500)) };
            app.operator().call(&operation).unwrap();
            let asked = recorder.asked("POST", "/v1/refunds").pop().unwrap();
            assert_eq!(asked.field(field), reason.trim(), "{}", asked.body);
            assert_eq!(asked.field("charge"), "py_1");
        }
        recorder.forget();
        let wrong = [
            (wanted("in_1", None), "payment_id"),
            (wanted("ch_../x", None), "payment_id"),
            (wanted("ch_1", Some(0)), "amount_minor"),
            (wanted("ch_1", Some(-5)), "amount_minor"),
            (RefundPayment { reason: " ".into(), ..wanted("ch_1", None) }, "reason"),
            (RefundPayment { reason: "x".repeat(501), ..wanted("ch_1", None) }, "reason"),
        ];
        for (operation, field) in wrong {
            assert_eq!(app.operator().call(&operation).unwrap_err().fields[0].field, field);
        }
        mirror(&app.customer("ada@example.com"), "ch_9");
        let look = RefundPayment { dry_run: true, ..wanted("ch_9", None) };
        let planned = app.operator().call(&look).unwrap();
        assert_eq!((planned.state, planned.amount_minor), (AskState::Planned, Some(2_000)));
        let look = RefundPayment { dry_run: true, ..wanted("ch_9", Some(2_001)) };
        assert_eq!(app.operator().call(&look).unwrap_err().code, Code::Refused);
        assert!(recorder.requests().is_empty(), "a look asks for nothing");
    });
}

#[test]
fn the_shell_wants_a_yes_where_money_is_real() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let home = Home::new(engine)
            .set("STRIPE_API_BASE", &recorder.url)
            .set("STRIPE_MODE", "live")
            .set("STRIPE_SECRET_LIVE", "rk_live_of_the_tests_0123456789");
        let words = ["billing", "refund", "ch_1", "--reason", "duplicate", "--json"];
        let refused = home.run(&words).expect_code(3);
        assert!(refused.json()["detail"].as_str().unwrap().contains("--yes"), "{refused:?}");
        assert!(recorder.requests().is_empty());
        let look = home.run(&[&words[..], &["--dry-run"]].concat()).expect_code(0).json();
        assert_eq!(look["state"], "planned");
        assert!(recorder.requests().is_empty());
        let done = home.run(&[&words[..], &["--yes"]].concat()).expect_code(0).json();
        assert_eq!((&done["ok"], &done["state"]), (&json!(true), &json!("succeeded")));
        assert_eq!(recorder.asked("POST", "/v1/refunds").len(), 1);
        let test =
            Home::new(engine).set("STRIPE_API_BASE", &recorder.url).set("STRIPE_SECRET_KEY", stripe::KEY);
        let done = test.run(&["billing", "refund", "ch_1", "--reason", "duplicate"]).expect_code(0);
        assert!(done.stdout.contains("re_"), "{done:?}");
    });
}

#[test]
fn one_key_is_one_refund_over_http() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server =
            Served::start(engine, &[("STRIPE_API_BASE", &recorder.url), ("STRIPE_SECRET_KEY", stripe::KEY)]);
        let body = json!({ "payment_id": "ch_1", "amount_minor": 500, "reason": "duplicate" });
        let call = |body| {
            let call = server.call("POST", "/api/payments/refund").key(server.operator_key());
            call.header("Idempotency-Key", "order-7").json(body)
        };
        let answers: Vec<_> = std::thread::scope(|scope| {
            let call = call(&body);
            let threads: Vec<_> =
                (0..8).map(|_| call.clone()).map(|call| scope.spawn(move || call.send())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(answers.iter().any(|answer| answer.status == 200));
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)));
        let again = call(&body).send().expect_status(200);
        assert_eq!(recorder.asked("POST", "/v1/refunds").len(), 1);
        let other = call(&json!({ "payment_id": "ch_1", "amount_minor": 501, "reason": "duplicate" })).send();
        assert_eq!(other.expect_status(422).json()["errors"][0]["field"], "Idempotency-Key");
        assert_eq!(again.json()["payment_id"], "ch_1");
        for (body, field) in [
            (json!({ "payment_id": "ch_1", "reason": "x", "amount": "5.00" }), "amount"),
            (json!({ "payment_id": "ch_1", "reason": "x", "amount_minor": "5.00" }), "amount_minor"),
            (json!({ "payment_id": "ch_1" }), "reason"),
        ] {
            let answer = server.post_as_operator("/api/payments/refund", &body).expect_status(422);
            assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text);
        }
        let token = server.sign_in("ada@example.com");
        let customer = server.call("POST", "/api/payments/refund").bearer(&token).json(&body).send();
        assert_eq!(customer.status, 403);
        assert_eq!(server.post("/api/payments/refund", &body).status, 401);
        assert_eq!(recorder.asked("POST", "/v1/refunds").len(), 1);
    });
}
