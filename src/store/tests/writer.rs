//! SQLite's writer, file and group commit.

use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::time::Duration;

use proptest::prelude::*;

use crate::platform::{Clock, Code, Fault, Result};
use crate::store::testing::TestDatabase;
use crate::store::{DatabaseUrl, Engine, Store, StoreOptions, Tx, args, statements};

statements! {
    for tests;
    PUT = "INSERT INTO counters (name, value) VALUES ($1, $2)";
    PARENT_LATER = "INSERT INTO children (name, parent) VALUES ($1, $2)";
    NAMES = "SELECT name FROM counters ORDER BY name";
    COUNTED = "SELECT name, value FROM counters ORDER BY name";
    BUMP = "INSERT INTO counters (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";
    BUMP_TOLD = "INSERT INTO counters (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING value";
}

fn database() -> TestDatabase {
    let database = TestDatabase::new(Engine::Sqlite, Clock::System);
    database.script(
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
         CREATE TABLE children (name TEXT, parent TEXT REFERENCES counters (name) DEFERRABLE INITIALLY DEFERRED)",
    );
    database
}

/// Hold the writer inside a closure, queue `others` behind it in this order, let go, and give their answers: they
/// share one batch with the closure that held it.
fn together(
    store: &Store,
    others: Vec<fn(&mut Tx<'_>) -> Result<u64>>,
) -> Vec<std::thread::Result<Result<u64>>> {
    let (started, has_started) = channel::<()>();
    let (go, may_go) = channel::<()>();
    let may_go = std::sync::Mutex::new(may_go);
    let holder = {
        let store = store.clone();
        std::thread::spawn(move || {
            store.write(move |_| {
                let _ = started.send(());
                // Run anew when its batch was spoilt, it waits no more: nobody is left to send.
                let _ = may_go.lock().unwrap().recv();
                Ok(())
            })
        })
    };
    has_started.recv().unwrap();
    let threads: Vec<_> = others
        .into_iter()
        .enumerate()
        .map(|(index, closure)| {
            let own = store.clone();
            let thread = std::thread::spawn(move || own.write(closure));
            while store.stats().queue_depth < index as u64 + 1 {
                std::thread::sleep(Duration::from_millis(1));
            }
            thread
        })
        .collect();
    go.send(()).unwrap();
    drop(go);
    // The holder's own answer shares the fate of its batch.
    let _ = holder.join().unwrap();
    threads.into_iter().map(std::thread::JoinHandle::join).collect()
}

fn names(store: &Store) -> Vec<String> {
    store.read(|tx| tx.rows(NAMES, args![])).unwrap()
}

fn counted(store: &Store) -> Vec<(String, i64)> {
    store.read(|tx| tx.rows(COUNTED, args![])).unwrap()
}

#[test]
fn closures_that_wait_share_a_commit_and_a_bad_one_is_undone_alone() {
    let database = database();
    let store = database.store();
    store.write(|tx| tx.run(PUT, args!["first", 1])).unwrap();
    let before = store.stats();
    let answers = together(
        store,
        vec![
            |tx| tx.run(PUT, args!["a", 1]),
            |tx| {
                tx.run(PUT, args!["b", 1])?;
                Err(Fault::new(Code::Refused, "no"))
            },
            |tx| {
                tx.run(PUT, args!["c", 1])?;
                panic!("on purpose")
            },
            |tx| tx.run(PUT, args!["first", 2]),
            |tx| tx.run(PUT, args!["d", 1]),
        ],
    );
    let told: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Ok(Ok(_)) => "stored",
            Ok(Err(fault)) => fault.code.as_str(),
            Err(_) => "panicked",
        })
        .collect();
    assert_eq!(told, ["stored", "refused", "panicked", "conflict", "stored"]);
    assert_eq!(names(store), ["a", "d", "first"]);
    let after = store.stats();
    // The holder had used up the batch's time, so the five came in the next one, together or in few.
    let commits = after.commits - before.commits;
    assert!(commits < after.writes - before.writes, "{commits} commits for 6 writes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails among them, before it touches something or after, by itself or by the engine: each closure of a
    /// batch leaves what it would have left alone.
    #[test]
    fn a_batch_leaves_what_its_closures_leave_one_by_one(kinds in proptest::collection::vec(0..6_usize, 1..12)) {
        const KINDS: [fn(&mut Tx<'_>) -> Result<u64>; 6] = [
            |tx| tx.run(BUMP, args!["kept", 1]),
            |tx| {
                tx.run(BUMP, args!["refused", 1])?;
                Err(Fault::new(Code::Refused, "after"))
            },
            |_| Err(Fault::new(Code::Refused, "before")),
            |tx| {
                tx.run(BUMP, args!["panicked", 1])?;
                panic!("on purpose")
            },
            |tx| {
                tx.run(BUMP, args!["twice", 1])?;
                tx.run(PUT, args!["kept", 1])
            },
            |tx| tx.one::<i64>(BUMP_TOLD, args!["told", 1]).map(i64::cast_unsigned),
        ];
        let told = |answers: Vec<std::thread::Result<Result<u64>>>| -> Vec<String> {
            answers
                .into_iter()
                .map(|answer| match answer {
                    Ok(Ok(value)) => value.to_string(),
                    Ok(Err(fault)) => fault.code.as_str().to_owned(),
                    Err(_) => "panicked".to_owned(),
                })
                .collect()
        };
        let closures: Vec<_> = kinds.iter().map(|kind| KINDS[*kind]).collect();
        let (shared, alone) = (database(), database());
        let at_once = told(together(shared.store(), closures.clone()));
        let one_by_one = closures.into_iter().map(|closure| {
            catch_unwind(AssertUnwindSafe(|| alone.store().write(closure)))
        });
        prop_assert_eq!(at_once, told(one_by_one.collect()));
        prop_assert_eq!(counted(shared.store()), counted(alone.store()));
    }
}

#[test]
fn when_the_commit_fails_all_of_the_batch_fail() {
    let database = database();
    let store = database.store();
    // A deferred foreign key is checked by COMMIT, so that is where it fails.
    let answers = together(
        store,
        vec![|tx| tx.run(PUT, args!["innocent", 1]), |tx| tx.run(PARENT_LATER, args!["child", "nobody"])],
    );
    let codes: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().unwrap_err().code).collect();
    assert_eq!(codes, [Code::Invalid, Code::Invalid]);
    assert!(names(store).is_empty());
    store.write(|tx| tx.run(PUT, args!["later", 1])).unwrap();
    assert_eq!(names(store), ["later"]);
}

#[test]
fn a_full_disk_is_said_and_nothing_of_the_batch_is_stored() {
    let database = database();
    let store = database.store();
    store.write(|tx| tx.run(PUT, args!["before", 1])).unwrap();
    store
        .write(|tx| {
            // The engine's own limit stands in for the disk's: the same error, raised in the same place.
            tx.pragma("PRAGMA max_page_count = 1")
        })
        .unwrap();
    let big = "x".repeat(1_000_000);
    let full = store.write(move |tx| tx.run(PUT, args![&big, 1]));
    assert_eq!(full.unwrap_err().code, Code::StorageFull);
    store.write(|tx| tx.pragma("PRAGMA max_page_count = 1000000")).unwrap();
    store.write(|tx| tx.run(PUT, args!["after", 1])).unwrap();
    assert_eq!(names(store), ["after", "before"]);
}

#[test]
fn another_process_that_holds_the_file_makes_it_unavailable_and_only_for_so_long() {
    let database = database();
    let DatabaseUrl::Sqlite(path) = &database.url else { panic!("a SQLite database") };
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let fault = database.store().write(|tx| tx.run(PUT, args!["a", 1])).unwrap_err();
    assert_eq!((fault.code, fault.retry_after), (Code::Unavailable, Some(1)), "{fault:?}");
    assert!(names(database.store()).is_empty(), "readers don't wait");
    other.execute_batch("ROLLBACK").unwrap();
    database.store().write(|tx| tx.run(PUT, args!["a", 1])).unwrap();
}

#[test]
fn the_files_belong_to_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/deep/echopilot.db");
    let store =
        Store::open(&DatabaseUrl::Sqlite(path.clone()), Clock::System, StoreOptions::default()).unwrap();
    store.write(|tx| tx.script("t", "CREATE TABLE t (x)", "")).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(&path.with_extension("db-shm")), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn the_connection_is_set_for_durability() {
    let database = database();
    let wanted = [("synchronous", 2), ("foreign_keys", 1)];
    for (name, value) in wanted {
        let found = database.store().write(move |tx| tx.pragma_value(name)).unwrap();
        assert_eq!(found, value, "{name}");
    }
    let DatabaseUrl::Sqlite(path) = &database.url else { panic!("a SQLite database") };
    let mode: String = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are my notes, not a database, and they are longer than a header".repeat(40))
        .unwrap();
    let opened = Store::open(&DatabaseUrl::Sqlite(path.clone()), Clock::System, StoreOptions::default());
    assert_eq!(opened.unwrap_err().code, Code::Unavailable);
    assert!(std::fs::read_to_string(path).unwrap().starts_with("these are my notes"));
}

#[test]
fn the_last_store_may_be_dropped_by_a_closure() {
    let database = database();
    let DatabaseUrl::Sqlite(path) = database.url.clone() else { panic!("a SQLite database") };
    let store = Store::open(&DatabaseUrl::Sqlite(path), Clock::System, StoreOptions::default()).unwrap();
    let own = store.clone();
    store
        .write(move |tx| {
            let _ = own.engine();
            tx.run(PUT, args!["a", 1])
        })
        .unwrap();
    drop(store);
    assert_eq!(names(database.store()), ["a"]);
}
