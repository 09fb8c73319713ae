//! Operations over HTTP, and what every answer carries.

use std::time::Duration;

use echopilot_core::events::Log;

use super::support::{KEY, start};
use crate::layers::{DATA_POLICY, PAGE_POLICY};

#[tokio::test]
async fn an_answer_is_the_operation_s_and_head_is_get_without_a_body() {
    let server = start().await;
    let answer = server.get("/echo/a%20b?number=7").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"ok":true,"said":"a b","number":7}"#));
    assert_eq!(answer.header("content-type"), "application/json");
    let head = server.ask("HEAD", "/echo/a%20b?number=7", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), answer.header("content-length"));
    assert_eq!(server.get("/old/alive").await.status, 200, "an alias");
    let written = server.post("/write", &[], r#"{"text":"x"}"#).await;
    assert_eq!(written.json()["said"], "x");
}

#[tokio::test]
async fn the_clock_of_the_call_is_the_deps_clock() {
    let server = start().await;
    server.clock.advance(Duration::from_millis(5));
    assert_eq!(server.get("/alive").await.json()["number"], server.clock.now().millis());
}

#[tokio::test]
async fn wrong_bodies_and_inputs_have_their_statuses() {
    let server = start().await;
    let status =
        async |headers: &[(&str, &str)], body: &str| server.ask("POST", "/write", headers, body).await.status;
    let json = ("Content-Type", "application/json");
    assert_eq!(status(&[json], r#"{"text":"x"}"#).await, 200);
    assert_eq!(status(&[("Content-Type", "Application/JSON; charset=utf-8")], r#"{"text":"x"}"#).await, 200);
    assert_eq!(status(&[], r#"{"text":"x"}"#).await, 415);
    assert_eq!(status(&[("Content-Type", "text/plain")], r#"{"text":"x"}"#).await, 415);
    assert_eq!(status(&[json], "{").await, 400);
    assert_eq!(status(&[json], r#"{"text":"x","other":1}"#).await, 422);
    assert_eq!(status(&[json], r#"{"text":"x","text":"y"}"#).await, 422);
    assert_eq!(server.ask("GET", "/alive", &[json], "{}").await.status, 400, "a body on GET");
    assert_eq!(server.get("/echo/%ff?number=1").await.status, 400);
    let wrong = server.get("/echo/a?number=many").await;
    assert_eq!((wrong.status, wrong.json()["errors"][0]["field"].as_str()), (422, Some("number")));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_or_pages() {
    let server = start().await;
    let missing = server.get("/nothing?token=abc").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/problem+json"));
    let problem = missing.json();
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["request_id"], missing.header("x-request-id"));
    assert_eq!(problem["instance"], "/nothing");
    let other = server.ask("DELETE", "/alive", &[], "").await;
    assert_eq!((other.status, other.header("allow")), (405, "GET, HEAD"));
    let page =
        server.ask("GET", "/nothing", &[("Accept", "text/html"), ("Cookie", "ep_theme=light")], "").await;
    assert!(page.body.contains("404") && page.body.contains("in light"), "{page:?}");
    assert_eq!(page.header("content-security-policy"), PAGE_POLICY);
    let own = server.get("/fails").await;
    assert_eq!((own.status, own.json()["error"].as_str()), (404, Some("There is no such page")));
    assert_eq!(server.get("/alive/").await.status, 404, "another path is another path");
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let server = start().await;
    let large = "x".repeat(200_000);
    let answers = [
        server.get("/alive").await,
        server.get("/page").await,
        server.get("/nothing").await,
        server.ask("PUT", "/alive", &[], "").await,
        server.post("/write", &[], &large).await,
        server.get("/burst").await,
        server.ask("TRACE", "/alive", &[], "").await,
        server.get("/private").await,
        server.ask("GET", "/alive", &[("X-Long", &large)], "").await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 404, 405, 413, 500, 501, 401, 431]);
    for answer in &answers {
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("x-request-id").len() >= 8);
        let is_page = answer.header("content-type").starts_with("text/html");
        assert_eq!(answer.header("content-security-policy"), if is_page { PAGE_POLICY } else { DATA_POLICY });
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing_and_the_server_goes_on() {
    let server = start().await;
    for answer in
        [server.get("/burst").await, server.post("/burst", &[], "").await, server.get("/break").await]
    {
        assert_eq!((answer.status, answer.json()["code"].as_str()), (500, Some("internal")));
        assert!(!answer.body.contains("purpose") && !answer.body.contains("table"), "{answer:?}");
    }
    assert_eq!(server.get("/alive").await.status, 200);
}

#[tokio::test]
async fn a_request_has_one_name_everywhere() {
    let server = start().await;
    let answer = server.ask("GET", "/alive", &[("X-Request-ID", "my-own.name_1")], "").await;
    assert_eq!(answer.header("x-request-id"), "my-own.name_1");
    assert_eq!(answer.json()["said"], "my-own.name_1");
    let odd = server.ask("GET", "/alive", &[("X-Request-ID", "no spaces here")], "").await;
    assert_eq!(odd.header("x-request-id").len(), 26);
    let lines = server.lines(Log::Http);
    assert_eq!(lines[0]["request_id"], "my-own.name_1");
    assert_eq!(lines[1]["request_id"], odd.header("x-request-id"));
}

#[tokio::test]
async fn a_line_says_what_was_asked_and_hides_what_is_secret() {
    let server = start().await;
    server.get("/echo/somebody?number=3&token=hunter2hunter2").await;
    server.get("/nowhere?email=ada@example.com").await;
    let lines = server.lines(Log::Http);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0]["route"].as_str(), lines[0]["method"].as_str()),
        (Some("/echo/{name}"), Some("GET"))
    );
    assert_eq!(lines[0]["status"], 422);
    assert_eq!(lines[0]["peer"], "127.0.0.0/24");
    assert!(lines[0]["duration"].is_number() && lines[0]["bytes"].is_number(), "{lines:?}");
    assert_eq!(lines[1]["route"], "unmatched");
    let text = format!("{lines:?}");
    assert!(!text.contains("hunter2") && !text.contains("ada@"), "{text}");
}

#[tokio::test]
async fn metrics_count_by_template_and_know_no_paths() {
    let server = start().await;
    for number in 0..3 {
        server.get(&format!("/echo/{number}?number=1")).await;
        server.get(&format!("/nothing/{number}")).await;
    }
    let text = server.get("/metrics").await.body;
    assert!(text.contains(r#"route="/echo/{name}",code="200"} 3"#), "{text}");
    assert!(text.contains(r#"route="unmatched",code="404"} 3"#), "{text}");
    assert!(!text.contains("/nothing/"));
}

#[tokio::test]
async fn what_stays_the_same_is_not_sent_twice() {
    let server = start().await;
    for path in ["/.well-known/jwks.json", "/openapi.json"] {
        let first = server.get(path).await;
        assert_eq!(first.status, 200);
        assert!(first.json().is_object() && first.header("cache-control").starts_with("public, max-age="));
        let again = server.ask("GET", path, &[("If-None-Match", first.header("etag"))], "").await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
    assert!(server.get("/openapi.json").await.json()["paths"]["/metrics"].is_object());
}

#[tokio::test]
async fn a_session_begins_with_a_cookie_that_scripts_can_t_read() {
    let server = start().await;
    let answer = server.post("/api/auth/login", &[], "{}").await;
    let expected = "ep_session=the-token; Path=/; HttpOnly; SameSite=Lax; Max-Age=60";
    assert_eq!(answer.header("set-cookie"), expected);
    assert_eq!(server.get("/alive").await.header("set-cookie"), "");
}

#[tokio::test]
async fn the_same_idempotency_key_is_the_same_answer() {
    let server = start().await;
    let key = [("X-Dash-Key", KEY), ("Idempotency-Key", "key-1")];
    let first = server.post("/govern", &key, r#"{"text":"x"}"#).await;
    let again = server.post("/govern", &key, r#"{"text":"x"}"#).await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(server.post("/govern", &key, r#"{"text":"y"}"#).await.status, 422);
    let twice = [("X-Dash-Key", KEY), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")];
    assert_eq!(server.post("/govern", &twice, r#"{"text":"y"}"#).await.status, 400);
}

#[tokio::test]
async fn draining_lets_a_blocking_call_finish() {
    let mut server = start().await;
    let address = server.address;
    let asking = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        socket.write_all(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).await.unwrap();
        text
    });
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(server.stop().await.cut, 0);
    let text = asking.await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("\"slow\""), "{text}");
}
