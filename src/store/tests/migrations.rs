//! Migrations: in order, once, and refused when they don't fit.

use crate::platform::{Clock, Code};
use crate::store::migrate::{MIGRATIONS, Migration, apply, compare, migrate, status};
use crate::store::testing::{TestDatabase, engines};
use crate::store::{args, statements};

statements! {
    for tests;
    COUNT = "SELECT COUNT(*) FROM first";
}

const fn step(number: u32, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, lite: sql, pg: sql }
}

const FIRST: Migration = step(1, "first", "CREATE TABLE first (x BIGINT); INSERT INTO first VALUES (1);");
const SECOND: Migration = step(2, "second", "INSERT INTO first VALUES (2)");
const ONE: &[Migration] = &[FIRST];
const TWO: &[Migration] = &[FIRST, SECOND];
const CHANGED: &[Migration] = &[step(1, "first", "CREATE TABLE first (y BIGINT)"), SECOND];
const BROKEN: &[Migration] =
    &[FIRST, step(2, "broken", "INSERT INTO first VALUES (3); INSERT INTO nowhere VALUES (1)")];
const LATE: &[Migration] = &[FIRST, step(2, "late", "SELECT 1"), step(3, "third", "SELECT 1")];
const WITHOUT_SECOND: &[Migration] = &[FIRST, step(3, "third", "SELECT 1")];

fn story(told: impl Fn(&TestDatabase)) {
    for engine in engines() {
        told(&TestDatabase::empty(*engine, Clock::System));
    }
}

fn rows(database: &TestDatabase) -> i64 {
    database.store().read(|tx| tx.one(COUNT, args![])).unwrap()
}

#[test]
fn the_list_is_numbered_without_gaps_and_applies_once() {
    for (index, step) in MIGRATIONS.iter().enumerate() {
        assert_eq!(step.number as usize, index + 1, "{}", step.name);
    }
    story(|database| {
        let before = status(database.store()).unwrap();
        assert_eq!((before.applied.len(), before.pending.len()), (0, MIGRATIONS.len()));
        assert_eq!(migrate(database.store()).unwrap().len(), MIGRATIONS.len());
        assert!(status(database.store()).unwrap().is_current());
        assert!(migrate(database.store()).unwrap().is_empty());
    });
}

/// The beginning of each step's checksum, as it was given out.
const GIVEN_OUT: &[&str] = &[
    "84676c715f39",
    "58426b4ef3e2",
    "28e61da9032c",
    "b118d59efcda",
    "566f5356da5c",
    "11b6378a76ec",
    "edda3c522e15",
    "e38aee3a6fae",
    "bbf187f20bff",
    "bfa06a299a60",
    "de609f10c703",
    "788f3fa6fec3",
    "21f462eca6c0",
    "8085e8d9ca46",
    "20bedc32b6b9",
    "af426aa9367e",
    "36e87eec43cd",
    "8dc22ab27b18",
    "9985638b2c7f",
    "92d9aa4cd87d",
    "7ab1a94b35e4",
];

#[test]
fn a_step_that_was_given_out_is_never_edited() {
    // A store that has it would be refused. What is to be changed becomes a step of its own, with a line at the end here.
    let found: Vec<String> = MIGRATIONS.iter().map(|step| step.checksum()[..12].to_owned()).collect();
    assert_eq!(found, GIVEN_OUT);
}

#[test]
fn later_steps_are_added_to_what_is_there() {
    story(|database| {
        apply(database.store(), ONE).unwrap();
        assert_eq!(compare(database.store(), TWO).unwrap().pending, [(2, "second")]);
        let done = apply(database.store(), TWO).unwrap();
        assert_eq!(done.iter().map(|step| step.number).collect::<Vec<_>>(), [2]);
        assert_eq!(rows(database), 2);
    });
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    story(|database| {
        apply(database.store(), TWO).unwrap();
        let fault = apply(database.store(), ONE).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(fault.detail.contains("0002") && fault.detail.contains("newer"), "{}", fault.detail);
        assert_eq!(rows(database), 2);
    });
}

#[test]
fn an_edited_step_is_refused() {
    story(|database| {
        apply(database.store(), ONE).unwrap();
        let fault = apply(database.store(), CHANGED).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(fault.detail.contains("0001"), "{}", fault.detail);
        assert_eq!(rows(database), 1);
    });
}

#[test]
fn a_step_that_fails_leaves_nothing_behind_and_can_be_mended() {
    story(|database| {
        apply(database.store(), BROKEN).unwrap_err();
        assert_eq!(rows(database), 1);
        assert_eq!(apply(database.store(), TWO).unwrap().len(), 1);
    });
}

#[test]
fn a_step_slipped_in_below_an_applied_one_is_refused() {
    story(|database| {
        apply(database.store(), WITHOUT_SECOND).unwrap();
        assert_eq!(apply(database.store(), LATE).unwrap_err().code, Code::Refused);
        assert!(apply(database.store(), WITHOUT_SECOND).unwrap().is_empty());
    });
}

#[test]
fn replicas_that_start_together_apply_each_step_once() {
    story(|database| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let store = database.second(Clock::System);
                std::thread::spawn(move || apply(&store, TWO).unwrap().len())
            })
            .collect();
        let applied: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(applied, 2);
        assert_eq!(rows(database), 2);
    });
}
