//! What was acknowledged is there: after the server was killed at any moment, nothing is lost and nothing doubled.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use echopilot_core::platform::{Chance, Clock};
use serde_json::json;

use crate::support::{Call, Engine, Home, OPERATOR_KEY, Served, engines};

/// What the clients of one life of the server were told.
#[derive(Default)]
struct Told {
    /// Run ids by their idempotency key.
    runs: Vec<(String, String)>,
    /// Addresses whose code was taken on.
    codes: Vec<String>,
    /// Keys of requests that nobody answered: done or not done, but not twice.
    unknown: Vec<String>,
}

fn run(url: &str, key: &str) -> Call {
    let call = Call::new("POST", format!("{url}/api/scheduler/run")).key(OPERATOR_KEY);
    call.header("Idempotency-Key", key).json(&json!({ "task": "clean-up" }))
}

/// Write without a pause until the server is gone.
fn write(url: &str, next: &AtomicUsize, over: &AtomicBool) -> Told {
    let mut told = Told::default();
    while !over.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number.is_multiple_of(2) {
            let key = format!("write-{number}");
            match run(url, &key).try_send() {
                Ok(answer) if answer.status == 202 => {
                    told.runs.push((key, answer.json()["run_id"].as_str().unwrap().to_owned()));
                }
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
                Err(_) => told.unknown.push(key),
            }
        } else {
            let email = format!("write-{number}@example.com");
            let call =
                Call::new("POST", format!("{url}/api/auth/magic-link")).json(&json!({ "email": email }));
            match call.try_send() {
                Ok(answer) if answer.status == 202 => told.codes.push(email),
                Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
                Err(_) => {}
            }
        }
    }
    told
}

fn kill_under_load(engine: Engine, kills: usize, seed: u64) {
    let chance = Chance::seeded(seed);
    let next = AtomicUsize::new(0);
    let mut home = Home::new(engine).share();
    let (mut runs, mut codes, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let begun = Clock::monotonic();
        let server = Served::start_in(&home, &["--no-scheduler"]);
        let _ = server.get("/health").expect_status(200);
        slowest = slowest.max(begun.elapsed());
        let mut byte = [0];
        chance.fill(&mut byte);
        let (url, over) = (server.url.clone(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4).map(|_| scope.spawn(|| write(&url, &next, &over))).collect();
            std::thread::sleep(Duration::from_millis(20 + u64::from(byte[0])));
            home = server.kill();
            over.store(true, Ordering::Relaxed);
            for writer in writers {
                let told = writer.join().unwrap();
                runs.extend(told.runs);
                codes.extend(told.codes);
                unknown.extend(told.unknown);
            }
        });
    }
    eprintln!(
        "{engine}: {kills} kills, {} runs and {} codes acknowledged, {} unanswered, slowest start {slowest:?}",
        runs.len(),
        codes.len(),
        unknown.len()
    );
    assert!(runs.len() > 2 * kills && codes.len() > 2 * kills, "seed {seed}: hardly anything was written");
    assert!(slowest < Duration::from_secs(2), "seed {seed}: a start took {slowest:?}");

    let stored: Vec<String> =
        home.rows("SELECT id FROM runs").into_iter().map(|mut row| row.remove(0)).collect();
    let ids: BTreeSet<&String> = stored.iter().collect();
    assert_eq!(ids.len(), stored.len());
    for (key, id) in &runs {
        assert!(ids.contains(id), "seed {seed}: {key} was acknowledged as {id} and is lost");
    }
    let told = home.number("SELECT COUNT(*) FROM ops_events WHERE kind = 'task_run_requested'");
    assert_eq!(
        usize::try_from(told).unwrap(),
        stored.len(),
        "a run and its event are stored together or not at all"
    );
    for email in &codes {
        let count = home.number(&format!("SELECT COUNT(*) FROM sign_in_codes WHERE email = '{email}'"));
        assert_eq!(count, 1, "seed {seed}: {email}");
    }
    let mail = home.number("SELECT COUNT(*) FROM outbox");
    let challenges = home.number("SELECT COUNT(*) FROM sign_in_codes");
    assert_eq!(mail, challenges, "a code and its mail are stored together or not at all");
    if engine == Engine::Sqlite {
        assert_eq!(home.rows("PRAGMA integrity_check"), [["ok"]]);
        assert!(home.rows("PRAGMA foreign_key_check").is_empty());
    }
    // The same requests once more: what was acknowledged is replayed, nothing is done twice.
    let server = Served::start_in(&home, &["--no-scheduler"]);
    for (key, id) in runs.iter().rev().take(40) {
        let again = run(&server.url, key).send().expect_status(202);
        assert_eq!(again.json()["run_id"], id.as_str(), "{key}");
    }
    assert_eq!(server.home.number("SELECT COUNT(*) FROM runs"), i64::try_from(stored.len()).unwrap());
    // What nobody heard of was done once or not at all.
    for key in unknown.iter().rev().take(40) {
        let answer = run(&server.url, key).send();
        assert!(answer.status == 202 || answer.status == 409, "{key}: {}", answer.text);
    }
    let at_most = stored.len() + unknown.len().min(40);
    assert!(usize::try_from(server.home.number("SELECT COUNT(*) FROM runs")).unwrap() <= at_most);
}

#[test]
fn no_acknowledged_write_is_lost_or_doubled_when_the_server_is_killed() {
    for engine in engines() {
        kill_under_load(*engine, if *engine == Engine::Sqlite { 20 } else { 6 }, 11);
    }
}
