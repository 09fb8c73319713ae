//! Support: a customer writes, an operator answers, and nobody reads what is not theirs.

use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::support::{AnswerTicket, CreateTicket, ListAllTickets, ListTickets, TicketStatus, Topic};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Served, TestApp, eventually, on_each_engine};

const HOSTILE: &str = "\"><svg onload=alert(1)></textarea>";
const HELP: &str = "help@example.com";

fn write(server: &Served, token: &str, body: &Value) -> Answer {
    server.call("POST", "/api/support").bearer(token).json(body).send()
}

#[test]
fn a_ticket_is_mailed_to_us_answered_and_mailed_back() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("SUPPORT_EMAIL", HELP)]);
        let token = server.sign_in("ada@example.com");
        let body = json!({ "topic": "billing", "message": format!("My invoice is wrong {HOSTILE}") });
        let ticket = write(&server, &token, &body).expect_status(201).json();
        assert_eq!((&ticket["status"], &ticket["answer"]), (&json!("open"), &Value::Null));
        assert!(ticket.get("email").is_none(), "the customer knows who they are");
        let mail = eventually("the mail to us", || server.mail(HELP).pop());
        assert!(mail["text"].as_str().unwrap().contains("From: <ada@example.com>"));
        assert!(mail["text"].as_str().unwrap().contains(HOSTILE));
        assert!(!mail["html"].as_str().unwrap().contains("<svg"));
        let id = ticket["id"].as_str().unwrap();
        let open = server.get_as_operator("/api/support/tickets?status=open").expect_status(200).json();
        assert_eq!(
            (&open["tickets"][0]["id"], &open["tickets"][0]["email"]),
            (&ticket["id"], &json!("ada@example.com"))
        );
        let path = format!("/api/support/tickets/{id}/answer");
        let answer = json!({ "answer": "It was\nmended", "close": true });
        let before = server.mail("ada@example.com").len();
        let answered = server.post_as_operator(&path, &answer).expect_status(200).json();
        assert_eq!((&answered["status"], &answered["answer"]), (&json!("closed"), &json!("It was\nmended")));
        let back =
            eventually("the mail to the customer", || server.mail("ada@example.com").get(before).cloned());
        assert!(back["text"].as_str().unwrap().starts_with("It was\nmended"));
        assert!(!back["html"].as_str().unwrap().contains("<svg"));
        assert_eq!(server.post_as_operator(&path, &answer).expect_status(409).json()["code"], "conflict");
        let own = server.call("GET", "/api/support").bearer(&token).send().expect_status(200).json();
        assert_eq!(own["tickets"][0]["answered_at"], answered["answered_at"]);
        let none = server.get_as_operator("/api/support/tickets?status=open").expect_status(200).json();
        assert_eq!(none["tickets"], json!([]));
        server.wait_for_log(Log::Support, |line| line["event"] == "ticket_answered");
        for log in Log::ALL {
            let text = serde_json::to_string(&server.logs(log)).unwrap();
            for word in ["ada@example", HELP, "invoice is wrong", "mended"] {
                assert!(!text.contains(word), "{word} stands in {}", log.file_name());
            }
        }
    });
}

#[test]
fn without_an_address_of_ours_a_ticket_is_kept_and_nobody_is_mailed() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let ada = app.customer("ada@example.com");
        let message = "Is anybody there?".to_owned();
        ada.call(&CreateTicket { topic: Topic::Other, message, job_id: None, email: None, website: None })
            .unwrap();
        assert_eq!(app.operator().call(&ListAllTickets::default()).unwrap().tickets.len(), 1);
        // The outbox is empty: the app asserts it when it is dropped.
    });
}

#[test]
fn bad_input_is_named_and_stores_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let good = json!({ "topic": "other", "message": "Ten chars." });
        for (field, value) in [
            ("topic", json!("gossip")),
            ("topic", json!(null)),
            ("message", json!("too short")),
            ("message", json!("x".repeat(4_001))),
            ("message", json!("a nul \u{0} in it")),
            ("message", json!(["a", "list"])),
            ("job_id", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
            ("job_id", json!("' OR 1=1 --")),
            ("customer_id", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
            ("email", json!("other@example.com")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let status = if field == "job_id" { 404 } else { 422 };
            let problem = write(&server, &token, &body).expect_status(status).json();
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
        assert_eq!(write(&server, &token, &json!({ "topic": "other" })).status, 422);
        let huge = json!({ "topic": "other", "message": "x".repeat(200_000) });
        assert_eq!(write(&server, &token, &huge).status, 413);
        let list = || server.call("GET", "/api/support").bearer(&token).send().expect_status(200).json();
        assert_eq!(list()["tickets"], json!([]));
        let _ = write(&server, &token, &good).expect_status(201);
        assert_eq!(list()["tickets"].as_array().unwrap().len(), 1);
        for (path, body, status) in [
            ("/api/support/tickets/nobody/answer", json!({ "answer": "Hello" }), 404),
            ("/api/support/tickets/nobody/answer", json!({ "answer": " " }), 422),
            ("/api/support/tickets/nobody/answer", json!({ "answer": "x".repeat(4_001) }), 422),
            ("/api/support/tickets/nobody/answer", json!({}), 422),
        ] {
            assert_eq!(server.post_as_operator(path, &body).status, status, "{body}");
        }
        assert_eq!(server.get_as_operator("/api/support/tickets?status=lost").status, 422);
    });
}

#[test]
fn one_customer_never_meets_anothers_tickets_or_jobs() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let (demo, other) = (server.demo_token(), server.sign_in("other@example.com"));
        let jobs = server.call("GET", "/api/jobs?limit=1").bearer(&demo).send().json();
        let job = jobs["jobs"][0]["id"].as_str().unwrap();
        let body = json!({ "topic": "job", "message": "About this very job", "job_id": job });
        let ticket = write(&server, &demo, &body).expect_status(201).json();
        assert_eq!(ticket["job_id"], job);
        let foreign = write(&server, &other, &body).expect_status(404).json();
        let unknown = write(
            &server,
            &other,
            &json!({ "topic": "job", "message": "About this very job", "job_id": "x" }),
        );
        assert_eq!(foreign["errors"], unknown.json()["errors"], "another's job is as good as none");
        let own = server.call("GET", "/api/support").bearer(&other).send().expect_status(200).json();
        assert_eq!(own["tickets"], json!([]));
        let id = ticket["id"].as_str().unwrap();
        let path = format!("/api/support/tickets/{id}/answer");
        let answer = server.call("POST", &path).bearer(&other).json(&json!({ "answer": "Mine now" })).send();
        assert_eq!(answer.status, 403);
        assert_eq!(server.call("GET", "/api/support/tickets").bearer(&demo).send().status, 403);
        assert_eq!(server.call("GET", "/api/support").key(server.operator_key()).send().status, 403);
        assert_eq!(server.get("/api/support").status, 401);
        let mut browser = Browser::new(&server);
        browser.cookies.insert("ep_session".into(), other);
        assert!(!browser.open("/app/support").expect_status(200).text.contains("About this very job"));
    });
}

#[test]
fn a_repeated_request_makes_one_ticket_and_too_many_are_refused() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("RATE_LIMITS", "support=3/3600s"), ("SUPPORT_EMAIL", HELP)]);
        let token = server.sign_in("ada@example.com");
        let send = |key: &str, message: &str| {
            let call = server.call("POST", "/api/support").bearer(&token).header("Idempotency-Key", key);
            call.json(&json!({ "topic": "other", "message": message })).send()
        };
        let first = send("one", "The same words").expect_status(201);
        assert_eq!(send("one", "The same words").expect_status(201).text, first.text);
        assert_eq!(send("one", "Other words now").status, 422);
        let refused = send("two", "The same words").expect_status(429);
        assert!(refused.header("retry-after").is_some());
        let own = server.call("GET", "/api/support").bearer(&token).send().expect_status(200).json();
        assert_eq!(own["tickets"].as_array().unwrap().len(), 1);
        eventually("the mail", || (server.mail(HELP).len() == 1).then_some(()));
    });
}

#[test]
fn pages_of_tickets_show_each_once_newest_first() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let mut ids = Vec::new();
        for number in 0..5 {
            app.clock.advance(Duration::from_millis(number % 2));
            let message = format!("Message number {number}");
            let ada = app.customer("ada@example.com");
            ids.push(
                ada.call(&CreateTicket {
                    topic: Topic::Account,
                    message,
                    job_id: None,
                    email: None,
                    website: None,
                })
                .unwrap()
                .id,
            );
        }
        let bob = app.customer("bob@example.com");
        let message = "Another one's message".to_owned();
        let bobs = bob
            .call(&CreateTicket { topic: Topic::Job, message, job_id: None, email: None, website: None })
            .unwrap();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let ada = app.customer("ada@example.com");
            let page = ada.call(&ListTickets { limit: Some(2), cursor, q: None }).unwrap();
            seen.extend(page.tickets.into_iter().map(|ticket| (ticket.created_at, ticket.id)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
        ids.sort();
        let mut seen: Vec<_> = seen.into_iter().map(|(_, id)| id).collect();
        seen.sort();
        assert_eq!(seen, ids);
        let operator = app.operator();
        let answer = AnswerTicket { id: bobs.id.clone(), answer: "Yes".into(), close: false };
        operator.call(&answer).unwrap();
        let list = ListAllTickets { status: Some(TicketStatus::Answered), ..ListAllTickets::default() };
        let answered = operator.call(&list).unwrap().tickets;
        assert_eq!((answered.len(), &answered[0].id), (1, &bobs.id));
        echopilot_core::scheduler::deliver(&app.deps).unwrap();
    });
}

#[test]
fn the_page_works_without_scripts_and_keeps_the_text_over_a_refusal() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let token = server.demo_token();
        let jobs = server.call("GET", "/api/jobs?limit=1").bearer(&token).send().json();
        let job = jobs["jobs"][0]["id"].as_str().unwrap().to_owned();
        let mut browser = Browser::new(&server);
        let lost = browser.open("/app/support").expect_status(303);
        assert!(lost.header("location").unwrap().starts_with("/auth/login?next=/app/support"));
        browser.cookies.insert("ep_session".into(), token);
        let page = browser.open(&format!("/app/support?job={job}")).expect_status(200);
        assert!(page.text.contains("No messages yet"));
        assert!(page.text.contains(&format!("value=\"{job}\"")));
        assert!(page.text.contains("value=\"job\" selected"));
        assert!(page.text.contains("aria-current=\"page\">Support</a>"));
        let csrf = Browser::csrf(&page);
        let send = |browser: &mut Browser<'_>, csrf: &str, topic: &str, message: &str, job: &str| {
            let fields = [("csrf", csrf), ("topic", topic), ("message", message), ("job_id", job)];
            browser.submit("/app/support", &fields)
        };
        let short = send(&mut browser, &csrf, "job", "Short", &job).expect_status(200);
        assert!(short.text.contains("There is a problem") && short.text.contains("<title>Error: "));
        assert!(short.text.contains(">\nShort</textarea>") && short.text.contains("5 so far"));
        let hostile = send(&mut browser, &csrf, "job", HOSTILE, "nobody's").expect_status(200);
        assert!(!hostile.text.contains("<svg onload") && hostile.text.contains("&#60;svg onload"));
        assert!(hostile.text.contains("href=\"#job_id\""));
        let topic = send(&mut browser, &csrf, "gossip", "A message of a good length", "").expect_status(200);
        assert!(
            topic.text.contains("Choose one of the topics")
                && topic.text.contains("A message of a good length")
        );
        let stale = send(&mut browser, "stale", "other", "A message of a good length", "").expect_status(200);
        assert!(
            stale.text.contains("That form was too old") && stale.text.contains("A message of a good length")
        );
        assert!(browser.open("/app/support").text.contains("No messages yet"), "nothing was stored so far");
        let sent = send(&mut browser, &csrf, "job", "The result\r\nis cut off", &job).expect_status(303);
        let after = browser.open(sent.header("location").unwrap()).expect_status(200);
        assert!(
            after.text.contains("Your message was sent") && after.text.contains("The result\nis cut off")
        );
        assert!(after.text.contains(&job) && after.text.contains("not answered yet"));
        assert_eq!(browser.open("/app/support?cursor=nonsense").status, 422);
    });
}
