//! A customer's invoices: their own and nobody else's, every one once however the pages are cut, sums and statuses as
//! people read them.

use std::collections::BTreeSet;

use echopilot_core::billing::{self, BillingHistory, Invoice, ListInvoices, Payment, SummariseBilling};
use echopilot_core::operation::Cx;
use echopilot_core::platform::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::support::{Served, TestApp, on_each_engine};

#[test]
fn every_page_together_shows_every_own_invoice_once_newest_first() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let other = app.customer("other@example.com");
        let rounds = std::cell::Cell::new(0);
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        // Few times for many invoices, so that pages are cut between equal ones.
        let case = (proptest::collection::vec(0_i64..4, 0..40), 1_u32..9);
        let told = TestRunner::new(config).run(&case, |(times, limit)| {
            rounds.set(rounds.get() + 1);
            let round = rounds.get();
            let own = app.customer(&format!("own{round}@example.com"));
            let mut expected = BTreeSet::new();
            for (number, time) in times.iter().enumerate() {
                let id = format!("in_{round}_{number:03}");
                add(&own, &id, |invoice| invoice.issued_at = Timestamp(1_700_000_000_000 + time));
                add(&other, &format!("{id}_other"), |invoice| {
                    invoice.issued_at = Timestamp(1_700_000_000_000 + time);
                });
                expected.insert(id);
            }
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let operation = ListInvoices { limit: Some(limit), cursor, ..ListInvoices::default() };
                let page = own.call(&operation).unwrap();
                prop_assert!(page.invoices.len() <= limit as usize);
                prop_assert!(page.next_cursor.is_none() || page.invoices.len() == limit as usize);
                seen.extend(page.invoices.into_iter().map(|invoice| (invoice.date, invoice.id)));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert!(seen.is_sorted_by(|one, next| one > next), "newest first, each once: {:?}", seen);
            prop_assert_eq!(seen.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>(), expected);
            Ok(())
        });
        told.unwrap();
    });
}

#[test]
fn an_invoice_that_comes_while_somebody_pages_moves_none_of_the_others() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let own = app.customer("own@example.com");
        for number in 0..6 {
            add(&own, &format!("in_{number}"), |invoice| invoice.issued_at = Timestamp(1_000 * number));
        }
        let page =
            |cursor| own.call(&ListInvoices { limit: Some(3), cursor, ..ListInvoices::default() }).unwrap();
        let first = page(None);
        add(&own, "in_new", |invoice| invoice.issued_at = Timestamp(9_000));
        assert_eq!(ids(&first), ["in_5", "in_4", "in_3"]);
        assert_eq!(ids(&page(first.next_cursor)), ["in_2", "in_1", "in_0"]);
        assert_eq!(ids(&page(None)), ["in_new", "in_5", "in_4"]);
    });
}

#[test]
fn filters_statuses_and_money() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let own = app.customer("own@example.com");
        let at = |text: &str| Timestamp::parse(text).unwrap();
        add(&own, "in_last_of_2025", |invoice| invoice.issued_at = at("2025-12-31T23:59:59.999Z"));
        add(&own, "in_first_of_2026", |invoice| {
            invoice.issued_at = at("2026-01-01T00:00:00Z");
            (invoice.currency, invoice.amount_minor) = ("jpy".into(), 1_234_567);
        });
        add(&own, "in_refunded", |invoice| {
            (invoice.issued_at, invoice.refunded_minor) = (at("2026-02-01T00:00:00Z"), 123_456);
        });
        add(&own, "in_partly", |invoice| {
            (invoice.issued_at, invoice.refunded_minor) = (at("2026-02-02T00:00:00Z"), 1);
        });
        add(&own, "in_free", |invoice| {
            (invoice.issued_at, invoice.amount_minor) = (at("2026-02-03T00:00:00Z"), 0);
        });
        add(&own, "in_open", |invoice| {
            (invoice.issued_at, invoice.status) = (at("2026-02-04T00:00:00Z"), "open".into());
        });
        let list = |status: Option<&str>, year| {
            let status = status.map(str::to_owned);
            own.call(&ListInvoices { status, year, ..ListInvoices::default() }).unwrap()
        };
        let all = list(None, None);
        assert_eq!(
            ids(&all),
            ["in_open", "in_free", "in_partly", "in_refunded", "in_first_of_2026", "in_last_of_2025"]
        );
        assert_eq!(all.years, [2026, 2025]);
        let shown = |id: &str| all.invoices.iter().find(|invoice| invoice.id == id).unwrap();
        assert_eq!(shown("in_refunded").status, "refunded");
        assert_eq!((&*shown("in_partly").status, shown("in_partly").refunded_minor), ("paid", 1));
        assert_eq!(shown("in_free").status, "paid", "nothing was given back of nothing");
        assert_eq!(shown("in_partly").amount, "USD 1,234.56");
        assert_eq!(shown("in_first_of_2026").amount, "JPY 1,234,567");
        assert_eq!(ids(&list(None, Some(2025))), ["in_last_of_2025"]);
        assert_eq!(ids(&list(Some("refunded"), None)), ["in_refunded"]);
        assert_eq!(ids(&list(Some("paid"), Some(2026))), ["in_free", "in_partly", "in_first_of_2026"]);
        assert_eq!(ids(&list(Some("' OR 1=1 --"), None)), Vec::<&str>::new());
        let with = |word: &str| {
            own.call(&ListInvoices { q: Some(word.to_owned()), ..ListInvoices::default() }).unwrap()
        };
        assert_eq!(
            ids(&with("Refunded")),
            ["in_refunded"],
            "the word that is shown is the one that is found"
        );
        assert!(!ids(&with("paid")).contains(&"in_refunded"));
    });
}

#[test]
fn the_summary_adds_up_by_month_and_currency() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let (own, other) = (app.customer("own@example.com"), app.customer("other@example.com"));
        let at = |text: &str| Timestamp::parse(text).unwrap();
        add(&own, "in_1", |invoice| invoice.status = "open".into());
        for (id, whose, time, amount, refunded, currency, status) in [
            ("py_1", &own, "2026-03-01T00:00:00Z", 1_000, 0, "usd", "succeeded"),
            ("py_2", &own, "2026-03-02T00:00:00Z", 500, 200, "usd", "succeeded"),
            ("py_3", &own, "2026-02-28T23:59:59.999Z", 70, 0, "usd", "succeeded"),
            ("py_4", &own, "2026-03-02T00:00:00Z", 9, 0, "eur", "succeeded"),
            ("py_5", &own, "2026-03-02T00:00:00Z", 100_000, 0, "usd", "failed"),
            ("py_6", &other, "2026-03-02T00:00:00Z", 100_000, 0, "usd", "succeeded"),
            ("py_7", &own, "2026-01-31T23:59:59.999Z", 100_000, 0, "usd", "succeeded"),
        ] {
            let payment = Payment {
                id: id.into(),
                customer_id: customer_id(whose),
                invoice_id: None,
                amount_minor: amount,
                refunded_minor: refunded,
                currency: currency.into(),
                status: status.into(),
                created_at: at(time),
            };
            app.deps.store.write(move |tx| billing::add_payment(tx, &payment)).unwrap();
        }
        let summary = own.call(&SummariseBilling::default()).unwrap();
        let sums = |sums: &[billing::Sum]| -> Vec<(String, i64)> {
            sums.iter().map(|sum| (sum.amount.clone(), sum.count)).collect()
        };
        assert_eq!(sums(&summary.paid_this_month), [("EUR 0.09".into(), 1), ("USD 13.00".into(), 2)]);
        assert_eq!(sums(&summary.paid_last_month), [("USD 0.70".into(), 1)]);
        assert_eq!(sums(&summary.open), [("USD 1,234.56".into(), 1)]);
        assert_eq!(summary.next_open.unwrap().id, "in_1");
        let nothing = app.customer("new@example.com").call(&SummariseBilling::default()).unwrap();
        assert!(nothing.paid_this_month.is_empty() && nothing.next_open.is_none());
    });
}

#[test]
fn bad_input_is_named_and_good_input_beside_it_is_answered() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("own@example.com");
        let ask =
            |query: &str| server.call("GET", &format!("/api/billing/history?{query}")).bearer(&token).send();
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=201", "limit"),
            ("limit=4294967296", "limit"),
            ("limit=9223372036854775808", "limit"),
            ("limit=1e2", "limit"),
            ("limit=0x10", "limit"),
            ("limit=1.0", "limit"),
            ("limit=NaN", "limit"),
            ("limit=1&limit=1", "limit"),
            ("limit=1&LIMIT=1", "LIMIT"),
            ("limit[]=1", "limit[]"),
            ("year=0", "year"),
            ("year=1969", "year"),
            ("year=10000", "year"),
            ("year=99999999999", "year"),
            ("cursor=%25", "cursor"),
            ("cursor=AAAA", "cursor"),
            ("cursor=MSAA", "cursor"),
            ("customer=01ARZ3NDEKTSV4RRFFQ69G5FAV", "customer"),
            ("customer_id=01ARZ3NDEKTSV4RRFFQ69G5FAV", "customer_id"),
            ("surprise", "surprise"),
        ] {
            let answer = ask(query).expect_status(422);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{query}");
            let problem = answer.json();
            assert_eq!(problem["code"], "invalid", "{query}");
            assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
        }
        for harmless in [
            "",
            "limit=1",
            "limit=200&year=2026",
            "status=paid",
            "status=%27%20OR%201%3D1%20--",
            "status=%2527",
            "limit=&cursor=&status=&year=",
        ] {
            assert_eq!(ask(harmless).expect_status(200).json()["invoices"], json!([]), "{harmless}");
        }
        assert_eq!(ask("status=%00").status, 422, "no database takes it, so nobody asks one");
        assert!(ask("status=%ff").status < 500);
    });
}

fn customer_id(cx: &Cx) -> String {
    cx.caller.customer().unwrap().profile.customer_id.clone()
}

/// Add an invoice of the caller: paid, USD 1,234.56, unless `change` says otherwise.
fn add(cx: &Cx, id: &str, change: impl FnOnce(&mut Invoice)) {
    let mut invoice = Invoice {
        id: id.to_owned(),
        customer_id: customer_id(cx),
        number: format!("N-{id}"),
        description: "A month".into(),
        amount_minor: 123_456,
        refunded_minor: 0,
        currency: "usd".into(),
        status: "paid".into(),
        issued_at: Timestamp(0),
        due_at: None,
        hosted_invoice_url: None,
        invoice_pdf: None,
        observed_at: cx.now,
    };
    change(&mut invoice);
    assert!(cx.deps.store.write(move |tx| billing::add_invoice(tx, &invoice)).unwrap());
}

fn ids(history: &BillingHistory) -> Vec<&str> {
    history.invoices.iter().map(|invoice| invoice.id.as_str()).collect()
}
