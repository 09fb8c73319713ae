//! Sign-in and sign-out by forms that work without scripts.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::auth::{RequestCode, SignIn, SignInAnswer, SignInDemo, SignOut};
use echopilot_core::operation::{Caller, Operation, SessionChange};
use echopilot_core::platform::{Code, Email, Fault, Secret, Timestamp};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::device::device;
use super::form::{Form, allowed};
use super::frame::{frame, lead_to, moment, page as rendered, wait, with_status};
use super::view::{FieldError, LoginLimit, LoginNotice, LoginPage, LoginStep, capitalised};
use crate::caller::cookie;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Ties a code to the browser that asked for it.
const BROWSER_COOKIE: &str = "ep_code";
/// As long as the code is good.
const BROWSER_COOKIE_AGE: u64 = 600;

/// The form for the address, or for address and password.
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
    let next = allowed(value("next")).unwrap_or("");
    if matches!(visit.caller, Caller::Customer(_)) {
        return lead_to(if next.is_empty() { "/app" } else { next }, None);
    }
    let notice = match value("why") {
        "signed-out" => Some(LoginNotice::SignedOut),
        "expired" => Some(LoginNotice::SessionExpired),
        "sign-in" => Some(LoginNotice::SignInFirst),
        "form" => Some(LoginNotice::FormExpired),
        _ => None,
    };
    let step = if value("with") == "password" { LoginStep::Password } else { LoginStep::Email };
    let shown = Shown { notice, ..Shown::new(step, "", next) };
    show(&site, &visit, &headers, shown, None)
}

/// Mail a code and ask for it.
pub(super) async fn send_code(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return stale_form(problem),
    };
    let next = allowed(form.get("next")).unwrap_or("");
    let email = match Email::parse(form.get("email")) {
        Ok(email) => email,
        Err(fault) => {
            let error = FieldError { field: "email", text: words(&fault) };
            let shown = Shown { error: Some(error), ..Shown::new(LoginStep::Email, form.get("email"), next) };
            return show(&site, &visit, &headers, shown, None);
        }
    };
    let known = cookie(&headers, BROWSER_COOKIE).filter(|value| value.len() == 22).map(str::to_owned);
    let again = known.is_some();
    let browser = known.unwrap_or_else(|| site.deps.ids.token(16));
    let operation = RequestCode {
        email: email.clone(),
        browser: Some(Secret::new(&*browser)),
        next: allowed(form.get("next")),
    };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(_) => {
            let notice = again.then_some(LoginNotice::CodeSentAgain);
            let shown = Shown { notice, ..Shown::new(LoginStep::Code, email.as_str(), next) };
            let kept = site.cookies.set(BROWSER_COOKIE, &browser, Some(BROWSER_COOKIE_AGE));
            show(&site, &visit, &headers, shown, kept)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Sign in with the code, or with the password.
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
    let by_password = form.get("with") == "password";
    let attempt = Email::parse(form.get("email")).map(|email| {
        let (mut code, mut password) = (None, None);
        if by_password {
            password = Some(Secret::new(form.get("password")));
        } else {
            code = Some(Secret::new(code_of(&form).unwrap_or_default()));
        }
        let browser = cookie(&headers, BROWSER_COOKIE).map(Secret::new);
        SignIn { email, code, password, browser, device: Some(device(&headers)) }
    });
    let result = match attempt {
        Err(fault) => Err(fault),
        Ok(operation) => {
            let cx = visit.cx(&site);
            site.call(cx, operation).await
        }
    };
    let (step, field) =
        if by_password { (LoginStep::Password, "password") } else { (LoginStep::Code, "code") };
    let email = form.get("email");
    let next = allowed(form.get("next")).unwrap_or("");
    match result {
        Ok(answer) => signed_in(&site, &visit, &answer, form.next()),
        Err(fault) if matches!(fault.code, Code::Unauthenticated | Code::Invalid) => {
            let about_email = fault.fields.first().is_some_and(|problem| problem.field == "email");
            let (step, field) = match (about_email, step) {
                // The form for the code shows the address, but has no field for it.
                (true, LoginStep::Code) => (LoginStep::Email, "email"),
                (true, step) => (step, "email"),
                (false, step) => (step, field),
            };
            let error = FieldError { field, text: words(&fault) };
            let shown = Shown { error: Some(error), ..Shown::new(step, email, next) };
            show(&site, &visit, &headers, shown, None)
        }
        Err(fault) if fault.code == Code::Limited => {
            let told = limit(&fault, visit.now, "A link or code by e-mail works at once.");
            let shown = Shown { limit: Some(told), ..Shown::new(step, email, next) };
            limited(show(&site, &visit, &headers, shown, None), &fault)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// One tap into the demo account.
pub(super) async fn demo(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return stale_form(problem),
    };
    let (cx, operation) = (visit.cx(&site), SignInDemo { device: Some(device(&headers)) });
    match site.call(cx, operation).await {
        Ok(answer) => signed_in(&site, &visit, &answer, form.next()),
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
    if matches!(visit.caller, Caller::Customer(_)) {
        let cx = visit.cx(&site);
        if let Err(fault) = site.call(cx, SignOut::default()).await {
            return Problem::from(fault).into_response();
        }
    }
    lead_to("/auth/login?why=signed-out", site.cookies.session_change(&SessionChange::End, visit.now))
}

/// Go on with a new session, and forget what bound the code.
pub(super) fn signed_in(site: &Site, visit: &Visit, answer: &SignInAnswer, next: &str) -> Response<Body> {
    let session = site.cookies.session_change(&SignIn::session(answer), visit.now);
    let forget = site.cookies.set(BROWSER_COOKIE, "", Some(0));
    lead_to(next, session.into_iter().chain(forget))
}

struct Shown<'a> {
    step: LoginStep,
    email: &'a str,
    next: &'a str,
    notice: Option<LoginNotice>,
    error: Option<FieldError>,
    limit: Option<LoginLimit>,
}

impl<'a> Shown<'a> {
    const fn new(step: LoginStep, email: &'a str, next: &'a str) -> Self {
        Self { step, email, next, notice: None, error: None, limit: None }
    }
}

fn show(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    shown: Shown<'_>,
    kept: Option<HeaderValue>,
) -> Response<Body> {
    let (shell, new_visitor) = frame(site, visit, headers, "/auth/login");
    let view = LoginPage {
        shell,
        step: shown.step,
        email: shown.email.to_owned(),
        next: shown.next.to_owned(),
        notice: shown.notice,
        errors: shown.error.into_iter().collect(),
        limit: shown.limit,
    };
    rendered(&view, new_visitor.into_iter().chain(kept))
}

/// A form that was made for another visitor or another session: begin again, with the reason.
pub(super) fn stale_form(problem: Problem) -> Response<Body> {
    if problem.status() == StatusCode::FORBIDDEN {
        return lead_to("/auth/login?why=form", None);
    }
    problem.into_response()
}

/// The code in a form, if there is one. People copy codes with spaces in them.
pub(super) fn code_of(form: &Form) -> Option<String> {
    let digits: String = form.get("code").chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (!digits.is_empty()).then_some(digits)
}

/// How long to wait, and what else can be done.
pub(super) fn limit(fault: &Fault, now: Timestamp, advice: &str) -> LoginLimit {
    let seconds = fault.retry_after.unwrap_or(60);
    LoginLimit {
        wait: wait(seconds),
        until: moment(now.plus(Duration::from_secs(seconds))),
        advice: advice.to_owned(),
    }
}

/// The page about a limit has the status of one, and tells programs how long to wait.
pub(super) fn limited(page: Response<Body>, fault: &Fault) -> Response<Body> {
    let mut response = with_status(page, StatusCode::TOO_MANY_REQUESTS);
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(fault.retry_after.unwrap_or(60)));
    }
    response
}

/// The words of a fault as they stand beside a field.
pub(super) fn words(fault: &Fault) -> String {
    let text = fault.fields.first().map_or(fault.detail.as_str(), |problem| problem.expected.as_str());
    capitalised(text)
}
