//! The headers of every answer: the same protection on each route, each status and each method.

use serde_json::{Value, json};

use crate::support::raw::{self, RawAnswer};
use crate::support::{Served, on_each_engine};

/// What every answer carries, letter for letter.
const EVERYWHERE: [(&str, &str); 7] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()",
    ),
    ("x-permitted-cross-domain-policies", "none"),
];

const PAGES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    form-action 'self' https://checkout.stripe.com https://billing.stripe.com; \
    require-trusted-types-for 'script'; trusted-types 'none'";

const DATA: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'";

fn protected(what: &str, answer: &RawAnswer) {
    for (name, value) in EVERYWHERE {
        let values: Vec<_> = answer.headers.iter().filter(|(own, _)| own == name).collect();
        assert!(values.len() == 1 && values[0].1 == value, "{what}: {name} is {values:?}");
    }
    let kind = answer.header("content-type");
    let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
    assert_eq!(answer.header("content-security-policy"), Some(if is_page { PAGES } else { DATA }), "{what}");
    assert!(answer.header("cache-control").is_some(), "{what} says nothing of caching");
    assert!(answer.header("x-request-id").is_some_and(|id| id.len() >= 8), "{what} has no request id");
    match kind {
        Some(kind) if kind.starts_with("text/") => assert!(kind.contains("charset=utf-8"), "{what}: {kind}"),
        Some(_) => {}
        None => assert!(answer.body.is_empty(), "{what} has a body of no type"),
    }
    for told in
        ["server", "x-powered-by", "via", "access-control-allow-origin", "access-control-allow-credentials"]
    {
        assert_eq!(answer.header(told), None, "{what} tells {told}");
    }
}

#[test]
fn every_route_and_every_refusal_is_protected() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let bearer = format!("Bearer {token}");
        let key = server.operator_key().to_owned();
        let document = server.get("/openapi.json").json();
        let mut asked = 0;
        let credentials: [&[(&str, &str)]; 3] = [&[], &[("Authorization", &bearer)], &[("X-Dash-Key", &key)]];
        for (path, methods) in document["paths"].as_object().unwrap() {
            if path.ends_with("logout") {
                continue;
            }
            let path = path.replace("{name}", "no-such-name").replace(['{', '}'], "");
            // A stream has no end; with a wrong word its answer has.
            let path = match &*path {
                "/dashboard/v2/live" => format!("{path}?seen=x"),
                "/api/logs/follow" => format!("{path}?from=x"),
                _ => path,
            };
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                let acts = methods.get(method.to_lowercase()).is_some() && method != "GET";
                for credential in credentials {
                    let origin = [("Origin", "https://evil.example"), ("Accept", "*/*")];
                    let headers = [credential, &origin].concat();
                    let body = if acts { "{\"surprise\":1}" } else { "" };
                    let request = format!("{method} {path}");
                    protected(&request, &raw::ask_from(&server.url, "127.0.0.1", &request, &headers, body));
                    asked += 1;
                }
            }
        }
        assert!(asked > 300, "{asked} answers were looked at");
        for request in ["GET /nowhere", "TRACE /health", "BREW /health", "GET /a/../b"] {
            for accept in ["*/*", "text/html"] {
                let answer = raw::ask_from(&server.url, "127.0.0.1", request, &[("Accept", accept)], "");
                assert!(answer.status >= 400);
                protected(request, &answer);
            }
        }
        for bytes in [
            "GET /health HTTP/1.1\r\n\r\n",
            "nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        ] {
            protected(bytes, &RawAnswer::parse(&raw::exchange(&server.url, bytes.as_bytes())));
        }
    });
}

#[test]
fn head_is_get_without_the_body() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for path in
            ["/health", "/.well-known/jwks.json", "/openapi.json", "/auth/login", "/nowhere", "/api/me"]
        {
            let [get, head] = ["GET", "HEAD"]
                .map(|method| raw::ask_from(&server.url, "127.0.0.1", &format!("{method} {path}"), &[], ""));
            assert_eq!(
                (get.status, get.header("content-type")),
                (head.status, head.header("content-type")),
                "{path}"
            );
            assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
            let names = |answer: &RawAnswer| -> Vec<String> {
                answer.headers.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&get), names(&head), "{path}");
        }
    });
}

#[test]
fn private_answers_are_kept_by_nobody() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        for path in
            ["/api/me", "/api/billing/history", "/api/billing/summary", "/api/jobs", "/api/account/summary"]
        {
            let answer = server.call("GET", path).bearer(&token).send().expect_status(200);
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        }
        let answer = server.get_as_operator("/api/scheduler/status").expect_status(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let page = server.call("GET", "/app").header("Cookie", &format!("ep_session={token}")).send();
        assert_eq!(page.expect_status(200).header("cache-control"), Some("private, no-cache"));
        let asset = server.get("/auth/login").text;
        let (_, after) = asset.split_once("/assets/").unwrap();
        let name = after.split_once('"').unwrap().0;
        let kept = server.get(&format!("/assets/{name}")).expect_status(200);
        assert_eq!(kept.header("cache-control"), Some("public, max-age=31536000, immutable"));
    });
}

#[test]
fn pages_hold_nothing_that_the_policy_would_refuse() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let cookie = format!("ep_session={}", server.demo_token());
        let inline =
            regex::Regex::new(r"(?i)<script(?:\s[^>]*)?>[^<]|\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:")
                .unwrap();
        let elsewhere = regex::Regex::new(r#"(?i)(?:src|href|action)\s*=\s*"(?:https?:)?//"#).unwrap();
        for (path, status) in [("/auth/login", 200), ("/app", 200), ("/app/invoices", 200), ("/nowhere", 404)]
        {
            let mut call = server.call("GET", path).header("Accept", "text/html");
            if path != "/auth/login" {
                call = call.header("Cookie", &cookie);
            }
            let page = call.send().expect_status(status);
            assert_eq!(inline.find(&page.text).map(|found| found.as_str()), None, "{path}");
            assert_eq!(elsewhere.find(&page.text).map(|found| found.as_str()), None, "{path}");
        }
        assert!(inline.is_match("<p onclick=\"x\">") && inline.is_match("<script>x</script>"));
        assert!(elsewhere.is_match("<a href=\"https://evil.example\">"));
    });
}

#[test]
fn what_customers_wrote_stands_in_pages_as_text_only() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let me: Value = server.call("GET", "/api/me").bearer(&token).send().json();
        let id = me["customer_id"].as_str().unwrap();
        let hostile = "\"><svg onload=alert(1)>{{7*7}}&amp;";
        server.home.change(&format!(
            "UPDATE customers SET name = '{hostile}';
             INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
             status, issued_at, observed_at) VALUES ('in_1', '{id}', '{hostile}', '{hostile}', 1, 0, 'usd', 'open', 5, 5);
             INSERT INTO jobs (id, customer_id, kind, task, status, qa_target, cost_micro, tokens_in, tokens_out, \
             created_at) VALUES ('01JOB', '{id}', '{hostile}', '{hostile}', '{hostile}', 80, 1, 1, 1, 5)"
        ));
        let again = server.sign_in("ada@example.com");
        for path in ["/app", "/app/invoices"] {
            let page = server.call("GET", path).header("Cookie", &format!("ep_session={again}")).send();
            let page = page.expect_status(200);
            assert!(!page.text.contains("<svg onload"), "{path}");
            assert!(
                page.text.contains("&lt;svg onload") || page.text.contains("&#60;svg onload"),
                "{path}: {}",
                page.text
            );
        }
        let answer = server.call("GET", "/api/jobs").bearer(&again).send().expect_status(200);
        assert_eq!(answer.json()["jobs"][0]["task"], json!(hostile));
    });
}
