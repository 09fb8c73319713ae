//! `/dashboard/v2/tickets/{id}`: a message to support and its answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::platform::{Code, Result};
use echopilot_core::support::{AnswerTicket, OperatorsTicket, ShowTicket};
use http::{HeaderMap, Response, StatusCode};

use super::super::form::Form;
use super::super::frame::{frame, lead_to, moment, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{AnswerPage, CustomerNotice, FieldError};
use super::customers::{PATH as CUSTOMERS, ticket_line};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// The message, with its answer or the form for one.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &format!("/dashboard/v2/tickets/{id}")) {
        return elsewhere;
    }
    let found = site.call(visit.cx(&site), ShowTicket { id }).await;
    show(&site, &visit, &headers, found, String::new(), Vec::new())
}

/// Send the answer.
pub(in super::super) async fn answer(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let words = form.get("answer").to_owned();
    let operation = AnswerTicket { id: id.clone(), answer: words.clone(), close: false };
    match site.call(visit.cx(&site), operation).await {
        Ok(ticket) => {
            let notice = CustomerNotice::Answered.as_str();
            lead_to(
                &match ticket.customer_id {
                    Some(customer) => format!("{CUSTOMERS}/{customer}?did={notice}"),
                    None => format!("/dashboard/v2/tickets/{id}"),
                },
                None,
            )
        }
        Err(fault) if fault.code == Code::Invalid => {
            let text = if words.trim().is_empty() {
                "Enter an answer".to_owned()
            } else {
                "Write 1 to 4,000 characters".to_owned()
            };
            let found = site.call(visit.cx(&site), ShowTicket { id }).await;
            let errors = vec![FieldError { field: "answer", text }];
            let page = show(&site, &visit, &headers, found, words, errors);
            with_status(page, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn show(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    found: Result<OperatorsTicket>,
    answer: String,
    errors: Vec<FieldError>,
) -> Response<Body> {
    let ticket = match found {
        Ok(ticket) => ticket,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let here = format!("/dashboard/v2/tickets/{}", ticket.id);
    let (shell, new_visitor) = frame(site, visit, headers, &here);
    let view = AnswerPage {
        shell,
        ticket: ticket_line(&ticket, visit.now),
        id: ticket.id,
        email: ticket.email.as_str().to_owned(),
        job: ticket.job_id,
        customer_link: ticket.customer_id.map(|customer| format!("{CUSTOMERS}/{customer}")),
        answered: ticket.answer.zip(ticket.answered_at.map(moment)),
        answer,
        errors,
    };
    rendered(&view, new_visitor)
}
