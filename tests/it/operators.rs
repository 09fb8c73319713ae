//! Operators in a browser: a key exchanged once for a session, the cookie of it, and what it opens and does not.

use std::sync::Arc;
use std::time::Duration;

use echopilot_core::auth::{KnownOperator, SignInOperator, look_up_operator, recall_operator};
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, Code, Secret};
use serde_json::json;

use crate::replicas::direct;
use crate::support::{
    Answer, Browser, Engine, Home, OPERATOR_KEY, Served, TestApp, encode, engines, eventually, on_each_engine,
};

const LOGIN: &str = "/dashboard/login";

/// The sign-in with this key.
fn try_key(browser: &mut Browser<'_>, key: &str) -> Answer {
    let page = browser.open(LOGIN);
    let csrf = Browser::csrf(&page);
    browser.submit(LOGIN, &[("csrf", &csrf), ("next", "/payments"), ("key", key)])
}

/// A browser in which the operator is signed in.
pub(crate) fn signed_in(server: &Served) -> Browser<'_> {
    let mut browser = Browser::new(server);
    let answer = try_key(&mut browser, server.operator_key()).expect_status(303);
    assert_eq!(answer.header("location"), Some("/payments"));
    browser
}

#[test]
fn a_key_is_exchanged_for_a_session_and_shown_nowhere() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = Browser::new(&server);
        let stranger = browser.open("/payments").expect_status(303);
        assert_eq!(stranger.header("location"), Some("/dashboard/login?next=/payments&why=sign-in"));

        let wrong = "a-key-that-nobody-has-0123456789abcdef";
        for key in ["", " ", wrong, &OPERATOR_KEY.to_uppercase(), &OPERATOR_KEY[1..]] {
            let answer = try_key(&mut browser, key);
            assert!(answer.text.contains("There is a problem"), "{key}: {}", answer.text);
            assert!(!browser.cookies.contains_key("ep_operator"), "{key}");
            assert!(!answer.text.contains(wrong), "what was typed is not shown again");
        }
        let refused = try_key(&mut browser, wrong).expect_status(401);
        assert_eq!(refused.header("www-authenticate"), Some("X-Dash-Key realm=\"operators\""));

        let page = browser.open(LOGIN).expect_status(200);
        let csrf = Browser::csrf(&page);
        // The end of the line that a terminal adds is no part of a key.
        let pasted = format!("{OPERATOR_KEY}\n");
        let answer =
            browser.submit(LOGIN, &[("csrf", &csrf), ("next", "https://evil.example"), ("key", &pasted)]);
        let answer = answer.expect_status(303);
        assert_eq!(answer.header("location"), Some("/dashboard/v2"), "only our own pages are led to");
        let cookie = answer.header("set-cookie").unwrap().to_owned();
        let token = browser.cookies["ep_operator"].clone();
        assert_eq!(cookie, format!("ep_operator={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200"));
        assert_eq!(token.len(), 43, "256 bits");

        let pages = [browser.open("/payments").expect_status(200), browser.open(LOGIN).expect_status(303)];
        for page in &pages {
            assert!(!page.text.contains(OPERATOR_KEY) && !page.text.contains(&token));
        }
        assert!(pages[0].text.contains("tester") && pages[0].text.contains("/dashboard/logout"));
        assert!(!pages[0].text.contains("href=\"/app"), "an operator's menus are no customer's");
        let stored = server.home.rows("SELECT token_hash, key_digest, operator, id FROM operator_sessions");
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0][2], "tester");
        let digest = echopilot_core::platform::digest_hex(OPERATOR_KEY.as_bytes());
        for secret in [OPERATOR_KEY, token.as_str(), digest.as_str()] {
            assert!(!format!("{stored:?}").contains(secret));
        }

        let events = |name: &str| server.wait_for_log(Log::Auth, |line| line["event"] == name);
        assert_eq!(events("operator_signed_in")["level"], "info");
        assert_eq!(events("operator_sign_in_failed")["level"], "warn");
        for log in Log::ALL {
            let lines = format!("{:?}", server.logs(log));
            for secret in [OPERATOR_KEY, wrong, token.as_str()] {
                assert!(!lines.contains(secret), "{}", log.file_name());
            }
        }
    });
}

#[test]
fn over_https_the_cookie_is_bound_to_the_host() {
    let settings = [("PUBLIC_BASE_URL", "https://echo.example")];
    let server = direct(Served::start(Engine::Sqlite, &settings));
    let mut browser = Browser::new(&server);
    let answer = try_key(&mut browser, OPERATOR_KEY).expect_status(303);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-ep_operator="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200"), "{cookie}");
}

#[test]
fn the_session_opens_operators_routes_and_customers_sessions_do_not() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let operator = signed_in(&server);
        let status =
            |path: &str| operator.call("GET", path).header("Accept", "application/json").send().status;
        assert_eq!(status("/api/warehouse/status"), 200);
        assert_eq!(status("/api/me"), 401, "an operator is no customer");
        assert_eq!(status("/app/invoices.csv"), 401);
        let to_login = operator.call("GET", "/app").send().expect_status(303);
        assert!(to_login.header("location").unwrap().starts_with("/auth/login?"));

        let token = server.demo_token();
        let mut customer = Browser::new(&server);
        customer.cookies.insert("ep_session".to_owned(), token.clone());
        let answer =
            customer.call("GET", "/api/warehouse/status").header("Accept", "application/json").send();
        assert_eq!(answer.status, 403, "{}", answer.text);
        let page = customer.open("/payments").expect_status(303);
        assert!(page.header("location").unwrap().starts_with("/dashboard/login?"));
        let by_bearer = server.call("GET", "/payments").bearer(&token).send();
        assert_eq!(by_bearer.status, 303);
        for disguise in ["ep_operator", "__Host-ep_operator"] {
            let mut browser = Browser::new(&server);
            browser.cookies.insert(disguise.to_owned(), token.clone());
            assert_eq!(browser.open("/payments").status, 303, "{disguise}");
        }
        let mut disguised = Browser::new(&server);
        disguised.cookies.insert("ep_session".to_owned(), operator.cookies["ep_operator"].clone());
        let me = disguised.call("GET", "/api/me").header("Accept", "application/json").send();
        assert_eq!(me.status, 401);
        let key = server.operator_key();
        let by_key_as_cookie =
            server.call("GET", "/api/warehouse/status").header("Cookie", &format!("ep_operator={key}"));
        assert_eq!(by_key_as_cookie.send().status, 401, "the key itself is no cookie");
    });
}

#[test]
fn two_sessions_in_one_browser_do_not_stand_in_for_each_other() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let mut both = signed_in(&server);
        both.cookies.insert("ep_session".to_owned(), server.demo_token());
        let app = both.open("/app").expect_status(200);
        assert!(app.text.contains("demo@echopilot.local") && !app.text.contains("/dashboard/logout"));
        let payments = both.open("/payments").expect_status(200);
        assert!(
            payments.text.contains("/dashboard/logout") && !payments.text.contains("demo@echopilot.local")
        );
        // Both pages carry forms that lead to a public address: each is taken from its own page.
        for page in [&app, &payments] {
            let csrf = Browser::csrf(page);
            let fields = [("csrf", csrf.as_str()), ("next", "/payments"), ("theme", "light")];
            let _ = both.submit("/theme", &fields).expect_status(303);
        }
        let status = |browser: &Browser<'_>, path: &str| {
            browser.call("GET", path).header("Accept", "application/json").send().status
        };
        assert_eq!((status(&both, "/api/me"), status(&both, "/api/warehouse/status")), (200, 200));

        // Leaving as an operator leaves the customer signed in.
        let csrf = Browser::csrf(&payments);
        let answer = both.submit("/dashboard/logout", &[("csrf", &csrf), ("next", "")]).expect_status(303);
        assert_eq!(answer.header("location"), Some("/dashboard/login?why=signed-out"));
        assert!(!both.cookies.contains_key("ep_operator"));
        assert_eq!((status(&both, "/api/me"), status(&both, "/api/warehouse/status")), (200, 403));
        let login = both.open("/dashboard/login?why=signed-out").expect_status(200);
        assert!(login.text.contains("You are signed out") && !login.text.contains("demo@echopilot.local"));
    });
}

#[test]
fn writes_by_the_cookie_must_come_from_here_and_reading_changes_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let browser = signed_in(&server);
        let pause = |origin: Option<&str>| {
            let call = browser.call("POST", "/api/scheduler/pause").header("Accept", "application/json");
            let call = call.json(&json!({ "task": "clean-up" }));
            origin.map_or_else(|| call.clone(), |origin| call.clone().header("Origin", origin)).send().status
        };
        assert_eq!(pause(Some("https://evil.example")), 403);
        assert_eq!(pause(Some("null")), 403);
        assert_eq!(pause(Some(&server.url)), 200);
        let by_key = server.call("POST", "/api/scheduler/resume").key(OPERATOR_KEY);
        let by_key = by_key.header("Origin", "https://evil.example").json(&json!({ "task": "clean-up" }));
        assert_eq!(by_key.send().status, 200, "no browser sends a key by itself");

        // The form itself, from elsewhere, without its token, and with another visitor's.
        let mut stranger = Browser::new(&server);
        let csrf = Browser::csrf(&stranger.open(LOGIN));
        let fields = [("csrf", csrf.as_str()), ("next", ""), ("key", OPERATOR_KEY)];
        let form = "application/x-www-form-urlencoded";
        let cross = stranger.call("POST", LOGIN).header("Origin", "https://evil.example");
        assert_eq!(cross.body(form, &encode(&fields)).send().status, 403);
        for csrf in ["", "0123456789012345678901", Browser::csrf(&Browser::new(&server).open(LOGIN)).as_str()]
        {
            let fields = [("csrf", csrf), ("next", ""), ("key", OPERATOR_KEY)];
            let answer = stranger.submit(LOGIN, &fields).expect_status(303);
            assert_eq!(answer.header("location"), Some("/dashboard/login?why=form"), "{csrf}");
        }
        assert!(!stranger.cookies.contains_key("ep_operator"));
        assert_eq!(browser.call("GET", "/dashboard/logout").send().status, 405);
        let in_query = stranger.open(&format!("{LOGIN}?key={OPERATOR_KEY}")).expect_status(200);
        assert!(!in_query.text.contains(OPERATOR_KEY));
        assert!(!stranger.cookies.contains_key("ep_operator"), "a key in an address opens nothing");
        let still = browser.call("GET", "/api/warehouse/status").header("Accept", "application/json");
        assert_eq!(still.send().status, 200, "the session stands after all this");
    });
}

#[test]
fn without_a_key_the_page_says_what_is_missing() {
    on_each_engine(|engine| {
        let server = Home::bare(engine).share().serve();
        let mut browser = Browser::new(&server);
        let page = browser.open(LOGIN).expect_status(503);
        assert!(page.text.contains("DASHBOARD_KEY is not set"), "{}", page.text);
        assert!(!page.text.contains("name=\"key\""));
        let csrf = Browser::csrf(&page);
        let answer = browser.submit(LOGIN, &[("csrf", &csrf), ("next", ""), ("key", "x")]).expect_status(503);
        assert!(answer.text.contains("DASHBOARD_KEY is not set"));
    });
}

#[test]
fn failed_keys_are_limited_whether_they_come_in_the_form_or_in_the_header() {
    let limits = "login=off,operator_key=3/60s,other=off";
    let server = Served::start(Engine::Sqlite, &[("RATE_LIMITS", limits)]);
    let mut browser = Browser::new(&server);
    assert_eq!(try_key(&mut browser, "wrong").status, 401);
    assert_eq!(try_key(&mut browser, "wrong").status, 401);
    let by_header = || server.call("GET", "/api/warehouse/status").key("wrong").send().status;
    assert_eq!(by_header(), 401);
    assert_eq!(by_header(), 429);
    let answer = try_key(&mut browser, "wrong");
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(try_key(&mut browser, OPERATOR_KEY).status, 303, "whoever has the key gets in");

    let server = Served::start(Engine::Sqlite, &[("RATE_LIMITS", "login=5/60s")]);
    let mut browser = Browser::new(&server);
    for _ in 0..5 {
        assert_eq!(try_key(&mut browser, "wrong").status, 401);
    }
    assert_eq!(try_key(&mut browser, OPERATOR_KEY).status, 429, "five sign-ins a minute from an address");
}

#[test]
fn a_key_that_is_configured_no_longer_ends_its_sessions() {
    on_each_engine(|engine| {
        let stays = "the-key-that-stays-0123456789-0123456789";
        let home = Home::bare(engine).set("DASHBOARD_KEY", &format!("tester:{OPERATOR_KEY},ben:{stays}"));
        let server = home.share().serve();
        let mut one = signed_in(&server);
        let mut two = Browser::new(&server);
        let _ = try_key(&mut two, stays).expect_status(303);
        assert_eq!((one.open("/payments").status, two.open("/payments").status), (200, 200));
        let cookies = [one.cookies.clone(), two.cookies.clone()];
        let home = server.terminate();
        let restarted = with_keys(home, &format!("tester:{OPERATOR_KEY},ben:{stays}"));
        let open = |server: &Served, at: usize| {
            let mut browser = Browser::new(server);
            browser.cookies = cookies[at].clone();
            browser.open("/payments").status
        };
        assert_eq!((open(&restarted, 0), open(&restarted, 1)), (200, 200), "a restart ends no session");
        // The same name with another key is another key.
        let rotated = with_keys(restarted.terminate(), &format!("tester:another-{OPERATOR_KEY},ben:{stays}"));
        assert_eq!((open(&rotated, 0), open(&rotated, 1)), (303, 200));
    });
}

/// A server of the same home with other keys.
fn with_keys(home: Arc<Home>, keys: &str) -> Served {
    Arc::into_inner(home).expect("no other user").set("DASHBOARD_KEY", keys).share().serve()
}

#[test]
fn a_session_ends_by_itself_after_twelve_hours() {
    on_each_engine(|engine| {
        let app = TestApp::with(engine, &TestApp::monday(), |environment| {
            environment.with("DASHBOARD_KEY", &format!("tester:{OPERATOR_KEY}"))
        });
        let sign_in = |key: &str| app.stranger().call(&SignInOperator { key: Secret::new(key) });
        assert_eq!(sign_in("wrong").unwrap_err().code, Code::Unauthenticated);
        let session = sign_in(OPERATOR_KEY).unwrap();
        assert_eq!(session.operator, "tester");
        let known = || matches!(recall_operator(&app.deps, &session.token), KnownOperator::Known(_));
        let found = || look_up_operator(&app.deps, &session.token).unwrap();
        assert!(!known(), "nobody has asked yet");
        assert_eq!(found().as_deref(), Some("tester"));
        assert!(known());
        app.clock.advance(Duration::from_secs(12 * 3600) - Duration::from_millis(1));
        assert!(known() && found().is_some(), "the last moment is inside");
        app.clock.advance(Duration::from_millis(1));
        assert!(!known() && found().is_none());
        app.clock.advance(Duration::from_secs(1));
        let cleaned = app.operator().call(&echopilot_core::scheduler::CleanUp::default()).unwrap();
        assert_eq!(cleaned.sessions, 1);
    });
}

#[test]
fn signing_out_on_one_replica_is_known_on_the_other_within_a_second() {
    if !engines().contains(&Engine::Postgres) {
        eprintln!("NOT RUN: replicas need PostgreSQL");
        return;
    }
    let home = Home::new(Engine::Postgres).set("PUBLIC_BASE_URL", "http://127.0.0.1:8080").share();
    let [one, other] = [(); 2].map(|()| direct(home.serve()));
    let mut browser = signed_in(&one);
    let mut elsewhere = Browser::new(&other);
    elsewhere.cookies = browser.cookies.clone();
    let page = browser.open("/payments").expect_status(200);
    let _ = elsewhere.open("/payments").expect_status(200);
    let csrf = Browser::csrf(&page);
    let kept = browser.cookies.clone();
    let _ = browser.submit("/dashboard/logout", &[("csrf", &csrf), ("next", "")]).expect_status(303);
    let ended = Clock::monotonic();
    browser.cookies = kept;
    assert_eq!(browser.open("/payments").status, 303, "at once where it was ended");
    eventually("the end on the other replica", || (elsewhere.open("/payments").status == 303).then_some(()));
    let took = ended.elapsed();
    eprintln!("the other replica refused after {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    let _ = one.wait_for_log(Log::Auth, |line| line["event"] == "operator_signed_out");
}
