//! The signing keys: listed, rotated and retired while customers sign in and others verify; never made, changed or lost
//! by whoever has a wrong secret.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use echopilot_core::events::Log;
use echopilot_core::platform::Clock;
use serde_json::{Value, json};

use crate::replicas::direct;
use crate::support::{Call, Engine, Home, Ran, Served, Verifier, eventually, on_each_engine};

/// The issuer of every token here, wherever its server listens.
const ISSUER: &str = "http://127.0.0.1:8080";
const ONE: &str = "one-secret-of-these-tests-0123456789-0123456789";
const OTHER: &str = "another-secret-of-these-tests-0123456789-0123456789";

fn demo(engine: Engine) -> Arc<Home> {
    Home::demo(engine).set("PUBLIC_BASE_URL", ISSUER).share()
}

fn kid_of(token: &str) -> String {
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&head).unwrap()["kid"].as_str().unwrap().to_owned()
}

fn published(server: &Served) -> Vec<String> {
    published_at(&server.url)
}

fn published_at(url: &str) -> Vec<String> {
    let keys = Call::new("GET", format!("{url}/.well-known/jwks.json")).send().expect_status(200).json();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// `next`, `active` and so on by identifier, as an operator sees them.
fn listed(server: &Served) -> Vec<(String, String)> {
    let list = server.get_as_operator("/api/auth/keys").expect_status(200).json();
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    list["keys"].as_array().unwrap().iter().map(|key| (text(key, "kid"), text(key, "state"))).collect()
}

fn rotate(server: &Served) -> Value {
    server.post_as_operator("/api/auth/keys/rotate", &json!({})).expect_status(200).json()
}

fn status(server: &Served, token: &str) -> u16 {
    server.call("GET", "/api/me").bearer(token).send().status
}

/// Ask until the server refuses a token; it has a second for that.
fn refused_within_a_second(server: &Served, token: &str) {
    let begun = Clock::monotonic();
    eventually("a refusal", || (status(server, token) == 401).then_some(()));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

fn key_table(home: &Home) -> Vec<Vec<String>> {
    home.rows("SELECT kid, state, wrapped_by, wrapped_key FROM signing_keys ORDER BY kid")
}

/// What clients do all the while: sign in here, ask there, let others verify, and look at the published keys.
struct Traffic {
    tokens: Mutex<Vec<String>>,
    verified: AtomicUsize,
    over: AtomicBool,
}

impl Traffic {
    fn go_on(&self, signs: &str, asks: &str, verifiers: &[Verifier]) {
        while !self.over.load(Ordering::Relaxed) {
            let answer = Call::new("POST", format!("{signs}/auth/demo")).send().expect_status(200);
            let token = answer.json()["token"].as_str().unwrap().to_owned();
            let kid = kid_of(&token);
            let answer = Call::new("GET", format!("{asks}/api/me")).bearer(&token).send();
            assert_eq!(answer.status, 200, "a token of {kid} on the other side");
            for verifier in verifiers {
                let verdict = verifier.verify(&token);
                assert_eq!(verdict["ok"], true, "{}: {verdict}", verifier.name);
                self.verified.fetch_add(1, Ordering::Relaxed);
            }
            let keys = published_at(asks);
            assert!(keys.len() <= 2 && keys.contains(&kid), "{keys:?}");
            self.tokens.lock().unwrap().push(token);
        }
    }

    fn latest_of(&self, kid: &str) -> String {
        let tokens = self.tokens.lock().unwrap();
        tokens.iter().rev().find(|token| kid_of(token) == kid).expect("a token of that key").clone()
    }
}

#[test]
fn rotations_under_load_fail_no_request_and_leave_no_token_unverifiable() {
    on_each_engine(|engine| {
        let home = demo(engine);
        let one = direct(home.serve());
        // PostgreSQL has a replica; what one signs is verified by the keys that the other publishes.
        let replica = (engine == Engine::Postgres).then(|| direct(home.serve()));
        let other = replica.as_ref().unwrap_or(&one);
        let verifiers = Verifier::all(&other.url, ISSUER);
        let traffic =
            Traffic { tokens: Mutex::default(), verified: AtomicUsize::new(0), over: AtomicBool::new(false) };
        let first = published(&one).remove(0);
        let (here, there) = (one.url.as_str(), other.url.as_str());
        let rotations = std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| traffic.go_on(here, there, &verifiers));
                scope.spawn(|| traffic.go_on(there, here, &verifiers));
            }
            std::thread::sleep(Duration::from_millis(700));
            let rotations: Vec<Value> = (0..2)
                .map(|_| {
                    let rotated = rotate(&one);
                    // The process that rotates signs with the new key from the end of the call.
                    assert_eq!(kid_of(&one.demo_token()), rotated["active"].as_str().unwrap());
                    eventually("the new key on the other side", || {
                        (kid_of(&other.demo_token()) == rotated["active"]).then_some(())
                    });
                    std::thread::sleep(Duration::from_millis(700));
                    rotated
                })
                .collect();
            traffic.over.store(true, Ordering::Relaxed);
            rotations
        });
        let count = traffic.tokens.lock().unwrap().len();
        eprintln!("{engine}: {count} sign-ins, {} verdicts", traffic.verified.load(Ordering::Relaxed));
        assert!(count > 20, "hardly anything was signed");
        let [second, third] = [0, 1].map(|at| rotations[at]["active"].as_str().unwrap().to_owned());
        assert_eq!((&rotations[0]["dropped"], &rotations[1]["dropped"]), (&json!([]), &json!([first])));
        assert_eq!(published(other), [third.clone(), second.clone()]);
        let [oldest, old, new] = [&first, &second, &third].map(|kid| traffic.latest_of(kid));
        for server in [&one, other] {
            assert_eq!([&oldest, &old, &new].map(|token| status(server, token)), [401, 200, 200]);
        }
        for verifier in &verifiers {
            // The last known answer first: what the verifier knows it need not ask for.
            let verdicts = [&new, &old, &oldest].map(|token| verifier.verify(token)["ok"] == true);
            assert_eq!(verdicts, [true, true, false], "{}", verifier.name);
        }
        let told = home.number("SELECT COUNT(*) FROM ops_events WHERE kind = 'keys_rotated'");
        assert_eq!(told, 2);
        let lines = one.logs(Log::Auth);
        assert_eq!(lines.iter().filter(|line| line["event"] == "keys_rotated").count(), 2);
    });
}

#[test]
fn the_shell_and_http_say_the_same_and_nothing_private() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let home = &server.home;
        let shell = home.run(&["keys", "list", "--json"]).expect_code(0);
        let http = server.get_as_operator("/api/auth/keys").expect_status(200);
        assert_eq!(shell.stdout.trim_end(), http.text);
        let key = &http.json()["keys"][0];
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["kid", "algorithm", "state", "created_at", "usable"]);
        assert_eq!((&key["state"], &key["usable"]), (&json!("active"), &json!(true)));

        // A rotation in the shell reaches the server, and what it prints has the shape of the answer.
        let before = server.demo_token();
        let rotated = home.run(&["keys", "rotate", "--json"]).expect_code(0).json();
        let ended = Clock::monotonic();
        let now = eventually("the new key", || {
            let token = server.demo_token();
            (kid_of(&token) == rotated["active"]).then_some(token)
        });
        assert!(ended.elapsed() < Duration::from_secs(1), "{:?}", ended.elapsed());
        let again = rotate(&server);
        let names = |document: &Value| document.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&rotated), names(&again));
        assert_eq!((status(&server, &before), status(&server, &now)), (401, 200));

        let words = home.run(&["keys", "retire", &kid_of(&now)]).expect_code(0);
        assert!(words.stderr.contains("refused") && words.stdout.contains("active"), "{words:?}");
        refused_within_a_second(&server, &now);
        assert_eq!(listed(&server).len(), 1);
    });
}

#[test]
fn only_the_previous_key_can_be_retired_and_its_tokens_end_everywhere() {
    on_each_engine(|engine| {
        let home = demo(engine);
        let one = direct(home.serve());
        let replica = (engine == Engine::Postgres).then(|| direct(home.serve()));
        let other = replica.as_ref().unwrap_or(&one);
        let (leaves, first) = (one.demo_token(), published(&one).remove(0));
        let retire = |kid: &str| one.post_as_operator("/api/auth/keys/retire", &json!({ "kid": kid }));
        let refused = retire(&first).expect_status(409).json();
        assert_eq!(refused["code"], "refused");
        assert!(refused["detail"].as_str().unwrap().contains("rotate first"), "{refused}");
        assert_eq!(retire("no-such-key").expect_status(404).json()["code"], "not_found");
        for nonsense in
            [json!({}), json!({ "kid": "" }), json!({ "kid": 7 }), json!({ "kid": first, "x": 1 })]
        {
            let _ = one.post_as_operator("/api/auth/keys/retire", &nonsense).expect_status(422);
        }
        let second = rotate(&one)["active"].as_str().unwrap().to_owned();
        let stays = one.demo_token();
        eventually("both tokens known there", || {
            (status(other, &leaves) == 200 && status(other, &stays) == 200).then_some(())
        });
        let retired = retire(&first).expect_status(200).json();
        assert_eq!((&retired["retired"], retired["keys"].as_array().unwrap().len()), (&json!(first), 1));
        assert_eq!(status(&one, &leaves), 401);
        refused_within_a_second(other, &leaves);
        assert_eq!((status(&one, &stays), status(other, &stays)), (200, 200));
        eventually("one key there", || (published(other) == [second.clone()]).then_some(()));
        assert_eq!(retire(&first).expect_status(404).json()["code"], "not_found");
        assert_eq!(home.number("SELECT COUNT(*) FROM ops_events WHERE kind = 'key_retired'"), 1);
    });
}

#[test]
fn a_rotation_that_was_killed_is_finished_by_the_next() {
    on_each_engine(|engine| {
        let server = direct(demo(engine).serve());
        let _ = rotate(&server);
        let [active, previous] = [0, 1].map(|at| listed(&server)[at].0.clone());
        let rotation =
            server.call("POST", "/api/auth/keys/rotate").key(server.operator_key()).json(&json!({}));
        let home = Arc::clone(&server.home);
        let home = std::thread::scope(|scope| {
            scope.spawn(|| assert!(rotation.try_send().is_err(), "the rotation was answered"));
            let next = || home.number("SELECT COUNT(*) FROM signing_keys WHERE state = 'next'");
            eventually("a published key that does not sign", || (next() == 1).then_some(()));
            server.kill()
        });
        let server = direct(home.serve());
        let half = listed(&server);
        assert_eq!(half.iter().map(|key| key.1.as_str()).collect::<Vec<_>>(), ["active", "next"]);
        assert_eq!(half[0].0, active);
        assert!(!published(&server).contains(&previous), "it had made room");
        let token = server.demo_token();
        assert_eq!((kid_of(&token), status(&server, &token)), (active.clone(), 200));
        let next = half[1].0.clone();
        let refused = server.post_as_operator("/api/auth/keys/retire", &json!({ "kid": next }));
        assert_eq!(refused.expect_status(409).json()["code"], "refused");
        // Whoever was killed still holds the lease for a while.
        let held = server.post_as_operator("/api/auth/keys/rotate", &json!({})).expect_status(409);
        assert_eq!(held.json()["code"], "conflict");
        home.change("UPDATE leases SET until_ms = 0 WHERE name = 'rotate-keys'");
        let rotated = rotate(&server);
        assert_eq!(rotated["active"], json!(next), "the key that was published already");
        assert_eq!(listed(&server), [(next, "active".into()), (active, "previous".into())]);
        assert_eq!((status(&server, &token), status(&server, &server.demo_token())), (200, 200));
    });
}

#[test]
fn a_wrong_secret_in_a_shell_changes_nothing_and_is_found() {
    on_each_engine(|engine| {
        let home = Home::demo(engine).set("AUTH_JWT_SECRET", ONE).share();
        let server = home.serve();
        let before = key_table(&home);
        let check = |secret: &str| {
            let mut command = home.command(&["dev-check", "--json"]);
            command.env("AUTH_JWT_SECRET", secret);
            let report = Ran::of(&mut command).json();
            let checks = report["checks"].as_array().unwrap();
            checks.iter().find(|check| check["id"] == "signing keys").expect("the check").clone()
        };
        assert_eq!(check(ONE)["outcome"], "ok");
        let finding = check(OTHER);
        assert_eq!(finding["outcome"], "finding");
        for (member, part) in [("evidence", "can't be opened"), ("remedy", "AUTH_JWT_SECRET")] {
            assert!(finding[member].as_str().unwrap().contains(part), "{finding}");
        }
        let wrong = |words: &[&str]| {
            let mut command = home.command(words);
            Ran::of(command.env("AUTH_JWT_SECRET", OTHER))
        };
        let list = wrong(&["keys", "list", "--json"]).expect_code(0).json();
        assert_eq!(list["keys"][0]["usable"], false);
        let refused = wrong(&["keys", "rotate", "--json"]).expect_code(3).json();
        assert_eq!(refused["code"], "refused");
        let _ = wrong(&["jobs", "list"]).expect_code(0);
        assert_eq!(key_table(&home), before, "no command made or changed a key");
        assert_eq!(status(&server, &server.demo_token()), 200);
        if engine == Engine::Sqlite {
            // The secret that was made at the first start is gone: looking for it makes no other.
            let made = Served::demo(engine).terminate();
            let file = made.data_dir().join("auth_jwt_secret");
            std::fs::remove_file(&file).unwrap();
            let report = made.run(&["dev-check", "--json"]).json();
            let checks = report["checks"].as_array().unwrap();
            let finding = checks.iter().find(|check| check["id"] == "signing keys").unwrap();
            assert!(finding["evidence"].as_str().unwrap().contains("is gone"), "{finding}");
            assert!(!file.exists());
        }
        let _ = home.run(&["keys", "rotate"]).expect_code(0);
        assert_ne!(key_table(&home), before, "the right secret rotates");
    });
}

#[test]
fn a_server_with_a_changed_secret_says_so_until_the_keys_are_rotated() {
    on_each_engine(|engine| {
        let home = Home::demo(engine).set("AUTH_JWT_SECRET", ONE).set("PUBLIC_BASE_URL", ISSUER).share();
        let server = direct(home.serve());
        let old = server.demo_token();
        let healthy = |server: &Served| server.get("/health").json()["troubles"] == json!([]);
        assert!(healthy(&server));
        drop(server.terminate());
        let server = direct(Served::start_with(&home, &[("AUTH_JWT_SECRET", OTHER)]));
        let health = server.get("/health").json();
        assert_eq!((&health["status"], &health["troubles"]), (&json!("degraded"), &json!(["signing keys"])));
        let new = server.demo_token();
        assert_ne!(kid_of(&old), kid_of(&new));
        assert_eq!((status(&server, &old), status(&server, &new)), (200, 200));
        assert_eq!(listed(&server), [(kid_of(&new), "active".into()), (kid_of(&old), "previous".into())]);
        // Rereading the keys makes none and forgets nothing.
        std::thread::sleep(Duration::from_millis(1_200));
        assert!(!healthy(&server));
        let _ = rotate(&server);
        assert!(healthy(&server), "the key that could not be opened is gone");
        assert_eq!((status(&server, &old), status(&server, &new)), (401, 200));
        assert_eq!(key_table(&home).len(), 2);
        let line = server.wait_for_log(Log::Auth, |line| line["event"] == "signing_key_unusable");
        assert_eq!((&line["level"], &line["cause"]), (&json!("error"), &json!("auth_jwt_secret_changed")));
    });
}

#[test]
fn replicas_with_different_secrets_come_to_rest() {
    if !crate::support::engines().contains(&Engine::Postgres) {
        eprintln!("NOT RUN: replicas need PostgreSQL");
        return;
    }
    let home = demo(Engine::Postgres);
    let one = direct(home.serve());
    let first = one.demo_token();
    let other = direct(Served::start_with(&home, &[("AUTH_JWT_SECRET", OTHER)]));
    let second = other.demo_token();
    eventually("one notices", || {
        (one.get("/health").json()["troubles"] == json!(["signing keys"])).then_some(())
    });
    let settled = key_table(&home);
    assert_eq!(settled.len(), 2);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(key_table(&home), settled, "they make keys against each other");
    // Each signs with what it can open, and accepts what the other signed.
    let again = one.demo_token();
    assert_eq!(kid_of(&again), kid_of(&first));
    for token in [&first, &second, &again] {
        assert_eq!((status(&one, token), status(&other, token)), (200, 200));
    }
    drop(one.terminate());
    let one = direct(home.serve());
    assert_eq!(key_table(&home), settled, "its key was there still");
    assert_eq!(kid_of(&one.demo_token()), kid_of(&first));
    // Rotating with either secret leaves both sides a way to sign.
    let rotated = rotate(&one);
    for server in [&one, &other] {
        eventually("a sign-in", || (status(server, &server.demo_token()) == 200).then_some(()));
    }
    assert_eq!(kid_of(&one.demo_token()), rotated["active"].as_str().unwrap());
    assert_eq!(kid_of(&other.demo_token()), kid_of(&second));
}
