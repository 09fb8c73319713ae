//! Signing in and out: codes by mail, their limits, the pages for it and the cookies they set.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use echopilot_core::auth::{RequestCode, SignIn};
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, Code, Email, Secret, Timestamp};
use echopilot_core::scheduler::deliver;
use serde_json::{Value, json};

use crate::replicas::direct;
use crate::support::{Answer, Browser, Call, Home, Served, TestApp, code_in, eventually, on_each_engine};

#[test]
fn a_code_by_mail_signs_in_once() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let asked = json!({ "email": " Ada@Example.com " });
        let answer = server.post("/api/auth/magic-link", &asked).expect_status(202);
        let answered = Clock::System.now();
        assert_eq!(answer.json()["ok"], true);
        let mail = wait_for_mail(&server, "ada@example.com", 1);
        let sent = Timestamp::parse(mail["ts"].as_str().unwrap()).unwrap();
        assert!(sent.since(answered) <= Duration::from_secs(1), "{sent} is long after {answered}");
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&server.home.outbox()), 0o600);
        assert_eq!(mode(server.home.outbox().parent().unwrap()), 0o700);

        let code = code_in(&mail);
        let wrong = wrong(&code);
        refused(&sign_in(&server, "ada@example.com", &wrong));
        refused(&sign_in(&server, "bob@example.com", &code));
        let answer = sign_in(&server, "ada@example.com", &code).expect_status(200);
        let session = answer.json();
        assert_eq!(session["token_type"], "Bearer");
        let ends = Timestamp::parse(session["expires_at"].as_str().unwrap()).unwrap();
        let length = ends.since(answered);
        assert!((86_300..=86_410).contains(&length.as_secs()), "{length:?}");
        let token = session["token"].as_str().unwrap();
        let me = server.call("GET", "/api/me").bearer(token).send().expect_status(200).json();
        assert_eq!((&me["email"], &me["plan"]), (&json!("ada@example.com"), &json!("free")));
        assert_eq!(me["exp"], ends.seconds());
        let cookie = answer.header("set-cookie").unwrap();
        assert!(
            cookie.starts_with(&format!("ep_session={token}; Path=/; HttpOnly; SameSite=Lax")),
            "{cookie}"
        );

        refused(&sign_in(&server, "ada@example.com", &code));
        refused(&server.get("/api/me"));
        let again = server.sign_in("ada@example.com");
        assert_ne!(again, token, "a new session has a new token");
        let me_again = server.call("GET", "/api/me").bearer(&again).send().expect_status(200).json();
        assert_eq!(me_again["customer_id"], me["customer_id"]);
    });
}

#[test]
fn five_wrong_tries_end_a_code_also_when_they_come_at_once() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let code = ask(&server, "four@example.com");
        for _ in 0..4 {
            refused(&sign_in(&server, "four@example.com", &wrong(&code)));
        }
        let _ = sign_in(&server, "four@example.com", &code).expect_status(200);

        let code = ask(&server, "five@example.com");
        for _ in 0..5 {
            refused(&sign_in(&server, "five@example.com", &wrong(&code)));
        }
        refused(&sign_in(&server, "five@example.com", &code));

        let code = ask(&server, "fifty@example.com");
        let guess = attempt(&server, "fifty@example.com", &wrong(&code));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| refused_or_busy(&guess.send()));
            }
        });
        let tries = server.home.number("SELECT MAX(tries) FROM sign_in_codes");
        assert_eq!(tries, 5, "no more than five guesses were compared");
        refused(&sign_in(&server, "fifty@example.com", &code));
        // The right code, fifty times at once, opens one session.
        let code = ask(&server, "once@example.com");
        let right = attempt(&server, "once@example.com", &code);
        let opened: usize = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..50).map(|_| scope.spawn(|| usize::from(right.send().status == 200))).collect();
            tries.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(opened, 1);
    });
}

#[test]
fn a_code_ends_after_ten_minutes_and_when_a_newer_one_is_sent() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let first = ask_in(&app, "ada@example.com").expect("a mail");
        app.clock.advance(Duration::from_secs(10 * 60) - Duration::from_millis(1));
        assert!(try_in(&app, "ada@example.com", &first).is_ok(), "the last moment is inside");
        let second = ask_in(&app, "ada@example.com").expect("a mail");
        app.clock.advance(Duration::from_secs(10 * 60));
        assert_eq!(try_in(&app, "ada@example.com", &second), Err(Code::Unauthenticated));
        let older = ask_in(&app, "ada@example.com").expect("a mail");
        let newer = ask_in(&app, "ada@example.com").expect("a mail");
        assert_eq!(try_in(&app, "ada@example.com", &older), Err(Code::Unauthenticated));
        assert!(try_in(&app, "ada@example.com", &newer).is_ok());
    });
}

#[test]
fn an_address_gets_ten_codes_an_hour_and_nobody_is_told() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let mut sent = 0;
        for minute in 0..59 {
            if ask_in(&app, "ada@example.com").is_some() {
                sent += 1;
                assert!(minute < 10, "the tenth was the last");
            }
            app.clock.advance(Duration::from_secs(60));
        }
        assert_eq!(sent, 10);
        assert!(ask_in(&app, "bob@example.com").is_some(), "another address has its own share");
        app.clock.advance(Duration::from_secs(61));
        assert!(ask_in(&app, "ada@example.com").is_some(), "the first is more than an hour ago");
    });
}

#[test]
fn where_only_the_invited_may_in_a_stranger_learns_nothing() {
    on_each_engine(|engine| {
        let home = Home::new(engine).set("SIGNUP_MODE", "invite").share();
        let server = home.serve();
        for name in ["known", "gone"] {
            home.change(&format!(
                "INSERT INTO customers (id, email, name, plan, created_at, updated_at) \
                 VALUES ('01CUSTOMER{name}', '{name}@example.com', '{name}', 'free', 1, 1)"
            ));
        }
        let code = ask(&server, "gone@example.com");
        home.change("UPDATE customers SET disabled_at = 2 WHERE name = 'gone'");
        refused(&sign_in(&server, "gone@example.com", &code));

        let answers = ["known", "stranger", "gone"].map(|name| {
            let asked = json!({ "email": format!("{name}@example.com") });
            server.post("/api/auth/magic-link", &asked).expect_status(202)
        });
        for answer in &answers {
            assert_eq!(answer.text, answers[0].text);
            let shape = |answer: &Answer| {
                ["content-type", "content-length", "cache-control", "set-cookie"]
                    .map(|name| answer.header(name).map(str::to_owned))
            };
            assert_eq!(shape(answer), shape(&answers[0]));
        }
        let known = code_in(&wait_for_mail(&server, "known@example.com", 1));
        let _ = sign_in(&server, "known@example.com", &known).expect_status(200);
        assert!(server.mail("stranger@example.com").is_empty());
        assert_eq!(server.mail("gone@example.com").len(), 1, "the one from before");
        assert_eq!(home.number("SELECT COUNT(*) FROM customers"), 2, "nobody was made a customer");
    });
}

#[test]
fn a_disabled_customer_and_an_ended_session_stay_out_after_a_restart() {
    on_each_engine(|engine| {
        // The issuer stands in the token: with an address of its own a server is the same after it was restarted.
        let server = direct(Served::start(engine, &[("PUBLIC_BASE_URL", "http://127.0.0.1:8080")]));
        let [stays, leaves, disabled] =
            ["stays", "leaves", "disabled"].map(|name| server.sign_in(&format!("{name}@example.com")));
        let me = |server: &Served, token: &str| server.call("GET", "/api/me").bearer(token).send();
        for token in [&stays, &leaves, &disabled] {
            let _ = me(&server, token).expect_status(200);
        }
        let out = server.call("POST", "/api/auth/logout").bearer(&leaves).send().expect_status(200);
        assert!(out.header("set-cookie").unwrap().starts_with("ep_session=; "), "{out:?}");
        refused(&me(&server, &leaves));
        refused(&server.call("POST", "/api/auth/logout").bearer(&leaves).send());
        let _ = me(&server, &stays).expect_status(200);
        server.home.change("UPDATE customers SET disabled_at = 2 WHERE email = 'disabled@example.com'");
        let server = direct(server.kill().serve());
        refused(&me(&server, &leaves));
        refused(&me(&server, &disabled));
        let _ = me(&server, &stays).expect_status(200);
    });
}

#[test]
fn the_demo_account_is_in_the_demonstration_only() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let answer = server.call("POST", "/auth/demo").send().expect_status(404);
        assert_eq!(answer.json()["code"], "not_found");
        let page = server.get("/auth/login");
        assert!(!page.text.contains("/auth/login/demo"));
        let demo = Served::demo(engine);
        let token = demo.demo_token();
        let me = demo.call("GET", "/api/me").bearer(&token).send().expect_status(200).json();
        assert_eq!(me["email"], "demo@echopilot.local");
        let mut browser = Browser::new(&demo);
        let page = browser.open("/auth/login");
        let answer =
            browser.submit("/auth/login/demo", &[("csrf", &Browser::csrf(&page))]).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app"));
    });
}

#[test]
fn people_sign_in_with_forms_and_cookies_alone() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = Browser::new(&server);
        let led = browser.open("/app/invoices").expect_status(303);
        let login = led.header("location").unwrap().to_owned();
        assert_eq!(login, "/auth/login?next=/app/invoices&why=sign-in");
        let page = browser.open(&login).expect_status(200);
        for cookie in page.headers("set-cookie") {
            assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000"), "{cookie}");
        }
        let csrf = Browser::csrf(&page);
        let fields = [("csrf", csrf.as_str()), ("email", "ada@example.com"), ("next", "/app/invoices")];
        let page = browser.submit("/auth/login/code", &fields).expect_status(200);
        assert!(page.text.contains("Check your e-mail"));
        let bound = page.headers("set-cookie").join("\n");
        assert!(
            bound.starts_with("ep_code=") && bound.contains("HttpOnly; SameSite=Lax; Max-Age=600"),
            "{bound}"
        );
        let code = code_in(&wait_for_mail(&server, "ada@example.com", 1));

        // The code is right, but neither another browser nor a program may use it.
        refused(&sign_in(&server, "ada@example.com", &code));
        let mut thief = Browser::new(&server);
        let theirs = Browser::csrf(&thief.open("/auth/login"));
        let page =
            thief.submit("/auth/login", &[("csrf", &theirs), ("email", "ada@example.com"), ("code", &code)]);
        assert!(page.status == 200 && page.headers("set-cookie").is_empty(), "{page:?}");
        assert!(page.text.contains("Enter your code") && page.text.contains("aria-invalid"));

        let spaced = format!("{} {}", &code[..4], &code[4..]);
        let fields = [
            ("csrf", csrf.as_str()),
            ("email", "ada@example.com"),
            ("code", &spaced),
            ("next", "/app/invoices"),
        ];
        let answer = browser.submit("/auth/login", &fields).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app/invoices"));
        let cookies = answer.headers("set-cookie").join("\n");
        assert!(
            cookies.contains("HttpOnly; SameSite=Lax; Max-Age=86") && cookies.contains("ep_code=;"),
            "{cookies}"
        );
        let page = browser.open("/app/invoices").expect_status(200);
        assert!(page.text.contains("ada@example.com"));
        assert_eq!(browser.open("/auth/login").expect_status(303).header("location"), Some("/app"));

        let csrf = Browser::csrf(&page);
        let out = browser.submit("/auth/logout", &[("csrf", &csrf)]).expect_status(303);
        assert_eq!(out.header("location"), Some("/auth/login?why=signed-out"));
        assert!(!browser.cookies.contains_key("ep_session"));
        let _ = browser.open("/app").expect_status(303);
    });
}

#[test]
fn a_form_of_somebody_else_changes_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = Browser::new(&server);
        let csrf = Browser::csrf(&browser.open("/auth/login"));
        let foreign = Browser::csrf(&Browser::new(&server).open("/auth/login"));
        let mut stranger = Browser::new(&server);
        for wrong in ["", "nonsense", foreign.as_str()] {
            let fields = [("csrf", wrong), ("email", "ada@example.com")];
            let answer = browser.submit("/auth/login/code", &fields).expect_status(303);
            assert_eq!(answer.header("location"), Some("/auth/login?why=form"));
        }
        let answer = stranger.submit("/auth/login/code", &[("csrf", &csrf), ("email", "ada@example.com")]);
        assert_eq!(answer.expect_status(303).header("location"), Some("/auth/login?why=form"));
        assert!(stranger.open("/auth/login?why=form").text.contains("That form was too old"));
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes"), 0);

        let fields = crate::support::encode(&[("csrf", &csrf), ("email", "ada@example.com")]);
        let form =
            || browser.call("POST", "/auth/login/code").body("application/x-www-form-urlencoded", &fields);
        for (name, value) in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let _ = form().header(name, value).send().expect_status(403);
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes"), 0);
        let _ = form().header("Origin", &server.url).send().expect_status(200);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes"), 1);

        // A write of the API with the cookie is judged alike; with the token in a header it is not asked.
        let token = server.sign_in("bob@example.com");
        let write = || server.call("POST", "/api/auth/logout");
        let cookie = format!("ep_session={token}");
        let answer = write().header("Cookie", &cookie).header("Origin", "https://evil.example").send();
        assert_eq!(answer.expect_status(403).json()["code"], "forbidden");
        let _ = server.call("GET", "/api/me").header("Cookie", &cookie).send().expect_status(200);
        let _ = write().header("Cookie", &cookie).header("Origin", &server.url).send().expect_status(200);
        refused(&server.call("GET", "/api/me").header("Cookie", &cookie).send());
    });
}

#[test]
fn after_signing_in_nobody_is_led_away() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        for next in
            ["//evil.example", "/\\evil.example", "https://evil.example", "/app/../../x", "/app\r\nX: y"]
        {
            let mut browser = Browser::new(&server);
            let page = browser.open(&format!("/auth/login?next={}", crate::support::percent(next)));
            assert!(!page.text.contains("evil"), "{next}");
            let fields = [("csrf", &*Browser::csrf(&page)), ("next", next)];
            let answer = browser.submit("/auth/login/demo", &fields).expect_status(303);
            assert_eq!(answer.header("location"), Some("/app"), "{next}");
            let theme =
                [("csrf", &*Browser::csrf(&browser.open("/app"))), ("theme", "light"), ("next", next)];
            let answer = browser.submit("/theme", &theme).expect_status(303);
            let led_to = answer.header("location").unwrap();
            assert!(led_to == "/" || led_to == "/app/../../x", "{next}: {led_to}");
        }
        let mut browser = Browser::new(&server);
        let page = browser.open("/auth/login?next=/app/invoices");
        let fields = [("csrf", &*Browser::csrf(&page)), ("next", "/app/invoices")];
        let answer = browser.submit("/auth/login/demo", &fields).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app/invoices"));
    });
}

#[test]
fn over_https_cookies_belong_to_one_host() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("PUBLIC_BASE_URL", "https://echo.example")]);
        let direct = format!("http://{}", server.welcome["listening"].as_str().unwrap());
        let ask = |method: &str, path: &str| Call::new(method, format!("{direct}{path}"));
        let page = ask("GET", "/auth/login").send().expect_status(200);
        let visitor = page.header("set-cookie").unwrap();
        assert!(visitor.starts_with("__Host-ep_visitor="), "{visitor}");
        assert!(visitor.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=15552000"), "{visitor}");
        let email = json!({ "email": "ada@example.com" });
        let _ = ask("POST", "/api/auth/magic-link").json(&email).send().expect_status(202);
        let code = code_in(&wait_for_mail(&server, "ada@example.com", 1));
        let body = json!({ "email": "ada@example.com", "code": code });
        let answer = ask("POST", "/api/auth/login").json(&body).send().expect_status(200);
        let session = answer.header("set-cookie").unwrap();
        assert!(session.starts_with("__Host-ep_session=") && session.contains("; Secure"), "{session}");
        let bare = session.split_once(';').unwrap().0.replace("__Host-", "");
        refused(&ask("GET", "/api/me").header("Cookie", &bare).send());
        let own = session.split_once(';').unwrap().0;
        let _ = ask("GET", "/api/me").header("Cookie", own).send().expect_status(200);
    });
}

#[test]
fn good_and_bad_sign_ins_are_written_down() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let code = ask(&server, "ada@example.com");
        let bad = json!({ "email": "ada@example.com", "code": wrong(&code) });
        let id = |call: Call, id: &str| call.header("X-Request-ID", id).send();
        let _ = id(server.call("POST", "/api/auth/login").json(&bad), "try-number-one").expect_status(401);
        let good = json!({ "email": "ada@example.com", "code": code });
        let _ = id(server.call("POST", "/api/auth/login").json(&good), "try-number-two").expect_status(200);
        for (id, event) in [("try-number-one", "sign_in_failed"), ("try-number-two", "sign_in_succeeded")] {
            let line =
                server.wait_for_log(Log::Auth, |line| line["request_id"] == id && line["event"] == event);
            assert!(line["ts"].is_string() && line["level"].is_string(), "{line}");
        }
    });
}

/// Ask for a code and read it from the mail.
pub(crate) fn ask(server: &Served, email: &str) -> String {
    let before = server.mail(email).len();
    let _ = server.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(202);
    code_in(&wait_for_mail(server, email, before + 1))
}

pub(crate) fn wait_for_mail(server: &Served, email: &str, count: usize) -> Value {
    eventually("a mail", || server.mail(email).get(count - 1).cloned())
}

pub(crate) fn sign_in(server: &Served, email: &str, code: &str) -> Answer {
    attempt(server, email, code).send()
}

fn attempt(server: &Served, email: &str, code: &str) -> Call {
    server.call("POST", "/api/auth/login").json(&json!({ "email": email, "code": code }))
}

/// Eight digits that are not those.
pub(crate) fn wrong(code: &str) -> String {
    let first = if code.starts_with('1') { '2' } else { '1' };
    format!("{first}{}", &code[1..])
}

pub(crate) fn refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
    assert_eq!(answer.json()["code"], "unauthenticated");
}

/// Under a storm the server may send somebody away, but never lets them in.
pub(crate) fn refused_or_busy(answer: &Answer) {
    if answer.status != 503 {
        refused(answer);
    }
}

/// Ask for a code within this process and read it from the mail, if one was sent.
pub(crate) fn ask_in(app: &TestApp, email: &str) -> Option<String> {
    let file = app.path().join("data/outbox/emails.ndjson");
    let lines = || std::fs::read_to_string(&file).unwrap_or_default().lines().count();
    let before = lines();
    let operation = RequestCode { email: Email::parse(email).unwrap(), browser: None, next: None };
    app.stranger().call(&operation).unwrap();
    deliver(&app.deps).unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    text.lines().nth(before).map(|line| code_in(&serde_json::from_str(line).unwrap()))
}

pub(crate) fn try_in(app: &TestApp, email: &str, code: &str) -> Result<(), Code> {
    let operation = SignIn {
        email: Email::parse(email).unwrap(),
        code: Some(Secret::new(code)),
        password: None,
        browser: None,
        device: None,
    };
    app.stranger().call(&operation).map(drop).map_err(|fault| fault.code)
}
