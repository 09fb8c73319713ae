//! The operations as callers see them.

use std::sync::Arc;
use std::time::Duration;

use super::support::{JOB_GONE, JOB_STATUS, JOB_TIME, START, Stage, sum, with_each_source};
use crate::operation::later::{self, RunState};
use crate::operation::{Caller, Entry, Input};
use crate::platform::Code;
use crate::sentinel::ShowHealth;
use crate::store::testing::engines;
use crate::store::{Engine, args, lease};
use crate::warehouse::history::{self, Kind};
use crate::warehouse::{
    LEASE, QueryWarehouse, Question, Reach, ShowWarehouse, SyncReport, SyncWarehouse, WarehouseFigures,
};

#[test]
fn of_two_at_once_one_works_and_the_other_names_it() {
    with_each_source(|stage| {
        let held =
            lease::acquire(stage.source.store(), "warehouse-sync", "operator 01ABC", Duration::from_secs(60));
        let held = held.unwrap();
        for caller in [Caller::Shell, Caller::Operator("ada".into())] {
            let fault = stage.cx(caller).call(&SyncWarehouse::default()).unwrap_err();
            assert_eq!(fault.code, Code::Conflict);
            assert!(fault.detail.contains("operator 01ABC"), "{fault:?}");
        }
        drop(held);
        // Another store that writes to the same warehouse is kept out by the warehouse itself.
        let mut client = stage.client();
        let mut other = client.transaction().unwrap();
        other.batch_execute("SELECT pg_advisory_xact_lock(hashtext('echopilot warehouse'))").unwrap();
        assert_eq!(stage.sync(&SyncWarehouse::default()).unwrap_err().code, Code::Conflict);
        drop(other);
        assert_eq!(stage.run(), [7, 0, 0, 0, 0]);
    });
}

#[test]
fn over_http_a_run_is_queued_and_known_by_the_same_id_when_it_ran() {
    with_each_source(|stage| {
        let cx = stage.cx(Caller::Operator("ada".into()));
        let entry = Entry::of::<SyncWarehouse>();
        let answer = (entry.invoke)(&cx, Input::json(br#"{"tables":["jobs"]}"#)).unwrap();
        assert_eq!(answer.status.http(), 202);
        let queued: SyncReport = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((queued.state, queued.status), (RunState::Queued, None));
        assert!(answer.body.starts_with(br#"{"ok":true,"run_id":""#));

        let runs = stage.source.store().read(later::queued).unwrap();
        assert_eq!(runs[0].id, queued.run_id);
        let mut cx = stage.cx(Caller::Scheduler);
        cx.request_id.clone_from(&queued.run_id);
        // Twice, as after a process that died: the second attempt is another run of the same id.
        for expected in [[3, 0, 0, 0, 0], [0; 5]] {
            let answer = (entry.invoke)(&cx, Input::json(runs[0].input.as_bytes())).unwrap();
            let report: SyncReport = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!((sum(&report), &report.run_id, answer.status.http()), (expected, &queued.run_id, 200));
        }
        let waits =
            (entry.invoke)(&stage.cx(Caller::Operator("ada".into())), Input::json(br#"{"wait":true}"#));
        assert_eq!(waits.unwrap().status.http(), 200);
        let fault = (entry.invoke)(&cx, Input::json(br#"{"tables":["leads"]}"#)).unwrap_err();
        assert_eq!(fault.code, Code::Invalid);
        let fault = stage.sync(&SyncWarehouse { verify: true, full: true, ..SyncWarehouse::default() });
        assert_eq!(fault.unwrap_err().code, Code::Invalid);
    });
}

#[test]
fn the_status_tells_the_last_run_the_lag_and_whether_it_is_stale() {
    with_each_source(|stage| {
        let show = || stage.cx(Caller::Operator("ada".into())).call(&ShowWarehouse::default()).unwrap();
        let before = show();
        assert_eq!((before.warehouse, before.lag_rows, before.stale), (Reach::Ok, 7, true));
        assert!(before.last_sync.is_none() && before.row_counts.is_none());

        stage.run();
        stage.verify();
        stage.write(|tx| tx.run(JOB_STATUS, args!["J1", "running"]));
        let after = show();
        let last = after.last_sync.unwrap();
        assert_eq!((last.status.as_str(), last.tables.len(), last.finished_at), ("ok", 4, Some(START)));
        assert_eq!((after.lag_rows, after.stale), (1, false));
        assert_eq!(after.last_verify.unwrap().status, "ok");
        assert_eq!(after.row_counts.unwrap().values().sum::<i64>(), 7);
        assert_eq!(after.next_run.unwrap().to_string(), "2026-03-02T02:50:00.000Z");

        stage.hands.advance(Duration::from_hours(26));
        assert!(!show().stale);
        stage.hands.advance(Duration::from_millis(1));
        assert!(show().stale);
    });
}

#[test]
fn the_latest_runs_are_told_when_asked_for_and_one_whose_process_died_is_interrupted() {
    with_each_source(|stage| {
        let show = |runs| stage.cx(Caller::Operator("ada".into())).call(&ShowWarehouse { runs: Some(runs) });
        assert_eq!(show(0).unwrap_err().code, Code::Invalid);
        assert_eq!(show(31).unwrap_err().code, Code::Invalid);
        stage.write(|tx| tx.run(JOB_TIME, args!["J1", 9_224_318_016_000_000_i64]));
        stage.run();
        stage.verify();
        let told = show(1).unwrap();
        assert_eq!((told.recent.len(), told.recent[0].kind.as_str(), told.lease_holder), (1, "verify", None));
        assert_eq!(told.last_success, Some(START));
        let told = show(30).unwrap();
        let kinds: Vec<_> = told.recent.iter().map(|run| (run.kind.as_str(), run.status.as_str())).collect();
        assert_eq!(kinds[1..], [("sync", "partial")]);
        let quarantine = told.quarantine.unwrap();
        let row = &quarantine.rows[0];
        assert_eq!((quarantine.count, row.key.as_str(), row.found_at), (1, "J1", START));
        assert!(row.reason.starts_with("created_at: "), "{row:?}");

        // At work as long as the lease is held, whoever died with it.
        let store = stage.source.store();
        let held = lease::acquire(store, LEASE, "shell 7", Duration::from_secs(60)).unwrap();
        history::begin(store, &held.fence(), "R3", Kind::Sync, false, START).unwrap();
        let told = show(3).unwrap();
        assert_eq!(
            (told.recent[0].status.as_str(), told.lease_holder.as_deref()),
            ("running", Some("shell 7"))
        );
        assert_eq!(told.last_sync.unwrap().status, "partial", "what is at work is not over");
        drop(held);
        let told = show(3).unwrap();
        assert_eq!(told.recent[0].status, "interrupted");
        let last = told.last_sync.unwrap();
        assert_eq!((last.id.as_str(), last.status.as_str(), last.finished_at), ("R3", "interrupted", None));
        let compared = told.last_verify.unwrap();
        assert_eq!((told.last_success, compared.status.as_str()), (Some(START), "different"));
        // The next one writes it down, and is the last one itself.
        stage.run();
        let told = show(3).unwrap();
        let statuses: Vec<_> = told.recent.iter().map(|run| run.status.as_str()).collect();
        assert_eq!(statuses, ["partial", "interrupted", "different"]);
        assert_eq!(told.last_sync.unwrap().status, "partial");
    });
}

#[test]
fn every_question_is_answered_by_what_was_carried() {
    with_each_source(|stage| {
        let ask = |question| stage.cx(Caller::Shell).call(&QueryWarehouse { question });
        assert_eq!(ask(Question::QaByKind).unwrap_err().code, Code::NotFound, "nothing was carried yet");
        stage.run();
        let answers = Question::ALL.map(|question| ask(question).unwrap());
        let row = |at: usize, cells: &[&str]| {
            let row: Vec<&str> =
                answers[at].rows[0].iter().map(|cell| cell.as_deref().unwrap_or("-")).collect();
            assert_eq!(row, cells, "{:?}", answers[at]);
            assert_eq!((answers[at].rows.len(), answers[at].columns.len()), (1, cells.len()));
        };
        row(0, &["2026-03", "eur", "1", "1200", "0", "1200"]);
        row(1, &["research", "3", "0", "-", "-"]);
        row(2, &["2026-03", "pro", "3", "0.00", "3", "6"]);
        row(3, &["2026-03", "2", "1"]);
        row(4, &["2026-02-23", "info", "1", "1"]);
        // What the source has no more is no part of the answers.
        stage.write(|tx| tx.run(JOB_GONE, args!["J1"]));
        stage.run();
        assert_eq!(ask(Question::QaByKind).unwrap().rows[0][1].as_deref(), Some("2"));
    });
}

#[test]
fn figures_tell_the_last_success_what_waits_and_whether_it_is_stale() {
    with_each_source(|stage| {
        let figure = |name: &str| {
            WarehouseFigures::refresh(&stage.deps).unwrap();
            let (text, name) = (stage.deps.metrics.encode(), format!("echopilot_warehouse_{name} "));
            text.lines().find_map(|line| line.strip_prefix(&name).map(str::to_owned))
        };
        let health = || stage.cx(Caller::Anonymous).call(&ShowHealth {}).unwrap().last_warehouse_sync;
        assert_eq!((figure("last_success_timestamp_seconds"), figure("stale").as_deref()), (None, Some("1")));
        assert_eq!((figure("lag_rows").as_deref(), health()), (Some("7"), None));
        stage.run();
        assert_eq!(figure("last_success_timestamp_seconds").as_deref(), Some("1772357400"));
        assert_eq!((figure("lag_rows").as_deref(), figure("stale").as_deref()), (Some("0"), Some("0")));
        assert_eq!((figure("last_run_ok").as_deref(), health()), (Some("1"), Some(START)));
        let held = lease::acquire(stage.source.store(), LEASE, "shell 7", Duration::from_secs(60)).unwrap();
        history::begin(stage.source.store(), &held.fence(), "R2", Kind::Sync, false, START).unwrap();
        assert_eq!(figure("last_run_ok").as_deref(), Some("1"), "it is at work");
        drop(held);
        assert_eq!(
            (figure("last_run_ok").as_deref(), health()),
            (Some("0"), Some(START)),
            "its process died"
        );
        stage.hands.advance(Duration::from_hours(27));
        assert_eq!(figure("stale").as_deref(), Some("1"));
    });
}

#[test]
fn the_status_answers_from_the_store_when_the_warehouse_is_down_or_there_is_none() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let mut stage = Stage::on_own(Engine::Sqlite, crate::store::testing::Server::start());
    stage.run();
    stage.server().stop();
    stage.sync(&SyncWarehouse::default()).unwrap_err();
    let status = stage.cx(Caller::Shell).call(&ShowWarehouse::default()).unwrap();
    assert_eq!((status.warehouse, status.row_counts), (Reach::Down, None));
    assert!(status.problem.unwrap().contains("can't be reached"));
    let last = status.last_sync.unwrap();
    assert!(last.status == "failed" && last.detail.unwrap().contains("can't be reached"));
    assert!(!status.stale);

    Arc::get_mut(&mut stage.deps).unwrap().settings.warehouse = None;
    let status = stage.cx(Caller::Shell).call(&ShowWarehouse::default()).unwrap();
    assert_eq!((status.warehouse, status.next_run), (Reach::NotConfigured, None));
    assert_eq!(stage.sync(&SyncWarehouse::default()).unwrap_err().code, Code::NotConfigured);
}
