//! Errors: one shape for programs, one page for people, the right status and headers, and nothing of the inside.

use serde_json::{Value, json};

use crate::support::{Answer, Call, Home, Served, on_each_engine, raw};

/// What must not stand in any error: engines, statements, places in the source, names of types.
const LEAKS: [&str; 18] = [
    "select ",
    "insert ",
    "update ",
    "sqlite",
    "postgres",
    "no such table",
    "relation \"",
    "jobs_away",
    "panicked",
    ".rs",
    "/tmp/",
    "/work",
    "/root",
    "rusqlite",
    "serde",
    "hyper",
    "thread '",
    "echopilot_",
];

/// Every error there is: its status, the word for it, and a request that meets it.
fn errors(server: &Served, token: &str) -> Vec<(u16, &'static str, Call)> {
    let post = |path: &str| server.call("POST", path);
    let operator = |path: &str| post(path).key(server.operator_key());
    let code = json!({ "email": "a@b.co", "code": "12345678" });
    vec![
        (400, "malformed", post("/api/auth/login").body("application/json", "{")),
        (401, "unauthenticated", server.call("GET", "/api/me")),
        (401, "unauthenticated", server.call("GET", "/api/scheduler/status")),
        (401, "unauthenticated", server.call("GET", "/api/me").bearer("nonsense")),
        (401, "unauthenticated", server.call("GET", "/api/scheduler/status").key("wrong")),
        (401, "unauthenticated", post("/api/auth/login").json(&code)),
        (403, "forbidden", server.call("GET", "/api/scheduler/status").bearer(token)),
        (403, "forbidden", server.call("GET", "/api/me").key(server.operator_key())),
        (404, "not_found", server.call("GET", "/no/such/path")),
        (404, "not_found", server.call("GET", "/.env")),
        (404, "not_found", server.call("GET", "/.git/config")),
        (404, "not_found", server.call("GET", "/assets/")),
        (404, "not_found", server.call("GET", "/assets/..%2f..%2fCargo.toml")),
        (405, "method_not_allowed", post("/health").json(&json!({}))),
        (405, "method_not_allowed", server.call("DELETE", "/api/jobs")),
        (405, "method_not_allowed", server.call("GET", "/api/auth/login")),
        (413, "too_large", post("/api/auth/login").body("application/json", &"x".repeat(200_000))),
        (414, "address_too_long", server.call("GET", &format!("/{}", "x".repeat(9_000)))),
        (415, "unsupported_type", post("/api/auth/login").body("text/html", "{}")),
        (415, "unsupported_type", post("/api/auth/login").body("application/xml", "<a/>")),
        (422, "invalid", post("/api/auth/login").json(&json!({ "email": "a@b.co", "code": ["1"] }))),
        (422, "invalid", operator("/api/scheduler/run").json(&json!({ "task": "no-such-task" }))),
        (422, "invalid", server.call("GET", "/api/jobs?limit=x").key(server.operator_key())),
    ]
}

#[test]
fn every_error_is_a_document_for_programs_and_a_page_for_people() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        for (status, code, call) in errors(&server, &token) {
            document(status, code, &call.send());
            page(status, &call.header("Accept", "text/html,*/*;q=0.8").send());
        }
        for path in ["/health", "/.well-known/jwks.json", "/openapi.json"] {
            let _ = server.get(path).expect_status(200);
        }
    });
}

#[test]
fn statuses_bring_the_headers_that_help() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("RATE_LIMITS", "login=2/60s")]);
        let challenge =
            |call: Call| call.send().expect_status(401).header("www-authenticate").unwrap().to_owned();
        assert_eq!(challenge(server.call("GET", "/api/me")), "Bearer realm=\"echopilot\"");
        let bad = challenge(server.call("GET", "/api/me").bearer("nonsense"));
        assert_eq!(bad, "Bearer realm=\"echopilot\", error=\"invalid_token\"");
        let key = challenge(server.call("GET", "/api/scheduler/status"));
        assert_eq!(key, "X-Dash-Key realm=\"operators\"");
        for (method, path, allow) in [
            ("POST", "/health", "GET, HEAD"),
            ("PUT", "/api/auth/login", "POST"),
            ("PATCH", "/auth/login", "GET, HEAD, POST"),
            ("OPTIONS", "/api/jobs", "GET, HEAD"),
        ] {
            let answer = server.call(method, path).send().expect_status(405);
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
        let login =
            server.call("POST", "/api/auth/login").json(&json!({ "email": "a@b.co", "code": "12345678" }));
        for left in ["1", "0"] {
            let answer = login.send().expect_status(401);
            let limit = answer.header("ratelimit").unwrap();
            assert!(limit.starts_with(&format!("\"login\";r={left};t=")), "{limit}");
            assert_eq!(answer.header("ratelimit-policy"), Some("\"login\";q=2;w=60"));
        }
        let limited = login.send();
        document(429, "limited", &limited);
        let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(limited.header("ratelimit").unwrap().starts_with("\"login\";r=0;t="));
        for old in ["x-ratelimit-limit", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] {
            assert_eq!(limited.header(old), None);
        }
        page(429, &login.header("Accept", "text/html").send());
    });
}

#[test]
fn a_store_that_fails_tells_the_caller_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let jobs = server.call("GET", "/api/jobs").key(server.operator_key());
        let _ = jobs.send().expect_status(200);
        server.home.change("ALTER TABLE jobs RENAME TO jobs_away");
        let answer = jobs.clone().header("X-Request-ID", "failure-0001").send();
        document(500, "internal", &answer);
        page(500, &jobs.clone().header("Accept", "text/html").send());
        let _ = server.get("/health").expect_status(200);
        // The log knows what the caller may not.
        let line = server
            .wait_for_log(echopilot_core::events::Log::Jobs, |line| line["request_id"] == "failure-0001");
        assert!(line["level"] == "error" && line["cause"].as_str().unwrap().contains("jobs"), "{line}");
        server.home.change("ALTER TABLE jobs_away RENAME TO jobs");
        let _ = jobs.send().expect_status(200);
    });
}

#[test]
fn what_is_not_configured_is_named() {
    on_each_engine(|engine| {
        let server = Home::bare(engine).share().serve();
        let answer = server.get("/api/scheduler/status");
        document(503, "not_configured", &answer);
        assert!(answer.text.contains("DASHBOARD_KEY"), "{}", answer.text);
        let with_any_key = server.call("GET", "/api/scheduler/status").key("anything at all").send();
        document(503, "not_configured", &with_any_key);
        let _ = server.get("/health").expect_status(200);
    });
}

#[test]
fn a_head_that_is_too_large_is_a_problem_too() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let long = format!("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "x".repeat(64 * 1024));
        let answer = raw::RawAnswer::parse(&raw::exchange(&server.url, long.as_bytes()));
        assert_eq!(answer.status, 431);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id").unwrap());
        let fits = format!(
            "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
            "x".repeat(16 * 1024)
        );
        assert_eq!(raw::RawAnswer::parse(&raw::exchange(&server.url, fits.as_bytes())).status, 200);
    });
}

fn document(status: u16, code: &str, answer: &Answer) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let problem = answer.json();
    assert_eq!((&problem["ok"], &problem["status"]), (&Value::Bool(false), &json!(status)), "{problem}");
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["type"], format!("/problems/{code}"));
    assert_eq!(problem["error"], problem["detail"]);
    assert_eq!(problem["request_id"], answer.header("x-request-id").unwrap());
    for text in ["title", "detail", "instance"] {
        assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {problem}");
    }
    no_leak(&answer.text);
}

fn page(status: u16, answer: &Answer) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.text.starts_with("<!doctype html>"), "{}", answer.text);
    assert!(answer.text.contains(answer.header("x-request-id").unwrap()), "the request id is shown");
    assert!(answer.headers("set-cookie").is_empty(), "an error sets no cookie");
    no_leak(&answer.text);
}

fn no_leak(text: &str) {
    let lower = text.to_lowercase();
    for leak in LEAKS {
        assert!(!lower.contains(leak), "{leak:?} in {text}");
    }
}
