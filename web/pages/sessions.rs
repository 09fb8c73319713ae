//! `/app/sessions`: where the customer is signed in, what can be ended there, and the password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::auth::{
    ListSessions, ListedSession, RequestCode, RevokeSessions, SessionList, SetPassword,
};
use echopilot_core::operation::{Operation as _, SessionChange};
use echopilot_core::platform::{Code, Fault, Secret};
use http::{HeaderMap, Response};

use super::app::signed_in;
use super::form::Form;
use super::frame::{frame, lead_to, moment, page as rendered};
use super::login::{code_of, limit, limited, words};
use super::view::{Devices, Failure, FieldError, LoginLimit, Part, SessionRow, SessionsNotice, SessionsPage};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/app/sessions";

/// The page.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let did = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "did")
        .and_then(|(_, word)| SessionsNotice::parse(&word));
    let by_code = did == Some(SessionsNotice::CodeSent);
    show(&site, &visit, &headers, Shown { notice: did, by_code, ..Shown::default() }).await
}

/// End one session, or all others.
pub(super) async fn end(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match own_form(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(elsewhere) => return elsewhere,
    };
    let operation = RevokeSessions { id: Some(form.get("id").to_owned()).filter(|id| !id.is_empty()) };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(answer) => match RevokeSessions::session(&answer) {
            change @ SessionChange::End => {
                let cookie = site.cookies.session_change(&change, visit.now);
                lead_to("/auth/login?why=signed-out", cookie)
            }
            _ => back(SessionsNotice::Ended),
        },
        Err(fault) if fault.code == Code::NotFound => back(SessionsNotice::Gone),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Mail a code to whoever is signed in and has forgotten the password.
pub(super) async fn send_code(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let session = match signed_in(&site, &visit, &headers, PATH) {
        Ok(session) => session,
        Err(elsewhere) => return elsewhere,
    };
    if let Err(elsewhere) = own_form(&site, &visit, &headers, &body) {
        return elsewhere;
    }
    let operation = RequestCode { email: session.profile.email.clone(), browser: None, next: None };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(_) => back(SessionsNotice::CodeSent),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Set or change the password.
pub(super) async fn set_password(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match own_form(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(elsewhere) => return elsewhere,
    };
    let current = Some(form.get("current")).filter(|text| !text.is_empty()).map(Secret::new);
    let code = code_of(&form);
    let by_code = code.is_some();
    let operation = SetPassword { current, code: code.map(Secret::new), new: Secret::new(form.get("new")) };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(_) => back(SessionsNotice::PasswordSet),
        Err(fault) if fault.code == Code::Invalid => {
            let field = match fault.fields.first().map(|problem| problem.field.as_str()) {
                Some("current") => "current",
                Some("code") => "code",
                _ => "new",
            };
            let errors = vec![FieldError { field, text: words(&fault) }];
            show(&site, &visit, &headers, Shown { errors, by_code, ..Shown::default() }).await
        }
        Err(fault) if fault.code == Code::Limited => {
            let told = limit(&fault, visit.now, "");
            let shown = Shown { limit: Some(told), ..Shown::default() };
            limited(show(&site, &visit, &headers, shown).await, &fault)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// A form of this page, sent by whoever the page was made for. A session that ended meanwhile leads to the sign-in.
fn own_form(site: &Site, visit: &Visit, headers: &HeaderMap, body: &Bytes) -> Result<Form, Response<Body>> {
    signed_in(site, visit, headers, PATH)?;
    Form::verified(site, visit, headers, body).map_err(|problem| {
        if problem.status() == http::StatusCode::FORBIDDEN {
            return back(SessionsNotice::FormExpired);
        }
        problem.into_response()
    })
}

fn back(notice: SessionsNotice) -> Response<Body> {
    lead_to(&format!("{PATH}?did={}", notice.word()), None)
}

#[derive(Default)]
struct Shown {
    notice: Option<SessionsNotice>,
    errors: Vec<FieldError>,
    by_code: bool,
    limit: Option<LoginLimit>,
}

async fn show(site: &Site, visit: &Visit, headers: &HeaderMap, shown: Shown) -> Response<Body> {
    let cx = visit.cx(site);
    let list = site.call(cx, ListSessions::default()).await;
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let view = SessionsPage {
        shell,
        devices: devices(list, visit),
        notice: shown.notice,
        errors: shown.errors,
        by_code: shown.by_code,
        limit: shown.limit,
    };
    rendered(&view, new_visitor)
}

fn devices(list: Result<SessionList, Fault>, visit: &Visit) -> Part<Devices> {
    match list {
        Err(_) => Part::Failed(Failure { request_id: visit.request_id.clone() }),
        Ok(list) => Part::Ready(Devices {
            sessions: list.sessions.into_iter().map(row).collect(),
            has_password: list.has_password,
        }),
    }
}

fn row(session: ListedSession) -> SessionRow {
    let method = match session.method.as_str() {
        "code" => "By code",
        "link" => "By link",
        "password" => "By password",
        "demo" => "Demo account",
        _ => "Another way",
    };
    SessionRow {
        id: session.id,
        device: session.device.unwrap_or_else(|| "Not known".to_owned()),
        method,
        began: moment(session.created_at),
        ends: moment(session.expires_at),
        current: session.current,
    }
}
