//! `/dashboard/v2/automations`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::platform::{Fault, Timestamp};
use echopilot_core::scheduler::{
    LastRun, PauseTask, ResumeTask, RunTask, Scheduled, ShowScheduler, TaskStatus,
};
use http::{HeaderMap, Response};

use super::super::form::Form;
use super::super::frame::{frame, lead_to, moment, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{AutomationsPage, ConfirmRunPage, RunMark, TaskNotice, TaskRow};
use super::{Query, address, coming, live, part};
use crate::chart::strip::{Beat, How};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list is.
const PATH: &str = "/dashboard/v2/automations";
/// Runs of a strip.
const RUNS: u32 = 30;

/// The list.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let query = Query::of(uri.query());
    let notice = query
        .get("did")
        .and_then(TaskNotice::parse)
        .zip(query.get("task").and_then(|task| Scheduled::named(task).ok()))
        .map(|(notice, task)| (notice, task.name.to_owned()));
    let cx = visit.cx(&site);
    let asked = site.offload(move || (Seen::read(&cx.deps), cx.call(&ShowScheduler { runs: Some(RUNS) })));
    let (seen, status) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let (shell, new_visitor) = frame(&site, &visit, &headers, PATH);
    let tasks =
        part(&visit, status, |status| status.tasks.into_iter().map(|task| row(task, visit.now)).collect());
    rendered(&AutomationsPage { shell, live: live(&seen), notice, tasks }, new_visitor)
}

/// "Run it now?", for tasks that change something outside.
pub(in super::super) async fn confirm(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let Some(name) = Query::of(uri.query()).owned("task") else { return lead_to(PATH, None) };
    let task = match Scheduled::named(&name) {
        Ok(task) => task,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let Some(writes_to) = task.outside else { return lead_to(PATH, None) };
    let words = match task.words() {
        Ok(words) => words,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let path = address("/dashboard/v2/automations/run", &[("task", Some(task.name))]);
    let (shell, new_visitor) = frame(&site, &visit, &headers, &path);
    let view = ConfirmRunPage { shell, task: task.name.to_owned(), words, writes_to: writes_to.to_owned() };
    rendered(&view, new_visitor)
}

/// Run, pause or resume, and back to the list.
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
    let (cx, task) = (visit.cx(&site), form.get("task").to_owned());
    let name = task.clone();
    let done = match form.get("do") {
        "run" => {
            let outside = Scheduled::named(&task).ok().and_then(|task| task.outside);
            if outside.is_some() && form.get("confirmed") != "yes" {
                let path = address("/dashboard/v2/automations/run", &[("task", Some(&task))]);
                return lead_to(&path, None);
            }
            site.call(cx, RunTask { task }).await.map(|_| TaskNotice::Started)
        }
        "pause" => site.call(cx, PauseTask { task }).await.map(|_| TaskNotice::Paused),
        "resume" => site.call(cx, ResumeTask { task }).await.map(|_| TaskNotice::Resumed),
        _ => Err(Fault::invalid("do", "expected run, pause or resume")),
    };
    match done {
        Ok(notice) => lead_to(&address(PATH, &[("did", Some(notice.as_str())), ("task", Some(&name))]), None),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn row(task: TaskStatus, now: Timestamp) -> TaskRow {
    TaskRow {
        words: task.words,
        last: task.last_run.as_ref().map(mark),
        next: task.next.map(|next| coming(next, now)),
        paused_by: task.paused_by,
        at_work: task.last_run.as_ref().is_some_and(|run| run.result == "running"),
        failures: u64::try_from(-task.streak).unwrap_or(0),
        beats: task.recent.iter().rev().map(beat).collect(),
        writes_to: task.writes_to,
        name: task.name,
    }
}

fn mark(run: &LastRun) -> RunMark {
    let file = ("file", Some("scheduler"));
    RunMark {
        at: moment(run.started_at),
        took: run.duration_ms.map(took),
        result: run.result.clone(),
        detail: run.detail.clone(),
        log_link: address("/dashboard/v2/logs", &[file, ("request_id", Some(&run.id))]),
    }
}

/// What is not configured did nothing: that is neither well nor bad.
fn beat(run: &LastRun) -> Beat {
    let how = match run.result.as_str() {
        "ok" => How::Ok,
        "running" => How::Warn,
        "not_configured" => How::Unknown,
        _ => How::Bad,
    };
    let took = run.duration_ms.map(|millis| format!(", {}", took(millis))).unwrap_or_default();
    let began = moment(run.started_at).text;
    Beat { how, words: format!("{began}: {}{took}", run.result.replace('_', " ")) }
}

/// How long something took, in a unit that fits.
pub(super) fn took(millis: u64) -> String {
    match millis {
        ..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}
