//! `/payments/link`: fields, a look at what they mean, then the invoice.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::{AskState, CreateInvoice, CreatedInvoice};
use echopilot_core::platform::{Email, Fault, format_money};
use http::{HeaderMap, Response, StatusCode};

use super::super::form::{Form, at_fields};
use super::super::frame::{frame, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{FieldError, LinkFields, LinkPage, LinkStep};
use super::{minor_units, mode, once};
use crate::layers::Visit;
use crate::site::Site;

const PATH: &str = "/payments/link";
const FIELDS: [&str; 4] = ["amount_minor", "currency", "email", "description"];

/// What an answer shows.
struct Shown {
    fields: LinkFields,
    step: LinkStep,
    errors: Vec<FieldError>,
    declined: Option<String>,
    status: StatusCode,
}

impl Shown {
    fn ask(fields: LinkFields) -> Self {
        let (step, status) = (LinkStep::Ask, StatusCode::OK);
        Self { fields, step, errors: Vec::new(), declined: None, status }
    }
}

/// The empty form.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let fields = LinkFields { currency: "USD".to_owned(), ..LinkFields::default() };
    show(&site, &visit, &headers, Shown::ask(fields))
}

/// A look at the fields, or the invoice.
pub(in super::super) async fn create(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let fields = LinkFields {
        amount_minor: form.get("amount_minor").trim().to_owned(),
        currency: form.get("currency").trim().to_ascii_uppercase(),
        email: form.get("email").trim().to_owned(),
        description: form.get("description").trim().to_owned(),
    };
    let mut shown = Shown::ask(fields);
    if form.get("step") == "change" {
        return show(&site, &visit, &headers, shown);
    }
    let operation = match read(&shown.fields) {
        Ok(operation) => operation,
        Err(errors) => {
            shown.errors = errors;
            shown.status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&site, &visit, &headers, shown);
        }
    };
    if form.get("step") != "make" {
        let amount = format_money(operation.amount_minor, &operation.currency);
        // The key belongs to what was reviewed: pressed twice it is one invoice, changed it is another.
        shown.step = LinkStep::Review { amount, key: site.deps.ids.token(16) };
        return show(&site, &visit, &headers, shown);
    }
    let (cx, key) = (visit.cx(&site), form.get("key").to_owned());
    let made = site.offload(move || once(&cx, &operation, &key)).await.and_then(|made| made);
    match made {
        Ok(made) => shown.step = done(made),
        Err(fault) => refuse(&mut shown, &fault),
    }
    show(&site, &visit, &headers, shown)
}

fn done(made: CreatedInvoice) -> LinkStep {
    match made.state {
        AskState::Succeeded => LinkStep::Done {
            amount: format_money(made.amount_minor, &made.currency),
            number: made.number,
            url: made.hosted_invoice_url,
        },
        AskState::Started | AskState::Planned => LinkStep::UnderWay,
    }
}

fn refuse(shown: &mut Shown, fault: &Fault) {
    shown.errors = at_fields(fault, &FIELDS);
    shown.declined = shown.errors.is_empty().then(|| fault.detail.clone());
    shown.status = StatusCode::from_u16(fault.code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
}

/// The fields as an operation, or what is wrong with each of them.
fn read(fields: &LinkFields) -> Result<CreateInvoice, Vec<FieldError>> {
    let error = |field, text: &str| FieldError { field, text: text.to_owned() };
    let mut errors = Vec::new();
    let amount_minor = minor_units(&fields.amount_minor);
    if amount_minor.is_none() {
        errors.push(error("amount_minor", "Enter a whole number of minor units, such as 4200 for USD 42.00"));
    }
    if fields.currency.len() != 3 || !fields.currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        errors.push(error("currency", "Enter the three letters of a currency, such as USD"));
    }
    let email = Email::parse(&fields.email).ok();
    if email.is_none() {
        errors.push(error("email", "Enter an address like name@example.com"));
    }
    if fields.description.is_empty() {
        errors.push(error("description", "Enter what it is for"));
    }
    match (amount_minor, email) {
        (Some(amount_minor), Some(email)) if errors.is_empty() => Ok(CreateInvoice {
            amount_minor,
            currency: fields.currency.clone(),
            email,
            description: fields.description.clone(),
        }),
        _ => Err(errors),
    }
}

fn show(site: &Site, visit: &Visit, headers: &HeaderMap, shown: Shown) -> Response<Body> {
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let view = LinkPage {
        shell,
        mode: mode(site),
        fields: shown.fields,
        step: shown.step,
        errors: shown.errors,
        declined: shown.declined,
    };
    with_status(rendered(&view, new_visitor), shown.status)
}
