//! `/support`: help topics, the status of the service, and a form for everybody.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Code, Email};
use echopilot_core::support::{CreateTicket, Topic};
use http::{HeaderMap, Response};

use super::form::{Form, NO_ADDRESS};
use super::frame::{frame, page as rendered, strangers_kept};
use super::help;
use super::login::words;
use super::seo::seo;
use super::status;
use super::view::{ContactPage, FieldError};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/support";
/// A search that is longer is cut: nothing can match it.
const LONGEST_QUERY: usize = 200;

/// What stands on the page.
#[derive(Default)]
struct Draft {
    query: String,
    email: String,
    topic: String,
    message: String,
    errors: Vec<FieldError>,
    old_form: bool,
    sent: bool,
}

/// The page.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let mut asked = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    let query = asked.find(|(name, _)| name == "q").map(|(_, value)| value).unwrap_or_default();
    let query: String = query.trim().chars().take(LONGEST_QUERY).collect();
    // What nothing answers is carried over to the form.
    let message = if help::matching(&query).is_empty() { query.clone() } else { String::new() };
    show(&site, &visit, &headers, Draft { query, message, ..Draft::default() })
}

/// Take the form.
pub(super) async fn send(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (form, is_old) = match Form::verified_or_old(&site, &visit, &headers, &body) {
        Ok(read) => read,
        Err(problem) => return problem.into_response(),
    };
    let mut draft = Draft {
        email: form.get("email").to_owned(),
        topic: form.get("topic").to_owned(),
        message: form.get("message").replace("\r\n", "\n"),
        old_form: is_old,
        ..Draft::default()
    };
    if is_old {
        return show(&site, &visit, &headers, draft);
    }
    let operation = match draft.ticket(&visit.caller, form.get("website")) {
        Ok(operation) => operation,
        Err(errors) => {
            draft.errors = errors;
            return show(&site, &visit, &headers, draft);
        }
    };
    match site.call(visit.cx(&site), operation).await {
        Ok(_) => show(&site, &visit, &headers, Draft { sent: true, ..Draft::default() }),
        Err(fault) if fault.code == Code::Invalid => {
            let named = fault.fields.first().map_or("message", |problem| problem.field.as_str());
            let field = ["email", "topic"].into_iter().find(|own| *own == named).unwrap_or("message");
            draft.errors.push(FieldError { field, text: words(&fault) });
            show(&site, &visit, &headers, draft)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

impl Draft {
    /// The ticket, or what can be told at once about several fields.
    fn ticket(&self, caller: &Caller, website: &str) -> Result<CreateTicket, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field, text: String| errors.push(FieldError { field, text });
        let email = match caller {
            Caller::Customer(_) => None,
            _ => Email::parse(&self.email)
                .map_err(|_| match self.email.trim() {
                    "" => wrong("email", "Enter your e-mail address".to_owned()),
                    _ => wrong("email", NO_ADDRESS.to_owned()),
                })
                .ok(),
        };
        let topic = Topic::parse(&self.topic);
        if topic.is_none() {
            wrong("topic", "Choose one of the topics".to_owned());
        }
        if self.message.trim().is_empty() {
            wrong("message", "Write what we can help with".to_owned());
        }
        match topic {
            Some(topic) if errors.is_empty() => {
                let (message, website) = (self.message.clone(), Some(website.to_owned()));
                Ok(CreateTicket { topic, message, job_id: None, email, website })
            }
            _ => Err(errors),
        }
    }
}

fn show(site: &Arc<Site>, visit: &Visit, headers: &HeaderMap, draft: Draft) -> Response<Body> {
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let Draft { query, email, topic, message, errors, old_form, sent } = draft;
    let view = ContactPage {
        shell,
        seo: seo(site, PATH),
        topics: help::matching(&query),
        query,
        status: status::card(&visit.cx(site)),
        address: site.deps.settings.support_email.as_ref().map(|address| address.as_str().to_owned()),
        email,
        topic,
        message,
        errors,
        old_form,
        sent,
        kept: strangers_kept(site),
    };
    rendered(&view, new_visitor)
}
