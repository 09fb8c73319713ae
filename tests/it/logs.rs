//! What stands in the logs: every line whole and joined by request id, and nobody's address, code, token or key in any
//! spelling.

use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use echopilot_core::events::Log;
use serde_json::{Value, json};

use crate::support::canaries::{files_below, found, spellings};
use crate::support::raw::{ask_from, exchange};
use crate::support::{Browser, Served, code_in, eventually, on_each_engine, percent};

const EMAIL: &str = "canary.ada@private-canary.example";
const STRANGER: &str = "canary.bob@private-canary.example";
const NAME: &str = "Canary McSecretname";
// Keys as they should be: made by chance. One of plain words would look like any other text.
const KEY: &str = "qX7vN2pLw9TzR4sKbY8mHc3JdF6gUeA1";
const WRONG_KEY: &str = "Zr5tB1nVx8QyM3kWdG7hPf2LsC9jEaU4";
const METRICS_TOKEN: &str = "canary-metrics-token-0123456789";
const CARD: &str = "4242424242424242";
const PASSWORD: &str = "canary kites over Leith";
const WRONG_PASSWORD: &str = "canary larks at dawn";
/// A link as nobody has sent it.
const LINK: &str = "kZ0u5yJ4mYc3nq9wq8yZr1oK2d7sT6vXb0aQeWfGhIj";
const SOURCE: &str = "127.0.0.77";

#[test]
fn no_person_and_no_secret_stands_in_any_file() {
    on_each_engine(|engine| {
        let server = Served::start(
            engine,
            &[("METRICS_TOKEN", METRICS_TOKEN), ("DASHBOARD_KEY", &format!("tester:{KEY}"))],
        );
        let mut canaries = vec![
            EMAIL.to_owned(),
            STRANGER.to_owned(),
            NAME.to_owned(),
            WRONG_KEY.to_owned(),
            CARD.to_owned(),
            SOURCE.to_owned(),
            METRICS_TOKEN.to_owned(),
            KEY.to_owned(),
        ];
        let asked = every_flow(&server, &mut canaries);
        let http = eventually("every access line", || {
            let lines = server.logs(Log::Http);
            (lines.len() >= asked).then_some(lines)
        });
        assert!(
            http.iter().any(|line| line["status"] == 200) && http.iter().any(|line| line["status"] == 401)
        );
        let log_dir = server.home.log_dir();
        let mut files = files_below(&log_dir);
        assert!(files.len() > 2, "{files:?}");
        files.push(server.home.path().join("stderr"));
        // The search finds what is there: the mail outbox holds the address and the code.
        let outbox = std::fs::read_to_string(server.home.outbox()).unwrap();
        assert!(found(&outbox, EMAIL).is_some());
        for file in &files {
            let text = std::fs::read_to_string(file).unwrap();
            for canary in &canaries {
                if let Some((spelling, line)) = found(&text, canary) {
                    panic!("{canary:?} as {spelling} in {}: {line}", file.display());
                }
            }
        }
        server.terminate();
    });
}

/// Everything a person, a program or an attacker does, with marked values; how many requests were made at least.
fn every_flow(server: &Served, canaries: &mut Vec<String>) -> usize {
    let mut asked = 0;
    let mut ask = |call: crate::support::Call| {
        asked += 1;
        call.send()
    };
    let post = |path: &str, body: &Value| server.call("POST", path).json(body);
    ask(post("/api/auth/magic-link", &json!({ "email": EMAIL })));
    assert_eq!(ask(post("/api/auth/magic-link", &json!({ "email": format!("{EMAIL}\r\n") }))).status, 422);
    let mail = eventually("a mail", || server.mail(EMAIL).first().cloned());
    canaries.push(crate::sign_in::token_in(&mail));
    let code = code_in(&mail);
    let wrong = if code == "90817263" { "90817264" } else { "90817263" };
    canaries.extend([code.clone(), wrong.to_owned()]);
    ask(post("/api/auth/login", &json!({ "email": EMAIL, "code": wrong })));
    ask(post("/api/auth/login", &json!({ "email": STRANGER, "code": code })));
    ask(post("/api/auth/login", &json!({ "email": EMAIL, "code": [code] })));
    let answer = ask(post("/api/auth/login", &json!({ "email": EMAIL, "code": code }))).expect_status(200);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    canaries.extend(token.split('.').map(str::to_owned));
    canaries.push(token.clone());
    asked += passwords_and_links(server, &token, canaries);
    let mut ask = |call: crate::support::Call| {
        asked += 1;
        call.send()
    };
    server.home.change(&format!("UPDATE customers SET name = '{NAME}'"));
    for path in ["/api/me", "/api/billing/history", "/api/jobs", "/api/account/summary"] {
        ask(server.call("GET", path).bearer(&token)).expect_status(200).status.to_string();
    }
    for place in [EMAIL, &token, NAME, CARD, &code, KEY] {
        for name in ["token", "q", "name", "email", "code", "key"] {
            ask(server.call("GET", &format!("/api/me?{name}={}", percent(place))));
        }
        ask(server.call("GET", "/health").header("X-Request-ID", &place.replace(' ', "@")));
        ask(server.call("GET", "/health").header("User-Agent", place));
        ask(server
            .call("GET", "/health")
            .header("Referer", &format!("https://x.example/?q={}", percent(place))));
        ask(server
            .call("GET", "/health")
            .header("Cookie", &format!("ep_session={}; ep_theme={0}", percent(place))));
        ask(server
            .call("GET", "/health")
            .header("Authorization", &format!("Basic {}", STANDARD.encode(place))));
        ask(post("/api/scheduler/run", &json!({ "task": place })).key(KEY));
        ask(post("/api/scheduler/run", &json!({ place: place })).key(KEY));
        ask(post("/api/scheduler/run", &json!({ "task": place })).key(WRONG_KEY));
        ask(post("/api/scheduler/run", &json!({ "task": place })).header("Idempotency-Key", place));
    }
    // Wherever else in an address a stranger puts them. Nothing can tell a name from other words there; no address of
    // ours has one, but for parameters that are called so.
    for place in [EMAIL, &token, CARD, &code, KEY] {
        for text in spellings(place).into_iter().map(|(_, text)| text) {
            for path in [format!("/{}", percent(&text)), format!("/health?x={}", percent(&text))] {
                ask(server.call("GET", &path));
            }
        }
        ask(server.call("GET", &format!("/api/jobs?customer={}", percent(place))).key(KEY));
        let tail = format!("/api/logs/tail?file=http&request_id={}", percent(place));
        ask(server.call("GET", &tail).key(KEY));
    }
    ask(server.call("GET", "/metrics").bearer(METRICS_TOKEN));
    let mut browser = Browser::new(server);
    let csrf = Browser::csrf(&browser.open("/auth/login"));
    canaries.push(csrf.clone());
    browser.submit("/auth/login/code", &[("csrf", &csrf), ("email", STRANGER), ("next", "/app")]);
    let mail = eventually("a mail", || server.mail(STRANGER).first().cloned());
    let code = code_in(&mail);
    canaries.push(code.clone());
    browser
        .submit("/auth/login", &[("csrf", &csrf), ("email", STRANGER), ("code", &code)])
        .expect_status(303)
        .status
        .to_string();
    canaries.extend(browser.cookies.values().filter(|value| value.len() > 12).cloned());
    let page = browser.open("/app");
    browser.submit("/auth/logout", &[("csrf", &Browser::csrf(&page))]);
    for path in ["/health", "/api/me", "/nowhere"] {
        ask_from(&server.url, SOURCE, &format!("GET {path}"), &[("X-Forwarded-For", SOURCE)], "");
    }
    exchange(&server.url, format!("GET /{EMAIL} HTTP/1.1\r\nHost: a\r\nHost: {EMAIL}\r\n\r\n").as_bytes());
    // A failing store may not give away what it was asked for.
    server.home.change("ALTER TABLE sign_in_codes RENAME TO codes_away");
    assert_eq!(ask(post("/api/auth/magic-link", &json!({ "email": EMAIL }))).status, 500);
    server.home.change("ALTER TABLE codes_away RENAME TO sign_in_codes");
    ask(server.call("POST", "/api/auth/logout").bearer(&token)).expect_status(200).status.to_string();
    asked
}

/// The ways to sign in beside a code, as [`every_flow`].
fn passwords_and_links(server: &Served, token: &str, canaries: &mut Vec<String>) -> usize {
    let mut asked = 0;
    let mut ask = |call: crate::support::Call| {
        asked += 1;
        call.send()
    };
    let post = |path: &str, body: &Value| server.call("POST", path).json(body);
    // The words of passwords mean nothing to a search for patterns; they must not get there in the first place.
    canaries.extend([PASSWORD.to_owned(), WRONG_PASSWORD.to_owned(), LINK.to_owned()]);
    let set = |body: &Value| post("/api/auth/password", body).bearer(token);
    let _ = ask(set(&json!({ "new": PASSWORD }))).expect_status(200);
    ask(set(&json!({ "current": WRONG_PASSWORD, "new": PASSWORD })));
    ask(set(&json!({ PASSWORD: WRONG_PASSWORD })));
    for (email, password) in [(EMAIL, PASSWORD), (EMAIL, WRONG_PASSWORD), (STRANGER, PASSWORD)] {
        ask(post("/api/auth/login", &json!({ "email": email, "password": password })));
    }
    ask(post("/api/auth/login", &json!({ "email": EMAIL, "password": [PASSWORD] })));
    ask(post("/api/auth/magic-link", &json!({ "email": EMAIL })));
    // Its code, its link, and the notice of the password stand between.
    let mail = eventually("another mail", || server.mail(EMAIL).get(2).cloned());
    let link = crate::sign_in::token_in(&mail);
    canaries.extend([link.clone(), code_in(&mail)]);
    for link in [&link, LINK] {
        for query in
            [format!("token={link}"), format!("TOKEN={link}&next=/app"), format!("next=/app&token={link}#x")]
        {
            ask(server.call("GET", &format!("/auth/verify?{query}")).header("Accept", "text/html"));
        }
        ask(post("/auth/verify", &json!({ "token": link })));
        ask(post("/api/auth/verify", &json!({ "token": link })));
    }
    asked
}

#[test]
fn every_line_is_whole_and_says_when_what_and_for_whom() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        server.sign_in("ada@example.com");
        let inject = "x\"}\r\n{\"ts\":\"1\",\"event\":\"forged\"}\n\u{2028}";
        let _ = server.get(&format!("/health?x={}", percent(inject)));
        let _ = server.post_as_operator("/api/scheduler/run", &json!({ "task": inject })).expect_status(422);
        let _ =
            server.post_as_operator("/api/scheduler/run", &json!({ "task": "clean-up" })).expect_status(202);
        server.wait_for_log(Log::Scheduler, |line| line["event"] == "run_finished");
        let home = server.terminate();
        let mut lines = 0;
        for file in files_below(&home.log_dir()) {
            let meta = file.metadata().unwrap();
            let mode = meta.permissions().mode() & 0o777;
            assert_eq!(mode & !0o640, 0, "{} has mode {mode:o}", file.display());
            if file.extension().is_none_or(|extension| extension != "ndjson") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.is_empty() || text.ends_with('\n'), "{} ends in the middle", file.display());
            for line in text.lines() {
                let line: Value =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                let names: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
                assert_eq!(names[..5], ["ts", "level", "event", "request_id", "caller"], "{line}");
                let ts = line["ts"].as_str().unwrap();
                assert!(ts.len() == 24 && ts.ends_with('Z'), "{ts}");
                assert!(
                    ["debug", "info", "warn", "error"].contains(&line["level"].as_str().unwrap()),
                    "{line}"
                );
                assert_ne!(line["event"], "forged");
                lines += 1;
            }
        }
        assert!(lines > 8, "{lines} lines");
        let mode = home.log_dir().metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o007, 0, "the folder is open to others: {mode:o}");
    });
}

#[test]
fn a_request_id_joins_the_lines_of_one_request_and_a_hostile_one_is_replaced() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let ask = |id: &str| {
            let call = server.call("POST", "/api/auth/magic-link").header("X-Request-ID", id);
            call.json(&json!({ "email": "ada@example.com" })).send().expect_status(202)
        };
        let own = "order-4711.a_b";
        assert_eq!(ask(own).header("x-request-id"), Some(own));
        for log in [Log::Http, Log::Auth] {
            let line = server.wait_for_log(log, |line| line["request_id"] == own);
            assert_eq!(line["caller"], json!({ "kind": "anonymous", "ref": null }), "{line}");
        }
        let long = "x".repeat(65);
        for hostile in [
            "short",
            &long,
            "has space",
            "<script>",
            "a\"b\"c\"d\"e",
            "../../etc/passwd",
            "ümlaute-sind",
            "%0d%0aX: y",
        ] {
            let answer = ask(hostile);
            let given = answer.header("x-request-id").unwrap().to_owned();
            assert!(given.len() == 26 && given != hostile, "{hostile}: {given}");
            server.wait_for_log(Log::Http, |line| line["request_id"] == given.as_str());
        }
        let tail =
            server.get_as_operator(&format!("/api/logs/tail?file=auth&request_id={own}")).expect_status(200);
        assert!(!tail.json()["lines"].as_array().unwrap().is_empty());
        assert!(tail.json()["lines"].as_array().unwrap().iter().all(|line| line["request_id"] == own));
        let customer = server.sign_in("bob@example.com");
        let call = server.call("GET", "/api/me").bearer(&customer).header("X-Request-ID", "who-is-that-1");
        let _ = call.send().expect_status(200);
        let line = server.wait_for_log(Log::Http, |line| line["request_id"] == "who-is-that-1");
        assert_eq!(line["caller"]["kind"], "customer");
        let reference = line["caller"]["ref"].as_str().unwrap();
        assert!(reference.len() >= 8 && !customer.contains(reference), "{line}");
    });
}

#[test]
fn the_tail_gives_the_named_logs_and_no_other_file() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        server.sign_in("ada@example.com");
        let tail = |query: &str| server.get_as_operator(&format!("/api/logs/tail?{query}"));
        server.wait_for_log(Log::Http, |line| line["event"] == "request");
        assert!(!tail("file=http&n=5").expect_status(200).json()["lines"].as_array().unwrap().is_empty());
        for wrong in [
            "../http",
            "http.ndjson",
            "http/",
            "/etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e/http",
            "http%00",
            "HTTP",
            "..%5c..%5chttp",
            "outbox",
            "emails",
            "emails.ndjson",
            "../data/outbox/emails",
            "",
            "stderr",
            "http%20",
            "*",
        ] {
            let problem = tail(&format!("file={wrong}")).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], "file", "{wrong}");
            assert!(!problem.text.contains("ada@"), "{wrong}");
        }
        for wrong in ["n=0", "n=501", "n=-1", "n=9223372036854775808", "n=x", "level=loud", "n=1&n=2"] {
            assert_eq!(tail(&format!("file=http&{wrong}")).status, 422, "{wrong}");
        }
        assert!(tail("file=http&n=3").json()["lines"].as_array().unwrap().len() <= 3);
        assert_eq!(server.get("/api/logs/tail?file=http").status, 401);
    });
}
