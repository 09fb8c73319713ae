//! The page on which customers write to support. Works without scripts: a refusal comes back with the text.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::platform::{Code, Fault, Result};
use echopilot_core::support::{CreateTicket, ListTickets, Ticket, TicketStatus, Tickets, Topic};
use http::{HeaderMap, Response};

use super::app::signed_in;
use super::form::Form;
use super::frame::{frame, lead_to, moment, page as rendered};
use super::login::words;
use super::view::{Failure, FieldError, Part, SupportPage, TicketRow, TicketState};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/app/support";
/// Messages that a page lists.
const LISTED: u32 = 20;
/// An identifier in the address that is longer is none.
const LONGEST_JOB: usize = 64;

/// What stands in the form.
#[derive(Default)]
struct Draft {
    topic: String,
    message: String,
    job_id: String,
    errors: Vec<FieldError>,
    old_form: bool,
}

/// The form, and earlier messages.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let value = |name: &str| {
        query.iter().find(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.clone())
    };
    let job_id = value("job").filter(|job| job.len() <= LONGEST_JOB).unwrap_or_default();
    let topic = if job_id.is_empty() { String::new() } else { Topic::Job.as_str().to_owned() };
    let toast = value("sent").map(|_| "Your message was sent".to_owned());
    let draft = Draft { topic, job_id, ..Draft::default() };
    show(&site, &visit, &headers, draft, value("cursor"), toast).await
}

/// Send a message.
pub(super) async fn send(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) if problem.status() == http::StatusCode::FORBIDDEN => {
            return show(&site, &visit, &headers, Draft::unverified(&body), None, None).await;
        }
        Err(problem) => return problem.into_response(),
    };
    let mut draft = Draft {
        topic: form.get("topic").to_owned(),
        message: form.get("message").replace("\r\n", "\n"),
        job_id: form.get("job_id").to_owned(),
        ..Draft::default()
    };
    let Some(topic) = Topic::parse(&draft.topic) else {
        draft.errors.push(FieldError { field: "topic", text: "Choose one of the topics".into() });
        return show(&site, &visit, &headers, draft, None, None).await;
    };
    let job_id = Some(draft.job_id.clone()).filter(|job| !job.trim().is_empty());
    let message = draft.message.clone();
    let operation = CreateTicket { topic, message, job_id, email: None, website: None };
    let cx = visit.cx(&site);
    match site.call(cx, operation).await {
        Ok(_) => lead_to("/app/support?sent=1", None),
        Err(fault) if matches!(fault.code, Code::Invalid | Code::NotFound) => {
            let field = fault.fields.first().map_or("message", |problem| field_of(&problem.field));
            draft.errors.push(FieldError { field, text: words(&fault) });
            show(&site, &visit, &headers, draft, None, None).await
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

impl Draft {
    /// What a form said that was not made for this visitor: shown to them again, and nothing else.
    fn unverified(body: &Bytes) -> Self {
        let mut draft = Self { old_form: true, ..Self::default() };
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "topic" => draft.topic = value.into_owned(),
                "message" => draft.message = value.into_owned(),
                "job_id" => draft.job_id = value.into_owned(),
                _ => {}
            }
        }
        draft
    }
}

async fn show(
    site: &Arc<Site>,
    visit: &Visit,
    headers: &HeaderMap,
    draft: Draft,
    cursor: Option<String>,
    toast: Option<String>,
) -> Response<Body> {
    let first_page = cursor.is_none();
    let (cx, operation) = (visit.cx(site), ListTickets { limit: Some(LISTED), cursor, q: None });
    let listed: Result<Tickets> = site.call(cx, operation).await;
    // A wrong cursor is the visitor's to mend; a store that fails leaves the form standing.
    if let Err(fault) = &listed
        && fault.code.http() < 500
    {
        let fault = Fault::new(fault.code, fault.detail.clone());
        return Problem::from(fault).into_response();
    }
    let (mut shell, new_visitor) = frame(site, visit, headers, PATH);
    shell.toast = toast;
    let (tickets, older) = match listed {
        Ok(Tickets { tickets, next_cursor }) => {
            (Part::Ready(tickets.into_iter().map(row).collect()), next_cursor)
        }
        Err(_) => (Part::Failed(Failure { request_id: visit.request_id.clone() }), None),
    };
    let Draft { topic, message, job_id, errors, old_form } = draft;
    let view = SupportPage { shell, topic, message, job_id, errors, old_form, tickets, first_page, older };
    rendered(&view, new_visitor)
}

fn row(ticket: Ticket) -> TicketRow {
    TicketRow {
        topic: ticket.topic.words(),
        message: ticket.message,
        job_id: ticket.job_id,
        state: match ticket.status {
            TicketStatus::Open => TicketState::Open,
            TicketStatus::Answered => TicketState::Answered,
            TicketStatus::Closed => TicketState::Closed,
        },
        sent: moment(ticket.created_at),
        answered: ticket.answered_at.map(moment),
        answer: ticket.answer,
    }
}

/// The form's field of this name.
fn field_of(name: &str) -> &'static str {
    ["topic", "job_id"].into_iter().find(|field| *field == name).unwrap_or("message")
}
