//! GET /metrics: for a scraper on this machine, an operator, or whoever has METRICS_TOKEN.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use echopilot_core::operation::{Access, Caller};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response};

use crate::caller;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

pub(super) async fn metrics(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    if !visit.is_local && !has_token(&site, &headers) && !matches!(visit.caller, Caller::Operator(_)) {
        Access::Operator.admit(&visit.caller)?;
    }
    let mut response = Response::new(Body::from(site.deps.metrics.encode()));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Ok(response)
}

fn has_token(site: &Site, headers: &HeaderMap) -> bool {
    let token = headers.get(AUTHORIZATION).and_then(caller::bearer);
    match (&site.deps.settings.metrics_token, token) {
        (Some(own), Some(token)) => own.matches(token),
        _ => false,
    }
}
