//! Invoices that operators make and void: three calls at Stripe and one invoice, whatever comes in between; and the
//! lists of payments and invoices.

use std::time::Duration;

use echopilot_core::billing::{
    self, AskState, CreateInvoice, FinishStripeOperations, ListCustomerInvoices, ListInvoices, ListPayments,
    Payment, VoidInvoice,
};
use echopilot_core::events::Log;
use echopilot_core::platform::{Code, Email, Timestamp};
use echopilot_core::store::Engine;
use serde_json::json;

use crate::support::recorder::{Recorder, refused, usual};
use crate::support::stripe::{self, app};
use crate::support::{Home, Served, TestApp, on_each_engine};

fn invoice() -> CreateInvoice {
    CreateInvoice {
        amount_minor: 4_900,
        currency: "USD".into(),
        email: Email::parse("ada@example.com").unwrap(),
        description: "Workshop".into(),
    }
}

fn by_address(email: &str) -> ListCustomerInvoices {
    ListCustomerInvoices { email: Email::parse(email).unwrap(), limit: None, cursor: None }
}

#[test]
fn an_invoice_is_made_mirrored_shown_and_voided() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        let made = app.operator().call(&invoice()).unwrap();
        assert_eq!(
            (made.state, made.status.as_deref(), made.test_mode),
            (AskState::Succeeded, Some("open"), true)
        );
        assert_eq!((made.amount_minor, made.currency.as_str()), (4_900, "usd"));
        let id = made.invoice_id.clone().unwrap();
        assert!(made.hosted_invoice_url.unwrap().ends_with(&id));
        let paths: Vec<String> = recorder.requests().into_iter().map(|request| request.path).collect();
        let finalize = format!("/v1/invoices/{id}/finalize");
        assert_eq!(paths, ["/v1/customers", "/v1/invoices", "/v1/invoiceitems", finalize.as_str()]);
        let asked = recorder.requests();
        let keys: std::collections::BTreeSet<&str> = stripe::keys(&asked).into_iter().collect();
        assert_eq!(keys.len(), 4, "each call has a key of its own: {keys:?}");
        let line = &recorder.asked("POST", "/v1/invoiceitems")[0];
        assert_eq!((line.field("invoice"), line.field("amount")), (id.clone(), "4900".into()));

        // The customer and the operator see the same one; nobody else does.
        let ada = app.customer("ada@example.com");
        let own = ada.call(&ListInvoices::default()).unwrap().invoices;
        let listed = app.operator().call(&by_address("ada@example.com")).unwrap();
        assert_eq!((own.len(), listed.invoices.len()), (1, 1));
        assert_eq!((&own[0].id, &listed.invoices[0].id, own[0].status.as_str()), (&id, &id, "open"));
        assert_eq!(own[0].description, "Workshop");
        let bob = app.customer("bob@example.com");
        assert!(bob.call(&ListInvoices::default()).unwrap().invoices.is_empty());
        assert!(app.operator().call(&by_address("bob@example.com")).unwrap().invoices.is_empty());
        assert_eq!(app.operator().call(&by_address("nobody@example.com")).unwrap_err().code, Code::NotFound);
        assert_eq!(bob.call(&by_address("ada@example.com")).unwrap_err().code, Code::Forbidden);

        let voided = app.operator().call(&VoidInvoice { invoice_id: id }).unwrap();
        assert_eq!((voided.state, voided.status.as_deref()), (AskState::Succeeded, Some("void")));
        assert_eq!(ada.call(&ListInvoices::default()).unwrap().invoices[0].status, "void");
        assert_eq!(bob.call(&VoidInvoice { invoice_id: "in_1".into() }).unwrap_err().code, Code::Forbidden);
        let mut told = app.told();
        told.sort();
        assert_eq!(told, ["invoice_created", "invoice_voided"]);
        // Another of the same words is another invoice.
        assert_ne!(app.operator().call(&invoice()).unwrap().invoice_id, made.invoice_id);
        assert_eq!(recorder.asked("POST", "/v1/customers").len(), 1);
    });
}

#[test]
fn wherever_it_breaks_off_it_is_finished_and_not_doubled() {
    on_each_engine(|engine| {
        for broken in ["/v1/invoices", "/v1/invoiceitems", "finalize"] {
            let recorder = Recorder::start();
            let app = app(engine, &recorder.url);
            // The step is done there, and its answer is lost.
            recorder.answer(move |request| match usual(request) {
                _ if request.path.ends_with(broken) => (200, Vec::new(), "<html>lost</html>".into()),
                answer => answer,
            });
            let started = app.operator().call(&invoice()).unwrap();
            assert_eq!((started.state, &started.invoice_id), (AskState::Started, &None), "{broken}");
            let again = app.operator().call(&invoice()).unwrap_err();
            assert_eq!(again.code, Code::Conflict, "{broken}: {again}");
            let first: Vec<_> = recorder.requests();
            recorder.answer(usual);
            app.clock.advance(Duration::from_secs(180));
            let finished = app.operator().call(&FinishStripeOperations {}).unwrap();
            assert_eq!((finished.succeeded, finished.waiting), (1, 0), "{broken}");
            for path in ["/v1/invoices", "/v1/invoiceitems"] {
                let asked = recorder.asked("POST", path);
                assert!(asked.iter().all(|request| request.key() == asked[0].key()), "{broken}: {path}");
            }
            assert!(recorder.requests().len() > first.len());
            let listed = app.operator().call(&by_address("ada@example.com")).unwrap();
            assert_eq!(listed.invoices.len(), 1, "{broken}");
        }
    });
}

#[test]
fn a_refusal_in_the_middle_leaves_no_draft() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        recorder.answer(|request| match request.path.as_str() {
            "/v1/invoiceitems" => refused(400, "currency_mismatch", "Another currency."),
            _ => usual(request),
        });
        let fault = app.operator().call(&invoice()).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(fault.detail.contains("currency_mismatch"), "{fault}");
        let removed: Vec<_> =
            recorder.requests().into_iter().filter(|request| request.method == "DELETE").collect();
        assert_eq!(removed.len(), 1);
        assert!(app.operator().call(&by_address("ada@example.com")).unwrap().invoices.is_empty());
        assert_eq!(app.told(), ["invoice_refused"]);
        recorder.answer(usual);
        app.operator().call(&invoice()).unwrap();
    });
}

#[test]
fn what_the_mirror_cannot_take_in_undoes_no_invoice() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let app = app(engine, &recorder.url);
        app.change(match engine {
            Engine::Sqlite => {
                "CREATE TRIGGER full BEFORE INSERT ON stripe_objects WHEN new.kind = 'invoice' \
                 BEGIN SELECT RAISE(ABORT, 'no more of them'); END"
            }
            Engine::Postgres => "ALTER TABLE stripe_objects ADD CHECK (kind <> 'invoice')",
        });
        let made = app.operator().call(&invoice()).unwrap();
        assert_eq!((made.state, made.status.as_deref()), (AskState::Succeeded, Some("open")));
        let states = app.rows("SELECT state FROM stripe_operations WHERE kind = 'invoice'");
        assert_eq!(states, [["succeeded"]]);
        assert_eq!(app.told(), ["invoice_created"]);
        let lines = app.logs(Log::Billing);
        assert!(lines.iter().any(|line| line["event"] == "mirror_behind"), "{lines:?}");
    });
}

#[test]
fn what_no_invoice_can_be_is_refused_before_stripe_is_asked() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server =
            Served::start(engine, &[("STRIPE_API_BASE", &recorder.url), ("STRIPE_SECRET_KEY", stripe::KEY)]);
        let good = json!({ "amount_minor": 4900, "currency": "usd", "email": "ada@example.com", "description": "W" });
        let with = |name: &str, value: serde_json::Value| {
            let mut body = good.clone();
            body[name] = value;
            body
        };
        for (body, field) in [
            (with("amount", json!("49.00")), "amount"),
            (with("amount_minor", json!("49.00")), "amount_minor"),
            (with("amount_minor", json!(49)), "amount_minor"),
            (with("amount_minor", json!(100_000_000)), "amount_minor"),
            (with("amount_minor", json!(-4900)), "amount_minor"),
            (with("currency", json!("dollars")), "currency"),
            (with("email", json!("nobody")), "email"),
            (with("description", json!(" ")), "description"),
        ] {
            let answer = server.post_as_operator("/api/payments/create-invoice", &body).expect_status(422);
            assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.text);
        }
        // Whether Stripe answers is checked all the time.
        assert!(recorder.requests().is_empty());
        let call = || server.call("POST", "/api/payments/create-invoice").key(server.operator_key());
        let one = call().header("Idempotency-Key", "i-1").json(&good).send().expect_status(200);
        let two = call().header("Idempotency-Key", "i-1").json(&good).send().expect_status(200);
        assert_eq!(one.text, two.text);
        assert_eq!(recorder.asked("POST", "/v1/invoices").len(), 1);
        let void = server.post_as_operator("/api/payments/void-invoice", &json!({ "invoice_id": "ch_1" }));
        assert_eq!(void.expect_status(422).json()["errors"][0]["field"], "invoice_id");
    });
}

#[test]
fn the_shell_does_what_http_does() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let home =
            Home::new(engine).set("STRIPE_API_BASE", &recorder.url).set("STRIPE_SECRET_KEY", stripe::KEY);
        let words = [
            "billing",
            "invoice",
            "--email",
            "ada@example.com",
            "--amount-minor",
            "4900",
            "--currency",
            "usd",
            "--description",
            "Workshop",
            "--json",
        ];
        let made = home.run(&words).expect_code(0).json();
        let id = made["invoice_id"].as_str().unwrap();
        let listed = home.run(&["billing", "invoices", "--email", "ada@example.com"]).expect_code(0);
        assert!(listed.stdout.contains(id) && listed.stdout.contains("USD 49.00"), "{listed:?}");
        let voided = home.run(&["billing", "void", id, "--json"]).expect_code(0).json();
        assert_eq!(voided["status"], "void");
        let none = home.run(&["billing", "payments"]).expect_code(0);
        assert!(!none.stderr.contains("succeeded"), "no payment, no rate: {none:?}");
        let fault =
            home.run(&["billing", "payments", "--since", "yesterday", "--json"]).expect_code(2).json();
        assert!(fault["detail"].as_str().unwrap().contains("--since"), "{fault}");
    });
}

fn pay(app: &TestApp, email: &str, id: &str, at: i64, change: impl FnOnce(&mut Payment)) {
    let cx = app.customer(email);
    let mut payment = Payment {
        id: id.to_owned(),
        customer_id: cx.caller.customer().unwrap().profile.customer_id.clone(),
        invoice_id: None,
        amount_minor: 1_000,
        refunded_minor: 0,
        currency: "usd".into(),
        status: "succeeded".into(),
        created_at: Timestamp(at),
    };
    change(&mut payment);
    assert!(cx.deps.store.write(move |tx| billing::add_payment(tx, &payment)).unwrap());
}

#[test]
fn payments_are_listed_by_page_and_added_up_over_all() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let empty = app.operator().call(&ListPayments::default()).unwrap();
        assert!(empty.payments.is_empty() && empty.totals.is_empty() && empty.success_rate.is_none());
        pay(&app, "ada@example.com", "ch_1", 1_000, |_| {});
        pay(&app, "ada@example.com", "ch_2", 2_000, |payment| payment.refunded_minor = 400);
        pay(&app, "bob@example.com", "ch_3", 2_000, |payment| payment.currency = "eur".into());
        pay(&app, "bob@example.com", "ch_4", 3_000, |payment| payment.status = "failed".into());
        pay(&app, "bob@example.com", "ch_5", 4_000, |payment| payment.status = "pending".into());
        let list = |operation: ListPayments| {
            let page = app.operator().call(&operation).unwrap();
            let ids: Vec<String> = page.payments.iter().map(|payment| payment.id.clone()).collect();
            (ids, page)
        };
        let (ids, page) = list(ListPayments::default());
        assert_eq!(ids, ["ch_5", "ch_4", "ch_3", "ch_2", "ch_1"]);
        let sums: Vec<_> = page
            .totals
            .iter()
            .map(|sum| (sum.currency.as_str(), sum.count, sum.volume_minor, sum.refunded_minor))
            .collect();
        assert_eq!(sums, [("eur", 1, 1_000, 0), ("usd", 2, 2_000, 400)]);
        assert_eq!(page.success_rate, Some(0.75));
        // Declined, and waiting for another card; the other waits for a first one.
        for (id, failure) in [("pi_6", "'Your card was declined.'"), ("pi_7", "NULL")] {
            pay(&app, "eve@example.com", id, 500, |payment| {
                payment.status = "requires_payment_method".into();
            });
            app.change(&format!("UPDATE payments SET failure = {failure} WHERE id = '{id}'"));
        }
        assert_eq!(list(ListPayments::default()).1.success_rate, Some(0.6));
        app.change("DELETE FROM payments WHERE id IN ('pi_6', 'pi_7')");
        let ada = page.payments.last().unwrap().customer_id.clone();
        let (ids, page) = list(ListPayments { customer: Some(ada), ..ListPayments::default() });
        assert_eq!((ids, page.success_rate), (vec!["ch_2".to_owned(), "ch_1".into()], Some(1.0)));
        let (ids, page) = list(ListPayments { since: Some(Timestamp(2_000)), ..ListPayments::default() });
        assert_eq!((ids.len(), page.totals.len(), page.success_rate), (4, 2, Some(0.6666)));
        let (ids, _) = list(ListPayments { status: Some("failed".into()), ..ListPayments::default() });
        assert_eq!(ids, ["ch_4"]);
        let (mut walked, mut cursor) = (Vec::new(), None);
        loop {
            let (ids, page) = list(ListPayments { limit: Some(2), cursor, ..ListPayments::default() });
            assert_eq!(page.totals.len(), 2, "the sums are those of all pages");
            walked.extend(ids);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(walked, ["ch_5", "ch_4", "ch_3", "ch_2", "ch_1"]);
        assert_eq!(
            app.customer("ada@example.com").call(&ListPayments::default()).unwrap_err().code,
            Code::Forbidden
        );
    });
}
