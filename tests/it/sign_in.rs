//! The mail that signs in: a link and a code in one, either of them once; how many of them go out; and what nobody
//! learns from asking.

use std::time::Duration;

use echopilot_core::auth::{RequestCode, VerifyLink};
use echopilot_core::events::Log;
use echopilot_core::platform::{Code, Email, Secret};
use echopilot_core::scheduler::deliver;
use serde_json::{Value, json};

use crate::auth::{ask, ask_in, refused, refused_or_busy, sign_in, try_in, wait_for_mail, wrong};
use crate::support::{Answer, Browser, Home, Served, TestApp, code_in, on_each_engine, percent};

/// The secret of the link in a mail.
pub(crate) fn token_in(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let (_, after) = text.split_once("/auth/verify?token=").expect("a link");
    after.split(['&', '\n']).next().unwrap().to_owned()
}

/// Ask for mail as a program.
fn mailed(server: &Served, email: &str) -> Value {
    let before = server.mail(email).len();
    let _ = server.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(202);
    wait_for_mail(server, email, before + 1)
}

fn verify(server: &Served, token: &str) -> Answer {
    server.post("/api/auth/verify", &json!({ "token": token }))
}

#[test]
fn link_and_code_of_a_mail_are_one_and_work_once() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mail = mailed(&server, "ada@example.com");
        let (token, code) = (token_in(&mail), code_in(&mail));
        assert!(token.len() == 43 && mail["html"].as_str().unwrap().contains(&token));
        let stored = server.home.rows("SELECT link_hash, code_hash FROM sign_in_codes").concat();
        assert!(stored.iter().all(|hash| hash.len() == 64 && *hash != token), "{stored:?}");

        refused(&verify(&server, &token[1..]));
        refused(&verify(&server, &code));
        let answer = verify(&server, &token).expect_status(200);
        let session = answer.json();
        assert!(session["token_type"] == "Bearer" && session["expires_at"].is_string());
        let bearer = session["token"].as_str().unwrap();
        assert!(answer.header("set-cookie").unwrap().contains(bearer));
        let me = server.call("GET", "/api/me").bearer(bearer).send().expect_status(200).json();
        assert_eq!(me["email"], "ada@example.com");
        refused(&verify(&server, &token));
        refused(&sign_in(&server, "ada@example.com", &code));

        let mail = mailed(&server, "ada@example.com");
        let _ = sign_in(&server, "ada@example.com", &code_in(&mail)).expect_status(200);
        refused(&verify(&server, &token_in(&mail)));

        let older = mailed(&server, "ada@example.com");
        let newer = mailed(&server, "ada@example.com");
        refused(&verify(&server, &token_in(&older)));
        let again = verify(&server, &token_in(&newer)).expect_status(200).json();
        assert_ne!(again["token"], session["token"], "a new session has a new token");
        for (body, field) in [(json!({}), "token"), (json!({ "token": "x", "email": "a@b.co" }), "email")] {
            let problem = server.post("/api/auth/verify", &body).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], field);
        }
        server
            .wait_for_log(Log::Auth, |line| line["event"] == "sign_in_succeeded" && line["method"] == "link");
        server.wait_for_log(Log::Auth, |line| line["event"] == "sign_in_failed" && line["method"] == "link");
    });
}

#[test]
fn a_scanner_of_mail_uses_nothing_up() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = Browser::new(&server);
        let csrf = Browser::csrf(&browser.open("/auth/login?next=/app/invoices"));
        let fields = [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("next", "/app/invoices")];
        let _ = browser.submit("/auth/login/code", &fields).expect_status(200);
        let mail = wait_for_mail(&server, "ada@example.com", 1);
        let token = token_in(&mail);
        let path = format!("/auth/verify?token={token}&next=/app/invoices");
        assert!(mail["text"].as_str().unwrap().contains(&format!("{}{path}\n", server.url)), "{mail}");

        let page = |call: crate::support::Call| call.header("Accept", "text/html").send().expect_status(200);
        page(server.call("HEAD", &path));
        for _ in 0..5 {
            let opened = page(server.call("GET", &path));
            assert_eq!(opened.header("cache-control"), Some("no-store"));
            assert!(opened.text.contains("action=\"/auth/verify\"") && opened.text.contains(&token));
            assert!(!opened.headers("set-cookie").join("\n").contains("ep_session"));
        }
        for (name, value) in
            [("Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender"), ("X-Moz", "prefetch")]
        {
            page(server.call("GET", &path).header(name, value));
        }
        // Mail is often read on another device: the link is good there, the code is not.
        let mut phone = Browser::new(&server);
        let csrf = Browser::csrf(&phone.open(&path));
        let code = code_in(&mail);
        let fields = [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("code", code.as_str())];
        assert!(phone.submit("/auth/login", &fields).text.contains("is not right"));
        let fields = [("csrf", csrf.as_str()), ("token", token.as_str()), ("next", "/app/invoices")];
        let _ = Browser::new(&server).submit("/auth/verify", &fields).expect_status(303);
        let answer = phone.submit("/auth/verify", &fields).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app/invoices"));
        assert!(phone.open("/app/invoices").expect_status(200).text.contains("ada@example.com"));

        let mut late = Browser::new(&server);
        let csrf = Browser::csrf(&late.open(&path));
        let page = late.submit("/auth/verify", &[("csrf", csrf.as_str()), ("token", token.as_str())]);
        assert!(page.expect_status(200).text.contains("This link no longer works"));
        let page = late.open(&format!("/auth/verify?token={}", &token[..20])).expect_status(200);
        assert!(
            page.text.contains("This link is not whole") && !page.text.contains("action=\"/auth/verify\"")
        );
    });
}

#[test]
fn of_twenty_uses_of_a_link_at_once_one_succeeds() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = token_in(&mailed(&server, "ada@example.com"));
        let use_it = server.call("POST", "/api/auth/verify").json(&json!({ "token": token }));
        let opened: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..20)
                .map(|_| {
                    scope.spawn(|| {
                        let answer = use_it.send();
                        if answer.status != 200 {
                            refused_or_busy(&answer);
                        }
                        usize::from(answer.status == 200)
                    })
                })
                .collect();
            tries.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(opened, 1);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sessions"), 1);
    });
}

#[test]
fn a_link_outlives_the_tries_of_its_code_and_ends_with_its_time() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mail = mailed(&server, "ada@example.com");
        for _ in 0..6 {
            refused(&sign_in(&server, "ada@example.com", &wrong(&code_in(&mail))));
        }
        refused(&sign_in(&server, "ada@example.com", &code_in(&mail)));
        let _ = verify(&server, &token_in(&mail)).expect_status(200);

        let app = TestApp::on(engine);
        let in_time = link_in(&app, "ada@example.com");
        app.clock.advance(Duration::from_secs(10 * 60) - Duration::from_millis(1));
        assert_eq!(follow(&app, &in_time), Ok(()), "the last moment is inside");
        let late = link_in(&app, "ada@example.com");
        app.clock.advance(Duration::from_secs(10 * 60));
        assert_eq!(follow(&app, &late), Err(Code::Unauthenticated));
    });
}

#[test]
fn a_link_leads_to_pages_of_ours_only() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut count = 0;
        for next in
            ["//evil.example", "/\\evil.example", "https://evil.example", "/app\r\nX: y", "/app/../x", ""]
        {
            let mut browser = Browser::new(&server);
            let csrf = Browser::csrf(&browser.open("/auth/login"));
            let fields = [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("next", next)];
            let _ = browser.submit("/auth/login/code", &fields).expect_status(200);
            count += 1;
            let mail = wait_for_mail(&server, "ada@example.com", count);
            assert!(!mail.to_string().contains("next="), "{next}: {mail}");
            let path = format!("/auth/verify?token={}&next={}", token_in(&mail), percent(next));
            let page = browser.open(&path).expect_status(200);
            assert!(!page.text.contains("evil"), "{next}");
            let token = token_in(&mail);
            let fields = [("csrf", csrf.as_str()), ("token", token.as_str()), ("next", next)];
            let answer = browser.submit("/auth/verify", &fields).expect_status(303);
            assert_eq!(answer.header("location"), Some("/app"), "{next}");
        }
    });
}

#[test]
fn mail_has_a_ceiling_in_total_and_nobody_is_told() {
    on_each_engine(|engine| {
        let limits = "login=off,verify=off,magic_link=off,magic_link_account=2/3600s,mail=4/3600s";
        let server = Home::new(engine).set("RATE_LIMITS", limits).share().serve();
        let mut answers = Vec::new();
        for name in ["ada", "ada", "ada", "ben", "eve", "kim", "ben"] {
            let asked = json!({ "email": format!("{name}@example.com") });
            answers.push(server.post("/api/auth/magic-link", &asked).expect_status(202).text);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let outcomes = || {
            let lines = server.logs(Log::Auth).into_iter().filter(|line| line["event"] == "code_requested");
            lines.map(|line| line["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let wanted =
            ["mailed", "mailed", "account_limited", "mailed", "mailed", "mail_limited", "mail_limited"];
        let told =
            crate::support::eventually("a line of each", || Some(outcomes()).filter(|all| all.len() == 7));
        assert_eq!(told, wanted);
        let _ = wait_for_mail(&server, "eve@example.com", 1);
        let sent = ["ada", "ben", "eve", "kim"].map(|name| server.mail(&format!("{name}@example.com")).len());
        assert_eq!(sent, [2, 1, 1, 0]);
        // Who has a code keeps it.
        let code = code_in(&server.mail("ben@example.com")[0]);
        let _ = sign_in(&server, "ben@example.com", &code).expect_status(200);
    });
}

#[test]
fn the_ceiling_of_mail_is_a_sliding_hour_and_may_be_off() {
    on_each_engine(|engine| {
        let monday = TestApp::monday();
        let app = TestApp::with(engine, &monday, |settings| settings.with("RATE_LIMITS", "mail=1/3600s"));
        assert!(ask_in(&app, "ada@example.com").is_some());
        assert!(ask_in(&app, "ben@example.com").is_none());
        app.clock.advance(Duration::from_secs(3_601));
        let code = ask_in(&app, "ben@example.com").expect("a mail");
        assert_eq!(try_in(&app, "ben@example.com", &code), Ok(()));
        let off = "mail=off,magic_link_account=off";
        let app = TestApp::with(engine, &monday, |settings| settings.with("RATE_LIMITS", off));
        for _ in 0..12 {
            assert!(ask_in(&app, "ada@example.com").is_some());
        }
    });
}

#[test]
fn an_address_with_a_line_break_sends_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for address in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\n",
            "\r\nada@example.com",
            "ada@example.com%0d%0aBcc:eve@example.com",
            "ada@example.com, eve@example.com",
            "Ada <ada@example.com>",
        ] {
            let problem =
                server.post("/api/auth/magic-link", &json!({ "email": address })).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], "email", "{address:?}");
        }
        let code = ask(&server, "ada@example.com");
        assert_eq!(code.len(), 8);
        let outbox = std::fs::read_to_string(server.home.outbox()).unwrap();
        assert_eq!(outbox.lines().count(), 1, "one mail, to the address that is one");
    });
}

#[test]
fn the_demo_account_is_no_default_account() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let seeded = server.home.run(&["seed-demo"]);
        assert_eq!(seeded.code, Some(0), "{seeded:?}");
        let asked = json!({ "email": "demo@echopilot.local" });
        let unknown = json!({ "email": "ada@example.com" });
        let answer = server.post("/api/auth/magic-link", &asked).expect_status(202);
        assert_eq!(answer.text, server.post("/api/auth/magic-link", &unknown).expect_status(202).text);
        let _ = wait_for_mail(&server, "ada@example.com", 1);
        assert!(server.mail("demo@echopilot.local").is_empty());
        let demo = Served::demo(engine);
        let _ = ask(&demo, "demo@echopilot.local");
    });
}

/// Ask for mail within this process; the secret of its link.
fn link_in(app: &TestApp, email: &str) -> String {
    let operation = RequestCode { email: Email::parse(email).unwrap(), browser: None, next: None };
    app.stranger().call(&operation).unwrap();
    deliver(&app.deps).unwrap();
    let file = app.path().join("data/outbox/emails.ndjson");
    let text = std::fs::read_to_string(file).unwrap();
    token_in(&serde_json::from_str(text.lines().last().unwrap()).unwrap())
}

fn follow(app: &TestApp, token: &str) -> Result<(), Code> {
    let operation = VerifyLink { token: Secret::new(token), device: None };
    app.stranger().call(&operation).map(drop).map_err(|fault| fault.code)
}
