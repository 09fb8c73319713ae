//! What stands in the logs, in the figures and in what goes to the warehouse after everything that has to do with
//! customers, their messages and their money: nobody's address, name, code, token, key, card or own words, in any
//! spelling. [`crate::logs`] does the same for signing in.

use std::io::Write as _;
use std::process::Stdio;

use echopilot_core::billing;
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, Secret};
use serde_json::{Value, json};

use crate::support::canaries::{files_below, found};
use crate::support::peers::free_port;
use crate::support::recorder::{Recorder, Reply, refused, usual};
use crate::support::stripe::PRICE;
use crate::support::stripe_events::event;
use crate::support::{
    Answer, Browser, DATABASE, Engine, Mood, NOTION_TOKEN, NotionServer, OPERATOR_KEY, Served, code_in,
    eventually, on_each_engine,
};

const ADA: &str = "canary.ada@private-canary.example";
const STRANGER: &str = "canary.bob@private-canary.example";
const ADDED: &str = "canary.cyd@private-canary.example";
const BY_SHELL: &str = "canary.dee@private-canary.example";
const INVOICED: &str = "canary.eve@private-canary.example";
const PAYER: &str = "canary.fay@private-canary.example";
const HELP: &str = "canary.help@private-canary.example";
const NAME: &str = "Canary McSecretname";
const PHONE: &str = "+491701234987";
const STREET: &str = "Kanarienweg 4711";
const CARD: &str = "4242424242424242";
const REFUSED_CARD: &str = "4000056655665556";
const WRONG_KEY: &str = "Zr5tB1nVx8QyM3kWdG7hPf2LsC9jEaU4";
const STRIPE_KEY: &str = "sk_test_51Nq7XvN2pLw9TzR4sKbY8mHc3JdF6gUeA1";
const WEBHOOK_KEY: &str = "whsec_m4Tq9LxW2vRb7NzK8sYc3HdJ6gUeP1fA";
const OTHER_WEBHOOK_KEY: &str = "whsec_Q8yM3kWdG7hPf2LsC9jEaU4Zr5tB1nVx";
const MAIL_PASSWORD: &str = "Wq3nT8vLx5RzK2bYs9Hc";
const REDIS_PASSWORD: &str = "Jp6mD4xGq7VtN1wZf8Kb";
const PASSWORD: &str = "canary kites over Leith";
const NEXT_PASSWORD: &str = "canary wrens under Skye";
const WRONG_PASSWORD: &str = "canary larks at dawn";
const SHELL_PASSWORD: &str = "canary gulls near Oban";
const MESSAGE: &str = "canary question about my wages";
const REPLY: &str = "canary reply about the wages";
const DESCRIPTION: &str = "canary sessions of therapy";
const REASON: &str = "canary reason of illness";
const MARKED: [&str; 28] = [
    ADA,
    STRANGER,
    ADDED,
    BY_SHELL,
    INVOICED,
    PAYER,
    HELP,
    NAME,
    PHONE,
    STREET,
    CARD,
    REFUSED_CARD,
    WRONG_KEY,
    STRIPE_KEY,
    WEBHOOK_KEY,
    OTHER_WEBHOOK_KEY,
    MAIL_PASSWORD,
    REDIS_PASSWORD,
    PASSWORD,
    NEXT_PASSWORD,
    WRONG_PASSWORD,
    SHELL_PASSWORD,
    MESSAGE,
    REPLY,
    DESCRIPTION,
    REASON,
    NOTION_TOKEN,
    OPERATOR_KEY,
];
/// What is stored of failures, of what was told and of what ran: some of it goes to the warehouse, all of it is read
/// by operators and their programs.
const TOLD: [&str; 9] = [
    "SELECT summary FROM ops_events",
    "SELECT actor FROM ops_events",
    "SELECT detail FROM runs",
    "SELECT output FROM runs",
    "SELECT input FROM runs",
    "SELECT error FROM stripe_operations",
    "SELECT error FROM webhook_events",
    "SELECT last_error FROM outbox",
    "SELECT counts FROM reconciliations",
];

#[test]
fn no_person_no_secret_and_no_card_stands_where_operators_and_programs_read() {
    on_each_engine(|engine| {
        let (recorder, notion) = (Recorder::start(), NotionServer::start());
        let server = start(engine, &recorder, &notion);
        let mut canaries: Vec<String> = MARKED.iter().map(|text| (*text).to_owned()).collect();
        let token = sign_in(&server, &mut canaries);
        let token = passwords(&server, &token, &mut canaries);
        operators(&server, &mut canaries);
        customers(&server, &notion);
        support(&server, &token);
        money(&server, &recorder, &token);
        webhooks(&server, engine);
        background(&server, &notion);
        search(&server, &canaries);
        server.terminate();
    });
}

fn start(engine: Engine, recorder: &Recorder, notion: &NotionServer) -> Served {
    let mail = format!("smtp://echopilot:{MAIL_PASSWORD}@127.0.0.1:{}", free_port());
    let redis = format!("redis://:{REDIS_PASSWORD}@127.0.0.1:{}/0", free_port());
    let settings = [
        ("STRIPE_API_BASE", recorder.url.as_str()),
        ("STRIPE_SECRET_KEY", STRIPE_KEY),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_KEY),
        ("STRIPE_PRICE_STARTER", PRICE),
        ("SUPPORT_EMAIL", HELP),
        ("NOTION_TOKEN", NOTION_TOKEN),
        ("NOTION_CLIENT_DB_ID", DATABASE),
        ("NOTION_API_BASE", notion.url.as_str()),
        ("SMTP_URL", mail.as_str()),
        ("REDIS_URL", redis.as_str()),
    ];
    Served::start(engine, &settings)
}

/// Mail to an address that waits for its server, oldest first.
fn waiting(server: &Served, email: &str) -> Vec<Value> {
    let rows = server.home.rows("SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY id").concat();
    let mail = rows.iter().map(|row| serde_json::from_str::<Value>(row).unwrap());
    mail.filter(|mail| mail["to"] == email).collect()
}

/// By link on its page, by a link that is none, and by code; the token of a session.
fn sign_in(server: &Served, canaries: &mut Vec<String>) -> String {
    let mut mailed = || {
        let before = waiting(server, ADA).len();
        let _ = server.post("/api/auth/magic-link", &json!({ "email": ADA })).expect_status(202);
        let mail = eventually("mail that waits", || waiting(server, ADA).get(before).cloned());
        let (link, code) = (crate::sign_in::token_in(&mail), code_in(&mail));
        canaries.extend([link.clone(), code.clone()]);
        (link, code)
    };
    let ((link, _), mut browser) = (mailed(), Browser::new(server));
    let page = browser.open(&format!("/auth/verify?token={link}&next=/app")).expect_status(200);
    let csrf = Browser::csrf(&page);
    for (link, status) in [(&WRONG_KEY.repeat(2)[..43], 200), (&link, 303)] {
        let fields = [("csrf", csrf.as_str()), ("token", link), ("next", "/app")];
        let _ = browser.submit("/auth/verify", &fields).expect_status(status);
    }
    let (_, code) = mailed();
    canaries.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
    let login = json!({ "email": ADA, "code": code });
    let token = server.post("/api/auth/login", &login).expect_status(200).json()["token"].clone();
    let token = token.as_str().unwrap().to_owned();
    canaries.push(token.clone());
    server.home.change(&format!("UPDATE customers SET name = '{NAME}' WHERE email = '{ADA}'"));
    token
}

/// Set, wrong and changed, by a program and on the page; the token of the session that a change leaves.
fn passwords(server: &Served, token: &str, canaries: &mut Vec<String>) -> String {
    let set = |body: Value| server.call("POST", "/api/auth/password").bearer(token).json(&body).send();
    let _ = set(json!({ "new": PASSWORD })).expect_status(200);
    assert!(set(json!({ "current": WRONG_PASSWORD, "new": NEXT_PASSWORD })).status >= 400);
    let login =
        |password: &str| server.post("/api/auth/login", &json!({ "email": ADA, "password": password }));
    let _ = login(WRONG_PASSWORD).expect_status(401);
    let answer = login(PASSWORD).expect_status(200).json();
    let token = answer["token"].as_str().unwrap().to_owned();
    canaries.push(token.clone());
    let mut browser = Browser::new(server);
    browser.cookies.insert("ep_session".to_owned(), token);
    let csrf = Browser::csrf(&browser.open("/app/sessions").expect_status(200));
    for (current, status) in [(WRONG_PASSWORD, 200), (PASSWORD, 303)] {
        let fields = [("csrf", csrf.as_str()), ("current", current), ("new", NEXT_PASSWORD)];
        let _ = browser.submit("/app/sessions/password", &fields).expect_status(status);
    }
    canaries.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
    let token = browser.cookies["ep_session"].clone();
    let mut browser = Browser::new(server);
    let csrf = Browser::csrf(&browser.open("/auth/login?with=password"));
    let fields =
        [("csrf", csrf.as_str()), ("with", "password"), ("email", ADA), ("password", WRONG_PASSWORD)];
    browser.submit("/auth/login", &fields);
    canaries.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
    token
}

fn operators(server: &Served, canaries: &mut Vec<String>) {
    let mut browser = Browser::new(server);
    let csrf = Browser::csrf(&browser.open("/dashboard/login"));
    for (key, status) in [(WRONG_KEY, 401), (OPERATOR_KEY, 303)] {
        let fields = [("csrf", csrf.as_str()), ("next", "/payments"), ("key", key)];
        let _ = browser.submit("/dashboard/login", &fields).expect_status(status);
    }
    let _ = browser.open("/payments").expect_status(200);
    canaries.push(browser.cookies["ep_operator"].clone());
    canaries.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
}

/// Added, found, disabled and erased, over HTTP and in a shell, while Notion refuses in words that quote everything.
fn customers(server: &Served, notion: &NotionServer) {
    notion.set(Mood::Gossiping);
    let body = json!({ "email": ADDED, "name": NAME });
    let added = server.post_as_operator("/api/customers", &body).expect_status(201).json();
    let id = added["id"].as_str().unwrap();
    let _ = server.post_as_operator("/api/customers", &body).expect_status(409);
    let _ = server.get_as_operator(&format!("/api/customers?q={ADDED}")).expect_status(200);
    let path = |verb: &str| format!("/api/customers/{id}/{verb}");
    let _ = server.post_as_operator(&path("disable"), &json!({})).expect_status(200);
    let _ = server.post_as_operator(&path("erase"), &json!({ "confirm": ADA })).expect_status(422);
    let _ = server.post_as_operator(&path("erase"), &json!({ "confirm": ADDED })).expect_status(200);
    let add = ["customers", "add", "--email", BY_SHELL, "--name", NAME, "--password-stdin"];
    let mut command = server.home.command(&add);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{SHELL_PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
    let found = format!("SELECT id FROM customers WHERE email = '{BY_SHELL}'");
    let id = server.home.rows(&found).concat().concat();
    let login = json!({ "email": BY_SHELL, "password": SHELL_PASSWORD });
    let _ = server.post("/api/auth/login", &login).expect_status(200);
    let _ = server.home.run(&["customers", "disable", &id]).expect_code(0);
    let _ = server.home.run(&["customers", "erase", &id, "--yes"]).expect_code(0);
}

fn support(server: &Served, token: &str) {
    let body = json!({ "topic": "billing", "message": MESSAGE });
    let call = || server.call("POST", "/api/support").bearer(token);
    let ticket = call().json(&body).send().expect_status(201).json();
    let _ = call().json(&json!({ "topic": MESSAGE, "message": MESSAGE })).send().expect_status(422);
    let path = format!("/api/support/tickets/{}/answer", ticket["id"].as_str().unwrap());
    let _ = server.post_as_operator(&path, &json!({ "answer": REPLY })).expect_status(200);
}

/// A refusal in words that quote what they should not.
fn quoting(status: u16) -> Reply {
    let words = format!("{ADA} ({NAME}, {PHONE}) may not pay by {REFUSED_CARD} with {STRIPE_KEY}: {REASON}");
    let (status, mut headers, body) = refused(status, "card_declined", &words);
    // Else a failure would be asked about again and again, which is told elsewhere.
    headers.push(("Stripe-Should-Retry", "false".to_owned()));
    (status, headers, body)
}

fn money(server: &Served, recorder: &Recorder, token: &str) {
    let checkout = json!({ "plan": "starter", "period": "month", "email": STRANGER });
    let _ = server.post("/api/billing/checkout", &checkout).expect_status(200);
    let own = json!({ "plan": "starter", "period": "month" });
    let bought = || server.call("POST", "/api/billing/checkout").bearer(token).json(&own).send();
    let portal = || server.call("POST", "/api/billing/portal").bearer(token).send();
    let _ = bought().expect_status(200);
    let _ = portal().expect_status(200);
    let invoice = json!({
        "amount_minor": 4_900, "currency": "usd", "email": INVOICED, "description": DESCRIPTION,
    });
    let invoice = || server.post_as_operator("/api/payments/create-invoice", &invoice);
    let _ = invoice().expect_status(200);
    let refund = |payment: &str| -> Answer {
        let body = json!({ "payment_id": payment, "amount_minor": 500, "reason": REASON });
        server.post_as_operator("/api/payments/refund", &body)
    };
    let _ = refund("ch_good").expect_status(200);
    for status in [402, 401, 500] {
        recorder.answer(move |_| quoting(status));
        // Who asked may read Stripe's words.
        let answer = refund(&format!("ch_refused{status}"));
        assert!(answer.status != 200, "{}", answer.text);
        assert_eq!(answer.text.contains(REFUSED_CARD), status == 402, "{}", answer.text);
        for answer in [invoice(), bought(), portal()] {
            assert!(answer.status != 200, "{}", answer.text);
        }
        let _ = server.post_as_operator("/api/finance/reconcile", &json!({}));
        let _ = server.home.run(&["billing", "reconcile", "--json"]);
        let _ = server.home.run(&["billing", "refund", "ch_by_shell", "--reason", REASON, "--yes"]);
    }
    recorder.answer(|request| {
        if request.path.ends_with("billing_portal/sessions") {
            refused(400, "", &format!("No configuration provided for {NAME}, {ADA}"))
        } else {
            usual(request)
        }
    });
    assert!(portal().status != 200);
    // What a task of the schedule comes to is kept.
    recorder.answer(|_| quoting(402));
    run(server, "reconcile-billing");
}

/// Run a task of the schedule and wait for its end.
fn run(server: &Served, task: &str) {
    let body = json!({ "task": task });
    let asked = server.post_as_operator("/api/scheduler/run", &body).expect_status(202).json();
    let id = asked["run_id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    let _ = server.wait_for_log(Log::Scheduler, |line| {
        line["event"] == "run_finished" && line["request_id"] == id.as_str()
    });
}

/// Proved, forged, failing and replayed, of payloads that name a person and a card in full.
fn webhooks(server: &Served, engine: Engine) {
    let at = Clock::System.now();
    let address = json!({ "line1": STREET, "city": "Leith", "country": "GB" });
    let person = json!({ "name": NAME, "email": PAYER, "phone": PHONE, "address": address });
    let customer = json!({
        "id": "cus_canary", "object": "customer", "name": NAME, "email": PAYER, "phone": PHONE, "address": address,
        "created": at.seconds(), "description": DESCRIPTION,
    });
    let charge = json!({
        "id": "ch_canary", "object": "charge", "amount": 900, "amount_refunded": 0, "currency": "usd",
        "status": "succeeded", "paid": true, "created": at.seconds(), "customer": "cus_canary",
        "billing_details": person, "receipt_email": PAYER, "description": DESCRIPTION,
        "payment_method_details": { "card": { "brand": "visa", "last4": "4242", "number": CARD } },
    });
    let invoice = |id: &str| {
        json!({
            "id": id, "object": "invoice", "customer": "cus_canary", "customer_email": PAYER, "customer_name": NAME,
            "status": "open", "total": 900, "amount_due": 900, "amount_paid": 0, "currency": "usd", "number": "N-1",
            "description": DESCRIPTION, "created": at.seconds(), "customer_address": address,
        })
    };
    let deliver = |secret: &str, body: &str| {
        server.deliver_signed(body, &billing::sign(&Secret::new(secret), body, Clock::System.now()))
    };
    let events = [
        event("evt_customer", "customer.created", at.seconds(), &customer),
        event("evt_charge", "charge.succeeded", at.seconds(), &charge),
        event("evt_invoice", "invoice.finalized", at.seconds(), &invoice("in_canary")),
    ];
    for event in &events {
        let body = event.to_string();
        let _ = deliver(OTHER_WEBHOOK_KEY, &body).expect_status(400);
        let taken = deliver(WEBHOOK_KEY, &body).expect_status(200).json();
        assert_eq!(taken["state"], "applied", "{taken}");
    }
    let broken =
        format!("{{\"id\":\"evt_cut\",\"name\":\"{NAME}\",\"email\":\"{PAYER}\",\"card\":\"{CARD}\"");
    let _ = deliver(WEBHOOK_KEY, &broken).expect_status(400);
    let odd =
        json!({ "id": "in_odd", "object": "invoice", "customer": NAME, "total": CARD, "currency": PAYER });
    let odd = event("evt_odd", "invoice.finalized", at.seconds(), &odd).to_string();
    deliver(WEBHOOK_KEY, &odd);
    let failing = event("evt_failing", "invoice.finalized", at.seconds(), &invoice("in_failing")).to_string();
    server.home.change("ALTER TABLE invoices RENAME TO invoices_away");
    assert_eq!(deliver(WEBHOOK_KEY, &failing).status, 500);
    server.home.change("ALTER TABLE invoices_away RENAME TO invoices");
    if engine == Engine::Postgres {
        // Its server says which row breaks a rule, with all that is in it.
        server.home.change("ALTER TABLE invoices ADD CONSTRAINT never CHECK (amount_minor < 0) NOT VALID");
        assert_eq!(deliver(WEBHOOK_KEY, &failing).status, 500);
        server.home.change("ALTER TABLE invoices DROP CONSTRAINT never");
    }
    let list = server.home.run(&["billing", "events", "list", "--state", "failed"]).expect_code(0);
    assert!(list.stdout.contains("evt_failing"), "{list:?}");
    let _ = server.home.run(&["billing", "events", "replay", "evt_failing"]).expect_code(0);
    let _ = server.post_as_operator("/api/payments/events/evt_charge/replay", &json!({})).expect_status(200);
    let to = format!("{}/api/payments/webhook", server.url);
    let _ = server.home.run(&["billing", "events", "replay", "evt_customer", "--to", &to]).expect_code(0);
}

/// What is done in the background has failed or been done.
fn background(server: &Served, notion: &NotionServer) {
    run(server, "notion-sync");
    let asked = notion.asked();
    assert!(asked.contains(&"POST /v1/pages".to_owned()), "Notion was told of somebody: {asked:?}");
    for event in ["delivery_failed", "notion_delivery_failed"] {
        let _ = server.wait_for_log(Log::Scheduler, |line| line["event"] == event);
    }
}

fn search(server: &Served, canaries: &[String]) {
    let mut texts: Vec<(String, String)> = Vec::new();
    for (log, event) in [
        (Log::Auth, "sign_in_failed"),
        (Log::Auth, "operator_signed_in"),
        (Log::Auth, "customer_added"),
        (Log::Support, "ticket_answered"),
        (Log::Billing, "stripe_operation"),
        (Log::Webhooks, "webhook_received"),
        (Log::Webhooks, "webhook_replayed"),
        (Log::Http, "request"),
    ] {
        let _ = server.wait_for_log(log, |line| line["event"] == event);
    }
    for log in Log::ALL {
        let tail = server.get_as_operator(&format!("/api/logs/tail?file={}&n=500", log.name()));
        texts.push((format!("the tail of {}", log.name()), tail.expect_status(200).text));
    }
    texts.push(("the figures".to_owned(), server.get("/metrics").expect_status(200).text));
    for sql in TOLD {
        texts.push((sql.to_owned(), server.home.rows(sql).concat().join("\n")));
    }
    for query in ["SELECT summary FROM ops_events", "SELECT detail FROM runs"] {
        assert!(
            texts.iter().any(|(what, text)| what == query && text.contains("efused")),
            "{query}: {texts:?}"
        );
    }
    let mut files = files_below(&server.home.log_dir());
    files.push(server.home.path().join("stderr"));
    for file in files {
        texts.push((file.display().to_string(), std::fs::read_to_string(&file).unwrap()));
    }
    let mut seen: Vec<String> = Vec::new();
    for (what, text) in &texts {
        for canary in canaries {
            if let Some((spelling, line)) = found(text, canary) {
                seen.push(format!("{canary:?} as {spelling} in {what}: {line}"));
            }
        }
    }
    assert!(seen.is_empty(), "{}", seen.join("\n"));
    // The search finds what is where it belongs.
    for (sql, canaries) in [
        ("SELECT payload FROM outbox", &[ADA, HELP, MESSAGE, REPLY][..]),
        ("SELECT payload FROM webhook_events", &[NAME, PAYER, PHONE, STREET, CARD][..]),
        ("SELECT request FROM stripe_operations", &[DESCRIPTION, REASON][..]),
        ("SELECT email FROM customers", &[ADA, STRANGER, INVOICED, PAYER][..]),
        ("SELECT message FROM support_tickets", &[MESSAGE][..]),
    ] {
        let text = server.home.rows(sql).concat().join("\n");
        for canary in canaries {
            assert!(found(&text, canary).is_some(), "{canary} is not found by {sql}");
        }
    }
}
