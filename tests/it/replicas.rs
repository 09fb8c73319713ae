//! Two servers on one PostgreSQL: what is to happen once happens once, and what one knows the other knows within a
//! second. SQLite takes one server, so there is nothing to tell of it here.

use std::sync::Arc;
use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::platform::Clock;
use serde_json::json;

use crate::support::{Engine, Home, Served, engines, eventually};

/// Two replicas behind one public address, each asked at its own.
fn two() -> Option<[Served; 2]> {
    if !engines().contains(&Engine::Postgres) {
        eprintln!("NOT RUN: replicas need PostgreSQL");
        return None;
    }
    let home = Home::new(Engine::Postgres).set("PUBLIC_BASE_URL", "http://127.0.0.1:8080").share();
    Some([(); 2].map(|()| direct(home.serve())))
}

/// Ask the server where it listens, not at the address that it tells others.
pub(crate) fn direct(mut server: Served) -> Served {
    server.url = format!("http://{}", server.welcome["listening"].as_str().expect("an address"));
    server
}

#[test]
fn a_session_ended_on_one_replica_is_over_on_the_other_within_a_second() {
    let Some([one, other]) = two() else { return };
    for _ in 0..3 {
        let (leaves, stays) = (one.sign_in("leaves@example.com"), one.sign_in("stays@example.com"));
        let status = |server: &Served, token: &str| server.call("GET", "/api/me").bearer(token).send().status;
        for server in [&one, &other] {
            assert_eq!((status(server, &leaves), status(server, &stays)), (200, 200));
        }
        let _ = one.call("POST", "/api/auth/logout").bearer(&leaves).send().expect_status(200);
        let ended = Clock::monotonic();
        assert_eq!(status(&one, &leaves), 401);
        eventually("the end on the other replica", || (status(&other, &leaves) == 401).then_some(()));
        let took = ended.elapsed();
        eprintln!("the other replica refused after {took:?}");
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!((status(&one, &stays), status(&other, &stays)), (200, 200));
    }
    let keys = [&one, &other].map(|server| server.get("/.well-known/jwks.json").text);
    assert_eq!(keys[0], keys[1], "both sign with one key");
}

#[test]
fn runs_and_mail_happen_once() {
    let Some([one, other]) = two() else { return };
    for number in 0..20 {
        let server = if number % 2 == 0 { &one } else { &other };
        let email = json!({ "email": format!("to{number}@example.com") });
        let _ = server.post("/api/auth/magic-link", &email).expect_status(202);
    }
    let runs: Vec<String> = (0..10)
        .map(|number| {
            let server = if number % 2 == 0 { &one } else { &other };
            let started = server.post_as_operator("/api/scheduler/run", &json!({ "task": "clean-up" }));
            started.expect_status(202).json()["run_id"].as_str().unwrap().to_owned()
        })
        .collect();
    let home = Arc::clone(&one.home);
    eventually("every run", || {
        (home.number("SELECT COUNT(*) FROM runs WHERE state = 'succeeded' AND operation = 'clean-up'") == 10)
            .then_some(())
    });
    eventually("every mail", || (home.number("SELECT COUNT(*) FROM outbox") == 0).then_some(()));
    for number in 0..20 {
        assert_eq!(one.mail(&format!("to{number}@example.com")).len(), 1, "mail {number}");
    }
    drop((one.terminate(), other.terminate()));
    let log = std::fs::read_to_string(home.log_dir().join(Log::Scheduler.file_name())).unwrap();
    for run in &runs {
        let finished =
            log.lines().filter(|line| line.contains("run_finished") && line.contains(run.as_str()));
        assert_eq!(finished.count(), 1, "{run}");
    }
    assert_eq!(home.number("SELECT COUNT(*) FROM runs WHERE attempts > 0"), 0);
}

#[test]
fn a_code_asked_for_here_opens_there_and_once() {
    let Some([one, other]) = two() else { return };
    let _ = one.post("/api/auth/magic-link", &json!({ "email": "ada@example.com" })).expect_status(202);
    let mail = eventually("a mail", || one.mail("ada@example.com").first().cloned());
    let body = json!({ "email": "ada@example.com", "code": crate::support::code_in(&mail) });
    let calls = [&one, &other].map(|server| server.call("POST", "/api/auth/login").json(&body));
    let opened: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = calls
            .iter()
            .cycle()
            .take(20)
            .map(|call| scope.spawn(|| usize::from(call.send().status == 200)))
            .collect();
        tries.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(opened, 1);
}
