//! Session tokens: what is forged, malformed, of another kind or in the wrong place is refused, quickly; the keys are
//! published as others read them, and a changed secret locks nobody out.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use echopilot_core::events::Log;
use echopilot_core::platform::{Clock, RootKey, Secret};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use serde_json::{Value, json};

use crate::auth::wait_for_mail;
use crate::operators::signed_in;
use crate::replicas::direct;
use crate::sign_in::token_in;
use crate::support::{Answer, Call, Home, OPERATOR_KEY, Served, on_each_engine, peers};

const SECRET: &str = "a-secret-of-these-tests-0123456789-0123456789";

#[test]
fn what_we_did_not_sign_as_a_session_token_is_refused_at_once() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("AUTH_JWT_SECRET", SECRET)]);
        let genuine = server.sign_in("ada@example.com");
        let parts = Parts::of(&genuine);
        let key = published(&server);
        let mut forged = by_strangers(&parts, &key);
        forged.extend(malformed(&genuine, &parts));
        forged.extend(with_one_wrong_claim(&server.home, &parts));
        for (what, token) in &forged {
            let begun = Clock::monotonic();
            let answer = server.call("GET", "/api/me").bearer(token).send();
            assert!(begun.elapsed() < Duration::from_secs(1), "{what}");
            refused(what, &answer);
            let _ = me(&server, &genuine).expect_status(200);
        }
        // The same hand that made the wrong ones makes right ones.
        let begun = json!(Clock::System.now().seconds() - 1);
        for claims in [parts.claims.clone(), altered(&parts.claims, "nbf", begun)] {
            let _ = me(&server, &sign(&server.home, &parts.head, &claims)).expect_status(200);
        }
    });
}

#[test]
fn a_credential_counts_in_its_own_place_only() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            let call = server.call("GET", "/api/me").header("Authorization", &format!("{scheme} {token}"));
            let _ = call.send().expect_status(200);
        }
        for wrong in
            [format!("Basic {token}"), token.clone(), format!("Bearer {token} x"), "Bearer".to_owned()]
        {
            refused(&wrong, &server.call("GET", "/api/me").header("Authorization", &wrong).send());
        }
        for name in ["token", "access_token", "jwt", "authorization", "ep_session"] {
            refused(name, &server.get(&format!("/api/me?{name}={token}")));
        }
        let key = server.operator_key();
        for place in ["key", "dash_key", "x-dash-key", "X-Dash-Key", "dashboard_key"] {
            let answer = server.get(&format!("/api/scheduler/status?{place}={key}"));
            assert_eq!(answer.status, 401, "{place}");
            let cookie =
                server.call("GET", "/api/scheduler/status").header("Cookie", &format!("{place}={key}"));
            assert_eq!(cookie.send().status, 401, "{place} in a cookie");
        }
        let as_bearer = server.call("GET", "/api/scheduler/status").bearer(key).send();
        assert_eq!(as_bearer.status, 401);
        let as_customer = server.call("GET", "/api/scheduler/status").bearer(&token).send();
        assert_eq!(as_customer.status, 403);
        for wrong in [&key[1..], &key.to_uppercase(), &format!("{key}x"), &format!("{key},{key}")] {
            assert_eq!(server.call("GET", "/api/scheduler/status").key(wrong).send().status, 401, "{wrong}");
        }
        let _ = server.get_as_operator("/api/scheduler/status").expect_status(200);
    });
}

#[test]
fn a_credential_of_one_kind_is_none_of_another() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let session = server.sign_in("ada@example.com");
        let _ =
            server.post("/api/auth/magic-link", &json!({ "email": "ada@example.com" })).expect_status(202);
        let link = token_in(&wait_for_mail(&server, "ada@example.com", 2));
        let mut browser = signed_in(&server);
        let operator = browser.cookies["ep_operator"].clone();
        let status = |call: Call| call.send().status;
        for (what, text) in [("a link", &link), ("an operator's session", &operator)] {
            refused(what, &me(&server, text));
            for path in ["/api/me", "/api/scheduler/status"] {
                let call = || server.call("GET", path);
                assert_eq!(status(call().bearer(text)), 401, "{what} as bearer to {path}");
                assert_eq!(status(call().key(text)), 401, "{what} as key to {path}");
                let cookie = call().header("Cookie", &format!("ep_session={text}"));
                assert_eq!(status(cookie), 401, "{what} as a session's cookie to {path}");
            }
        }
        let operations = || server.call("GET", "/api/scheduler/status");
        assert_eq!(status(operations().key(&session)), 401, "a session as key");
        for (what, text) in [("a session", &session), ("a link", &link), ("a key", &OPERATOR_KEY.to_owned())]
        {
            let cookie = format!("ep_operator={text}");
            assert_eq!(status(operations().header("Cookie", &cookie)), 401, "{what} as an operator's cookie");
            let page = server.call("GET", "/payments").header("Cookie", &cookie).send().expect_status(303);
            assert!(page.header("location").unwrap().starts_with("/dashboard/login"), "{what}");
        }
        for (what, text) in [("a session", &session), ("an operator's session", &operator)] {
            refused(what, &server.post("/api/auth/verify", &json!({ "token": text })));
        }
        // Each of them works in its own place.
        let _ = me(&server, &session).expect_status(200);
        let _ = browser.open("/payments").expect_status(200);
        let _ = server.get_as_operator("/api/scheduler/status").expect_status(200);
        let _ = server.post("/api/auth/verify", &json!({ "token": link })).expect_status(200);
    });
}

#[test]
fn another_installation_signs_for_itself_alone() {
    on_each_engine(|engine| {
        // The same issuer, and the same secret: only the keys differ.
        let settings = [("AUTH_JWT_SECRET", SECRET), ("PUBLIC_BASE_URL", "http://127.0.0.1:8080")];
        let servers = [(); 2].map(|()| direct(Served::start(engine, &settings)));
        let tokens = [0, 1].map(|at: usize| servers[at].sign_in("ada@example.com"));
        for (own, other) in [(0, 1), (1, 0)] {
            let _ = me(&servers[own], &tokens[own]).expect_status(200);
            refused("as it was signed there", &me(&servers[own], &tokens[other]));
            // With our identifiers of key, customer and session in it.
            let Parts { head, claims, .. } = Parts::of(&tokens[own]);
            refused("with our names in it", &me(&servers[own], &sign(&servers[other].home, &head, &claims)));
            let _ = me(&servers[own], &sign(&servers[own].home, &head, &claims)).expect_status(200);
        }
        assert_eq!(Parts::of(&tokens[0]).claims["iss"], Parts::of(&tokens[1]).claims["iss"]);
    });
}

#[test]
fn a_foreign_library_verifies_our_tokens_with_our_published_keys() {
    let Some(python) = peers::python() else { return };
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let verify = |token: &str| {
            let script = "import sys, jwt\n\
                url, issuer, token = sys.argv[1:]\n\
                key = jwt.PyJWKClient(url + '/.well-known/jwks.json').get_signing_key_from_jwt(token)\n\
                claims = jwt.decode(token, key.key, algorithms=['EdDSA'], audience='echopilot', issuer=issuer,\n\
                    options={'require': ['exp', 'iat', 'iss', 'aud', 'sub', 'jti']})\n\
                print(claims['sub'])\n";
            let output = Command::new(&python).args(["-c", script, &server.url, &server.url, token]).output();
            output.expect("Python")
        };
        let verified = verify(&token);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        let subject = me(&server, &token).expect_status(200).json()["customer_id"].clone();
        assert_eq!(String::from_utf8_lossy(&verified.stdout).trim(), subject);
        assert!(!verify(&Parts::of(&token).with(|claims| claims["sub"] = json!("other"))).status.success());
    });
}

#[test]
fn the_published_keys_hold_nothing_private() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let answer = server.get("/.well-known/jwks.json").expect_status(200);
        assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
        let keys = answer.json()["keys"].as_array().unwrap().clone();
        assert_eq!(keys.len(), 1);
        let members: Vec<&str> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["kty", "crv", "alg", "use", "kid", "x"]);
        let known = answer.header("etag").unwrap();
        let same = server.call("GET", "/.well-known/jwks.json").header("If-None-Match", known).send();
        assert!(same.status == 304 && same.text.is_empty(), "{same:?}");
    });
}

#[test]
fn a_changed_secret_locks_nobody_out() {
    on_each_engine(|engine| {
        // The address is fixed, so that the tokens keep their issuer over the restart.
        let home = Home::new(engine).set("AUTH_JWT_SECRET", SECRET).share();
        let server = home.serve();
        let before = published(&server);
        server.sign_in("ada@example.com");
        drop(home);
        let home = Arc::into_inner(server.terminate()).expect("nobody else is here");
        let other = "another-secret-of-these-tests-0123456789-0123456789";
        let server = home.set("AUTH_JWT_SECRET", other).share().serve();
        let line = server.wait_for_log(Log::Auth, |line| line["event"] == "signing_key_unusable");
        assert_eq!((&line["level"], &line["cause"]), (&json!("error"), &json!("auth_jwt_secret_changed")));
        let token = server.sign_in("ada@example.com");
        let _ = me(&server, &token).expect_status(200);
        let keys = server.get("/.well-known/jwks.json").json()["keys"].as_array().unwrap().clone();
        assert_eq!(keys.len(), 2, "the new one, and the old one for what it signed");
        assert!(keys.contains(&before));
        assert_ne!(Parts::of(&token).head["kid"], before["kid"]);
        // Once more with the same secret: nothing is unusable, and no third key is made.
        let server = server.terminate().serve();
        assert_eq!(server.get("/.well-known/jwks.json").json()["keys"].as_array().unwrap().len(), 2);
        let lines = server.logs(Log::Auth);
        assert_eq!(lines.iter().filter(|line| line["event"] == "signing_key_unusable").count(), 1);
    });
}

/// A token taken apart.
struct Parts {
    head: Value,
    claims: Value,
    signature: String,
}

impl Parts {
    fn of(token: &str) -> Self {
        let mut parts = token.split('.');
        let mut json = || {
            let bytes = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        let (head, claims) = (json(), json());
        Self { head, claims, signature: parts.next().unwrap().to_owned() }
    }

    /// With other claims under the old signature.
    fn with(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        format!("{}.{}", unsigned(&self.head, &claims), self.signature)
    }
}

fn unsigned(head: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn altered(value: &Value, name: &str, to: Value) -> Value {
    let mut altered = value.clone();
    altered[name] = to;
    altered
}

/// Signed by keys that are not ours, or by none.
fn by_strangers(parts: &Parts, key: &Value) -> Vec<(String, String)> {
    let Parts { head, claims, signature } = parts;
    let mut forged = Vec::new();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let text = unsigned(&altered(head, "alg", json!(none)), claims);
        forged.push((format!("alg {none:?} without signature"), format!("{text}.")));
        forged.push((format!("alg {none:?} with the old signature"), format!("{text}.{signature}")));
    }
    let x = key["x"].as_str().unwrap();
    let raw = URL_SAFE_NO_PAD.decode(x).unwrap();
    let spki = [hex("302a300506032b6570032100"), raw.clone()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&spki));
    for (what, secret) in [
        ("the raw key", raw.as_slice()),
        ("its text", x.as_bytes()),
        ("its DER", &spki),
        ("its PEM", pem.as_bytes()),
        ("the JWK", key.to_string().as_bytes()),
        ("nothing", b""),
    ] {
        let text = unsigned(&altered(head, "alg", json!("HS256")), claims);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        forged.push((format!("HS256 keyed with {what}"), format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))));
    }
    let stranger = EncodingKey::from_ed_der(&[hex("302e020100300506032b657004220420"), vec![7; 32]].concat());
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".into());
    for kid in [head["kid"].as_str().unwrap(), "../../dev/null", "' OR 1=1 --", ""] {
        header.kid = Some(kid.to_owned());
        let token = jsonwebtoken::encode(&header, claims, &stranger).unwrap();
        forged.push((format!("a stranger's key as kid {kid:?}"), token));
    }
    header.kid = None;
    forged.push(("no kid".into(), jsonwebtoken::encode(&header, claims, &stranger).unwrap()));
    header.kid = Some(head["kid"].as_str().unwrap().to_owned());
    header.jku = Some("http://127.0.0.1:1/keys".into());
    forged.push(("jku".into(), jsonwebtoken::encode(&header, claims, &stranger).unwrap()));
    header.jku = None;
    header.x5c = Some(vec![STANDARD.encode(&spki)]);
    forged.push(("x5c".into(), jsonwebtoken::encode(&header, claims, &stranger).unwrap()));
    for (what, change) in [("another sub", "sub"), ("another jti", "jti"), ("another iss", "iss")] {
        forged.push((what.into(), parts.with(|claims| claims[change] = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV"))));
    }
    forged.push(("a later exp".into(), parts.with(|claims| claims["exp"] = json!(4_000_000_000_i64))));
    forged
}

/// No tokens at all, or broken ones.
fn malformed(genuine: &str, parts: &Parts) -> Vec<(String, String)> {
    let text = unsigned(&parts.head, &parts.claims);
    let mut broken: Vec<(String, String)> =
        [".", "..", "...", "a.b.c", "null", "{}", "e30.e30.", "e30.e30.e30"]
            .into_iter()
            .map(|text| (format!("{text:?}"), text.to_owned()))
            .collect();
    broken.push(("cut".into(), genuine[..genuine.len() - 2].to_owned()));
    broken.push(("cut in the middle".into(), genuine[..genuine.len() / 2].to_owned()));
    broken.push(("twice".into(), format!("{genuine}{genuine}")));
    broken.push(("a fourth part".into(), format!("{genuine}.e30")));
    broken.push(("five parts, as encrypted".into(), format!("{genuine}.e30.e30")));
    broken.push(("padded".into(), format!("{genuine}=")));
    broken.push(("an empty signature".into(), format!("{text}.")));
    broken.push(("a signature of zeros".into(), format!("{text}.{}", URL_SAFE_NO_PAD.encode([0; 64]))));
    broken.push(("3 KB of nothing".into(), "A".repeat(3_000)));
    broken.push(("20 KB of nothing".into(), "A".repeat(20_000)));
    broken.push(("20 KB of dots".into(), ".".repeat(20_000)));
    let deep = URL_SAFE_NO_PAD.encode("[".repeat(1_200));
    broken.push(("deep JSON".into(), format!("{deep}.{deep}.{deep}")));
    broken
}

/// Signed with the server's own key, but with one thing that no session token of ours has.
fn with_one_wrong_claim(home: &Home, parts: &Parts) -> Vec<(String, String)> {
    let Parts { head, claims, .. } = parts;
    let seconds = Clock::System.now().seconds();
    let unsharp = f64::from(u32::try_from(seconds).unwrap()) + 0.5;
    let mut tokens = Vec::new();
    for (name, value) in [
        ("exp", json!(seconds - 1)),
        ("exp", json!(seconds - 3_600)),
        ("exp", json!(unsharp - 3_600.0)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("exp", json!(-1)),
        ("aud", json!("another")),
        ("aud", json!(["another", "third"])),
        ("aud", Value::Null),
        ("iss", json!("https://another.example")),
        ("iss", Value::Null),
        ("sub", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("sub", json!(7)),
        ("jti", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("nbf", json!(seconds + 60)),
        ("nbf", json!(seconds + 3_600)),
        ("nbf", json!("later")),
    ] {
        tokens.push((format!("{name} {value}"), sign(home, head, &altered(claims, name, value))));
    }
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("magic-link+jwt")),
        ("typ", Value::Null),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("kid", json!("0000000000000000")),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
        ("jwk", json!({ "kty": "OKP" })),
        ("x5u", json!("http://127.0.0.1:1/")),
        ("x5c", json!(["MIIB"])),
    ] {
        tokens.push((format!("head {name} {value}"), sign(home, &altered(head, name, value), claims)));
    }
    for missing in ["exp", "aud", "iss", "sub", "jti"] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(missing);
        tokens.push((format!("no {missing}"), sign(home, head, &claims)));
    }
    // One reader believes the first of two, another the last; both orders, and twice the same.
    let twice = |object: &Value, name: &str, other: &Value, first: bool| {
        let whole = object.to_string();
        let (inner, own) = (&whole[1..whole.len() - 1], format!("{}:{other}", json!(name)));
        if first { format!("{{{own},{inner}}}") } else { format!("{{{inner},{own}}}") }
    };
    for (name, other) in [
        ("sub", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("sub", claims["sub"].clone()),
        ("jti", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("exp", json!(seconds + 9_000_000)),
        ("aud", json!("another")),
        ("iss", json!("https://another.example")),
    ] {
        for first in [true, false] {
            let token = sign_text(home, &head.to_string(), &twice(claims, name, &other, first));
            tokens.push((format!("{name} twice, {other} first: {first}"), token));
        }
    }
    for (name, other) in [("alg", "none"), ("typ", "JWT"), ("kid", "0000000000000000")] {
        for first in [true, false] {
            let text = twice(head, name, &json!(other), first);
            tokens.push((format!("head {name} twice"), sign_text(home, &text, &claims.to_string())));
        }
    }
    tokens
}

/// Sign with the key that the server signs with: whoever has the database and the secret can.
fn sign(home: &Home, head: &Value, claims: &Value) -> String {
    sign_text(home, &head.to_string(), &claims.to_string())
}

/// The same for texts that need not be what a library writes.
fn sign_text(home: &Home, head: &str, claims: &str) -> String {
    let rows = home.rows("SELECT kid, wrapped_key FROM signing_keys WHERE state = 'active'");
    let [kid, wrapped] = rows[0].as_slice() else { panic!("{rows:?}") };
    let mut sealed = URL_SAFE_NO_PAD.decode(wrapped).unwrap();
    let mut secret = sealed.split_off(12);
    let wrapping = RootKey::new(&Secret::new(SECRET)).derive("wrapping of signing keys");
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &wrapping).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(&sealed).unwrap();
    let private = key.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut secret).expect("the key unwraps");
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(private).unwrap();
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes())))
}

fn published(server: &Served) -> Value {
    server.get("/.well-known/jwks.json").expect_status(200).json()["keys"][0].clone()
}

fn me(server: &Served, token: &str) -> Answer {
    server.call("GET", "/api/me").bearer(token).send()
}

fn refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    assert!(answer.header("www-authenticate").is_some(), "{what}");
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
