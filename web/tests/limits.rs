//! Limits as a client sees them.

use std::time::Duration;

use super::support::{KEY, start, start_with};
use crate::server::Patience;

#[tokio::test]
async fn five_sign_ins_a_minute_then_a_429_that_says_when() {
    let server = start().await;
    for left in (0..5).rev() {
        let answer =
            server.post("/api/auth/login", &[("X-Forwarded-For", &format!("192.0.2.{left}"))], "{}").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"login\";q=5;w=60");
        assert_eq!(answer.header("ratelimit"), format!("\"login\";r={left};t=60"));
    }
    let sixth = server.post("/api/auth/login", &[("X-Forwarded-For", "192.0.2.99")], "{}").await;
    assert_eq!(
        (sixth.status, sixth.header("retry-after")),
        (429, "60"),
        "a forged address is no other address"
    );
    assert_eq!(sixth.header("ratelimit"), "\"login\";r=0;t=60");
    assert_eq!(server.get("/alive").await.status, 200, "other routes are not limited by it");
    assert_eq!(
        server.post("/api/auth/login", &[("X-Dash-Key", KEY)], "{}").await.status,
        200,
        "operators are not"
    );
    server.clock.advance(Duration::from_secs(12));
    assert_eq!(server.post("/api/auth/login", &[], "{}").await.status, 429);
    server.clock.advance(Duration::from_secs(48));
    assert_eq!(server.post("/api/auth/login", &[], "{}").await.status, 200);
}

#[tokio::test]
async fn behind_a_trusted_proxy_clients_have_their_own_limits() {
    let server = start_with(&[("TRUSTED_PROXIES", "127.0.0.0/8")], Patience::default()).await;
    for client in ["203.0.113.1", "203.0.113.2"] {
        for _ in 0..5 {
            let forged = format!("198.51.100.7, {client}, 127.0.0.9");
            assert_eq!(
                server.post("/api/auth/login", &[("X-Forwarded-For", &forged)], "{}").await.status,
                200
            );
        }
        let forged = format!("8.8.8.8, {client}");
        assert_eq!(server.post("/api/auth/login", &[("X-Forwarded-For", &forged)], "{}").await.status, 429);
    }
}

#[tokio::test]
async fn wrong_operator_keys_are_counted_and_a_right_one_still_opens() {
    let server = start().await;
    let status =
        async |key: &str| server.post("/govern", &[("X-Dash-Key", key)], r#"{"text":"x"}"#).await.status;
    for _ in 0..10 {
        assert_eq!(status("wrong").await, 401);
    }
    assert_eq!(status("wrong").await, 429);
    assert_eq!(status(KEY).await, 200);
}
