//! PostgreSQL goes away and comes back.

use crate::platform::{Clock, Code, Secret};
use crate::store::testing::{Server, TestDatabase, engines};
use crate::store::{DatabaseUrl, Engine, Store, StoreOptions, args, statements};

statements! {
    for tests;
    PUT = "INSERT INTO notes (body) VALUES ($1)";
    COUNT = "SELECT COUNT(*) FROM notes";
}

fn on_postgres() -> bool {
    engines().contains(&Engine::Postgres)
}

#[test]
fn after_a_restart_the_next_call_works() {
    if !on_postgres() {
        return;
    }
    let mut server = Server::start();
    let database = TestDatabase::on_server(&server.url(), Clock::System);
    database.script("CREATE TABLE notes (body TEXT NOT NULL)");
    let count = |store: &Store| store.read(|tx| tx.one::<i64>(COUNT, args![]));
    // Several connections, so that several are dead afterwards.
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let store = database.store().clone();
            std::thread::spawn(move || {
                store.read(|tx| {
                    std::thread::sleep(std::time::Duration::from_millis(100));
                    tx.one::<i64>(COUNT, args![])
                })
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap().unwrap(), 0);
    }
    server.restart();
    assert_eq!(count(database.store()).unwrap(), 0);
    database.store().write(|tx| tx.run(PUT, args!["a"])).unwrap();
    server.restart();
    database.store().write(|tx| tx.run(PUT, args!["b"])).unwrap();
    server.restart();
    database.store().ping().unwrap();
    assert_eq!(count(database.store()).unwrap(), 2);

    server.stop();
    assert_eq!(count(database.store()).unwrap_err().code, Code::Unavailable);
    let written = database.store().write(|tx| tx.run(PUT, args!["c"]));
    assert_eq!(written.unwrap_err().code, Code::Unavailable);
    assert_eq!(database.store().ping().unwrap_err().code, Code::Unavailable);
    server.go();
    assert_eq!(count(database.store()).unwrap(), 2);
}

#[test]
fn a_connection_ended_in_the_middle_is_tried_again_on_another() {
    if !on_postgres() {
        return;
    }
    let database = TestDatabase::new(Engine::Postgres, Clock::System);
    database.script("CREATE TABLE notes (body TEXT NOT NULL)");
    let turns = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&turns);
    let stored = database.store().write(move |tx| {
        tx.run(PUT, args!["a"])?;
        if counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            let end = "SELECT pg_terminate_backend(pg_backend_pid())";
            tx.script("end", end, end)?;
        }
        Ok(())
    });
    stored.unwrap();
    assert_eq!(turns.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert_eq!(database.store().read(|tx| tx.one::<i64>(COUNT, args![])).unwrap(), 1);
}

#[test]
fn nobody_there_is_unavailable_and_says_no_password() {
    let url = DatabaseUrl::Postgres(Secret::new("postgres://u:hunter2@127.0.0.1:1/x"));
    let store = Store::open(&url, Clock::System, StoreOptions::default()).unwrap();
    let fault = store.ping().unwrap_err();
    assert_eq!(fault.code, Code::Unavailable);
    assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
}
