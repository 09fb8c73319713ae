//! A first load: what it makes of the tables, and how the source forgets very many rows at once.

use std::time::Duration;

use super::support::{EVENT, JOB_STATUS, START, Stage, with_each_source};
use crate::store::{args, lease, statements};
use crate::warehouse::carry::{self, Carried};
use crate::warehouse::{LEASE, SyncWarehouse, WarehouseTable};

statements! {
    for tests;
    MANY = "INSERT INTO ops_events (id, kind, severity, summary, actor, created_at) \
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) \
        SELECT $1 || CAST(i AS TEXT), 'alert', 'info', 'One of many', 'shell', $2 FROM n";
}

/// As many as [`MANY`] adds: more than one batch of what the source forgets.
const COUNT: u64 = 10_500;

fn settle(stage: &Stage, carried: Carried) {
    let store = stage.source.store();
    let lease = lease::acquire(store, LEASE, "test", Duration::from_secs(60)).unwrap();
    carry::settle(store, &lease.fence(), carried).unwrap();
}

#[test]
fn what_came_since_the_snapshot_stays_when_very_many_rows_are_forgotten() {
    with_each_source(|stage| {
        stage.write(|tx| tx.run(MANY, args!["M", START]));
        assert_eq!(stage.lag(), 10_507);
        let carried = stage.carry_without_settling("first");
        stage.write(|tx| {
            tx.run(JOB_STATUS, args!["J1", "running"])?;
            tx.run(EVENT, args!["E2", START])
        });
        settle(stage, carried);
        assert_eq!(stage.lag(), 2);
        assert_eq!((stage.run(), stage.lag()), ([1, 1, 0, 0, 0], 0));
        stage.assert_equal();
    });
}

#[test]
fn very_many_rows_that_came_since_stay_too() {
    with_each_source(|stage| {
        stage.write(|tx| tx.run(MANY, args!["M", START]));
        let carried = stage.carry_without_settling("first");
        stage.write(|tx| tx.run(MANY, args!["N", START]));
        settle(stage, carried);
        assert_eq!(stage.lag(), 10_500);
        assert_eq!((stage.run(), stage.lag()), ([COUNT, 0, 0, 0, 0], 0));
        stage.assert_equal();
    });
}

#[test]
fn tables_that_were_not_asked_for_keep_waiting_and_all_have_their_keys() {
    with_each_source(|stage| {
        stage.write(|tx| tx.run(MANY, args!["M", START]));
        let events = SyncWarehouse { tables: vec![WarehouseTable::OpsEvents], ..SyncWarehouse::default() };
        let report = stage.sync(&events).unwrap();
        assert_eq!((report.tables[0].inserted, stage.lag()), (COUNT + 1, 6));
        let keys = "SELECT string_agg(indrelid::regclass::text, ' ' ORDER BY indrelid::regclass::text)
            FROM pg_index WHERE indisprimary AND indrelid::regclass::text LIKE 'warehouse.%'";
        let named = stage.ask(keys);
        for table in WarehouseTable::ALL {
            assert!(named.contains(&format!("warehouse.{}", table.as_str())), "{named}");
        }
        assert_eq!((stage.run(), stage.lag()), ([6, 0, 0, 0, 0], 0));
        stage.assert_equal();
    });
}
