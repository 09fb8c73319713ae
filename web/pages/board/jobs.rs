//! `/dashboard/v2/jobs`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::jobs::{self, Job, Jobs, ListJobs, STATUSES};
use echopilot_core::operation::Deps;
use echopilot_core::platform::Result;
use http::{HeaderMap, Response};

use super::super::frame::{day, frame, moment, page as rendered};
use super::super::operator_login::signed_in;
use super::super::overview::status;
use super::super::view::{BoardJob, JobsPage, Listing, capitalised};
use super::automations::took;
use super::{Filters, Query, choices, live, part, reference, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list is.
pub(super) const PATH: &str = "/dashboard/v2/jobs";
/// Rows of a page.
const ROWS: u32 = 25;

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
    let operation = wanted(&query);
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
    let filters = filters(&query);
    let (shell, new_visitor) = frame(&site, &visit, &headers, &filters.here());
    let labelled = |word: String| (word.clone(), capitalised(&word.replace('_', " ")));
    let statuses = STATUSES.map(|word| labelled(word.to_owned()));
    let view = JobsPage {
        shell,
        live: live(&seen),
        q: query.owned("q").unwrap_or_default(),
        kept: filters.beside_text(),
        statuses: choices(statuses, query.get("status"), |word| filters.with("status", word)),
        kinds: part(&visit, kinds, |kinds| {
            choices(kinds.into_iter().map(labelled), query.get("kind"), |word| filters.with("kind", word))
        }),
        list: list(&site.deps, &visit, &filters, listed, filters.here(), None),
    };
    rendered(&view, new_visitor)
}

/// What is asked for.
pub(super) fn wanted(query: &Query) -> ListJobs {
    ListJobs {
        limit: Some(ROWS),
        cursor: query.owned("cursor"),
        customer: query.owned("customer"),
        status: query.owned("status"),
        kind: query.owned("kind"),
        q: query.owned("q"),
    }
}

pub(super) fn filters(query: &Query) -> Filters<'_> {
    Filters { path: PATH, names: &["q", "customer", "status", "kind"], query }
}

/// The list as the page `here` shows it; the job of that page is `chosen`.
pub(super) fn list(
    deps: &Deps,
    visit: &Visit,
    filters: &Filters<'_>,
    listed: Result<Jobs>,
    here: String,
    chosen: Option<&str>,
) -> Listing<BoardJob> {
    let listed = listed.map(|listed| (listed.jobs, listed.next_cursor));
    filters.listing(visit, listed, here, |job| row(deps, job, filters, chosen))
}

pub(super) fn row(deps: &Deps, job: &Job, filters: &Filters<'_>, chosen: Option<&str>) -> BoardJob {
    let spent = job.started_at.zip(job.finished_at).map(|(begun, ended)| ended.since(begun).as_millis());
    BoardJob {
        id: job.id.clone(),
        link: filters.at(&format!("{PATH}/{}", job.id)),
        is_chosen: chosen == Some(job.id.as_str()),
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
