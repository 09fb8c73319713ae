//! The choice of a theme without scripts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use http::{HeaderMap, Response};

use super::form::{Form, own_path};
use super::frame::{THEME_COOKIE, lead_to};
use super::settings::kept;
use super::view::Theme;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;
use echopilot_core::platform::Fault;

/// Keep the choice for a year and go back.
pub(super) async fn choose(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let Some(theme) = Theme::parse(form.get("theme")) else {
        return Problem::from(Fault::invalid("theme", "expected dark, light or system")).into_response();
    };
    lead_to(own_path(form.get("next")).unwrap_or("/"), kept(&site, THEME_COOKIE, theme.as_str()))
}
