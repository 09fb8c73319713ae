//! The dialect rules of docs/STORE.md.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::platform::{Clock, Code, Result, Timestamp};
use crate::store::testing::{TestDatabase, engines, on_each_engine};
use crate::store::{STATEMENTS, Sql, Value, args, row, statements};

statements! {
    for tests;
    INSERT = "INSERT INTO things (id, kind, amount, share, done, raw, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BETWEEN = "SELECT id FROM things WHERE amount < $2 AND kind = $1 AND amount + 0 < $2 ORDER BY id";
    TENTH_FIRST = "SELECT CAST($10 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
        CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT)";
    GET = "SELECT id, kind, amount, share, done, raw, at FROM things WHERE id = $1";
    ALL_IDS = "SELECT id FROM things ORDER BY id";
    FILTERED = "SELECT id FROM things WHERE (CAST($1 AS TEXT) IS NULL OR kind = $1) ORDER BY id";
    LIKE = "SELECT id FROM things WHERE LOWER(kind) LIKE LOWER($1) ORDER BY id";
    SUM_RAW = "SELECT SUM(amount) FROM things";
    SUM = "SELECT CAST(SUM(amount) AS BIGINT) FROM things";
    BAD_PARAMETER = lite "SELECT ?" pg "SELECT $2";
    GENERATE = "WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)
        SELECT n FROM numbers";
}

const TABLE: &str =
    "CREATE TABLE things (id TEXT PRIMARY KEY, kind TEXT UNIQUE, amount BIGINT CHECK (amount < 1000),
    share DOUBLE PRECISION, done BOOLEAN NOT NULL, raw BYTEA, at BIGINT, parent TEXT REFERENCES things (id))";

#[derive(Debug, PartialEq)]
struct Thing {
    id: String,
    kind: Option<String>,
    amount: Option<i64>,
    share: Option<f64>,
    done: bool,
    raw: Option<Vec<u8>>,
    at: Option<Timestamp>,
}

row! { Thing { id, kind, amount, share, done, raw, at } }

fn thing(database: &TestDatabase, id: &'static str, kind: &'static str, amount: i64) -> Result<u64> {
    database
        .store()
        .write(move |tx| tx.run(INSERT, args![id, kind, amount, 0.5, true, Value::Null, Timestamp(7)]))
}

fn story(told: impl Fn(&TestDatabase)) {
    on_each_engine(|database| {
        database.script(TABLE);
        told(database);
    });
}

#[test]
fn parameters_are_bound_by_name_in_any_order_and_more_than_once() {
    story(|database| {
        thing(database, "a", "lamp", 10).unwrap();
        thing(database, "b", "sofa", 10).unwrap();
        let found: Vec<String> = database.store().read(|tx| tx.rows(BETWEEN, args!["lamp", 11])).unwrap();
        assert_eq!(found, ["a"]);
        let ten: (String, String, String, String, String, String, String, String, String, String) = database
            .store()
            .read(|tx| tx.one(TENTH_FIRST, args!["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]))
            .unwrap();
        assert_eq!((ten.0.as_str(), ten.1.as_str(), ten.9.as_str()), ("10", "1", "9"));
    });
}

#[test]
fn a_wrong_number_of_arguments_is_an_error_and_not_null() {
    story(|database| {
        for args in [args!["lamp"], args!["lamp", 1, 2]] {
            let fault = database.store().read(|tx| tx.rows::<String>(BETWEEN, args)).unwrap_err();
            assert_eq!(fault.code, Code::Internal);
            assert!(fault.cause().unwrap().contains("BETWEEN"), "{fault:?}");
        }
        assert!(database.store().read(|tx| tx.rows::<String>(BETWEEN, args!["lamp", 1])).is_ok());
        assert_eq!(
            database.store().read(|tx| tx.rows::<i64>(BAD_PARAMETER, args![1])).unwrap_err().code,
            Code::Internal
        );
    });
}

#[test]
fn every_kind_of_value_comes_back_as_it_went_in() {
    story(|database| {
        let raw = vec![0_u8, 255, 1];
        let full = args!["a", "Ünïcode 🦀", -5, 0.1, false, raw.clone(), Timestamp(-1)];
        let empty = args!["b", Value::Null, Value::Null, Value::Null, true, Value::Null, Value::Null];
        let (full, empty) = (full.to_vec(), empty.to_vec());
        database.store().write(move |tx| Ok(tx.run(INSERT, &full)? + tx.run(INSERT, &empty)?)).unwrap();
        let get = |id: &'static str| database.store().read(|tx| tx.one::<Thing>(GET, args![id])).unwrap();
        let expected = Thing {
            id: "a".into(),
            kind: Some("Ünïcode 🦀".into()),
            amount: Some(-5),
            share: Some(0.1),
            done: false,
            raw: Some(raw),
            at: Some(Timestamp(-1)),
        };
        assert_eq!(get("a"), expected);
        let nothing =
            Thing { id: "b".into(), kind: None, amount: None, share: None, done: true, raw: None, at: None };
        assert_eq!(get("b"), nothing);
    });
}

#[test]
fn a_column_is_not_read_as_what_it_is_not() {
    story(|database| {
        thing(database, "a", "lamp", -1).unwrap();
        let store = database.store();
        assert_eq!(store.read(|tx| tx.one::<i64>(ALL_IDS, args![])).unwrap_err().code, Code::Internal);
        assert_eq!(store.read(|tx| tx.one::<u64>(SUM, args![])).unwrap_err().code, Code::Internal);
        assert_eq!(store.read(|tx| tx.one::<i64>(SUM, args![])).unwrap(), -1);
        let missing = store.read(|tx| {
            let mut found = Ok(String::new());
            tx.each(ALL_IDS, args![], &mut |row| {
                found = row.get("no_such_column");
                Ok(())
            })?;
            found
        });
        assert_eq!(missing.unwrap_err().code, Code::Internal);
    });
}

#[test]
fn nul_in_a_text_is_invalid_on_both() {
    story(|database| {
        let fault = thing(database, "a", "la\0mp", 1).unwrap_err();
        assert_eq!(fault.code, Code::Invalid, "{fault:?}");
        assert!(thing(database, "a", "lamp", 1).is_ok());
    });
}

#[test]
fn constraints_give_the_same_fault_on_both_and_no_engine_words() {
    story(|database| {
        thing(database, "a", "lamp", 1).unwrap();
        for (id, kind, amount, code) in [
            ("a", "sofa", 1, Code::Conflict),
            ("b", "lamp", 1, Code::Conflict),
            ("b", "sofa", 1000, Code::Invalid),
        ] {
            let fault = thing(database, id, kind, amount).unwrap_err();
            assert_eq!(fault.code, code, "{fault:?}");
            assert!(!fault.detail.contains("things"), "{}", fault.detail);
            assert!(fault.cause().unwrap().starts_with("INSERT"), "{fault:?}");
        }
        let null = database
            .store()
            .write(|tx| tx.run(INSERT, args!["c", "x", 1, 0.5, Value::Null, Value::Null, Value::Null]));
        assert_eq!(null.unwrap_err().code, Code::Internal);
        thing(database, "b", "sofa", 999).unwrap();
    });
}

#[test]
fn foreign_keys_are_enforced_on_both() {
    story(|database| {
        let orphan = |sql: &'static str| database.store().write(move |tx| tx.script("orphan", sql, sql));
        let fault = orphan("INSERT INTO things (id, done, parent) VALUES ('c', TRUE, 'nobody')").unwrap_err();
        assert_eq!(fault.code, Code::Invalid, "{fault:?}");
        orphan("INSERT INTO things (id, done, parent) VALUES ('c', TRUE, 'c')").unwrap();
    });
}

#[test]
fn optional_filters_like_and_sums_are_written_the_portable_way() {
    story(|database| {
        thing(database, "a", "Lamp", 1).unwrap();
        thing(database, "b", "sofa", 2).unwrap();
        let store = database.store();
        let ids = |sql, args: &[Value]| store.read(|tx| tx.rows::<String>(sql, args)).unwrap();
        assert_eq!(ids(FILTERED, args![None::<&str>]), ["a", "b"]);
        assert_eq!(ids(FILTERED, args!["sofa"]), ["b"]);
        assert_eq!(ids(LIKE, args!["lA%"]), ["a"]);
        assert_eq!(store.read(|tx| tx.one::<i64>(SUM, args![])).unwrap(), 3);
        // Why the cast is the rule: without it PostgreSQL answers a NUMERIC.
        let raw = store.read(|tx| tx.one::<i64>(SUM_RAW, args![]));
        assert_eq!(raw.is_ok(), database.engine == crate::store::Engine::Sqlite);
    });
}

#[test]
fn each_visits_every_row_and_stops_at_the_first_failure() {
    on_each_engine(|database| {
        let mut sum = 0;
        database
            .store()
            .read(|tx| {
                tx.each(GENERATE, args![10_000], &mut |row| {
                    sum += row.at::<i64>(0)?;
                    Ok(())
                })
            })
            .unwrap();
        assert_eq!(sum, 50_005_000);
        let mut seen = 0;
        let stopped = database.store().read(|tx| {
            tx.each(GENERATE, args![10_000], &mut |_| {
                seen += 1;
                if seen == 300 { Err(crate::platform::Fault::not_found("the end")) } else { Ok(()) }
            })
        });
        assert_eq!((stopped.unwrap_err().code, seen), (Code::NotFound, 300));
    });
}

#[test]
fn every_statement_of_the_store_is_understood_by_both() {
    on_each_engine(|database| {
        for sql in STATEMENTS.iter().flat_map(|file| file.iter()) {
            let prepared = database.store().read(|tx| tx.prepare(*sql));
            assert!(prepared.is_ok(), "{}: {prepared:?}", sql.name());
        }
    });
}

#[test]
fn statements_that_differ_are_few() {
    let pairs = STATEMENTS.iter().flat_map(|file| file.iter()).filter(|sql| sql.is_pair()).count();
    assert!((1..=2).contains(&pairs), "{pairs} statements of the store differ");
}

#[test]
fn an_argument_of_the_wrong_kind_is_refused_by_postgresql() {
    for engine in engines().iter().filter(|engine| **engine == crate::store::Engine::Postgres) {
        let database = TestDatabase::new(*engine, Clock::System);
        database.script(TABLE);
        let fault = database.store().read(|tx| tx.rows::<String>(BETWEEN, args![1, 1])).unwrap_err();
        assert_eq!(fault.code, Code::Internal);
        assert!(fault.cause().unwrap().contains("was given an integer"), "{fault:?}");
    }
}

#[test]
fn text_order_is_by_bytes_only_in_rust() {
    // Collations differ: what users see is sorted in Rust, where upper case comes first on every engine.
    story(|database| {
        for (id, kind) in [("b", "b"), ("a", "a"), ("B", "B")] {
            thing(database, id, kind, 1).unwrap();
        }
        let mut ids: Vec<String> = database.store().read(|tx| tx.rows(ALL_IDS, args![])).unwrap();
        ids.sort_unstable();
        assert_eq!(ids, ["B", "a", "b"]);
    });
}

/// A `SELECT` of `$n` for each number, as a statement; tests only.
fn select(numbers: &[usize]) -> Sql {
    let columns: Vec<_> = numbers.iter().map(|number| format!("CAST(${number} AS TEXT) || ''")).collect();
    let text: &'static str = format!("SELECT {}", columns.join(", ")).leak();
    Sql::from_statements_macro("SELECT", text, text)
}

#[test]
fn parameters_arrive_in_any_order() {
    // Every number up to the highest, then some again, shuffled.
    let numbers = (1_usize..9).prop_flat_map(|highest| {
        proptest::collection::vec(1..=highest, 0..6).prop_flat_map(move |again| {
            let all: Vec<usize> = (1..=highest).chain(again).collect();
            Just(all).prop_shuffle()
        })
    });
    on_each_engine(|database| {
        let mut runner = TestRunner::new(ProptestConfig { cases: 64, ..ProptestConfig::default() });
        let told = runner.run(&numbers, |numbers| {
            let highest = numbers.iter().max().copied().unwrap_or(0);
            let args: Vec<Value> =
                (1..=highest).map(|number| Value::from(format!("value {number}"))).collect();
            let mut found: Vec<String> = Vec::new();
            let read = database.store().read(|tx| {
                tx.each(select(&numbers), &args, &mut |row| {
                    found = (0..numbers.len()).map(|index| row.at(index)).collect::<Result<_>>()?;
                    Ok(())
                })
            });
            prop_assert!(read.is_ok(), "{read:?}");
            let expected: Vec<_> = numbers.iter().map(|number| format!("value {number}")).collect();
            prop_assert_eq!(found, expected);
            Ok(())
        });
        told.unwrap();
    });
}
