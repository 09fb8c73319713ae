//! The ways to Stripe's own pages: the portal and the checkout, each customer's own, the price the server's choice.

use std::time::Duration;

use echopilot_core::billing::{OpenBillingPortal, PaidPlan, ReceiveWebhook, RefundPayment, StartCheckout};
use echopilot_core::customers::Period;
use echopilot_core::platform::{Code, Email};
use echopilot_core::scheduler::CleanUp;
use serde_json::json;

use crate::support::peers::Peer;
use crate::support::recorder::{Recorder, refused, usual};
use crate::support::stripe::{self, PRICE, app, settings};
use crate::support::stripe_events::{WEBHOOK_SECRET, event, signature};
use crate::support::{Served, TestApp, on_each_engine};

fn checkout(email: Option<&str>) -> StartCheckout {
    let email = email.map(|email| Email::parse(email).unwrap());
    StartCheckout { plan: PaidPlan::Starter, period: Period::Month, email, variant: None }
}

fn customers(app: &TestApp) -> Vec<Vec<String>> {
    app.rows("SELECT email, stripe_customer_id, plan, id FROM customers ORDER BY email")
}

#[test]
fn a_stranger_becomes_a_customer_here_and_there() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let page = app.stranger().call(&checkout(Some("Ada@example.com"))).unwrap();
        assert!(page.url.starts_with("https://checkout.stripe.com/"), "{}", page.url);
        let rows = customers(&app);
        let [email, stripe_id, plan, id] = &rows[0][..] else { panic!("{rows:?}") };
        assert_eq!((email.as_str(), plan.as_str(), rows.len()), ("ada@example.com", "free", 1));
        assert!(stripe_id.starts_with("cus_"));
        let made = recorder.asked("POST", "/v1/customers");
        assert_eq!((made.len(), made[0].field("email").as_str()), (1, "ada@example.com"));
        assert_eq!(&made[0].field("metadata[customer_id]"), id);
        let session = &recorder.asked("POST", "/v1/checkout/sessions")[0];
        assert_eq!(session.field("line_items[0][price]"), PRICE);
        assert_eq!(session.field("mode"), "subscription");
        assert_eq!(&session.field("customer"), stripe_id);
        assert_eq!(&session.field("client_reference_id"), id);
        assert_eq!(session.field("success_url"), "http://127.0.0.1:8080/app?checkout=done");
        assert_eq!(session.field("cancel_url"), "http://127.0.0.1:8080/pricing");
        // Whoever is known gets the same answer, and stays one customer.
        let again = app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        assert!(again.url.starts_with("https://checkout.stripe.com/") && again.url != page.url);
        assert_eq!((customers(&app).len(), recorder.asked("POST", "/v1/customers").len()), (1, 1));
        assert_eq!(recorder.asked("POST", "/v1/checkout/sessions").len(), 2);
        let kept = app.rows("SELECT request, response, idempotency_key FROM stripe_operations");
        assert!(!format!("{kept:?}").contains("ada@example.com"), "no address is kept: {kept:?}");
        assert!(
            !format!("{kept:?}").contains("checkout.stripe.com"),
            "no way into an account is kept: {kept:?}"
        );
    });
}

#[test]
fn two_at_once_for_one_new_address_make_one_customer() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                let cx = app.stranger();
                scope.spawn(move || cx.call(&checkout(Some("ada@example.com"))).unwrap());
            }
        });
        let made = recorder.asked("POST", "/v1/customers");
        assert!(made.iter().all(|request| request.key() == made[0].key() && request.body == made[0].body));
        let rows = customers(&app);
        assert_eq!(rows.len(), 1);
        let sessions = recorder.asked("POST", "/v1/checkout/sessions");
        assert_eq!(sessions.len(), 6);
        assert!(sessions.iter().all(|session| session.field("customer") == rows[0][1]));
    });
}

#[test]
fn a_customer_whom_stripe_deleted_is_made_anew_there() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = TestApp::with(engine, &TestApp::monday(), |environment| {
            settings(environment, &recorder.url).with("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
        });
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let first = customers(&app)[0][1].clone();
        let hear = |id: &str, stripe_id: &str| {
            let cx = app.stranger();
            let gone = json!({ "id": stripe_id, "object": "customer", "deleted": true });
            let body = event(id, "customer.deleted", cx.now.seconds(), &gone).to_string();
            let signature = signature(&body, cx.now);
            cx.call(&ReceiveWebhook { signature, body }).unwrap();
        };
        hear("evt_1", &first);
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let second = customers(&app)[0][1].clone();
        assert_ne!(first, second);
        hear("evt_2", &second);
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let made = recorder.asked("POST", "/v1/customers");
        let keys: std::collections::BTreeSet<&str> = stripe::keys(&made).into_iter().collect();
        assert_eq!((made.len(), keys.len()), (3, 3), "each is asked for under a key of its own");
        let session = recorder.asked("POST", "/v1/checkout/sessions").pop().unwrap();
        assert_eq!(session.field("customer"), customers(&app)[0][1]);
    });
}

#[test]
fn a_key_is_one_request_also_while_stripe_has_not_decided() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let settings = [
            ("STRIPE_API_BASE", recorder.url.as_str()),
            ("STRIPE_SECRET_KEY", stripe::KEY),
            ("STRIPE_PRICE_STARTER", PRICE),
            ("STRIPE_PRICE_PRO", "price_pro_month"),
        ];
        let server = Served::start(engine, &settings);
        let token = server.sign_in("ada@example.com");
        let buy = |plan: &str| {
            let call = server.call("POST", "/api/billing/checkout").bearer(&token);
            call.header("Idempotency-Key", "order-7").json(&json!({ "plan": plan, "period": "month" })).send()
        };
        recorder.answer(|request| match request.path.as_str() {
            "/v1/checkout/sessions" => (500, Vec::new(), r#"{"error":{"message":"broken"}}"#.into()),
            _ => usual(request),
        });
        let _ = buy("starter").expect_status(502);
        recorder.answer(usual);
        recorder.forget();
        let other = buy("pro").expect_status(422).json();
        assert_eq!(other["errors"][0]["field"], "Idempotency-Key");
        assert!(recorder.asked("POST", "/v1/checkout/sessions").is_empty());
        let _ = buy("starter").expect_status(200);
    });
}

#[test]
fn a_signed_in_customer_buys_for_themselves_only() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let ada = app.customer("ada@example.com");
        app.customer("bob@example.com");
        ada.call(&checkout(None)).unwrap();
        ada.call(&checkout(Some("ADA@example.com"))).unwrap();
        let fault = ada.call(&checkout(Some("bob@example.com"))).unwrap_err();
        assert_eq!((fault.code, fault.fields[0].field.as_str()), (Code::Invalid, "email"));
        let fault = app.stranger().call(&checkout(None)).unwrap_err();
        assert_eq!((fault.code, fault.fields[0].field.as_str()), (Code::Invalid, "email"));
        let made = recorder.asked("POST", "/v1/customers");
        assert_eq!((made.len(), made[0].field("email").as_str()), (1, "ada@example.com"));
    });
}

#[test]
fn who_has_a_subscription_is_led_to_the_portal_and_strangers_get_no_hint() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let ada = app.customer("ada@example.com");
        let id = ada.caller.customer().unwrap().profile.customer_id.clone();
        app.change(&format!(
            "INSERT INTO subscriptions (id, customer_id, status, cancels_at_period_end, created_at, observed_at) \
             VALUES ('sub_1', '{id}', 'canceled', FALSE, 1, 1)"
        ));
        ada.call(&checkout(None)).unwrap();
        for status in ["active", "trialing", "past_due"] {
            app.change(&format!("UPDATE subscriptions SET status = '{status}'"));
            let fault = ada.call(&checkout(None)).unwrap_err();
            assert_eq!(fault.code, Code::Conflict, "{status}");
            assert!(fault.detail.contains("billing portal"), "{fault}");
            let page = app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
            assert!(page.url.starts_with("https://checkout.stripe.com/"));
        }
    });
}

#[test]
fn prices_are_the_servers_and_a_plan_without_one_names_its_setting() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        for (plan, period, setting) in [
            (PaidPlan::Starter, Period::Year, "STRIPE_PRICE_STARTER_YEARLY"),
            (PaidPlan::Pro, Period::Month, "STRIPE_PRICE_PRO"),
            (PaidPlan::Pro, Period::Year, "STRIPE_PRICE_PRO_YEARLY"),
        ] {
            let wanted = StartCheckout { plan, period, ..checkout(Some("ada@example.com")) };
            let fault = app.stranger().call(&wanted).unwrap_err();
            assert_eq!(fault.code, Code::NotConfigured);
            assert!(fault.detail.starts_with(&format!("{setting} ")), "{fault}");
        }
        assert!(recorder.requests().is_empty() && customers(&app).is_empty());
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let without = TestApp::on(engine);
        let fault = without.stranger().call(&checkout(Some("ada@example.com"))).unwrap_err();
        assert!(fault.code == Code::NotConfigured && fault.detail.contains("STRIPE_SECRET_KEY"));
        assert!(customers(&without).is_empty());
    });
}

#[test]
fn by_invitation_nobody_buys_their_way_in() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = TestApp::with(engine, &TestApp::monday(), |environment| {
            settings(environment, &recorder.url).with("SIGNUP_MODE", "invite")
        });
        let ada = app.customer("ada@example.com");
        for email in ["ada@example.com", "new@example.com"] {
            let fault = app.stranger().call(&checkout(Some(email))).unwrap_err();
            assert_eq!(fault.code, Code::Unauthenticated);
        }
        assert!(recorder.requests().is_empty());
        ada.call(&checkout(None)).unwrap();
    });
}

#[test]
fn the_portal_is_ones_own() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let (ada, bob) = (app.customer("ada@example.com"), app.customer("bob@example.com"));
        let fault = bob.call(&OpenBillingPortal {}).unwrap_err();
        assert_eq!(fault.code, Code::NotFound);
        ada.call(&checkout(None)).unwrap();
        bob.call(&checkout(None)).unwrap();
        let ids: Vec<String> = customers(&app).into_iter().map(|mut row| row.remove(1)).collect();
        assert_ne!(ids[0], ids[1]);
        for (cx, id) in [(&ada, &ids[0]), (&bob, &ids[1])] {
            let page = cx.call(&OpenBillingPortal {}).unwrap();
            assert!(page.url.starts_with("https://billing.stripe.com/"));
            let asked = recorder.asked("POST", "/v1/billing_portal/sessions").pop().unwrap();
            assert_eq!(&asked.field("customer"), id);
            assert_eq!(asked.field("return_url"), "http://127.0.0.1:8080/app");
        }
        assert_eq!(app.operator().call(&OpenBillingPortal {}).unwrap_err().code, Code::Forbidden);
        assert_eq!(app.stranger().call(&OpenBillingPortal {}).unwrap_err().code, Code::Unauthenticated);
        let kept = app.rows("SELECT response FROM stripe_operations WHERE kind = 'portal'");
        assert!(kept.len() == 2 && !format!("{kept:?}").contains("https"), "{kept:?}");
    });
}

#[test]
fn a_portal_that_nobody_set_up_is_said_in_plain_words() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let ada = app.customer("ada@example.com");
        ada.call(&checkout(None)).unwrap();
        recorder.answer(|_| {
            refused(
                400,
                "",
                "No configuration provided and your test mode default configuration has not been created.",
            )
        });
        let fault = ada.call(&OpenBillingPortal {}).unwrap_err();
        assert_eq!((fault.code, fault.code.http()), (Code::Refused, 409));
        assert!(fault.detail.contains("not set up yet") && !fault.detail.contains("test mode"), "{fault}");
        recorder.answer(|_| refused(404, "resource_missing", "No such customer: 'cus_1'"));
        let fault = ada.call(&OpenBillingPortal {}).unwrap_err();
        assert!(fault.detail.contains("No such customer"), "{fault}");
        // A page elsewhere than on https is none that a browser is sent to.
        for url in ["javascript:alert(1)", "http://billing.stripe.com/", ""] {
            recorder.answer(move |_| (200, Vec::new(), json!({ "id": "bps_1", "url": url }).to_string()));
            assert_eq!(ada.call(&OpenBillingPortal {}).unwrap_err().code, Code::Upstream, "{url}");
        }
        recorder.answer(usual);
        ada.call(&OpenBillingPortal {}).unwrap();
    });
}

#[test]
fn bad_answers_are_words_and_the_next_try_asks_under_the_same_key() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        for answer in ["<html>", "[]", "{}", r#"{"id":7}"#] {
            recorder.answer(move |_| (200, Vec::new(), answer.to_owned()));
            let fault = app.stranger().call(&checkout(Some("ada@example.com"))).unwrap_err();
            assert_eq!(fault.code, Code::Upstream, "{answer}: {fault}");
        }
        recorder.answer(|_| refused(400, "email_invalid", "Invalid email address"));
        let fault = app.stranger().call(&checkout(Some("ada@example.com"))).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        recorder.answer(usual);
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let made = recorder.asked("POST", "/v1/customers");
        let keys: Vec<&str> = stripe::keys(&made);
        assert_eq!(keys.len(), 6);
        assert!(keys[..5].iter().all(|key| *key == keys[0]), "{keys:?}");
        assert_ne!(keys[5], keys[0], "after a refusal Stripe would repeat it");
    });
}

#[test]
fn a_server_that_nobody_here_wrote_knows_the_same_customer() {
    let Some(peer) = Peer::localstripe() else { return };
    on_each_engine(|engine| {
        let app = app(engine, &peer.url());
        // It has no checkout, which is said; the customer is made before.
        let fault = app.stranger().call(&checkout(Some("ada@example.com"))).unwrap_err();
        assert!(matches!(fault.code, Code::Refused | Code::Upstream), "{fault:?}");
        let rows = customers(&app);
        assert!(rows[0][1].starts_with("cus_"), "{rows:?}");
        let there = stripe::get(&peer.url(), &format!("/v1/customers/{}", rows[0][1]));
        assert_eq!((&there["email"], &there["name"]), (&json!("ada@example.com"), &json!("ada")), "{there}");
        assert_eq!(there["metadata"]["customer_id"], rows[0][3].as_str());
        assert!(app.stranger().call(&checkout(Some("ada@example.com"))).is_err());
        assert_eq!(customers(&app), rows, "the next try finds it");
    });
}

#[test]
fn sessions_are_forgotten_after_a_quarter_and_what_moved_money_is_not() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        app.stranger().call(&checkout(Some("ada@example.com"))).unwrap();
        let refund = RefundPayment {
            payment_id: "ch_1".into(),
            amount_minor: Some(5),
            reason: "duplicate".into(),
            dry_run: false,
        };
        app.operator().call(&refund).unwrap();
        assert_eq!(app.operator().call(&CleanUp {}).unwrap().payment_sessions, 0);
        app.clock.advance(Duration::from_secs(91 * 24 * 3600));
        assert_eq!(app.operator().call(&CleanUp {}).unwrap().payment_sessions, 1);
        let kept = app.rows("SELECT kind FROM stripe_operations ORDER BY kind");
        assert_eq!(kept, [["customer"], ["refund"]]);
    });
}

#[test]
fn over_http_each_input_is_what_it_says() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let set = [
            ("STRIPE_API_BASE", recorder.url.as_str()),
            ("STRIPE_SECRET_KEY", stripe::KEY),
            ("STRIPE_PRICE_STARTER", PRICE),
        ];
        let server = Served::start(engine, &set);
        let good = json!({ "plan": "starter", "period": "month", "email": "ada@example.com" });
        let answer = server.post("/api/billing/checkout", &good).expect_status(200);
        assert!(answer.text.starts_with(r#"{"ok":true,"url":"https://"#), "{}", answer.text);
        for (body, field) in [
            (
                json!({ "plan": "starter", "period": "month", "email": "a@b.co", "price": "price_mine" }),
                "price",
            ),
            (json!({ "plan": "free", "period": "month", "email": "a@b.co" }), "plan"),
            (json!({ "plan": "starter", "period": "week", "email": "a@b.co" }), "period"),
            (json!({ "plan": "starter", "period": "month", "email": "nobody" }), "email"),
            (json!({ "plan": "starter", "period": "month" }), "email"),
        ] {
            let answer = server.post("/api/billing/checkout", &body).expect_status(422);
            assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text);
        }
        let token = server.sign_in("bob@example.com");
        let call = server.call("POST", "/api/billing/portal").bearer(&token);
        assert_eq!(call.send().expect_status(404).json()["code"], "not_found");
        let own = json!({ "plan": "starter", "period": "month" });
        let bought = |key: &str| {
            let call = server.call("POST", "/api/billing/checkout").bearer(&token).json(&own);
            call.header("Idempotency-Key", key).send().expect_status(200).text
        };
        assert_eq!(bought("one"), bought("one"));
        assert_ne!(bought("one"), bought("two"));
        let _ = call.send().expect_status(200);
        let without = Served::start(engine, &[]);
        let token = without.sign_in("ada@example.com");
        let portal = without.call("POST", "/api/billing/portal").bearer(&token).send().expect_status(503);
        assert_eq!(portal.json()["code"], "not_configured");
    });
}
