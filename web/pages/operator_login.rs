//! Sign-in and sign-out of operators, by forms that work without scripts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::auth::{OperatorSignedIn, SignInOperator, SignOutOperator};
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Code, Secret};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::board::HOME;
use super::form::{Form, allowed_operator};
use super::frame::{frame, lead_to, page as rendered, with_status};
use super::view::{FieldError, LoginNotice, OperatorLoginPage};
use crate::caller::{KEY_CHALLENGE, WrongKey, cookie};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Where the form is.
const PATH: &str = "/dashboard/login";

/// The form for the key.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let value =
        |name: &str| query.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let next = allowed_operator(value("next")).unwrap_or("");
    if matches!(visit.caller, Caller::Operator(_)) {
        return lead_to(if next.is_empty() { HOME } else { next }, None);
    }
    let notice = match value("why") {
        "signed-out" => Some(LoginNotice::SignedOut),
        "expired" => Some(LoginNotice::SessionExpired),
        "sign-in" => Some(LoginNotice::SignInFirst),
        "form" => Some(LoginNotice::FormExpired),
        _ => None,
    };
    show(&site, &visit, &headers, next, notice, None)
}

/// Exchange the key for a session.
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
    let next = allowed_operator(form.get("next")).unwrap_or("");
    // Keys are copied from password managers and terminals, often with the end of the line.
    let key = form.get("key").trim();
    let wrong = |text: &str| Some(FieldError { field: "key", text: text.to_owned() });
    if key.is_empty() && !site.operators.is_empty() {
        return show(&site, &visit, &headers, next, None, wrong("Enter your operator's key"));
    }
    let (cx, operation) = (visit.cx(&site), SignInOperator { key: Secret::new(key) });
    match site.call(cx, operation).await {
        Ok(answer) => lead_to(if next.is_empty() { HOME } else { next }, kept(&site, &answer, &visit)),
        Err(fault) if fault.code == Code::Unauthenticated => {
            let error = wrong("This is not the key of an operator. Keys are told apart by capitals");
            let page = show(&site, &visit, &headers, next, None, error);
            let mut response = with_status(page, StatusCode::UNAUTHORIZED);
            response.headers_mut().insert(WWW_AUTHENTICATE, KEY_CHALLENGE);
            response.extensions_mut().insert(WrongKey);
            response
        }
        Err(fault) if fault.code == Code::NotConfigured => show(&site, &visit, &headers, next, None, None),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// End the session; without one there is nothing to end.
pub(super) async fn sign_out(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Err(problem) = Form::verified(&site, &visit, &headers, &body) {
        return stale_form(problem);
    }
    if let Some(token) = cookie(&headers, site.cookies.operator).filter(|token| !token.is_empty()) {
        let (cx, operation) = (visit.cx(&site), SignOutOperator { token: Secret::new(token) });
        if let Err(fault) = site.call(cx, operation).await {
            return Problem::from(fault).into_response();
        }
    }
    lead_to("/dashboard/login?why=signed-out", site.cookies.set(site.cookies.operator, "", Some(0)))
}

/// The operator's name, or the way to the sign-in with the reason.
pub(super) fn signed_in(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    path: &str,
) -> Result<Arc<str>, Response<Body>> {
    if let Caller::Operator(name) = &visit.caller {
        return Ok(Arc::clone(name));
    }
    let had_session = cookie(headers, site.cookies.operator).is_some_and(|token| !token.is_empty());
    let why = if had_session { "expired" } else { "sign-in" };
    // The filters in an address may be anything: the way back is the page without them.
    let next = allowed_operator(path.split('?').next().unwrap_or(path)).unwrap_or(HOME);
    Err(lead_to(&format!("{PATH}?next={next}&why={why}"), None))
}

fn kept(site: &Site, answer: &OperatorSignedIn, visit: &Visit) -> Option<HeaderValue> {
    site.cookies.set(site.cookies.operator, &answer.token, Some(answer.expires_at.since(visit.now).as_secs()))
}

fn show(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    next: &str,
    notice: Option<LoginNotice>,
    error: Option<FieldError>,
) -> Response<Body> {
    let (mut shell, new_visitor) = frame(site, visit, headers, PATH);
    // A customer may be signed in beside it; that is no business of this page.
    shell.account = None;
    let is_configured = !site.operators.is_empty();
    let view = OperatorLoginPage {
        shell,
        is_configured,
        next: next.to_owned(),
        notice,
        errors: error.into_iter().collect(),
    };
    let page = rendered(&view, new_visitor);
    if is_configured { page } else { with_status(page, StatusCode::SERVICE_UNAVAILABLE) }
}

/// A form that was made for another visitor or another session: begin again, with the reason.
fn stale_form(problem: Problem) -> Response<Body> {
    if problem.status() == StatusCode::FORBIDDEN {
        return lead_to("/dashboard/login?why=form", None);
    }
    problem.into_response()
}
