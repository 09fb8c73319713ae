//! Every statement of the product is understood by both engines, and few of them are written twice.

use std::collections::BTreeSet;

use echopilot_core::catalogue;
use echopilot_core::platform::Clock;
use echopilot_core::store::Sql;
use echopilot_core::store::testing::TestDatabase;

use crate::support::on_each_engine;

/// Statements that may differ between the engines.
const PAIRS: usize = 5;

/// The statements that the engine can't read, with its reason.
fn refused(database: &TestDatabase) -> Vec<String> {
    let prepare = |sql: &'static Sql| {
        // A transaction each: a refusal spoils the one it happens in.
        let refused = database.store().read(|tx| tx.prepare(*sql)).err()?;
        Some(format!("{}: {}", sql.name(), refused.cause().unwrap_or(refused.detail)))
    };
    catalogue::statements().filter_map(prepare).collect()
}

#[test]
fn every_statement_can_be_prepared() {
    on_each_engine(|engine| {
        let wrong = refused(&TestDatabase::new(engine, Clock::System));
        assert!(wrong.is_empty(), "on {engine}:\n{}", wrong.join("\n"));
        // Without tables nearly nothing can: else nothing would have been asked.
        let without_tables = refused(&TestDatabase::empty(engine, Clock::System));
        assert!(without_tables.len() * 10 > catalogue::statements().count() * 9, "{without_tables:?}");
    });
}

#[test]
fn few_statements_are_written_twice() {
    let pairs: Vec<_> = catalogue::statements().filter(|sql| sql.is_pair()).map(Sql::name).collect();
    assert!(pairs.len() <= PAIRS, "too many statements differ between the engines: {pairs:?}");
}

/// Every file of statements is among those that are prepared.
#[test]
fn every_sql_file_is_listed() {
    let listed: BTreeSet<_> = catalogue::statements().map(Sql::name).collect();
    for (path, text) in crate::sizes::rust_files("src") {
        let Some(block) = text.split("statements! {").nth(1).filter(|_| !path.contains("test")) else {
            continue;
        };
        if path == "src/store/sql.rs" {
            continue;
        }
        for line in block.lines().map(str::trim) {
            let name = line.split(" = ").next().unwrap_or_default();
            let is_name = name.len() > 2
                && line.contains(" = ")
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            assert!(!is_name || listed.contains(name), "{name} of {path} is not in catalogue::statements()");
        }
    }
}
