//! Kills, outages and warehouses that are not the one the source knows.

use std::time::{Duration, Instant};

use super::support::{JOB_GONE, JOB_STATUS, Stage, sum, with_each_source};
use crate::platform::{Clock, Code};
use crate::store::testing::{Server, engines};
use crate::store::{Engine, args};
use crate::warehouse::{SyncStatus, SyncWarehouse, WarehouseTable, carry, ping};

fn begun() -> Instant {
    Clock::monotonic()
}

#[test]
fn killed_after_the_warehouse_has_committed_the_next_run_converges() {
    with_each_source(|stage| {
        drop(stage.carry_without_settling("first"));
        assert_eq!(stage.lag(), 7);
        stage.assert_equal();
        stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "running"]));
        // The rest is carried again and found equal; nothing is compared in full.
        let report = stage.sync(&SyncWarehouse::default()).unwrap();
        assert_eq!((sum(&report), stage.lag()), ([0, 1, 6, 0, 0], 0));
        stage.assert_equal();
        stage.write(|tx| tx.run(JOB_GONE, args!["J1"]));
        assert_eq!(stage.run(), [0, 0, 0, 1, 0]);
    });
}

#[test]
fn a_row_changed_between_snapshot_and_removal_stays_dirty() {
    with_each_source(|stage| {
        let carried = stage.carry_without_settling("first");
        stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "running"]));
        stage.write(|tx| tx.run(JOB_GONE, args!["J2"]));
        let lease = crate::store::lease::acquire(
            stage.source.store(),
            crate::warehouse::LEASE,
            "test",
            Duration::from_secs(60),
        )
        .unwrap();
        carry::settle(stage.source.store(), &lease.fence(), carried).unwrap();
        drop(lease);
        assert_eq!((stage.lag(), stage.run()), (2, [0, 1, 0, 1, 0]));
        stage.assert_equal();
    });
}

#[test]
fn another_or_an_older_warehouse_is_compared_in_full() {
    with_each_source(|stage| {
        stage.run();
        // The state as a backup would have it: the run that wrote it is unknown.
        let forget = "UPDATE warehouse.sync_state SET run_id = 'older' WHERE table_name = 'jobs';
            DELETE FROM warehouse.jobs WHERE id = 'J1'";
        stage.client().batch_execute(forget).unwrap();
        assert_eq!(stage.run(), [1, 0, 2, 0, 0]);
        assert_eq!(stage.run(), [0; 5]);
        stage.client().batch_execute("DROP SCHEMA warehouse CASCADE").unwrap();
        assert_eq!(stage.run(), [7, 0, 0, 0, 0]);
        stage.client().batch_execute("TRUNCATE warehouse.payments").unwrap();
        assert_eq!(stage.run(), [1, 0, 0, 0, 0]);
        stage.assert_equal();
    });
}

#[test]
fn a_column_that_is_missing_is_added_and_another_type_is_altered_by_consent_only() {
    with_each_source(|stage| {
        stage.run();
        stage.client().batch_execute("ALTER TABLE warehouse.jobs DROP COLUMN tokens_in").unwrap();
        assert_eq!(stage.run(), [0, 3, 0, 0, 0]);
        stage.assert_equal();
        stage.client().batch_execute("ALTER TABLE warehouse.payments ALTER amount_minor TYPE text").unwrap();
        let fault = stage.sync(&SyncWarehouse::default()).unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(fault.detail.contains("ALTER COLUMN amount_minor TYPE bigint"), "{fault:?}");
        let before = stage.fingerprint();
        let plan = stage.sync(&SyncWarehouse { plan: true, ..SyncWarehouse::default() }).unwrap();
        assert_eq!((plan.status, plan.ddl.len()), (Some(SyncStatus::Blocked), 1));
        assert_eq!((&plan.ddl, plan.tables.len(), stage.fingerprint()), (&plan.destructive, 0, before));
        let consent = SyncWarehouse { allow_destructive: true, ..SyncWarehouse::default() };
        let looked = stage.sync(&SyncWarehouse { dry_run: true, ..consent.clone() }).unwrap();
        assert_eq!(looked.destructive, plan.ddl);
        assert_eq!(stage.sync(&SyncWarehouse::default()).unwrap_err().code, Code::Refused, "it only looked");
        let mended = stage.sync(&consent).unwrap();
        assert_eq!((mended.status, &mended.destructive), (Some(SyncStatus::Ok), &plan.ddl));
        stage.assert_equal();
        let plan = stage.sync(&SyncWarehouse { plan: true, ..SyncWarehouse::default() }).unwrap();
        assert_eq!((plan.status, plan.ddl.len()), (Some(SyncStatus::Ok), 0));
    });
}

#[test]
fn a_warehouse_that_is_down_is_an_upstream_fault_soon_and_without_secrets() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let mut stage = Stage::on_own(Engine::Sqlite, Server::start());
    stage.run();
    stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "running"]));
    ping(&stage.deps).unwrap();
    stage.server().stop();
    let start = begun();
    let fault = stage.sync(&SyncWarehouse::default()).unwrap_err();
    assert_eq!(fault.code, Code::Upstream, "{fault:?}");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(ping(&stage.deps).unwrap_err().code, Code::Upstream);
    assert_eq!(stage.lag(), 1);
    stage.server().go();
    assert_eq!(stage.run(), [0, 1, 0, 0, 0]);
    stage.assert_equal();
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = crate::platform::Secret::new(format!("postgres://u:hunter2@127.0.0.1:{port}/x"));
    let start = begun();
    let fault = crate::warehouse::target::Session::open(&url, true).err().unwrap();
    assert_eq!(fault.code, Code::Upstream);
    for _ in 0..10 {
        let fault =
            crate::warehouse::target::briefly(&url, Duration::from_millis(50), |_| Ok(())).unwrap_err();
        assert!(fault.code == Code::Upstream && !format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(12));
    drop(listener);
    let fault = crate::warehouse::target::Session::open(&url, true).err().unwrap();
    assert!(fault.detail.contains("refused") && !format!("{fault:?}").contains("hunter2"), "{fault:?}");
}

#[test]
fn a_wrong_password_or_missing_rights_are_said_without_the_password() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let stage = Stage::new(Engine::Sqlite);
    let (_, host) = stage.url.split_once('@').unwrap();
    let url = crate::platform::Secret::new(format!("postgres://nobody:hunter2@{host}"));
    let fault = crate::warehouse::target::ping(&url).unwrap_err();
    assert!(fault.detail.contains("nobody") && !format!("{fault:?}").contains("hunter2"), "{fault:?}");
    stage.run();
    stage.client().batch_execute("ALTER TABLE warehouse.jobs ADD CHECK (status <> 'odd')").unwrap();
    stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "odd"]));
    let fault = stage.sync(&SyncWarehouse::default()).unwrap_err();
    assert!(fault.code == Code::Upstream && fault.detail.contains("23514"), "{fault:?}");
    let others = SyncWarehouse { tables: vec![WarehouseTable::Customers], ..SyncWarehouse::default() };
    stage.sync(&others).unwrap();
    assert_eq!(stage.lag(), 1);
}

#[test]
fn an_address_that_may_not_be_used_is_called_by_the_name_of_its_own_setting() {
    let url = crate::platform::Secret::new("postgres://u:hunter2@192.0.2.1/x?sslmode=disable");
    let fault = crate::warehouse::target::ping(&url).unwrap_err();
    assert_eq!(fault.code, Code::Upstream);
    assert!(fault.detail.contains("WAREHOUSE_URL: expected `sslmode=verify-full`"), "{fault:?}");
    assert!(!format!("{fault:?}").contains("hunter2") && !fault.detail.contains("DATABASE_URL"), "{fault:?}");
}
