//! Choices of how pages look and listen, without scripts, and the operators' page of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::platform::Fault;
use http::{HeaderMap, HeaderValue, Response};

use super::form::{Form, own_path};
use super::frame::{frame, lead_to, page as rendered};
use super::operator_login::signed_in;
use super::view::{CHOICES, SettingsPage};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/dashboard/v2/settings";

/// The operators' page.
pub(super) async fn page(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, PATH);
    rendered(&SettingsPage { shell }, new_visitor)
}

/// Keep what was chosen for a year and go back.
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
    let mut cookies = Vec::new();
    for choice in CHOICES {
        let said = form.get(choice.field);
        match choice.parse(said) {
            Some(word) => cookies.extend(kept(&site, choice.cookie, word)),
            None if said.is_empty() => {}
            None => {
                let [one, other] = choice.words;
                let expected = format!("expected {one} or {other}");
                return Problem::from(Fault::invalid(choice.field, expected)).into_response();
            }
        }
    }
    if cookies.is_empty() {
        return Problem::from(Fault::invalid("density", "expected density, sidebar or keys")).into_response();
    }
    lead_to(own_path(form.get("next")).unwrap_or("/"), cookies)
}

/// A cookie that scripts may read: they write it too.
pub(super) fn kept(site: &Site, name: &str, word: &str) -> Option<HeaderValue> {
    let secure = site.cookies.secure_suffix();
    let cookie = format!("{name}={word}; Path=/; Max-Age=31536000; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).ok()
}
