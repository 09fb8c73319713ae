//! The copy under faults, with the real binary: killed, cut off, restarted and full in the middle, at chosen bytes. The
//! next run converges, whatever happened.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use echopilot_core::platform::Clock;
use echopilot_core::store::testing::Server;
use serde_json::Value;

use crate::support::wire::{Fate, Wire};
use crate::support::{Engine, Home, Ran, engines, eventually};

/// Jobs of the source; with their customers and events some forty chunks of a COPY.
const JOBS: i64 = 24_000;

/// A source with rows, a warehouse behind a wire.
struct Story {
    home: Arc<Home>,
    wire: Wire,
    /// The warehouse past the wire.
    url: String,
}

impl Story {
    fn new(engine: Engine, server: &Server) -> Self {
        let name = format!("warehouse_{engine}");
        execute(&server.url(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        execute(&server.url(), &format!("CREATE DATABASE {name}"));
        let wire = Wire::to(&server.url());
        let through = format!("postgres://postgres:hunter2@{}/{name}?sslmode=disable", wire.address);
        let home = Home::new(engine).set("WAREHOUSE_URL", &through).share();
        let _ = home.run(&["migrate", "apply"]).expect_code(0);
        let numbers = |count: i64| {
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
        };
        home.change(&format!(
            "INSERT INTO customers (id, email, name, plan, created_at, updated_at) {}
             SELECT 'C' || i, 'c' || i || '@example.com', '', 'pro', 1772357400000, 1772357400000 FROM n",
            numbers(50)
        ));
        home.change(&format!(
            "INSERT INTO jobs (id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in,
             tokens_out, created_at) {}
             SELECT 'J' || i, 'C' || (1 + i % 50), 'research', 'words', 'succeeded', 90, 80, i, 1, 2,
             1772357400000 + i * 60000 FROM n",
            numbers(JOBS)
        ));
        let url = format!("{}/{name}", server.url().rsplit_once('/').expect("a database").0);
        Self { home, wire, url }
    }

    fn sync(&self, arguments: &[&str]) -> Ran {
        self.home.run(&[&["warehouse-sync", "--json"], arguments].concat())
    }

    fn begin(&self) -> std::process::Child {
        let mut command: Command = self.home.command(&["warehouse-sync", "--json", "--full"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Everything is carried and equal; a further run has nothing to do.
    fn converges(&self, what: &str) {
        self.wire.after(0, Fate::Pass);
        // As if the minute of whoever died had passed.
        self.home.change("DELETE FROM leases WHERE name = 'warehouse-sync'");
        // The server notices within moments that the other end is gone, and gives its lock back.
        let run = eventually("the place of the run that died", || {
            Some(self.sync(&[])).filter(|run| run.code != Some(5))
        });
        assert_eq!(run.code, Some(0), "{what}: {run:?}");
        let verified = self.sync(&["--verify"]).expect_code(0).json();
        let jobs =
            verified["compared"].as_array().unwrap().iter().find(|one| one["table"] == "jobs").unwrap();
        assert_eq!((&jobs["agrees"], &jobs["warehouse_rows"]), (&true.into(), &JOBS.into()), "{what}");
        assert_eq!(sum(&self.sync(&[]).expect_code(0).json()), [0; 3], "{what}: the second run is quiet");
    }

    /// Bytes that a whole full run sends.
    fn bytes(&self) -> u64 {
        self.wire.after(u64::MAX, Fate::Pass);
        let _ = self.sync(&["--full"]).expect_code(0);
        self.wire.passed()
    }

    fn empty(&self) {
        execute(&self.url, "DROP SCHEMA IF EXISTS warehouse CASCADE");
    }
}

fn sum(report: &Value) -> [u64; 3] {
    let tables = report["tables"].as_array().unwrap();
    ["inserted", "updated", "deleted"]
        .map(|kind| tables.iter().map(|table| table[kind].as_u64().unwrap()).sum())
}

#[expect(clippy::disallowed_methods, reason = "the test looks at the warehouse past the program")]
fn execute(url: &str, sql: &str) {
    postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
}

/// Tell a story with the source on each engine; the warehouse is PostgreSQL always.
fn with_each_source(story: impl Fn(&Story, &mut Server)) {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let mut server = Server::start();
    for engine in engines() {
        eprintln!("on {engine}");
        let told = Story::new(*engine, &server);
        story(&told, &mut server);
    }
}

#[test]
fn killed_at_any_byte_the_next_run_converges() {
    with_each_source(|story, _| {
        let bytes = story.bytes();
        assert!(bytes > 2_000_000, "{bytes} bytes are too few to be killed among");
        // From before the first row to after the last one, when the commit is on its way.
        for part in 0..8 {
            if part % 2 == 0 {
                story.empty();
            }
            let at = bytes * part / 8 + 700;
            story.wire.after(at, Fate::Hold);
            let mut child = story.begin();
            assert!(story.wire.strikes_within(Duration::from_secs(30)), "byte {at} never came");
            child.kill().unwrap();
            child.wait().unwrap();
            story.wire.after(0, Fate::Cut);
            if part % 3 == 1 {
                story.home.change("UPDATE jobs SET cost_micro = cost_micro + 1 WHERE id = 'J7'");
                story.home.change("DELETE FROM jobs WHERE id = 'J8'");
                story.home.change(
                    "INSERT INTO jobs (id, customer_id, kind, task, status, qa_target, cost_micro, tokens_in,
                     tokens_out, created_at) VALUES ('J8', 'C1', 'other', 'words', 'queued', 80, 0, 0, 0, 1)",
                );
            }
            story.converges(&format!("killed at byte {at} of {bytes}"));
        }
    });
}

#[test]
fn a_connection_that_is_cut_is_said_soon_and_the_next_run_converges() {
    with_each_source(|story, _| {
        let bytes = story.bytes();
        for part in [1, 4, 7] {
            story.empty();
            story.wire.after(bytes * part / 8, Fate::Cut);
            let begun = Clock::monotonic();
            let ran = story.sync(&[]).expect_code(7);
            assert!(begun.elapsed() < Duration::from_secs(30));
            assert_eq!(ran.json()["code"], "upstream");
            assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
            story.wire.after(0, Fate::Pass);
            let status = story.home.run(&["warehouse", "status", "--json"]).expect_code(0).json();
            assert_eq!(status["last_sync"]["status"], "failed", "{status}");
            story.converges("cut off");
        }
    });
}

#[test]
fn whoever_sits_before_it_is_told_which_days_differ_and_why_a_run_failed() {
    with_each_source(|story, _| {
        let _ = story.bytes();
        execute(&story.url, "UPDATE warehouse.jobs SET tokens_in = 9 WHERE id IN ('J1', 'J1441')");
        let told = story.home.run(&["warehouse-sync", "--verify"]).expect_code(3).stderr;
        assert!(told.contains("jobs differs on 2026-03-02, 2026-03-01\n"), "{told}");
        assert!(!told.contains("payments differs"), "{told}");
        execute(&story.url, "UPDATE warehouse.jobs SET tokens_in = 9");
        let told = story.home.run(&["warehouse-sync", "--verify"]).expect_code(3).stderr;
        assert!(told.contains("2026-03-14 and on 13 more; --json names them"), "{told}");
        story.wire.after(0, Fate::Cut);
        let _ = story.sync(&[]).expect_code(7);
        let told = story.home.run(&["warehouse", "status"]).expect_code(0).stderr;
        assert!(told.contains("last sync: failed at") && told.contains("it failed: The "), "{told}");
        story.wire.after(0, Fate::Pass);
    });
}

#[test]
fn a_warehouse_that_restarts_in_the_middle_is_filled_by_the_next_run() {
    with_each_source(|story, server| {
        let bytes = story.bytes();
        story.empty();
        story.wire.after(bytes / 2, Fate::Hold);
        let mut child = story.begin();
        assert!(story.wire.strikes_within(Duration::from_secs(30)));
        server.restart();
        story.wire.after(0, Fate::Pass);
        assert_eq!(child.wait().unwrap().code(), Some(7));
        story.converges("restarted");
    });
}

#[test]
fn of_two_at_once_one_works_and_the_other_says_who_does() {
    with_each_source(|story, _| {
        let bytes = story.bytes();
        story.wire.after(bytes / 2, Fate::Hold);
        let mut child = story.begin();
        assert!(story.wire.strikes_within(Duration::from_secs(30)));
        let other = story.sync(&[]).expect_code(5);
        assert!(other.json()["detail"].as_str().unwrap().contains("shell"), "{other:?}");
        story.wire.after(0, Fate::Pass);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        story.converges("two at once");
    });
}

#[test]
fn a_full_disk_is_said_and_filled_up_once_there_is_room() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let Some(server) = Server::start_on_small_disk(96) else { return };
    let story = Story::new(Engine::Sqlite, &server);
    // All but what is too little for the copy.
    let filler = "CREATE TABLE filler (t text); ALTER TABLE filler ALTER t SET STORAGE PLAIN; CHECKPOINT";
    execute(&story.url, filler);
    let fill = "INSERT INTO filler SELECT repeat('x', 7000) FROM generate_series(1, 64)";
    while free(&server) > 3 << 19 {
        execute(&story.url, &format!("{fill}; CHECKPOINT"));
    }
    let ran = story.sync(&[]).expect_code(7);
    let problem = ran.json();
    assert!(problem["detail"].as_str().unwrap().contains("53100"), "the disk is full: {problem}");
    let status = story.home.run(&["warehouse", "status", "--json"]).expect_code(0).json();
    assert_eq!(status["last_sync"]["status"], "failed", "{status}");
    execute(&story.url, "DROP TABLE filler");
    execute(&story.url, "CHECKPOINT");
    story.converges("the disk was full");
}

/// Bytes that are free on the disk of a server.
fn free(server: &Server) -> u64 {
    let output = Command::new("df").args(["--output=avail", "-B1"]).arg(server.folder()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().nth(1).and_then(|line| line.trim().parse().ok()).unwrap()
}
