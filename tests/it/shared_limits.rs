//! Limits that replicas share through Redis: exact whichever replica is asked, and each for itself while Redis is away.

use std::sync::Arc;

use serde_json::json;

use crate::replicas::direct;
use crate::support::peers::Peer;
use crate::support::raw::ask_from;
use crate::support::{Engine, Home, Served, engines, eventually};

const GUESS: &str = r#"{"email":"a@b.co","code":"12345678"}"#;

fn guess(server: &Served, source: &str) -> u16 {
    ask_from(&server.url, source, "POST /api/auth/login", &[], GUESS).status
}

/// Two servers that share a Redis. On PostgreSQL they share the store too, as replicas do; on SQLite each has its own
/// store and the same secret, which is what names addresses in Redis.
fn two(engine: Engine, redis: &Peer, limits: &str) -> [Served; 2] {
    let home = || {
        let url = format!("redis://127.0.0.1:{}/0", redis.port);
        Home::new(engine)
            .set("RATE_LIMITS", limits)
            .set("REDIS_URL", &url)
            .set("AUTH_JWT_SECRET", "secret-of-the-tests-0123456789-0123456789")
            .set("PUBLIC_BASE_URL", "http://127.0.0.1:8080")
            .share()
    };
    let first = home();
    let second = if engine == Engine::Postgres { Arc::clone(&first) } else { home() };
    [direct(first.serve()), direct(second.serve())]
}

fn redis_is(server: &Served, status: &str) {
    eventually(&format!("redis is {status}"), || {
        let health = server.get("/health").json();
        (health["deps"]["redis"]["status"] == status).then_some(())
    });
}

#[test]
fn five_sign_ins_a_minute_pass_whichever_replica_is_asked() {
    let Some(redis) = Peer::redis() else { return };
    for engine in engines() {
        let [one, other] = two(*engine, &redis, "other=40/60s");
        redis_is(&one, "ok");
        let source = if *engine == Engine::Postgres { "127.0.1.2" } else { "127.0.1.3" };
        let answers: Vec<u16> =
            (0..8).map(|number| guess(if number % 2 == 0 { &one } else { &other }, source)).collect();
        assert_eq!(answers, [401, 401, 401, 401, 401, 429, 429, 429]);
        let refused = ask_from(&one.url, source, "POST /api/auth/login", &[], GUESS);
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((40..=60).contains(&wait), "{wait}");
        assert_eq!(refused.header("ratelimit-policy"), Some("\"login\";q=5;w=60"));
        assert_eq!(guess(&other, "127.0.1.9"), 401, "another address has its own five");
        // A wide limit is shared as well, at once from many sides.
        let source = if *engine == Engine::Postgres { "127.0.1.4" } else { "127.0.1.5" };
        let passed: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..60)
                .map(|number| {
                    let url = if number % 2 == 0 { &one.url } else { &other.url };
                    scope.spawn(move || {
                        let answer = ask_from(url, source, "GET /api/scheduler/status", &[], "").status;
                        usize::from(answer == 401)
                    })
                })
                .collect();
            all.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(passed, 40);
    }
}

#[test]
fn without_redis_each_counts_for_itself_and_shares_again_when_it_is_back() {
    for engine in engines() {
        let Some(redis) = Peer::redis() else { return };
        let port = redis.port;
        let [one, other] = two(*engine, &redis, "other=off");
        redis_is(&one, "ok");
        redis.stop();
        assert_eq!(guess(&one, "127.0.1.8"), 401, "nobody is turned away because Redis is");
        redis_is(&one, "down");
        assert_eq!(one.get("/health").json()["status"], "degraded");
        let answers: Vec<u16> = (0..6).map(|_| guess(&one, "127.0.1.6")).collect();
        assert_eq!(answers, [401, 401, 401, 401, 401, 429], "its own count holds");
        assert_eq!(guess(&other, "127.0.1.6"), 401, "the other one has its own");
        let mail = one.post("/api/auth/magic-link", &json!({ "email": "ada@example.com" }));
        assert_eq!(mail.status, 202, "sign-in goes on: {}", mail.text);
        let back = Peer::redis_at(port).unwrap();
        redis_is(&one, "ok");
        redis_is(&other, "ok");
        let answers: Vec<u16> =
            (0..6).map(|number| guess(if number % 2 == 0 { &one } else { &other }, "127.0.1.7")).collect();
        assert_eq!(answers, [401, 401, 401, 401, 401, 429]);
        drop(back);
    }
}
