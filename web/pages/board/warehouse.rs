//! `/dashboard/v2/warehouse`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::platform::{Code, Fault, Result, Timestamp, grouped};
use echopilot_core::scheduler::{Scheduled, ShowScheduler, TaskStatus};
use echopilot_core::warehouse::{
    PastRun, Quarantine, QuarantinedRow, Reach, ShowWarehouse, SyncWarehouse, TableSync, WarehouseStatus,
    WarehouseTable,
};
use http::{HeaderMap, Response, StatusCode};

use super::super::form::Form;
use super::super::frame::{age, frame, lead_to, moment, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{
    Change, ConfirmSyncPage, CopyRow, Figure, QuarantineRows, Stat, SyncAct, SyncRow, WarehouseNotice,
    WarehousePage, WarehouseState, capitalised,
};
use super::automations::took;
use super::warehouse_findings::findings;
use super::{Query, address, coming, live, part};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the page is.
pub(super) const PATH: &str = "/dashboard/v2/warehouse";
/// The page that asks first.
pub(super) const RUN: &str = "/dashboard/v2/warehouse/run";
/// The task that does by the clock what is done here by hand.
const TASK: &str = "warehouse-sync";
/// Runs that are shown.
const RUNS: u32 = 20;

/// The page.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let notice = Query::of(uri.query()).get("did").and_then(WarehouseNotice::parse);
    show(&site, &visit, &headers, notice, None).await
}

/// "Sync now?", since it writes to another database.
pub(in super::super) async fn confirm(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let act = match Query::of(uri.query()).get("full") {
        None => SyncAct::Changed,
        Some("yes") => SyncAct::Full,
        Some(_) => return Problem::from(Fault::invalid("full", "expected yes")).into_response(),
    };
    let words = match Scheduled::named(TASK).and_then(Scheduled::words) {
        Ok(words) => words,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let (shell, new_visitor) = frame(&site, &visit, &headers, &asks(act));
    rendered(&ConfirmSyncPage { shell, act, words }, new_visitor)
}

/// Sync or compare, and back to the page.
pub(in super::super) async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let confirmed = form.get("confirmed") == "yes";
    let (operation, notice) = match form.get("do") {
        "sync" if !confirmed => return lead_to(&asks(SyncAct::Changed), None),
        "full" if !confirmed => return lead_to(&asks(SyncAct::Full), None),
        "sync" => (SyncWarehouse::default(), WarehouseNotice::Syncing),
        "full" => (SyncWarehouse { full: true, ..SyncWarehouse::default() }, WarehouseNotice::Syncing),
        // It writes nothing, so nobody is asked.
        "verify" => (SyncWarehouse { verify: true, ..SyncWarehouse::default() }, WarehouseNotice::Comparing),
        _ => return Problem::from(Fault::invalid("do", "expected sync, full or verify")).into_response(),
    };
    match site.call(visit.cx(&site), operation).await {
        Ok(_) => lead_to(&address(PATH, &[("did", Some(notice.as_str()))]), None),
        Err(fault) if matches!(fault.code, Code::Conflict | Code::NotConfigured) => {
            show(&site, &visit, &headers, None, Some(fault)).await
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn asks(act: SyncAct) -> String {
    address(RUN, &[("full", (act == SyncAct::Full).then_some("yes"))])
}

async fn show(
    site: &Arc<Site>,
    visit: &Visit,
    headers: &HeaderMap,
    notice: Option<WarehouseNotice>,
    refused: Option<Fault>,
) -> Response<Body> {
    let cx = visit.cx(site);
    let asked = site.offload(move || {
        let status = cx.call(&ShowWarehouse { runs: Some(RUNS) });
        (Seen::read(&cx.deps), status, cx.call(&ShowScheduler::default()))
    });
    let (seen, status, scheduler) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let both = status.and_then(|status| Ok((status, task(scheduler?.tasks)?)));
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let status = refused.as_ref().map_or(Ok(StatusCode::OK), |fault| StatusCode::from_u16(fault.code.http()));
    let view = WarehousePage {
        shell,
        live: live(&seen),
        notice,
        refused: refused.map(|fault| fault.detail),
        state: part(visit, both, |(status, task)| state(&status, &task, visit.now)),
    };
    with_status(rendered(&view, new_visitor), status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

fn task(tasks: Vec<TaskStatus>) -> Result<TaskStatus> {
    let found = tasks.into_iter().find(|task| task.name == TASK);
    found.ok_or_else(|| Fault::internal("the warehouse is not in the schedule"))
}

fn state(status: &WarehouseStatus, task: &TaskStatus, now: Timestamp) -> WarehouseState {
    let is_configured = status.warehouse != Reach::NotConfigured;
    WarehouseState {
        findings: findings(status, task, now),
        is_configured,
        at_work: status.lease_holder.is_some(),
        stats: stats(status, task, now),
        copies: WarehouseTable::ALL.into_iter().map(|table| copy(status, table)).collect(),
        runs: status.recent.iter().map(run).collect(),
        quarantine: status.quarantine.as_ref().map(quarantine),
    }
}

fn stats(status: &WarehouseStatus, task: &TaskStatus, now: Timestamp) -> Vec<Stat> {
    let known = |label: &str, value: String, unit: &str, note: String| {
        let change = Change::Unknown { reason: note };
        Stat::new(label, Figure::Known { value, unit: unit.to_owned(), change })
    };
    let unknown = |label: &str, reason: &str| Stat::new(label, Figure::Unknown { reason: reason.to_owned() });
    let lag = match status.last_success {
        Some(success) => {
            let since = age(success, now);
            let (count, unit) = since.split_once(' ').unwrap_or((&since, ""));
            let note = format!("On {}", moment(success).text);
            known("Last success", count.to_owned(), &format!("{unit} ago"), note)
        }
        None => unknown("Last success", "No sync has succeeded yet"),
    };
    let waiting = "Changed since they were last copied, or not kept".to_owned();
    let rows = match &status.row_counts {
        Some(counts) => {
            let note = "Live rows of all four tables".to_owned();
            known("Rows there", whole(counts.values().sum()), "", note)
        }
        None if status.warehouse == Reach::Down => unknown("Rows there", "The warehouse does not answer"),
        None => unknown("Rows there", "The first sync makes the tables"),
    };
    let next = match task.next {
        Some(next) => {
            let time = next.utc().format("%H:%M").to_string();
            known("Next sync", time, "UTC", capitalised(&coming(next, now).text))
        }
        None => unknown("Next sync", "The task is paused"),
    };
    vec![lag, known("Rows waiting", whole(status.lag_rows), "", waiting), rows, next]
}

/// A count; there are no negative ones.
pub(super) fn whole(count: i64) -> String {
    grouped(count.unsigned_abs())
}

fn copy(status: &WarehouseStatus, table: WarehouseTable) -> CopyRow {
    let rows = status.row_counts.as_ref().and_then(|counts| counts.get(&table));
    let last = status.last_sync.as_ref().and_then(|last| last.tables.iter().find(|one| one.table == table));
    CopyRow {
        name: table.as_str(),
        rows: rows.copied().map(whole),
        last: last.map(|one| [one.inserted, one.updated, one.deleted, one.quarantined].map(grouped)),
    }
}

fn run(run: &PastRun) -> SyncRow {
    SyncRow {
        at: moment(run.started_at),
        kind: match (run.kind.as_str(), run.full) {
            ("verify", _) => "Comparison",
            (_, true) => "Every row",
            (_, false) => "Changed rows",
        },
        status: run.status.clone(),
        took: run.duration_ms.and_then(|took| u64::try_from(took).ok()).map(took),
        words: words(run),
    }
}

/// What a run did, or why it failed.
fn words(run: &PastRun) -> String {
    if let Some(detail) = &run.detail {
        return detail.clone();
    }
    match (run.status.as_str(), run.kind.as_str()) {
        ("running", _) => "At work".to_owned(),
        ("interrupted", _) => "The process that ran it stopped".to_owned(),
        ("ok", "verify") => "Both sides are equal".to_owned(),
        ("different", _) => "Both sides differ".to_owned(),
        _ => carried(&run.tables),
    }
}

/// "12 inserted, 3 updated": what is zero is left out.
fn carried(tables: &[TableSync]) -> String {
    let sum = |of: fn(&TableSync) -> u64| tables.iter().map(of).sum::<u64>();
    let counts = [
        (sum(|one| one.inserted), "inserted"),
        (sum(|one| one.updated), "updated"),
        (sum(|one| one.deleted), "deleted"),
        (sum(|one| one.quarantined), "not kept"),
    ];
    let words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count)))
        .collect();
    if words.is_empty() { "Nothing had changed".to_owned() } else { words.join(", ") }
}

fn quarantine(quarantine: &Quarantine) -> QuarantineRows {
    let row = |row: &QuarantinedRow| {
        (row.table.as_str(), row.key.clone(), row.reason.clone(), moment(row.found_at))
    };
    QuarantineRows { count: quarantine.count, rows: quarantine.rows.iter().map(row).collect() }
}
