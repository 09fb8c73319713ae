//! `/dashboard/v2/customers` and one of them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use echopilot_core::auth::{ListCustomerSessions, ListedSession};
use echopilot_core::billing::{ListCustomerInvoices, ShownInvoice};
use echopilot_core::customers::{ListCustomers, Plan, ShowCustomer, ShownCustomer};
use echopilot_core::operation::Deps;
use echopilot_core::platform::{Fault, Result, Timestamp};
use echopilot_core::support::{ListAllTickets, OperatorsTicket, TicketStatus};
use http::{HeaderMap, Response};

use super::super::frame::{age, day, frame, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{
    AccountFacts, Badge, CustomerNotice, CustomerPage, CustomerRow, CustomersPage, InvoiceLine,
    InvoiceStatus, SessionLine, Standing, TicketLine, Tone, capitalised,
};
use super::{Query, address, choices, live, part, reference, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the search is.
pub(in super::super) const PATH: &str = "/dashboard/v2/customers";
/// Rows of a page.
const ROWS: u32 = 25;
/// Invoices and messages on a customer's page.
const FEW: u32 = 10;
/// The spans to choose from, in days.
const SINCE: [(&str, u32); 3] = [("7d", 7), ("30d", 30), ("90d", 90)];

/// The search.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let query = Query::of(uri.query());
    let operation = match wanted(&query, visit.now) {
        Ok(operation) => operation,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let cx = visit.cx(&site);
    let asked = site.offload(move || {
        let open = ListAllTickets {
            status: Some(TicketStatus::Open),
            limit: Some(FEW),
            ..ListAllTickets::default()
        };
        (Seen::read(&cx.deps), cx.call(&operation), cx.call(&open))
    });
    let (seen, listed, open) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let (q, plan, since) = (query.get("q"), query.get("plan"), query.get("since"));
    let parts = |plan: Option<&str>, since: Option<&str>, cursor: Option<&str>| {
        address(PATH, &[("q", q), ("plan", plan), ("since", since), ("cursor", cursor)])
    };
    let here = parts(plan, since, query.get("cursor"));
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let plans = [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise].map(Plan::as_str);
    let plans = plans.map(|plan| (plan.to_owned(), capitalised(plan)));
    let sinces = SINCE.map(|(word, days)| (word.to_owned(), format!("{days} days")));
    let older = listed.as_ref().ok().and_then(|listed| listed.next_cursor.clone());
    let view = CustomersPage {
        shell,
        live: live(&seen),
        here,
        q: q.unwrap_or_default().to_owned(),
        plan: plan.unwrap_or_default().to_owned(),
        plans: choices(plans, plan, |word| parts(word, since, None)),
        since: since.unwrap_or_default().to_owned(),
        sinces: choices(sinces, since, |word| parts(plan, word, None)),
        is_filtered: q.or(plan).or(since).is_some(),
        customers: part(&visit, listed, |listed| listed.customers.iter().map(row).collect()),
        newest: query.get("cursor").map(|_| parts(plan, since, None)),
        older: older.map(|cursor| parts(plan, since, Some(&cursor))),
        waiting: part(&visit, open, |open| {
            open.tickets.iter().map(|ticket| ticket_line(ticket, visit.now)).collect()
        }),
    };
    rendered(&view, new_visitor)
}

fn wanted(query: &Query, now: Timestamp) -> Result<ListCustomers> {
    let plan = match query.get("plan") {
        None => None,
        Some(word) => {
            let plans = [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise];
            let found = plans.into_iter().find(|plan| plan.as_str() == word);
            Some(found.ok_or_else(|| Fault::invalid("plan", "expected free, starter, pro or enterprise"))?)
        }
    };
    let since = match query.get("since") {
        None => None,
        Some(word) => {
            let found = SINCE.into_iter().find(|(own, _)| *own == word);
            let (_, days) = found.ok_or_else(|| Fault::invalid("since", "expected 7d, 30d or 90d"))?;
            Some(now.minus(Duration::from_hours(24) * days))
        }
    };
    Ok(ListCustomers { q: query.owned("q"), plan, since, limit: Some(ROWS), cursor: query.owned("cursor") })
}

/// One customer.
pub(in super::super) async fn one(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let here = format!("{PATH}/{id}");
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    let cx = visit.cx(&site);
    let asked = site.offload(move || {
        let customer = cx.call(&ShowCustomer { id })?;
        let (id, email) = (customer.id.clone(), customer.email.clone());
        let tickets =
            ListAllTickets { customer: Some(id.clone()), limit: Some(FEW), ..ListAllTickets::default() };
        let invoices = cx.call(&ListCustomerInvoices { email, limit: Some(FEW), cursor: None });
        Ok::<_, Fault>((customer, invoices, cx.call(&ListCustomerSessions { id }), cx.call(&tickets)))
    });
    let (customer, invoices, sessions, tickets) = match asked.await.and_then(|asked| asked) {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let view = CustomerPage {
        shell,
        notice: Query::of(uri.query()).get("did").and_then(CustomerNotice::parse),
        jobs_link: address("/dashboard/v2/jobs", &[("customer", Some(&customer.id))]),
        payments_link: address("/payments", &[("customer", Some(&customer.id))]),
        facts: facts(&site.deps, &customer),
        here,
        invoices: part(&visit, invoices, |listed| listed.invoices.iter().map(invoice).collect()),
        sessions: part(&visit, sessions, |listed| {
            (listed.sessions.iter().map(session).collect(), listed.has_password)
        }),
        tickets: part(&visit, tickets, |listed| {
            listed.tickets.iter().map(|ticket| ticket_line(ticket, visit.now)).collect()
        }),
    };
    rendered(&view, new_visitor)
}

fn standing(customer: &ShownCustomer) -> Standing {
    match (customer.erased_at, customer.disabled_at) {
        (Some(_), _) => Standing::Erased,
        (None, Some(_)) => Standing::Disabled,
        (None, None) => Standing::Active,
    }
}

/// What they are called.
pub(in super::super) fn name(customer: &ShownCustomer) -> String {
    match (customer.name.trim(), customer.erased_at) {
        (_, Some(_)) => "Erased customer".to_owned(),
        ("", None) => customer.email.as_str().to_owned(),
        (name, None) => name.to_owned(),
    }
}

/// The address; one that was made for a tombstone says nothing.
pub(in super::super) fn email(customer: &ShownCustomer) -> String {
    if customer.erased_at.is_some() { "No address".to_owned() } else { customer.email.as_str().to_owned() }
}

fn row(customer: &ShownCustomer) -> CustomerRow {
    CustomerRow {
        link: format!("{PATH}/{}", customer.id),
        name: name(customer),
        email: email(customer),
        plan: capitalised(&customer.plan),
        standing: standing(customer),
        created: day(customer.created_at),
    }
}

pub(super) fn facts(deps: &Deps, customer: &ShownCustomer) -> AccountFacts {
    AccountFacts {
        id: customer.id.clone(),
        name: name(customer),
        email: email(customer),
        plan: capitalised(&customer.plan),
        standing: standing(customer),
        created: day(customer.created_at),
        stripe: customer.stripe_customer_id.clone().filter(|_| customer.erased_at.is_none()),
        reference: reference(deps, &customer.id),
    }
}

fn invoice(invoice: &ShownInvoice) -> InvoiceLine {
    let badge = InvoiceStatus::parse(&invoice.status).map_or_else(
        || Badge { tone: Tone::Neutral, glyph: "dash", text: capitalised(&invoice.status) },
        |status| status.badge(),
    );
    InvoiceLine {
        number: invoice.number.clone(),
        description: invoice.description.clone(),
        amount: invoice.amount.clone(),
        badge,
        date: day(invoice.date),
    }
}

fn session(session: &ListedSession) -> SessionLine {
    SessionLine {
        device: session.device.clone().unwrap_or_else(|| "Unknown device".to_owned()),
        method: session.method.clone(),
        since: day(session.created_at),
        until: day(session.expires_at),
    }
}

pub(super) fn ticket_line(ticket: &OperatorsTicket, now: Timestamp) -> TicketLine {
    let is_open = ticket.status == TicketStatus::Open;
    TicketLine {
        link: format!("/dashboard/v2/tickets/{}", ticket.id),
        message: ticket.message.clone(),
        topic: ticket.topic.words().to_owned(),
        is_open,
        sent: day(ticket.created_at),
        waits: is_open.then(|| age(ticket.created_at, now)),
    }
}
