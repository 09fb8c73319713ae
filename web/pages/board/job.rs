//! `/dashboard/v2/jobs/{id}`: one job, beside the list that it was chosen from where there is room.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use echopilot_core::audit::TailLog;
use echopilot_core::events::Log;
use echopilot_core::jobs::ShowJob;
use http::{HeaderMap, Response};

use super::super::frame::{frame, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::JobPage;
use super::jobs::{PATH, filters, list, row, wanted};
use super::{Query, lines, live, part, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Lines of the log beside a job.
const LINES: u32 = 50;

/// The job.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let query = Query::of(uri.query());
    let filters = filters(&query);
    let here = filters.at(&format!("{PATH}/{id}"));
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    let (cx, beside) = (visit.cx(&site), wanted(&query));
    let asked = site.offload(move || {
        let seen = Seen::read(&cx.deps);
        let tail =
            TailLog { file: Log::Jobs, n: LINES, level: None, request_id: Some(id.clone()), text: None };
        let job = cx.call(&ShowJob { id })?;
        // Whoever asks for a job that is not there learns nothing of the log.
        Ok((seen, job, cx.call(&tail), cx.call(&beside)))
    });
    let (seen, job, tail, listed) = match asked.await.and_then(|asked| asked) {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score from 0 to 100")]
    let score = job.qa_score.map(|score| score.clamp(0.0, 100.0).round() as u64);
    let view = JobPage {
        shell,
        live: live(&seen),
        here: here.clone(),
        back: filters.here(),
        job: row(&site.deps, &job, &filters, None),
        score,
        lines: part(&visit, tail, |tail| lines(Log::Jobs, tail.lines)),
        list: list(&site.deps, &visit, &filters, listed, here, Some(&job.id)),
    };
    rendered(&view, new_visitor)
}
