//! What a transaction promises.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use crate::platform::{Code, Fault};
use crate::store::testing::{TestDatabase, on_each_engine};
use crate::store::{Store, args, statements};

statements! {
    for tests;
    PUT = "INSERT INTO counters (name, value) VALUES ($1, $2)";
    SET = "UPDATE counters SET value = $2 WHERE name = $1";
    GET = "SELECT value FROM counters WHERE name = $1";
    COUNT = "SELECT COUNT(*) FROM counters";
    SUM = "SELECT CAST(SUM(value) AS BIGINT) FROM counters";
}

fn story(told: impl Fn(&TestDatabase)) {
    on_each_engine(|database| {
        database.script("CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)");
        database.store().write(|tx| tx.run(PUT, args!["x", 0])).unwrap();
        told(database);
    });
}

fn value(store: &Store, name: &str) -> i64 {
    store.read(|tx| tx.one(GET, args![name])).unwrap()
}

#[test]
fn read_then_write_loses_no_update() {
    story(|database| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let store = database.store().clone();
                std::thread::spawn(move || {
                    let mut done = 0;
                    while done < 10 {
                        let added = store.write(|tx| {
                            let value: i64 = tx.one(GET, args!["x"])?;
                            tx.run(SET, args!["x", value + 1])
                        });
                        match added {
                            Ok(_) => done += 1,
                            // Five retries were not enough: nothing was stored, the caller tries again.
                            Err(fault) => assert_eq!(fault.code, Code::Unavailable, "{fault:?}"),
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(value(database.store(), "x"), 80);
    });
}

#[test]
fn two_that_each_read_what_the_other_writes_cannot_both_win() {
    story(|database| {
        // Write skew: each sees no other row and adds one. Snapshot isolation would let both.
        let gate = Arc::new(Barrier::new(2));
        let met = Arc::new(AtomicUsize::new(0));
        let threads: Vec<_> = ["a", "b"]
            .map(|name| {
                let (store, gate, met) = (database.store().clone(), Arc::clone(&gate), Arc::clone(&met));
                std::thread::spawn(move || {
                    gate.wait();
                    store.write(move |tx| {
                        let others: i64 = tx.one(COUNT, args![])?;
                        if met.fetch_add(1, SeqCst) < 2 {
                            std::thread::sleep(Duration::from_millis(50));
                        }
                        if others > 1 {
                            return Err(Fault::new(Code::Refused, "somebody was first"));
                        }
                        tx.run(PUT, args![name, 1])
                    })
                })
            })
            .into_iter()
            .collect();
        let won = threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count();
        assert_eq!(won, 1);
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    story(|database| {
        let (to_writer, from_reader) = channel();
        let (to_reader, from_writer) = channel();
        let store = database.store().clone();
        let writer = std::thread::spawn(move || {
            from_reader.recv().unwrap();
            store.write(|tx| tx.run(SET, args!["x", 1])).unwrap();
            to_reader.send(()).unwrap();
        });
        let seen = database.store().read(|tx| {
            let before: i64 = tx.one(GET, args!["x"])?;
            to_writer.send(()).unwrap();
            from_writer.recv().unwrap();
            Ok((before, tx.one::<i64>(GET, args!["x"])?))
        });
        writer.join().unwrap();
        assert_eq!(seen.unwrap(), (0, 0));
        assert_eq!(value(database.store(), "x"), 1);
    });
}

#[test]
fn a_read_cannot_write() {
    story(|database| {
        let fault = database.store().read(|tx| tx.run(SET, args!["x", 9])).unwrap_err();
        assert_eq!(fault.code, Code::Internal, "{fault:?}");
        assert_eq!(value(database.store(), "x"), 0);
    });
}

#[test]
fn a_failing_or_panicking_closure_leaves_nothing_and_hurts_nobody() {
    story(|database| {
        let store = database.store();
        let failed = store.write(|tx| {
            tx.run(SET, args!["x", 5])?;
            Err::<(), _>(Fault::new(Code::Refused, "no"))
        });
        assert_eq!(failed.unwrap_err().code, Code::Refused);
        let own = store.clone();
        let panicked = std::thread::spawn(move || {
            own.write(|tx| {
                tx.run(SET, args!["x", 6])?;
                assert!(value_in(tx)? != 6, "on purpose");
                Ok(())
            })
        });
        let message = panicked.join().unwrap_err();
        assert_eq!(message.downcast_ref::<&str>(), Some(&"on purpose"));
        assert_eq!(value(store, "x"), 0);
        store.write(|tx| tx.run(SET, args!["x", 7])).unwrap();
        assert_eq!(value(store, "x"), 7);
    });
}

fn value_in(tx: &mut crate::store::Tx<'_>) -> crate::platform::Result<i64> {
    tx.one(GET, args!["x"])
}

#[test]
fn a_failed_statement_ends_the_transaction_on_both() {
    story(|database| {
        let store = database.store();
        let swallowed = store.write(|tx| {
            tx.run(SET, args!["x", 5])?;
            let _ = tx.run(PUT, args!["x", 1]);
            Ok(())
        });
        assert_eq!(swallowed.unwrap_err().code, Code::Internal);
        assert_eq!(value(store, "x"), 0);
        let went_on = store.write(|tx| {
            let _ = tx.run(PUT, args!["x", 1]);
            tx.run(SET, args!["x", 5])
        });
        assert_eq!(went_on.unwrap_err().code, Code::Internal);
        // A refusal of ours is not a failure of the engine: the closure may deal with it.
        let handled = store.write(|tx| match tx.one::<i64>(GET, args!["nobody"]) {
            Err(fault) if fault.code == Code::NotFound => tx.run(SET, args!["x", 8]),
            _ => Ok(0),
        });
        assert_eq!((handled.unwrap(), value(store, "x")), (1, 8));
    });
}

#[test]
fn a_transaction_inside_another_is_refused_instead_of_waiting_for_ever() {
    story(|database| {
        let store = database.store();
        let own = store.clone();
        let inner = store.write(move |_| own.write(|tx| tx.run(SET, args!["x", 1])));
        assert_eq!(inner.unwrap_err().code, Code::Internal);
        let own = store.clone();
        let inner = store.write(move |_| own.read(|tx| tx.one::<i64>(GET, args!["x"])));
        assert_eq!(inner.unwrap_err().code, Code::Internal);
        let inner = store.read(|_| store.read(|tx| tx.one::<i64>(GET, args!["x"])));
        assert_eq!(inner.unwrap_err().code, Code::Internal);
        assert_eq!(value(store, "x"), 0);
    });
}

#[test]
fn the_store_counts_what_it_does() {
    story(|database| {
        let store = database.store();
        let before = store.stats();
        store.write(|tx| tx.run(SET, args!["x", 1])).unwrap();
        value(store, "x");
        let after = store.stats();
        assert_eq!((after.writes - before.writes, after.commits - before.commits), (1, 1));
        assert_eq!((after.reads - before.reads, after.queue_depth), (1, 0));
        assert!(after.wait_count > before.wait_count && after.wait_max_us <= after.wait_sum_us);
    });
}

#[test]
fn many_writers_at_once_are_all_stored_and_answered() {
    story(|database| {
        let threads: Vec<_> = (0..32)
            .map(|thread| {
                let store = database.store().clone();
                std::thread::spawn(move || {
                    for turn in 0..8 {
                        let name = format!("{thread}-{turn}");
                        while let Err(fault) = store.write({
                            let name = name.clone();
                            move |tx| tx.run(PUT, args![&name, 1])
                        }) {
                            assert_eq!(fault.code, Code::Unavailable, "{fault:?}");
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(database.store().read(|tx| tx.one::<i64>(SUM, args![])).unwrap(), 256);
    });
}

#[test]
fn a_ping_is_answered_and_a_tripwire_trips() {
    on_each_engine(|database| database.store().ping().unwrap());
    let store = Store::tripwire();
    let tripped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.read(|_| Ok(()))));
    assert!(tripped.is_err());
    let tripped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.write(|_| Ok(()))));
    assert!(tripped.is_err());
}
