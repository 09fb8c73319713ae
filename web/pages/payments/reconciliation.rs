//! `/payments/reconciliation` and its file.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::{
    DriftedObject, LastReconciliation, ReconcileBilling, ReconcileReport, ShowLastReconciliation,
};
use echopilot_core::platform::{Code, Fault, Result, Timestamp};
use http::{HeaderMap, Response, StatusCode};

use super::super::csv::{Cell, Csv};
use super::super::form::Form;
use super::super::frame::{frame, moment, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{
    Compared, DifferenceRow, Failure, FieldError, LastComparison, Part, ReconciliationPage,
};
use super::mode;
use crate::layers::Visit;
use crate::site::Site;

const PATH: &str = "/payments/reconciliation";
/// Its columns; what nothing is known of stands in `fields`, under `unknown`.
const COLUMNS: [&str; 4] = ["found", "kind", "id", "fields"];

/// What an answer shows.
#[derive(Default)]
struct Shown {
    compared: Option<Compared>,
    since: String,
    errors: Vec<FieldError>,
    failed: Option<String>,
    status: StatusCode,
}

/// The last comparison, and the form for another.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    show(&site, &visit, &headers, Shown::default()).await
}

/// Compare, and put right when that was asked for.
pub(in super::super) async fn compare(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let mut shown = Shown { since: form.get("since").trim().to_owned(), ..Shown::default() };
    match run(&site, &visit, &shown.since, form.get("act") == "apply").await {
        Ok(report) => shown.compared = Some(compared(&report)),
        Err(fault) => refuse(&mut shown, &fault),
    }
    show(&site, &visit, &headers, shown).await
}

/// Compare, change nothing, and answer with a file.
pub(in super::super) async fn file(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let mut shown = Shown { since: form.get("since").trim().to_owned(), ..Shown::default() };
    match run(&site, &visit, &shown.since, false).await {
        Ok(report) => written(&report).answer("differences.csv"),
        Err(fault) => {
            refuse(&mut shown, &fault);
            show(&site, &visit, &headers, shown).await
        }
    }
}

async fn run(site: &Site, visit: &Visit, since: &str, apply: bool) -> Result<ReconcileReport> {
    let since = match since {
        "" => None,
        day => Some(
            Timestamp::parse(&format!("{day}T00:00:00Z"))
                .ok_or_else(|| Fault::invalid("since", "expected a day such as 2026-03-01"))?,
        ),
    };
    let (cx, operation) = (visit.cx(site), ReconcileBilling { since, apply });
    site.call(cx, operation).await
}

fn refuse(shown: &mut Shown, fault: &Fault) {
    if fault.code == Code::Invalid {
        shown.errors = vec![FieldError { field: "since", text: "Enter a day such as 2026-03-01".to_owned() }];
    } else {
        shown.failed = Some(fault.detail.clone());
    }
    shown.status = StatusCode::from_u16(fault.code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
}

fn compared(report: &ReconcileReport) -> Compared {
    Compared {
        applied: report.applied,
        objects: whole(report.kinds.iter().map(|kind| kind.listed).sum()),
        total: whole(report.drift),
        unknown: report.unknown(),
        rows: report.shown.iter().map(difference).collect(),
    }
}

fn difference(object: &DriftedObject) -> DifferenceRow {
    DifferenceRow {
        found: object.drift.clone(),
        kind: object.kind.as_str().to_owned(),
        id: object.id.clone(),
        detail: object.fields.join(", "),
    }
}

fn written(report: &ReconcileReport) -> Csv {
    let mut file = Csv::new(&COLUMNS);
    for object in &report.shown {
        let fields = object.fields.join(" ");
        file.line([
            Cell::Text(&object.drift),
            Cell::Text(object.kind.as_str()),
            Cell::Text(&object.id),
            Cell::Text(&fields),
        ]);
    }
    for words in report.unknown() {
        file.line([Cell::Text("unknown"), Cell::Text(""), Cell::Text(""), Cell::Text(&words)]);
    }
    let left = whole(report.drift) - whole(u64::try_from(report.shown.len()).unwrap_or(u64::MAX));
    if left > 0 {
        let words = format!("{left} more differ: compare a shorter time");
        file.line([Cell::Text(&words), Cell::Text(""), Cell::Text(""), Cell::Text("")]);
    }
    file
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn show(site: &Site, visit: &Visit, headers: &HeaderMap, shown: Shown) -> Response<Body> {
    let cx = visit.cx(site);
    let last = site.call(cx, ShowLastReconciliation::default()).await;
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let view = ReconciliationPage {
        shell,
        mode: mode(site),
        last: match last {
            Ok(LastReconciliation { last }) => Part::Ready(last.map(|last| LastComparison {
                at: moment(last.finished_at),
                since: last.since.map(moment),
                differences: last.drift,
                applied: last.applied,
                is_whole: last.is_whole,
            })),
            Err(_) => Part::Failed(Failure { request_id: visit.request_id.clone() }),
        },
        compared: shown.compared,
        since: shown.since,
        errors: shown.errors,
        failed: shown.failed,
    };
    with_status(rendered(&view, new_visitor), shown.status)
}
