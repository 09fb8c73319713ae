//! The link in a sign-in mail. Opening it shows a button and changes nothing, however often and by whatever it is
//! opened; pressing the button signs in, once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::auth::{VerifyLink, is_link_token};
use echopilot_core::platform::{Code, Secret};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, Response};

use super::device::device;
use super::form::{Form, allowed};
use super::frame::{frame, page as rendered};
use super::login::{signed_in, stale_form};
use super::view::{VerifyPage, VerifyState};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// The page with the button.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let (mut token, mut next) = (String::new(), "");
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()) {
        match name.as_ref() {
            "token" => value.trim().clone_into(&mut token),
            "next" => next = allowed(&value).unwrap_or(""),
            _ => {}
        }
    }
    let state = if is_link_token(&token) { VerifyState::Ready } else { VerifyState::Incomplete };
    show(&site, &visit, &headers, token, next, state)
}

/// Sign in with the link.
pub(super) async fn sign_in(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return stale_form(problem),
    };
    let operation = VerifyLink { token: Secret::new(form.get("token")), device: Some(device(&headers)) };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(answer) => signed_in(&site, &visit, &answer, form.next()),
        Err(fault) if fault.code == Code::Unauthenticated => {
            let next = allowed(form.get("next")).unwrap_or("");
            show(&site, &visit, &headers, String::new(), next, VerifyState::Ended)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn show(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    token: String,
    next: &str,
    state: VerifyState,
) -> Response<Body> {
    let mut path = "/auth/verify".to_owned();
    if state == VerifyState::Ready {
        // A change of theme comes back here.
        path = format!("{path}?token={token}&next={next}");
    }
    let token = if state == VerifyState::Ready { token } else { String::new() };
    let (shell, new_visitor) = frame(site, visit, headers, &path);
    let view = VerifyPage { shell, token, next: next.to_owned(), state };
    let mut response = rendered(&view, new_visitor);
    // It holds a secret: no cache keeps it, the browser's neither.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
