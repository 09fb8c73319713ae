//! Tokens of the service that EchoPilot replaces: accepted while the migration lasts, for what they are and nothing else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::hmac;
use serde_json::{Value, json};

use crate::support::{Home, Served, eventually, on_each_engine};

const SECRET: &str = "the-secret-of-the-earlier-service-0123456789";
const EMAIL: &str = "ada@example.com";

fn in_seconds(seconds: i64) -> i64 {
    Clock::System.now().seconds() + seconds
}

fn until(seconds: u64) -> String {
    Clock::System.now().plus(Duration::from_secs(seconds)).to_string()
}

fn signed(kid: Option<&str>, secret: &[u8], algorithm: Algorithm, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn token(claims: &Value) -> String {
    signed(Some("legacy"), SECRET.as_bytes(), Algorithm::HS256, claims)
}

fn claims() -> Value {
    json!({ "email": EMAIL, "customer_id": "cus_of_before", "iat": in_seconds(-60), "exp": in_seconds(600) })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn status(server: &Served, token: &str) -> u16 {
    server.call("GET", "/api/me").bearer(token).send().status
}

/// A server in a migration, with a customer.
fn migrating(home: Home, seconds: u64) -> Served {
    let home = home.set("AUTH_LEGACY_SECRET", SECRET).set("AUTH_LEGACY_UNTIL", &until(seconds));
    let server = home.share().serve();
    server.sign_in(EMAIL);
    server
}

#[test]
fn an_earlier_token_opens_its_customers_session_and_can_be_ended() {
    on_each_engine(|engine| {
        let server = migrating(Home::new(engine), 3_600);
        let known = claims();
        let old = token(&known);
        let me = server.call("GET", "/api/me").bearer(&old).send().expect_status(200).json();
        assert_eq!((&me["email"], &me["exp"]), (&json!(EMAIL), &known["exp"]));
        assert_eq!(status(&server, &old), 200, "from memory");
        let home = &server.home;
        let sessions = || home.rows("SELECT id, method FROM sessions WHERE method = 'legacy'");
        assert_eq!(sessions().len(), 1);
        let line = server.wait_for_log(Log::Auth, |line| line["method"] == "legacy");
        assert!(line["event"] == "sign_in_succeeded" && line["cust_ref"].is_string(), "{line}");
        let stays = token(&with("jti", json!("another")));
        assert_eq!((status(&server, &stays), sessions().len()), (200, 2));

        let _ = server.call("POST", "/api/auth/logout").bearer(&old).send().expect_status(200);
        assert_eq!((status(&server, &old), status(&server, &stays)), (401, 200));
        // Neither another spelling of the signature nor a restart with another secret of our own revives it.
        let (text, signature) = old.rsplit_once('.').unwrap();
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            let spelled = format!("{text}.{}{last}", &signature[..signature.len() - 1]);
            assert_eq!(status(&server, &spelled), 401, "{last}");
        }
        let home = server.terminate();
        let changed = [("AUTH_JWT_SECRET", "a-changed-secret-of-these-tests-0123456789-0123")];
        let server = Served::start_with(&home, &changed);
        assert_eq!((status(&server, &old), status(&server, &stays)), (401, 200));
        assert_eq!(home.number("SELECT COUNT(*) FROM sessions WHERE method = 'legacy'"), 2);
        let lines = server.logs(Log::Auth);
        let begun = lines.iter().filter(|line| line["method"] == "legacy").count();
        assert_eq!(begun, 2, "a session begins once, however often its token is shown");
        for log in [Log::Auth, Log::Http] {
            let text = server.logs(log).iter().map(Value::to_string).collect::<String>();
            assert!(!text.contains(EMAIL) && !text.contains(signature), "{}", log.file_name());
        }
    });
}

#[test]
fn what_is_no_earlier_token_is_refused() {
    on_each_engine(|engine| {
        let server = migrating(Home::new(engine), 3_600);
        server.sign_in("gone@example.com");
        server.home.change("UPDATE customers SET disabled_at = 1 WHERE email = 'gone@example.com'");
        let jwk = server.get("/.well-known/jwks.json").json()["keys"][0].clone();
        let (kid, x) = (jwk["kid"].as_str().unwrap(), jwk["x"].as_str().unwrap());
        let raw = URL_SAFE_NO_PAD.decode(x).unwrap();
        let own = SECRET.as_bytes();
        let sign = |kid: Option<&str>, secret: &[u8]| signed(kid, secret, Algorithm::HS256, &claims());
        let by_hand = |head: Value| {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let text = format!("{}.{}", part(&head), part(&claims()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, own), text.as_bytes());
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
        };
        let unsigned = |text: &str| format!("{}.", text.rsplit_once('.').unwrap().0);
        let mut without_exp = claims();
        without_exp.as_object_mut().unwrap().remove("exp");
        let mut without_email = claims();
        without_email.as_object_mut().unwrap().remove("email");
        for (what, wrong) in [
            ("no kid", sign(None, own)),
            ("another kid", sign(Some("legacy2"), own)),
            ("the kid of our key", sign(Some(kid), own)),
            ("the kid of our key, keyed with its public half", sign(Some(kid), &raw)),
            ("keyed with our public key", sign(Some("legacy"), &raw)),
            ("keyed with its text", sign(Some("legacy"), x.as_bytes())),
            ("another secret", sign(Some("legacy"), b"another-secret-of-32-characters-or-more")),
            ("no secret", sign(Some("legacy"), b"")),
            ("HS512", signed(Some("legacy"), own, Algorithm::HS512, &claims())),
            ("alg none", by_hand(json!({ "alg": "none", "kid": "legacy", "typ": "JWT" }))),
            ("alg none, unsigned", unsigned(&by_hand(json!({ "alg": "none", "kid": "legacy" })))),
            ("alg EdDSA", by_hand(json!({ "alg": "EdDSA", "kid": "legacy", "typ": "at+jwt" }))),
            ("crit", by_hand(json!({ "alg": "HS256", "kid": "legacy", "crit": ["exp"] }))),
            ("kid a number", by_hand(json!({ "alg": "HS256", "kid": 1 }))),
            ("unsigned", unsigned(&token(&claims()))),
            ("expired", token(&with("exp", json!(in_seconds(-1))))),
            ("expires now", token(&with("exp", json!(in_seconds(0))))),
            ("exp a text", token(&with("exp", json!("soon")))),
            ("not yet", token(&with("nbf", json!(in_seconds(60))))),
            ("no exp", token(&without_exp)),
            ("no email", token(&without_email)),
            ("a stranger", token(&with("email", json!("stranger@example.com")))),
            ("a disabled customer", token(&with("email", json!("gone@example.com")))),
            ("no address", token(&with("email", json!("ada")))),
        ] {
            let answer = server.call("GET", "/api/me").bearer(&wrong).send();
            assert_eq!(answer.status, 401, "{what}: {}", answer.text);
            assert!(answer.header("www-authenticate").is_some(), "{what}");
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sessions WHERE method = 'legacy'"), 0);
        // The same hand that made the wrong ones makes a right one, in any spelling of the address.
        assert_eq!(status(&server, &by_hand(json!({ "alg": "HS256", "kid": "legacy" }))), 200);
        assert_eq!(status(&server, &token(&with("email", json!("Ada@Example.COM")))), 200);
    });
}

#[test]
fn with_the_migration_ends_every_earlier_token() {
    on_each_engine(|engine| {
        let server = migrating(Home::new(engine), 8);
        let own = server.sign_in(EMAIL);
        let old = token(&claims());
        let me = server.call("GET", "/api/me").bearer(&old).send().expect_status(200).json();
        let shown = Timestamp(me["exp"].as_i64().unwrap() * 1_000);
        assert!(shown < Timestamp(in_seconds(60) * 1_000), "it does not outlive the migration: {me}");
        eventually("the end of the migration", || (status(&server, &old) == 401).then_some(()));
        assert_eq!(status(&server, &token(&with("jti", json!("another")))), 401);
        assert_eq!(status(&server, &own), 200, "our own go on");
        // Without the setting there is no such token at all.
        let plain = Served::start(engine, &[]);
        plain.sign_in(EMAIL);
        assert_eq!(status(&plain, &token(&claims())), 401);
    });
}
