//! `/dashboard/v2/jobs` and one of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use echopilot_core::audit::TailLog;
use echopilot_core::events::Log;
use echopilot_core::jobs::{self, Job, ListJobs, STATUSES, ShowJob};
use echopilot_core::operation::Deps;
use http::{HeaderMap, Response};

use super::super::frame::{day, frame, moment, page as rendered};
use super::super::operator_login::signed_in;
use super::super::overview::status;
use super::super::view::{BoardJob, JobPage, JobsPage, capitalised};
use super::automations::took;
use super::{Query, address, choices, lines, live, part, reference, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list is.
const PATH: &str = "/dashboard/v2/jobs";
/// Rows of a page.
const ROWS: u32 = 25;
/// Lines of the log beside a job.
const LINES: u32 = 50;

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
    let operation = ListJobs {
        limit: Some(ROWS),
        cursor: query.owned("cursor"),
        customer: query.owned("customer"),
        status: query.owned("status"),
        kind: query.owned("kind"),
        q: query.owned("q"),
    };
    let cx = visit.cx(&site);
    let asked =
        site.offload(move || (Seen::read(&cx.deps), cx.call(&operation), cx.deps.store.read(jobs::kinds)));
    let (seen, listed, kinds) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let parts = |status: Option<&str>, kind: Option<&str>, cursor: Option<&str>| {
        let (q, customer) = (("q", query.get("q")), ("customer", query.get("customer")));
        address(PATH, &[q, customer, ("status", status), ("kind", kind), ("cursor", cursor)])
    };
    let (status, kind) = (query.get("status"), query.get("kind"));
    let here = parts(status, kind, query.get("cursor"));
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let labelled = |word: String| (word.clone(), capitalised(&word.replace('_', " ")));
    let older = listed.as_ref().ok().and_then(|listed| listed.next_cursor.clone());
    let view = JobsPage {
        shell,
        live: live(&seen),
        here,
        q: query.owned("q").unwrap_or_default(),
        status: status.unwrap_or_default().to_owned(),
        statuses: choices(STATUSES.map(|word| labelled(word.to_owned())), status, |word| {
            parts(word, kind, None)
        }),
        kind: kind.unwrap_or_default().to_owned(),
        kinds: part(&visit, kinds, |kinds| {
            choices(kinds.into_iter().map(labelled), kind, |word| parts(status, word, None))
        }),
        is_filtered: ["q", "status", "kind", "customer"].iter().any(|name| query.get(name).is_some()),
        jobs: part(&visit, listed, |listed| listed.jobs.iter().map(|job| row(&site.deps, job)).collect()),
        newest: query.get("cursor").map(|_| parts(status, kind, None)),
        older: older.map(|cursor| parts(status, kind, Some(&cursor))),
    };
    rendered(&view, new_visitor)
}

/// One job.
pub(in super::super) async fn one(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response<Body> {
    let here = format!("{PATH}/{id}");
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    let cx = visit.cx(&site);
    let asked = site.offload(move || {
        let seen = Seen::read(&cx.deps);
        let tail =
            TailLog { file: Log::Jobs, n: LINES, level: None, request_id: Some(id.clone()), text: None };
        let job = cx.call(&ShowJob { id });
        // Whoever asks for a job that is not there learns nothing of the log.
        let tail = job.is_ok().then(|| cx.call(&tail));
        (seen, job, tail)
    });
    let (seen, job, tail) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let (job, Some(tail)) = (
        match job {
            Ok(job) => job,
            Err(fault) => return Problem::from(fault).into_response(),
        },
        tail,
    ) else {
        return Problem::of_status(404).into_response();
    };
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score from 0 to 100")]
    let score = job.qa_score.map(|score| score.clamp(0.0, 100.0).round() as u64);
    let view = JobPage {
        shell,
        live: live(&seen),
        here,
        job: row(&site.deps, &job),
        score,
        lines: part(&visit, tail, |tail| lines(Log::Jobs, tail.lines)),
    };
    rendered(&view, new_visitor)
}

fn row(deps: &Deps, job: &Job) -> BoardJob {
    let spent = job.started_at.zip(job.finished_at).map(|(begun, ended)| ended.since(begun).as_millis());
    BoardJob {
        id: job.id.clone(),
        task: job.task.clone(),
        kind: capitalised(&job.kind.replace('_', " ")),
        status: status(job),
        qa: job.qa_score.map(|score| format!("{score:.1}")),
        target: format!("{:.0}", job.qa_target),
        cost: format!("USD {}.{:04}", job.cost_micro / 1_000_000, job.cost_micro % 1_000_000 / 100),
        day: day(job.created_at),
        created: moment(job.created_at),
        started: job.started_at.map(moment),
        finished: job.finished_at.map(moment),
        took: spent.and_then(|millis| u64::try_from(millis).ok()).map(took),
        tokens: (job.tokens_in.to_string(), job.tokens_out.to_string()),
        customer: reference(deps, &job.customer_id),
        customer_link: format!("/dashboard/v2/customers/{}", job.customer_id),
    }
}
