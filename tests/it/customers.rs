//! Customers as operators keep them: found, added once, closed at once on every replica and for good.

use std::time::Duration;

use echopilot_core::customers::{AddCustomer, EnableCustomer, ListCustomers, Plan, directory};
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, Code, Email};
use serde_json::{Value, json};

use crate::replicas::direct;
use crate::support::{Browser, Engine, Home, Served, TestApp, eventually, on_each_engine};

const HOSTILE: &str = "\"><svg onload=alert(1)>";

fn added(server: &Served, body: &Value) -> Value {
    server.post_as_operator("/api/customers", body).expect_status(201).json()
}

#[test]
fn a_customer_is_added_once_and_found_by_address_name_and_identifier() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let ada =
            added(&server, &json!({ "email": "Ada.Lovelace@Example.com", "name": HOSTILE, "plan": "pro" }));
        assert_eq!((&ada["email"], &ada["name"]), (&json!("ada.lovelace@example.com"), &json!(HOSTILE)));
        assert_eq!((&ada["plan"], &ada["disabled_at"]), (&json!("pro"), &Value::Null));
        let bob = added(&server, &json!({ "email": "bob_100%@example.com", "name": "Bob & Sons" }));
        assert_eq!(bob["plan"], "free");
        added(&server, &json!({ "email": "bobx100y@example.com" }));
        let id = ada["id"].as_str().unwrap();
        assert_eq!(server.get_as_operator(&format!("/api/customers/{id}")).expect_status(200).json(), ada);
        let find = |q: &str| -> Vec<String> {
            let path = format!("/api/customers?q={}", crate::support::percent(q));
            let found = server.get_as_operator(&path).expect_status(200).json();
            let all = found["customers"].as_array().unwrap();
            all.iter().map(|customer| customer["email"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(find("").len(), 3);
        assert_eq!(find("LOVELACE"), ["ada.lovelace@example.com"]);
        assert_eq!(find("& sONS"), ["bob_100%@example.com"]);
        assert_eq!(find(&id.to_lowercase()), ["ada.lovelace@example.com"]);
        assert_eq!(find("b_1"), ["bob_100%@example.com"], "an underscore is an underscore");
        assert_eq!(find("0%"), ["bob_100%@example.com"], "a per cent sign is a per cent sign");
        assert_eq!(find("svg onload"), ["ada.lovelace@example.com"]);
        assert_eq!(find("!"), [""; 0]);
        assert_eq!(find("' OR 1=1 --"), [""; 0]);
        let taken =
            server.post_as_operator("/api/customers", &json!({ "email": "ADA.lovelace@example.com" }));
        let problem = taken.expect_status(409).json();
        assert_eq!((&problem["code"], &problem["errors"][0]["field"]), (&json!("conflict"), &json!("email")));
        assert_eq!(find("").len(), 3);
        for log in Log::ALL {
            let text = serde_json::to_string(&server.logs(log)).unwrap().to_lowercase();
            assert!(!text.contains("lovelace") && !text.contains("onload"), "{}: {text}", log.file_name());
        }
        let _ = server.wait_for_log(Log::Auth, |line| {
            line["event"] == "customer_added" && line["cust_ref"].is_string()
        });
    });
}

#[test]
fn bad_input_is_named_and_adds_nobody() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let huge = "x".repeat(201);
        for (body, field) in [
            (json!({}), "email"),
            (json!({ "email": "nobody" }), "email"),
            (json!({ "email": "a@b.co\r\nBcc: c@d.co" }), "email"),
            (json!({ "email": 7 }), "email"),
            (json!({ "email": null }), "email"),
            (json!({ "email": "a@b.co", "name": "" }), "name"),
            (json!({ "email": "a@b.co", "name": huge }), "name"),
            (json!({ "email": "a@b.co", "name": "two\nlines" }), "name"),
            (json!({ "email": "a@b.co", "name": "nul\u{0}" }), "name"),
            (json!({ "email": "a@b.co", "plan": "gold" }), "plan"),
            (json!({ "email": "a@b.co", "stripe_customer_id": "cus_1" }), "stripe_customer_id"),
            (json!({ "email": "a@b.co", "id": "mine" }), "id"),
        ] {
            let answer = server.post_as_operator("/api/customers", &body).expect_status(422).json();
            assert_eq!(answer["errors"][0]["field"], field, "{body}: {answer}");
        }
        let malformed = server.call("POST", "/api/customers").key(server.operator_key());
        assert_eq!(malformed.body("application/json", "{\"email\":").send().status, 400);
        for query in ["limit=0", "limit=201", "cursor=%25", "q=%00", "surprise=1"] {
            assert_eq!(server.get_as_operator(&format!("/api/customers?{query}")).status, 422, "{query}");
        }
        let long = format!("/api/customers?q={}", "x".repeat(255));
        assert_eq!(server.get_as_operator(&long).expect_status(422).json()["errors"][0]["field"], "q");
        for path in ["/api/customers/nobody", "/api/customers/%27%20OR%201=1"] {
            assert_eq!(server.get_as_operator(path).status, 404, "{path}");
        }
        assert_eq!(server.post_as_operator("/api/customers/nobody/disable", &json!({})).status, 404);
        let listed = server.get_as_operator("/api/customers").expect_status(200).json();
        assert_eq!(listed["customers"], json!([]));
        // The same with a sound body.
        added(&server, &json!({ "email": "a@b.co" }));
    });
}

#[test]
fn every_page_together_shows_every_customer_once() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        for number in 0..7 {
            let email = Email::parse(&format!("customer{number}@example.com")).unwrap();
            app.operator().call(&AddCustomer { email, name: None, plan: Some(Plan::Starter) }).unwrap();
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let operation = ListCustomers {
                q: Some("example".into()),
                limit: Some(3),
                cursor,
                ..ListCustomers::default()
            };
            let page = app.operator().call(&operation).unwrap();
            seen.extend(page.customers.into_iter().map(|customer| customer.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted_by(|one, next| one > next) && seen.len() == 7, "{seen:?}");
    });
}

#[test]
fn a_disabled_customer_is_out_within_a_second_and_stays_out() {
    on_each_engine(|engine| {
        // Replicas and restarts behind one public address; SQLite takes one server at a time.
        let home = Home::new(engine).set("PUBLIC_BASE_URL", "http://127.0.0.1:8080").share();
        let server = direct(home.serve());
        let token = server.sign_in("ada@example.com");
        let other = server.sign_in("bob@example.com");
        let me = |server: &Served, token: &str| server.call("GET", "/api/me").bearer(token).send().status;
        let replica = (engine == Engine::Postgres).then(|| direct(home.serve()));
        let everywhere: Vec<&Served> = std::iter::once(&server).chain(&replica).collect();
        let all = |token: &str, status| everywhere.iter().all(|server| me(server, token) == status);
        assert!(all(&token, 200) && all(&other, 200));
        let id = server.call("GET", "/api/me").bearer(&token).send().json()["customer_id"].clone();
        let id = id.as_str().unwrap();
        let path = |verb: &str| format!("/api/customers/{id}/{verb}");
        let disabled = server.post_as_operator(&path("disable"), &json!({})).expect_status(200).json();
        assert!(disabled["disabled_at"].is_string());
        let begun = Clock::monotonic();
        eventually("the end of the session", || all(&token, 401).then_some(()));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(all(&other, 200), "another customer's session goes on");
        // Again changes nothing and is no failure.
        let again = server.post_as_operator(&path("disable"), &json!({})).expect_status(200).json();
        assert_eq!(again["disabled_at"], disabled["disabled_at"]);
        let before = server.mail("ada@example.com").len();
        let _ =
            server.post("/api/auth/magic-link", &json!({ "email": "ada@example.com" })).expect_status(202);
        let enabled = server.post_as_operator(&path("enable"), &json!({})).expect_status(200).json();
        assert_eq!(enabled["disabled_at"], Value::Null);
        assert_eq!(me(&server, &token), 401, "an ended session does not come back");
        drop(replica);
        let home = server.terminate();
        let server = direct(home.serve());
        assert_eq!(me(&server, &token), 401, "nor after a restart");
        assert_eq!(server.mail("ada@example.com").len(), before, "no code while disabled");
        let fresh = server.sign_in("ada@example.com");
        assert_eq!(me(&server, &fresh), 200);
    });
}

#[test]
fn a_hostile_name_is_text_on_every_page() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        added(&server, &json!({ "email": "ada@example.com", "name": HOSTILE }));
        let token = server.sign_in("ada@example.com");
        let mut browser = Browser::new(&server);
        browser.cookies.insert("ep_session".into(), token);
        for path in ["/app", "/app/invoices", "/app/support"] {
            let page = browser.open(path).expect_status(200);
            assert!(!page.text.contains("<svg onload"), "{path}");
            assert!(page.text.contains("&#62;&#60;svg onload=alert(1)&#62;"), "{path} shows the name");
        }
    });
}

#[test]
fn a_customer_pays_through_one_identifier_of_the_payment_provider_and_is_found_by_it() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let email = Email::parse("ada@example.com").unwrap();
        let ada = app.operator().call(&AddCustomer { email, name: None, plan: None }).unwrap().id;
        let now = app.clock.now();
        for stripe in ["cus_1", "cus_1", "cus_2"] {
            let ada = ada.clone();
            app.deps.store.write(move |tx| directory::pay_through(tx, &ada, stripe, now)).unwrap();
        }
        let found = |stripe: &str| app.deps.store.read(|tx| directory::by_stripe_id(tx, stripe)).unwrap();
        assert_eq!(found("cus_1").unwrap().id, ada);
        assert!(found("cus_2").is_none(), "the first one stays");
        let nobody = app.operator().call(&EnableCustomer { id: "nobody".into() }).unwrap_err();
        assert_eq!(nobody.code, Code::NotFound);
    });
}

#[test]
fn the_shell_prints_what_http_answers() {
    on_each_engine(|engine| {
        let server = Home::new(engine).share().serve();
        let run = |words: &[&str]| server.home.run(words);
        let added = run(&["customers", "add", "--email", "ada@example.com", "--name", "Ada", "--json"]);
        let ada = added.expect_code(0).json();
        let id = ada["id"].as_str().unwrap();
        let shown = run(&["customers", "show", id, "--json"]).expect_code(0);
        assert_eq!(shown.stdout.trim(), server.get_as_operator(&format!("/api/customers/{id}")).text);
        let listed = run(&["customers", "list", "ADA", "--json"]).expect_code(0);
        assert_eq!(listed.stdout.trim(), server.get_as_operator("/api/customers?q=ada").text);
        let again = run(&["customers", "add", "--email", "ada@example.com", "--json"]).expect_code(5);
        assert_eq!(again.json()["errors"][0]["field"], "email");
        let table = run(&["customers", "list"]).expect_code(0).stdout;
        assert!(table.contains("ada@example.com") && table.contains("active"), "{table}");
        // Nobody is there to be asked, so nothing is erased.
        let _ = run(&["customers", "erase", id]).expect_code(2);
        assert_eq!(server.get_as_operator(&format!("/api/customers/{id}")).json()["erased_at"], Value::Null);
        let erased = run(&["customers", "erase", id, "--yes", "--json"]).expect_code(0).json();
        assert_eq!(erased["customer_id"], id);
        let _ = run(&["customers", "erase", id, "--yes"]).expect_code(5);
        let _ = run(&["customers", "enable", id]).expect_code(3);
    });
}
