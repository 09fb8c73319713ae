//! What the command palette finds in the store: records with a word in them, a few of each kind.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::billing::{ListInvoices, ListPayments, ShownInvoice, ShownPayment};
use echopilot_core::customers::{ListCustomers, ShownCustomer};
use echopilot_core::leads::{Lead, ListLeads};
use echopilot_core::operation::Cx;
use echopilot_core::platform::{Fault, Result, Timestamp};
use echopilot_core::support::{ListTickets, Ticket};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, Response, Uri};
use serde::Serialize;

use super::board::{customers, leads};
use super::frame::day;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Shorter words find everything.
const SHORTEST: usize = 3;
/// Records of a kind.
const EACH: u32 = 5;
/// Characters of a message that are shown.
const EXCERPT: usize = 80;

/// What was found.
#[derive(Debug, Serialize)]
struct Found {
    ok: bool,
    groups: Vec<Group>,
}

/// Records of one kind.
#[derive(Debug, Serialize)]
struct Group {
    /// Its name: "Invoices".
    label: &'static str,
    /// The icon of each record.
    icon: &'static str,
    records: Vec<Record>,
}

/// One record.
#[derive(Debug, Serialize)]
struct Record {
    /// What it is called.
    label: String,
    /// What tells it from others.
    detail: String,
    /// Where it can be seen.
    href: String,
}

/// A customer's invoices and messages.
pub(super) async fn of_customer(
    State(site): State<Arc<Site>>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    answer(&site, &visit, &uri, |cx, word| {
        let (limit, q) = (Some(EACH), Some(word.to_owned()));
        let invoices = cx.call(&ListInvoices { limit, q: q.clone(), ..ListInvoices::default() })?.invoices;
        let tickets = cx.call(&ListTickets { limit, q, ..ListTickets::default() })?.tickets;
        Ok(vec![
            Group { label: "Invoices", icon: "invoice", records: invoices.iter().map(invoice).collect() },
            Group { label: "Messages", icon: "mail", records: tickets.iter().map(ticket).collect() },
        ])
    })
    .await
}

/// An operator's customers, leads and payments.
pub(super) async fn of_operator(
    State(site): State<Arc<Site>>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    answer(&site, &visit, &uri, |cx, word| {
        let (limit, q) = (Some(EACH), Some(word.to_owned()));
        let customers =
            cx.call(&ListCustomers { limit, q: q.clone(), ..ListCustomers::default() })?.customers;
        let leads = cx.call(&ListLeads { limit, q: q.clone(), ..ListLeads::default() })?.leads;
        let payments = cx.call(&ListPayments { limit, q, ..ListPayments::default() })?.payments;
        Ok(vec![
            Group { label: "Customers", icon: "user", records: customers.iter().map(customer).collect() },
            Group { label: "Leads", icon: "mail", records: leads.iter().map(lead).collect() },
            Group { label: "Payments", icon: "invoice", records: payments.iter().map(payment).collect() },
        ])
    })
    .await
}

async fn answer(
    site: &Arc<Site>,
    visit: &Visit,
    uri: &Uri,
    find: impl FnOnce(&Cx, &str) -> Result<Vec<Group>> + Send + 'static,
) -> Response<Body> {
    let query = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    let word = query.into_iter().find(|(name, _)| name == "q").map(|(_, word)| word.trim().to_owned());
    let word = word.unwrap_or_default();
    if word.chars().count() < SHORTEST {
        let expected = format!("expected {SHORTEST} characters or more");
        return Problem::from(Fault::invalid("q", expected)).into_response();
    }
    let cx = visit.cx(site);
    let found = site.offload(move || find(&cx, &word)).await.and_then(|found| found);
    match found.and_then(|groups| encoded(groups).map_err(Fault::internal)) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            // Who types a word, takes a letter back and types it again asks once; another session asks for itself.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=15"));
            headers.insert(VARY, HeaderValue::from_static("Cookie"));
            response
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Kinds of which there is nothing are left out.
fn encoded(groups: Vec<Group>) -> serde_json::Result<Vec<u8>> {
    let groups = groups.into_iter().filter(|group| !group.records.is_empty()).collect();
    serde_json::to_vec(&Found { ok: true, groups })
}

fn invoice(invoice: &ShownInvoice) -> Record {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("status", &invoice.status)
        .append_pair("year", &invoice.date.year().to_string())
        .finish();
    Record {
        label: format!("{} · {}", invoice.number, invoice.amount),
        detail: format!("{}, {}", invoice.status, date(invoice.date)),
        href: format!("/app/invoices?{query}"),
    }
}

fn ticket(ticket: &Ticket) -> Record {
    let mut label: String = ticket.message.chars().take(EXCERPT).collect();
    if label.len() < ticket.message.len() {
        label.push('…');
    }
    Record {
        label,
        detail: format!("{}, {}", ticket.topic.words(), date(ticket.created_at)),
        href: "/app/support#earlier".to_owned(),
    }
}

fn customer(customer: &ShownCustomer) -> Record {
    let (label, email) = (customers::name(customer), customers::email(customer));
    let plan = &customer.plan;
    let detail = if label == email { plan.clone() } else { format!("{email}, {plan}") };
    Record { label, detail, href: format!("{}/{}", customers::PATH, customer.id) }
}

fn lead(lead: &Lead) -> Record {
    let (label, came) = (lead.email.as_str().to_owned(), date(lead.created_at));
    let detail = lead.company.as_ref().map_or_else(|| came.clone(), |company| format!("{company}, {came}"));
    Record { label, detail, href: format!("{}/{}", leads::PATH, lead.id) }
}

fn payment(payment: &ShownPayment) -> Record {
    Record {
        label: format!("{} · {}", payment.amount, payment.status),
        detail: format!("{}, {}", payment.id, date(payment.created_at)),
        href: payments_of(&payment.customer_id),
    }
}

/// The operators' page of a customer's payments, of the longest time that it shows.
fn payments_of(customer: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("period", "90")
        .append_pair("customer", customer)
        .finish();
    format!("/payments?{query}")
}

fn date(time: Timestamp) -> String {
    day(time).text
}
