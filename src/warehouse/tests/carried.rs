//! What a run carries, and that nothing is missed.

use std::time::Duration;

use super::support::{
    CUSTOMER, EVENT, JOB, JOB_GONE, JOB_STATUS, JOB_TIME, START, Stage, sum, with_each_source,
};
use crate::platform::{Clock, Secret};
use crate::store::testing::{Server, TestDatabase, engines};
use crate::store::{Engine, args, lease, migrate};
use crate::warehouse::carry::{self, Order};
use crate::warehouse::{LEASE, SyncStatus, SyncWarehouse, WarehouseTable, dirty, verify};

#[test]
fn the_first_run_fills_the_second_is_quiet_and_the_third_carries_what_changed() {
    with_each_source(|stage| {
        assert_eq!((stage.run(), stage.lag()), ([7, 0, 0, 0, 0], 0));
        stage.assert_equal();
        assert_eq!(
            stage.ask("SELECT string_agg(id || plan, ',' ORDER BY id) FROM warehouse.customers"),
            "C1pro,C2pro"
        );
        assert_eq!(
            stage.ask("SELECT created_at AT TIME ZONE 'UTC' FROM warehouse.jobs LIMIT 1"),
            "2026-03-01 09:30:00"
        );
        assert_eq!(stage.ask("SELECT amount_minor || currency FROM warehouse.payments"), "1200eur");

        let (before, runs) = (stage.fingerprint(), "SELECT count(*) FROM warehouse.sync_runs");
        assert_eq!((stage.run(), stage.ask(runs).as_str()), ([0; 5], "2"));
        assert_eq!(stage.fingerprint(), before);

        stage.write(|tx| {
            tx.run(JOB_STATUS, args!["J1", "running"])?;
            tx.run(JOB_GONE, args!["J2"])?;
            tx.run(EVENT, args!["E2", START])
        });
        assert_eq!((stage.lag(), stage.run(), stage.lag()), (3, [1, 1, 0, 1, 0], 0));
        assert_eq!(stage.ask("SELECT status FROM warehouse.jobs WHERE id = 'J1'"), "running");
        assert_eq!(
            stage.ask("SELECT string_agg(id, ',') FROM warehouse.jobs WHERE deleted_at IS NOT NULL"),
            "J2"
        );
        stage.assert_equal();
        assert_eq!(stage.run(), [0; 5]);

        // It is back: the tombstone goes.
        stage.write(|tx| tx.run(JOB, args!["J2", "C1", START]));
        assert_eq!(stage.run(), [0, 1, 0, 0, 0]);
        stage.assert_equal();
    });
}

#[test]
fn a_full_run_compares_everything_writes_nothing_and_mends_what_was_altered() {
    with_each_source(|stage| {
        stage.run();
        let full = SyncWarehouse { full: true, ..SyncWarehouse::default() };
        let before = stage.fingerprint();
        assert_eq!(sum(&stage.sync(&full).unwrap()), [0, 0, 7, 0, 0]);
        assert_eq!(stage.fingerprint(), before);

        let spoil = "UPDATE warehouse.jobs SET cost_micro = 6 WHERE id = 'J3';
            INSERT INTO warehouse.jobs SELECT 'J9', customer_id, kind, status, qa_score, qa_target, cost_micro,
            cost_currency, tokens_in, tokens_out, created_at FROM warehouse.jobs WHERE id = 'J1';
            DELETE FROM warehouse.customers WHERE id = 'C1'";
        stage.client().batch_execute(spoil).unwrap();
        assert_eq!(stage.run(), [0; 5]);
        let report = stage.verify();
        assert_eq!(report.status, Some(SyncStatus::Different));
        let found: Vec<_> = report.compared.iter().filter(|table| !table.agrees).map(|it| it.table).collect();
        assert_eq!(found, [WarehouseTable::Customers, WarehouseTable::Jobs]);
        assert_eq!(report.compared[2].days[0].day, "2026-03-01");
        assert_eq!((report.compared[2].source_rows, report.compared[2].warehouse_rows), (3, 4));

        assert_eq!(sum(&stage.sync(&full).unwrap()), [1, 1, 5, 1, 0]);
        stage.assert_equal();
    });
}

#[test]
fn one_cell_changed_by_hand_is_found() {
    with_each_source(|stage| {
        stage.run();
        stage.assert_equal();
        for (change, back) in [
            ("status = 'Succeeded'", "status = 'succeeded'"),
            ("updated_at = updated_at + interval '1 millisecond'", "updated_at = created_at"),
            ("invoice_id = ''", "invoice_id = NULL"),
        ] {
            stage.client().batch_execute(&format!("UPDATE warehouse.payments SET {change}")).unwrap();
            let report = stage.verify();
            let payments = &report.compared[1];
            assert!(!payments.agrees && payments.days_different == 1, "{change}: {payments:?}");
            assert_eq!(payments.source_rows, payments.warehouse_rows);
            stage.client().batch_execute(&format!("UPDATE warehouse.payments SET {back}")).unwrap();
            stage.assert_equal();
        }
    });
}

#[test]
fn a_dry_run_counts_and_writes_nothing_anywhere() {
    with_each_source(|stage| {
        let dry = SyncWarehouse { dry_run: true, ..SyncWarehouse::default() };
        let report = stage.sync(&dry).unwrap();
        assert_eq!(sum(&report), [7, 0, 0, 0, 0]);
        assert!(report.ddl.iter().any(|sql| sql.starts_with("CREATE TABLE warehouse.jobs")));
        assert_eq!(stage.ask("SELECT to_regnamespace('warehouse')"), "null");
        assert_eq!(stage.lag(), 7);
        stage.run();
        stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "running"]));
        let before = stage.versions();
        assert_eq!(sum(&stage.sync(&dry).unwrap()), [0, 1, 0, 0, 0]);
        assert_eq!((stage.versions(), stage.lag()), (before, 1));
        assert_eq!(stage.ask("SELECT count(*) FROM warehouse.sync_runs"), "1");
        assert_eq!(stage.run(), [0, 1, 0, 0, 0]);
    });
}

#[test]
fn a_row_that_can_not_be_kept_waits_in_quarantine_until_it_is_corrected() {
    with_each_source(|stage| {
        stage.write(|tx| tx.run(JOB_TIME, args!["J2", i64::MAX]));
        let report = stage.sync(&SyncWarehouse::default()).unwrap();
        assert_eq!((report.status, sum(&report)), (Some(SyncStatus::Partial), [6, 0, 0, 0, 1]));
        let reasons = "SELECT string_agg(row_key || ': ' || reason, ',') FROM warehouse.quarantine";
        assert!(stage.ask(reasons).starts_with("J2: created_at: a time outside"), "{}", stage.ask(reasons));
        assert_eq!(stage.lag(), 1);

        // Still bad: counted again, and nothing is written.
        let before = stage.fingerprint();
        assert_eq!((stage.run(), stage.lag(), stage.fingerprint()), ([0, 0, 0, 0, 1], 1, before));
        let full = SyncWarehouse { full: true, ..SyncWarehouse::default() };
        assert_eq!((sum(&stage.sync(&full).unwrap()), stage.lag()), ([0, 0, 6, 0, 1], 1));
        assert_eq!(stage.verify().status, Some(SyncStatus::Different));

        stage.write(|tx| tx.run(JOB_TIME, args!["J2", START]));
        assert_eq!((stage.run(), stage.lag(), stage.ask(reasons).as_str()), ([1, 0, 0, 0, 0], 0, "null"));
        stage.assert_equal();

        // A row that was good before keeps its last good state, and is no tombstone after a full run.
        stage.write(|tx| tx.run(JOB_TIME, args!["J2", i64::MIN]));
        assert_eq!(stage.run(), [0, 0, 0, 0, 1]);
        assert_eq!(sum(&stage.sync(&full).unwrap()), [0, 0, 6, 0, 1]);
        assert_eq!(stage.ask("SELECT count(*) FROM warehouse.jobs WHERE deleted_at IS NULL"), "3");
        stage.write(|tx| tx.run(JOB_GONE, args!["J2"]));
        assert_eq!((stage.run(), stage.ask(reasons).as_str()), ([0, 0, 0, 1, 0], "null"));
    });
}

#[test]
fn a_nul_and_values_of_a_wrong_kind_are_quarantined_and_the_others_carried() {
    if engines() != [Engine::Sqlite, Engine::Postgres] {
        return;
    }
    let stage = Stage::new(Engine::Sqlite);
    stage.source.script(
        "INSERT INTO ops_events VALUES ('E2', 'a', 'info', 'x' || char(0) || 'y', 'shell', 1);
        INSERT INTO ops_events VALUES ('E3', 'a', 'info', CAST(X'ff' AS TEXT), 'shell', 1);
        INSERT INTO ops_events VALUES ('E4', 'a', 'info', 's', 'shell', 'soon');
        INSERT INTO ops_events VALUES ('E5' || char(0), 'a', 'info', 's', 'shell', 1);",
    );
    assert_eq!(stage.run(), [7, 0, 0, 0, 4]);
    let reasons =
        "SELECT string_agg(row_key || ': ' || reason, ', ' ORDER BY row_key) FROM warehouse.quarantine";
    assert_eq!(
        stage.ask(reasons),
        "E2: summary: contains the NUL character, E3: summary: not a readable text, \
        E4: created_at: a value that is no timestamp with time zone, E5\u{2400}: id: contains the NUL character"
    );
    stage.source.script("UPDATE ops_events SET summary = 'corrected' WHERE id IN ('E2', 'E3')");
    // E5 could not be told from the others by its key, so all were read again, this time by their numbers.
    assert_eq!((stage.run(), stage.lag()), ([2, 0, 1, 0, 2], 2));
    stage.source.script(
        "UPDATE ops_events SET created_at = 1 WHERE id = 'E4'; DELETE FROM ops_events WHERE id LIKE 'E5%'",
    );
    assert_eq!((stage.run()[0], stage.lag()), (1, 0));
    stage.assert_equal();
    assert_eq!(stage.ask(reasons), "null");
}

#[test]
fn a_commit_that_comes_late_is_carried_by_the_next_run() {
    if engines() != [Engine::Sqlite, Engine::Postgres] {
        return;
    }
    let stage = Stage::new(Engine::Postgres);
    stage.run();
    let mut late = super::support::connect(&stage.source.text);
    let mut transaction = late.transaction().unwrap();
    transaction.batch_execute("UPDATE jobs SET status = 'late' WHERE id = 'J1'").unwrap();
    // Later numbers commit and are carried before the earlier one.
    stage.write(|tx| tx.run(JOB_STATUS, args!["J2", "early"]));
    stage.write(|tx| tx.run(CUSTOMER, args!["C3", START]));
    assert_eq!((stage.run(), stage.lag()), ([1, 1, 0, 0, 0], 0));
    transaction.commit().unwrap();
    assert_eq!((stage.lag(), stage.run(), stage.lag()), (1, [0, 1, 0, 0, 0], 0));
    assert_eq!(stage.ask("SELECT status FROM warehouse.jobs WHERE id = 'J1'"), "late");
    stage.assert_equal();

    late.batch_execute("TRUNCATE ops_events").unwrap();
    assert_eq!(stage.run(), [0, 0, 0, 1, 0]);
}

#[test]
fn a_changed_key_is_one_row_gone_and_one_new_and_a_table_can_be_carried_alone() {
    with_each_source(|stage| {
        stage.run();
        stage
            .source
            .script("UPDATE jobs SET id = 'J7' WHERE id = 'J1'; UPDATE ops_events SET summary = 'other'");
        let jobs = SyncWarehouse { tables: vec![WarehouseTable::Jobs], ..SyncWarehouse::default() };
        assert_eq!((sum(&stage.sync(&jobs).unwrap()), stage.lag()), ([1, 0, 0, 1, 0], 1));
        assert_eq!((stage.run(), stage.lag()), ([0, 1, 0, 0, 0], 0));
        stage.assert_equal();
    });
}

#[test]
fn source_and_warehouse_may_be_one_database() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let server = Server::start();
    let source = TestDatabase::on_server(&server.url(), Clock::System);
    let store = source.store();
    migrate::migrate(store).unwrap();
    store.write(|tx| tx.run(CUSTOMER, args!["C1", START])).unwrap();
    let lease = lease::acquire(store, LEASE, "test", Duration::from_secs(60)).unwrap();
    let (tables, started_at) = (WarehouseTable::ALL.to_vec(), START);
    let order = Order {
        id: "first".into(),
        tables,
        full: false,
        dry_run: false,
        allow_destructive: false,
        started_at,
    };
    // The address of the store itself, its search path included.
    let url = Secret::new(&*source.text);
    let carried = carry::carry(store, &url, &lease.fence(), &Clock::System, &order, None).unwrap();
    assert_eq!(carried.tables[0].inserted, 1);
    carry::settle(store, &lease.fence(), carried).unwrap();
    assert_eq!(store.read(dirty::count).unwrap(), 0);
    let compared = verify::compare(store, &url, &WarehouseTable::ALL, None).unwrap();
    assert!(compared.iter().all(|table| table.agrees) && compared[0].warehouse_rows == 1);
}
