//! Passwords: which are taken, what they open, how they change, how guessing is slowed down, and that nobody learns
//! from an answer who has an account.

use std::time::Duration;

use echopilot_core::auth::{SetPassword, SignIn};
use echopilot_core::events::Log;
use echopilot_core::platform::{Code, Email, Fault, Secret};
use echopilot_core::scheduler::deliver;
use serde_json::{Value, json};

use crate::auth::{ask, ask_in, refused, refused_or_busy, sign_in, try_in, wait_for_mail};
use crate::support::{Answer, Browser, Home, Served, TestApp, code_in, on_each_engine};

const GOOD: &str = "seven kites over Leith";

/// Set a password as whoever has this token.
pub(crate) fn set(server: &Served, token: &str, body: &Value) -> Answer {
    server.call("POST", "/api/auth/password").bearer(token).json(body).send()
}

fn by_password(server: &Served, email: &str, password: &str) -> Answer {
    server.post("/api/auth/login", &json!({ "email": email, "password": password }))
}

/// A customer with [`GOOD`] as password; the token of a session.
fn with_password(server: &Served, email: &str) -> String {
    let token = server.sign_in(email);
    let _ = set(server, &token, &json!({ "new": GOOD })).expect_status(200);
    token
}

#[test]
fn a_password_signs_in_and_answers_tell_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        with_password(&server, "ada@example.com");
        with_password(&server, "gone@example.com");
        server.sign_in("bare@example.com");
        server.home.change("UPDATE customers SET disabled_at = 2 WHERE email = 'gone@example.com'");
        let answer = by_password(&server, " Ada@Example.com", GOOD).expect_status(200);
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        assert!(answer.header("set-cookie").unwrap().contains(&token));
        let me = server.call("GET", "/api/me").bearer(&token).send().expect_status(200).json();
        assert_eq!(me["email"], "ada@example.com");
        server.wait_for_log(Log::Auth, |line| {
            line["method"] == "password" && line["event"] == "sign_in_succeeded"
        });

        let answers = [
            by_password(&server, "ada@example.com", "seven kites over leith"),
            by_password(&server, "ada@example.com", &format!("{GOOD} ")),
            by_password(&server, "ada@example.com", ""),
            by_password(&server, "nobody@example.com", GOOD),
            by_password(&server, "bare@example.com", GOOD),
            by_password(&server, "gone@example.com", GOOD),
        ];
        let shape = |answer: &Answer| {
            let mut body = answer.json();
            body["request_id"] = Value::Null;
            let headers = ["content-type", "content-length", "www-authenticate", "set-cookie", "retry-after"];
            (body, headers.map(|name| answer.header(name).map(str::to_owned)))
        };
        for answer in &answers {
            refused(answer);
            assert_eq!(shape(answer), shape(&answers[0]));
        }
        let stored = server.home.rows("SELECT hash FROM passwords").concat();
        assert_eq!(stored.len(), 2);
        assert!(stored.iter().all(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{stored:?}");
        assert_ne!(stored[0], stored[1], "the same password has two hashes");
    });
}

#[test]
fn a_sign_in_holds_a_code_or_a_password() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for (body, field) in [
            (json!({ "email": "ada@example.com" }), "code"),
            (json!({ "email": "ada@example.com", "code": null, "password": null }), "code"),
            (json!({ "email": "ada@example.com", "code": "12345678", "password": GOOD }), "password"),
            (json!({ "email": "ada@example.com", "password": [GOOD] }), "password"),
            (json!({ "email": "ada@example.com", "password": 12_345_678 }), "password"),
            (json!({ "email": "ada@example.com\r\nX: y", "password": GOOD }), "email"),
            (json!({ "email": "ada@example.com", "password": GOOD, "device": "x" }), "device"),
        ] {
            let problem = server.post("/api/auth/login", &body).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], field, "{body}");
            assert!(!problem.text.contains(GOOD), "{}", problem.text);
        }
        refused(&by_password(&server, "ada@example.com", GOOD));
    });
}

#[test]
fn easily_guessed_passwords_are_refused_and_long_ones_are_whole() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada.lovelace@example.com");
        let huge = "x y".repeat(400);
        for bad in [
            "",
            "seven77",
            "password1",
            "echopilot1",
            "EchoPilot2026!",
            "Lovelace1",
            "ada.lovelace@example.com",
            &huge,
        ] {
            let problem = set(&server, &token, &json!({ "new": bad })).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], "new", "{bad}");
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM passwords"), 0);
        assert_eq!(server.post("/api/auth/password", &json!({ "new": GOOD })).status, 401);

        let long: String = ('!'..='~').cycle().skip(7).take(100).collect();
        let _ = set(&server, &token, &json!({ "new": long })).expect_status(200);
        let email = "ada.lovelace@example.com";
        refused(&by_password(&server, email, &long[..72]));
        refused(&by_password(&server, email, &long[..99]));
        let _ = by_password(&server, email, &long).expect_status(200);
        for good in [
            "' or 1=1 --",
            "ümläute und ẞ",
            "        ",
            "\u{1f511}\u{1f5dd}\u{1f511}\u{1f5dd}\u{1f511}\u{1f5dd}\u{1f511}\u{1f5dd}",
        ] {
            let token = by_password(&server, email, &long).expect_status(200).json();
            let token = token["token"].as_str().unwrap();
            let _ = set(&server, token, &json!({ "current": long, "new": good })).expect_status(200);
            let _ = by_password(&server, email, good).expect_status(200);
            let _ = set(&server, token, &json!({ "current": good, "new": long })).expect_status(200);
        }
    });
}

#[test]
fn a_change_needs_the_present_one_ends_other_sessions_and_is_told() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let first = with_password(&server, "ada@example.com");
        let _ = wait_for_mail(&server, "ada@example.com", 2);
        let second = by_password(&server, "ada@example.com", GOOD).expect_status(200).json();
        let second = second["token"].as_str().unwrap();
        let other = server.sign_in("ben@example.com");
        let new = "eleven larks at dawn";
        for body in [json!({ "new": new }), json!({ "current": "not this one", "new": new })] {
            let problem = set(&server, &first, &body).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], "current");
        }
        let me = |token: &str| server.call("GET", "/api/me").bearer(token).send().status;
        assert_eq!((me(&first), me(second), me(&other)), (200, 200, 200));
        let done = set(&server, &first, &json!({ "current": GOOD, "new": new })).expect_status(200).json();
        assert_eq!((&done["changed"], &done["revoked"]), (&json!(true), &json!(1)));
        assert_eq!((me(&first), me(second), me(&other)), (200, 401, 200));
        refused(&by_password(&server, "ada@example.com", GOOD));
        let _ = by_password(&server, "ada@example.com", new).expect_status(200);
        let mail = wait_for_mail(&server, "ada@example.com", 3);
        assert_eq!(mail["subject"], "Your EchoPilot password was changed");
        assert!(!mail.to_string().contains(new));
        for event in ["password_set", "password_changed"] {
            server.wait_for_log(Log::Auth, |line| {
                line["event"] == event && line["caller"]["kind"] == "customer"
            });
        }
    });
}

#[test]
fn a_forgotten_password_is_replaced_by_whoever_reads_the_mail() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = with_password(&server, "ada@example.com");
        let _ = wait_for_mail(&server, "ada@example.com", 2);
        let new = "eleven larks at dawn";
        let code = ask(&server, "ada@example.com");
        let other = ask(&server, "ben@example.com");
        for (body, field) in [
            (json!({ "code": other, "new": new }), "code"),
            (json!({ "code": code, "current": GOOD, "new": new }), "code"),
            (json!({ "code": code, "new": "password1" }), "new"),
        ] {
            let problem = set(&server, &token, &body).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], field, "{body}");
        }
        let _ = by_password(&server, "ada@example.com", GOOD).expect_status(200);
        let body = json!({ "code": code, "new": new });
        assert_eq!(set(&server, &token, &body).expect_status(200).json()["changed"], true);
        refused(&by_password(&server, "ada@example.com", GOOD));
        let _ = by_password(&server, "ada@example.com", new).expect_status(200);
        assert_eq!(set(&server, &token, &body).expect_status(422).json()["errors"][0]["field"], "code");
        refused(&sign_in(&server, "ada@example.com", &code));

        let mut browser = Browser::new(&server);
        browser.cookies.insert("ep_session".to_owned(), token);
        let csrf = Browser::csrf(&browser.open("/app/sessions"));
        // A link and a notice of each password so far: two of the first, two of the second.
        let before = 4;
        let _ = wait_for_mail(&server, "ada@example.com", before);
        let led = browser.submit("/app/sessions/code", &[("csrf", &csrf)]).expect_status(303);
        assert_eq!(led.header("location"), Some("/app/sessions?did=code"));
        let code = code_in(&wait_for_mail(&server, "ada@example.com", before + 1));
        let page = browser.open("/app/sessions?did=code").expect_status(200);
        assert!(page.text.contains("name=\"code\"") && !page.text.contains("name=\"current\""));
        let mut submit = |code: &str| {
            let fields = [("csrf", csrf.as_str()), ("code", code), ("new", GOOD)];
            browser.submit("/app/sessions/password", &fields)
        };
        assert!(submit("12").expect_status(200).text.contains("href=\"#code\""));
        let led = submit(&format!("{} {}", &code[..4], &code[4..])).expect_status(303);
        assert_eq!(led.header("location"), Some("/app/sessions?did=password"));
        let _ = by_password(&server, "ada@example.com", GOOD).expect_status(200);
    });
}

fn try_password(app: &TestApp, email: &str, password: &str) -> Result<(), Fault> {
    let operation = SignIn {
        email: Email::parse(email).unwrap(),
        code: None,
        password: Some(Secret::new(password)),
        browser: None,
        device: None,
    };
    app.stranger().call(&operation).map(drop)
}

#[test]
fn after_ten_wrong_passwords_an_account_is_slowed_down_and_never_locked() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let ada = app.customer("ada@example.com");
        ada.call(&SetPassword { current: None, code: None, new: Secret::new(GOOD) }).unwrap();
        deliver(&app.deps).unwrap();
        for email in ["ada@example.com", "nobody@example.com"] {
            for _ in 0..10 {
                assert_eq!(try_password(&app, email, "wrong").unwrap_err().code, Code::Unauthenticated);
                app.clock.advance(Duration::from_secs(2));
            }
            let fault = try_password(&app, email, GOOD).unwrap_err();
            assert_eq!((fault.code, fault.retry_after), (Code::Limited, Some(58)), "{email}: {fault:?}");
            app.clock.advance(Duration::from_secs(58));
            assert_eq!(try_password(&app, email, "wrong").unwrap_err().code, Code::Unauthenticated);
            let fault = try_password(&app, email, "wrong").unwrap_err();
            assert_eq!((fault.code, fault.retry_after), (Code::Limited, Some(60)));
        }
        // A session that was borrowed is no way round.
        let change = SetPassword {
            current: Some(Secret::new("wrong")),
            code: None,
            new: Secret::new("eleven larks at dawn"),
        };
        assert_eq!(ada.call(&change).unwrap_err().code, Code::Limited);
        let code = ask_in(&app, "ada@example.com").expect("a mail");
        assert_eq!(try_in(&app, "ada@example.com", &code), Ok(()), "mail works meanwhile");
        app.clock.advance(Duration::from_secs(60));
        try_password(&app, "ada@example.com", GOOD).expect("the right one, after the pause");
        try_password(&app, "ada@example.com", GOOD).expect("and a right one causes no pause");
        assert_eq!(try_password(&app, "ada@example.com", "wrong").unwrap_err().code, Code::Unauthenticated);
        assert_eq!(try_password(&app, "ada@example.com", GOOD).unwrap_err().code, Code::Limited);
        app.clock.advance(Duration::from_secs(3_601));
        for _ in 0..10 {
            assert_eq!(
                try_password(&app, "ada@example.com", "wrong").unwrap_err().code,
                Code::Unauthenticated
            );
        }
        assert!(app.logs(Log::Auth).iter().any(|line| line["event"] == "account_slowed"));

        let off =
            |settings: echopilot_core::config::Environment| settings.with("RATE_LIMITS", "login_account=off");
        let app = TestApp::with(engine, &TestApp::monday(), off);
        for _ in 0..13 {
            assert_eq!(
                try_password(&app, "ada@example.com", "wrong").unwrap_err().code,
                Code::Unauthenticated
            );
        }
    });
}

#[test]
fn parallel_guesses_share_one_count_which_a_restart_keeps() {
    on_each_engine(|engine| {
        let limits = "login=off,magic_link=off,verify=off,login_account=3/3600s";
        let server = Home::new(engine).set("RATE_LIMITS", limits).share().serve();
        with_password(&server, "ada@example.com");
        let guess = json!({ "email": "ada@example.com", "password": "wrong" });
        let guess = server.call("POST", "/api/auth/login").json(&guess);
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    let answer = guess.send();
                    if answer.status != 429 {
                        refused_or_busy(&answer);
                    }
                });
            }
        });
        let counted = server.home.number("SELECT COUNT(*) FROM sign_in_failures");
        assert!((1..=3).contains(&counted), "{counted} were looked at");
        for _ in counted..3 {
            refused(&by_password(&server, "ada@example.com", "wrong"));
        }
        let server = server.kill().serve();
        let limited = by_password(&server, "ada@example.com", GOOD).expect_status(429);
        let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait) && limited.json()["code"] == "limited");
        let mut browser = Browser::new(&server);
        let csrf = Browser::csrf(&browser.open("/auth/login?with=password"));
        let fields =
            [("csrf", csrf.as_str()), ("with", "password"), ("email", "ada@example.com"), ("password", GOOD)];
        let page = browser.submit("/auth/login", &fields).expect_status(429);
        let told: u64 = page.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&told) && page.text.contains("E-mail me a link and a code"), "{told}");
        assert!(page.text.contains("Too many tries") && page.text.contains("Try again in"), "{}", page.text);
        assert!(!page.text.contains(GOOD));
        let code = ask(&server, "ada@example.com");
        let _ = sign_in(&server, "ada@example.com", &code).expect_status(200);
    });
}

#[test]
fn a_flood_of_passwords_leaves_room_for_others_and_counts_what_was_looked_at() {
    on_each_engine(|engine| {
        let limits = "login=off,magic_link=off,verify=off,login_account=1000/3600s";
        let server = Home::new(engine).set("RATE_LIMITS", limits).share().serve();
        let token = with_password(&server, "ada@example.com");
        let guess = json!({ "email": "ada@example.com", "password": "wrong" });
        let guess = server.call("POST", "/api/auth/login").json(&guess);
        let me = server.call("GET", "/api/me").bearer(&token);
        let looked_at: i64 = std::thread::scope(|scope| {
            let flood: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        let answer = guess.send();
                        if answer.status == 503 {
                            assert_eq!(answer.header("retry-after"), Some("1"));
                        } else {
                            refused(&answer);
                        }
                        i64::from(answer.status == 401)
                    })
                })
                .collect();
            for _ in 0..10 {
                let _ = me.send().expect_status(200);
            }
            flood.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert!(looked_at > 0);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_failures"), looked_at);
    });
}

#[test]
fn people_set_and_use_a_password_with_forms_alone() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let mut browser = Browser::new(&server);
        browser.cookies.insert("ep_session".to_owned(), token);
        let page = browser.open("/app/sessions").expect_status(200);
        assert!(page.text.contains("Set a password") && !page.text.contains("name=\"current\""));
        let csrf = Browser::csrf(&page);
        let mut submit = |fields: &[(&str, &str)]| {
            let fields: Vec<_> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
            browser.submit("/app/sessions/password", &fields)
        };
        let page = submit(&[("new", "password1")]).expect_status(200);
        assert!(page.text.contains("There is a problem") && page.text.contains("href=\"#new\""));
        let done = submit(&[("new", GOOD)]).expect_status(303);
        assert_eq!(done.header("location"), Some("/app/sessions?did=password"));
        let page = submit(&[("current", "wrong one"), ("new", "eleven larks at dawn")]).expect_status(200);
        assert!(page.text.contains("href=\"#current\"") && !page.text.contains("wrong one"));
        let page = browser.open("/app/sessions?did=password").expect_status(200);
        assert!(page.text.contains("Your password is set") && page.text.contains("Change your password"));

        let mut other = Browser::new(&server);
        let page = other.open("/auth/login?with=password&next=/app/invoices").expect_status(200);
        assert!(
            page.text.contains("autocomplete=\"current-password\"")
                && page.text.contains("href=\"/auth/login?next=")
        );
        let csrf = Browser::csrf(&page);
        let mut enter = |email: &str, password: &str| {
            let fields = [
                ("csrf", csrf.as_str()),
                ("with", "password"),
                ("email", email),
                ("password", password),
                ("next", "/app/invoices"),
            ];
            other.submit("/auth/login", &fields)
        };
        let unknown = enter("nobody@example.com", GOOD).expect_status(200);
        let wrong = enter("ada@example.com", "wrong one").expect_status(200);
        for page in [&unknown, &wrong] {
            assert!(page.text.contains("The address or the password is not right"), "{}", page.text);
        }
        assert_eq!(unknown.text.len() - "nobody".len(), wrong.text.len() - "ada".len());
        assert!(enter("nobody", GOOD).text.contains("href=\"#email\""));
        let answer = enter("ada@example.com", GOOD).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app/invoices"));
    });
}
