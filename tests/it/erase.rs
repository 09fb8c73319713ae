//! Erasure: nothing personal is left in the store, accounting rows stay, and nobody is erased by a slip.

use echopilot_core::billing::{self, Invoice};
use echopilot_core::customers::{AddCustomer, ShowCustomer, directory};
use echopilot_core::events::Log;
use echopilot_core::jobs::{self, Job, ListJobs};
use echopilot_core::leads::{CreateLead, ListLeads};
use echopilot_core::operation::Cx;
use echopilot_core::platform::{Code, Email, Timestamp};
use echopilot_core::privacy::EraseCustomer;
use echopilot_core::support::{CreateTicket, ListAllTickets, Topic};
use serde_json::json;

use crate::support::stripe_events::{WEBHOOK_SECRET, event, invoice, now};
use crate::support::{Served, TestApp, eventually, on_each_engine};

fn customer_id(cx: &Cx) -> String {
    cx.caller.customer().unwrap().profile.customer_id.clone()
}

fn erase(
    app: &TestApp,
    id: &str,
    confirm: &str,
) -> Result<echopilot_core::privacy::Erased, echopilot_core::platform::Fault> {
    app.operator().call(&EraseCustomer { id: id.into(), confirm: Email::parse(confirm).unwrap() })
}

#[test]
fn what_is_personal_goes_and_accounting_stays() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine).leaves_work();
        let (ada, bob) = (app.customer("ada@example.com"), app.customer("bob@example.com"));
        let now = app.clock.now();
        for (cx, name) in [(&ada, "ada"), (&bob, "bob")] {
            let id = customer_id(cx);
            let (stripe, owner) = (format!("cus_{name}"), id.clone());
            app.deps.store.write(move |tx| directory::pay_through(tx, &owner, &stripe, now)).unwrap();
            let invoice = Invoice {
                id: format!("in_{name}"),
                customer_id: id.clone(),
                number: "N-1".into(),
                description: "A month".into(),
                amount_minor: 100,
                refunded_minor: 0,
                currency: "usd".into(),
                status: "paid".into(),
                issued_at: Timestamp(0),
                due_at: None,
                hosted_invoice_url: None,
                invoice_pdf: None,
                observed_at: now,
            };
            app.deps.store.write(move |tx| billing::add_invoice(tx, &invoice)).unwrap();
            let job = Job {
                id: format!("job-{name}"),
                customer_id: id,
                kind: "research".into(),
                task: format!("Find out about {name}"),
                status: "succeeded".into(),
                qa_score: None,
                qa_target: 80.0,
                cost_micro: 5,
                tokens_in: 1,
                tokens_out: 1,
                created_at: now,
                started_at: None,
                finished_at: None,
            };
            app.deps.store.write(move |tx| jobs::add(tx, &job)).unwrap();
            let message = "I would like to know more".to_owned();
            let ticket =
                CreateTicket { topic: Topic::Other, message, job_id: None, email: None, website: None };
            cx.call(&ticket).unwrap();
            let email = cx.caller.customer().unwrap().profile.email.clone();
            let (use_case, company) = (format!("To help {name}"), None);
            let lead =
                CreateLead { email: email.clone(), use_case, company, consent: Some(true), website: None };
            app.stranger().call(&lead).unwrap();
            app.stranger()
                .call(&echopilot_core::auth::RequestCode { email, browser: None, next: None })
                .unwrap();
        }
        let id = customer_id(&ada);
        assert_eq!(erase(&app, &id, "bob@example.com").unwrap_err().fields[0].field, "confirm");
        assert_eq!(erase(&app, "nobody", "ada@example.com").unwrap_err().code, Code::NotFound);
        let erased = erase(&app, &id, "ada@example.com").unwrap();
        for (keeper, rows) in
            [("sign_in", 1), ("support_tickets", 1), ("leads", 1), ("job_texts", 1), ("waiting_mail", 1)]
        {
            assert_eq!(erased.counts[keeper], rows, "{keeper}");
        }
        assert_eq!(erase(&app, &id, "ada@example.com").unwrap_err().code, Code::Conflict);
        let left = app.operator().call(&ShowCustomer { id: id.clone() }).unwrap();
        assert_eq!(left.email.as_str(), format!("erased-{}@no-address.invalid", id.to_lowercase()));
        assert_eq!((left.name.as_str(), left.erased_at), ("", Some(now)));
        assert!(left.disabled_at.is_some() && !left.stripe_customer_id.unwrap().contains("cus_ada"));
        // What the provider still sends about them finds the tombstone and makes nobody anew.
        let found = app.deps.store.read(|tx| directory::by_stripe_id(tx, "cus_ada")).unwrap();
        assert_eq!(found.unwrap().id, id);
        let list = |id: &str| {
            app.operator()
                .call(&ListJobs { customer: Some(id.to_owned()), ..ListJobs::default() })
                .unwrap()
                .jobs
        };
        assert_eq!((list(&id)[0].task.as_str(), list(&id)[0].cost_micro), ("", 5));
        let history = ada.call(&billing::ListInvoices::default()).unwrap();
        assert_eq!(history.invoices.len(), 1, "the invoice stays");
        // The other customer is untouched.
        let bobs = customer_id(&bob);
        assert_eq!(
            app.operator().call(&ShowCustomer { id: bobs.clone() }).unwrap().email.as_str(),
            "bob@example.com"
        );
        assert_eq!(list(&bobs)[0].task, "Find out about bob");
        assert_eq!(app.operator().call(&ListAllTickets::default()).unwrap().tickets.len(), 1);
        let left = app.operator().call(&ListLeads::default()).unwrap().leads;
        assert_eq!((left.len(), left[0].email.as_str()), (1, "bob@example.com"));
        // The address is free again, for somebody new.
        let email = Email::parse("ada@example.com").unwrap();
        let anew = app.operator().call(&AddCustomer { email, name: None, plan: None }).unwrap();
        assert_ne!(anew.id, id);
        let line = app.logs(Log::Audit).into_iter().find(|line| line["event"] == "customer_erased").unwrap();
        assert!(line["cust_ref"].is_string() && !line.to_string().contains("ada@"), "{line}");
    });
}

/// Every row of every table, as text.
fn everything(server: &Served) -> String {
    let dump = |(table, rows): (String, Vec<Vec<String>>)| format!("{table} {rows:?}\n");
    server.home.everything().into_iter().map(dump).collect::<String>().to_lowercase()
}

/// The same without what the clock changes by itself.
fn at_rest(everything: &str) -> Vec<&str> {
    let moves =
        |line: &&str| ["leases ", "runs ", "scheduler_tasks "].iter().any(|table| line.starts_with(table));
    everything.lines().filter(|line| !moves(line)).collect()
}

#[test]
fn nothing_of_an_erased_customer_is_left_in_any_table() {
    on_each_engine(|engine| {
        let server = Served::start(
            engine,
            &[("SUPPORT_EMAIL", "help@example.com"), ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)],
        );
        let (address, wish) = ("grace.hopper@example.com", "A secret wish of mine");
        let token = server.sign_in(address);
        let me = server.call("GET", "/api/me").bearer(&token).send();
        let id = me.json()["customer_id"].as_str().unwrap().to_owned();
        let body = json!({ "topic": "other", "message": wish });
        let lead = json!({ "email": address, "use_case": wish, "company": "Grace Hopper's" });
        let _ = server.post("/api/lead", &lead).expect_status(201);
        let call = server.call("POST", "/api/support").bearer(&token).header("Idempotency-Key", "wish-1");
        let _ = call.json(&body).send().expect_status(201);
        eventually("the mail", || (server.mail("help@example.com").len() == 2).then_some(()));
        let at = now().seconds();
        let customer = json!({ "id": "cus_grace", "object": "customer", "email": address, "name": "Grace Hopper",
            "created": at });
        let mut bill = invoice("in_grace", "cus_grace", address, "open", at);
        bill["description"] = json!("Advice for Grace Hopper");
        let charge = json!({ "id": "ch_grace", "object": "charge", "customer": "cus_grace", "amount": 900,
            "currency": "usd", "status": "succeeded", "created": at, "description": "For Grace",
            "billing_details": { "email": address, "name": "Grace Hopper" } });
        let refund = json!({ "id": "re_grace", "object": "refund", "charge": "ch_grace", "amount": 5,
            "currency": "usd", "status": "succeeded", "created": at, "metadata": { "reason": "Grace asked" } });
        for (id, kind, object) in [
            ("evt_1", "customer.created", &customer),
            ("evt_2", "invoice.finalized", &bill),
            ("evt_3", "charge.succeeded", &charge),
            ("evt_4", "refund.created", &refund),
        ] {
            let _ = server.deliver(&event(id, kind, at, object)).expect_status(200);
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM invoices WHERE description <> ''"), 1);
        let before = everything(&server);
        assert!(
            before.contains("advice for grace")
                && before.contains(address)
                && before.contains("a secret wish"),
            "it is there before"
        );
        let path = format!("/api/customers/{id}/erase");
        for wrong in [json!({}), json!({ "confirm": "other@example.com" }), json!({ "confirm": 1 })] {
            let problem = server.post_as_operator(&path, &wrong).expect_status(422).json();
            assert_eq!(problem["errors"][0]["field"], "confirm", "{wrong}");
        }
        assert_eq!(at_rest(&everything(&server)), at_rest(&before), "a slip erases nothing");
        let _ = server.post_as_operator(&path, &json!({ "confirm": address })).expect_status(200);
        // What Stripe tells later converges and brings nobody back.
        bill["status"] = json!("paid");
        for (id, kind, object) in [
            ("evt_5", "customer.updated", &customer),
            ("evt_6", "invoice.paid", &bill),
            ("evt_7", "invoice.paid", &invoice("in_grace_2", "cus_grace", address, "paid", at)),
            (
                "evt_8",
                "payment_method.attached",
                &json!({ "id": "pm_1", "object": "payment_method",
                "customer": "cus_grace", "billing_details": { "name": "Grace Hopper" } }),
            ),
        ] {
            let _ = server.deliver(&event(id, kind, at + 1, object)).expect_status(200);
        }
        let rows = server.home.rows("SELECT id, status, amount_minor FROM invoices ORDER BY id");
        assert_eq!(rows, [["in_grace", "paid", "9900"], ["in_grace_2", "paid", "9900"]]);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM customers"), 1, "nobody was made anew");
        assert_eq!(server.home.number("SELECT COUNT(*) FROM webhook_events WHERE payload = ''"), 8);
        let shown = server.get_as_operator("/api/payments/events/evt_2").expect_status(200).json();
        assert_eq!((&shown["is_erased"], &shown["payload"]), (&json!(true), &json!(null)));
        let replay =
            server.post_as_operator("/api/payments/events/evt_2/replay", &json!({})).expect_status(409);
        assert!(replay.json()["detail"].as_str().unwrap().contains("erased"));
        // The identifiers that Stripe gave stay for accounting; this story put the name into them.
        let left = everything(&server);
        for own in ["cus_grace", "in_grace", "ch_grace", "re_grace"] {
            assert!(left.contains(own), "{own} stays on {engine}");
        }
        let left = ["cus_grace", "in_grace", "ch_grace", "re_grace"]
            .iter()
            .fold(left, |left, own| left.replace(own, ""));
        for word in ["grace", "hopper", "a secret wish"] {
            assert!(!left.contains(word), "{word} is left on {engine}");
        }
        assert!(left.contains(&id.to_lowercase()), "the tombstone stands");
        eventually("the end of the session", || {
            (server.call("GET", "/api/me").bearer(&token).send().status == 401).then_some(())
        });
        for log in Log::ALL {
            let text = serde_json::to_string(&server.logs(log)).unwrap().to_lowercase();
            assert!(!text.contains("hopper") && !text.contains("secret wish"), "{}", log.file_name());
        }
    });
}
