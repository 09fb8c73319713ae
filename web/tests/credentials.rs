//! Who may: keys, tokens, cookies, forms, and the rule of /metrics.

use echopilot_core::events::Log;

use super::support::{KEY, start, start_with};
use crate::server::Patience;

#[tokio::test]
async fn an_operator_s_key_opens_and_nothing_like_it_does() {
    let server = start().await;
    let status =
        async |headers: &[(&str, &str)]| server.post("/govern", headers, r#"{"text":"x"}"#).await.status;
    assert_eq!(status(&[("X-Dash-Key", KEY)]).await, 200);
    let upper = KEY.to_uppercase();
    let longer = format!("{KEY}x");
    for wrong in ["", "wrong", &upper, &longer, &KEY[1..]] {
        assert_eq!(status(&[("X-Dash-Key", wrong)]).await, 401, "{wrong}");
    }
    assert_eq!(status(&[("X-Dash-Key", KEY), ("X-Dash-Key", KEY)]).await, 401, "two keys are none");
    assert_eq!(status(&[]).await, 401);
    assert_eq!(status(&[("Authorization", &format!("Bearer {KEY}"))]).await, 401);
    assert_eq!(status(&[("Cookie", &format!("x-dash-key={KEY}"))]).await, 401);
    let query = server.post(&format!("/govern?x-dash-key={KEY}"), &[], r#"{"text":"x"}"#).await;
    assert_eq!((query.status, query.header("www-authenticate")), (401, "X-Dash-Key realm=\"operators\""));
    assert!(server.lines(Log::Auth).iter().any(|line| line["event"] == "operator_key_refused"));
    assert!(!format!("{:?}", server.lines(Log::Http)).contains(KEY));
}

#[tokio::test]
async fn without_a_configured_key_operators_are_told_what_is_missing() {
    let server = start_with(&[], Patience::default()).await;
    let answer = server.post("/govern", &[("X-Dash-Key", KEY)], r#"{"text":"x"}"#).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("not_configured")));
    assert!(answer.json()["error"].as_str().unwrap().contains("DASHBOARD_KEY"));
    assert_eq!(server.get("/alive").await.status, 200);
}

#[tokio::test]
async fn a_bad_token_is_refused_where_one_is_needed_and_ignored_elsewhere() {
    let server = start().await;
    let bad = [("Authorization", "bearer not.a.token")];
    let mine = server.ask("GET", "/mine", &bad, "").await;
    assert_eq!(mine.status, 401);
    assert!(mine.header("www-authenticate").contains("error=\"invalid_token\""), "{mine:?}");
    assert_eq!(server.ask("GET", "/alive", &bad, "").await.status, 200);
    let none = server.get("/mine").await;
    assert_eq!((none.status, none.header("www-authenticate")), (401, "Bearer realm=\"echopilot\""));
    let cookie = server.ask("GET", "/mine", &[("Cookie", "ep_session=old")], "").await;
    assert_eq!((cookie.status, cookie.header("www-authenticate")), (401, "Bearer realm=\"echopilot\""));
    for odd in ["Basic abc", "Bearer", "Bearer a b"] {
        assert_eq!(server.ask("GET", "/mine", &[("Authorization", odd)], "").await.status, 401, "{odd}");
    }
}

#[tokio::test]
async fn key_and_token_together_need_a_valid_key() {
    let server = start().await;
    let token = ("Authorization", "Bearer not.a.token");
    let good = server.post("/govern", &[token, ("X-Dash-Key", KEY)], r#"{"text":"x"}"#).await;
    assert_eq!(good.status, 200);
    let bad = server.post("/govern", &[token, ("X-Dash-Key", "wrong")], r#"{"text":"x"}"#).await;
    assert_eq!(bad.status, 401);
}

#[tokio::test]
async fn a_write_with_a_cookie_must_come_from_here() {
    let server = start().await;
    let own = format!("http://{}", server.address);
    let status =
        async |headers: &[(&str, &str)]| server.post("/write", headers, r#"{"text":"x"}"#).await.status;
    let cookie = ("Cookie", "ep_session=whatever");
    assert_eq!(status(&[cookie, ("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).await, 200);
    assert_eq!(status(&[cookie, ("Origin", "https://evil.example")]).await, 403);
    assert_eq!(status(&[cookie, ("Sec-Fetch-Site", "cross-site")]).await, 403);
    assert_eq!(status(&[("Sec-Fetch-Site", "cross-site")]).await, 200, "without a cookie nobody is misused");
    let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(server.ask("POST", "/form", &form, "a=b").await.status, 403);
    assert_eq!(server.ask("POST", "/form", &form[..1], "a=b").await.status, 200);
}

#[tokio::test]
async fn metrics_are_for_this_machine_operators_and_the_token() {
    let settings = [("METRICS_TOKEN", "a-token-for-the-scraper-only-12345"), ("DASHBOARD_KEY", KEY)];
    let server = start_with(&settings, Patience::default()).await;
    assert_eq!(server.get("/metrics").await.status, 200, "the peer itself");
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    let status = async |headers: &[(&str, &str)]| server.ask("GET", "/metrics", headers, "").await.status;
    assert_eq!(status(&[forwarded]).await, 401);
    assert_eq!(status(&[("Forwarded", "for=203.0.113.9")]).await, 401);
    assert_eq!(status(&[forwarded, ("X-Dash-Key", KEY)]).await, 200);
    assert_eq!(
        status(&[forwarded, ("Authorization", "Bearer a-token-for-the-scraper-only-12345")]).await,
        200
    );
    assert_eq!(
        status(&[forwarded, ("Authorization", "Bearer a-token-for-the-scraper-only-1234")]).await,
        401
    );
}
