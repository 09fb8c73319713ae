//! "Replay" beside a webhook: the event is applied again, as it came.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::{EventState, ReplayEvent};
use http::{HeaderMap, Response};

use super::super::form::Form;
use super::super::frame::lead_to;
use super::super::view::PaymentsNotice;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Apply it again and go back to the list.
pub(in super::super) async fn replay(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let (cx, operation) = (visit.cx(&site), ReplayEvent { id: form.get("event").to_owned() });
    match site.call(cx, operation).await {
        Ok(replayed) => {
            let failed = replayed.state == EventState::Failed;
            let notice = if failed { PaymentsNotice::ReplayFailed } else { PaymentsNotice::Replayed };
            lead_to(&format!("/payments?did={}", notice.as_str()), None)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}
