//! `/dashboard/v2/customers/{id}`: one customer, beside the list that they were chosen from where there is room.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use echopilot_core::auth::{ListCustomerSessions, ListedSession};
use echopilot_core::billing::{ListCustomerInvoices, ShownInvoice};
use echopilot_core::customers::{ShowCustomer, ShownCustomer};
use echopilot_core::operation::Deps;
use echopilot_core::support::ListAllTickets;
use http::{HeaderMap, Response};

use super::super::frame::{day, frame, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{
    AccountFacts, Badge, CustomerNotice, CustomerPage, InvoiceLine, InvoiceStatus, SessionLine, Tone,
    capitalised,
};
use super::customers::{PATH, email, filters, list, name, standing, ticket_line, wanted};
use super::{Query, address, part, reference, wrong};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Invoices and messages of the page.
const FEW: u32 = 10;

/// The customer.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let query = Query::of(uri.query());
    let filters = filters(&query);
    let here = filters.at(&format!("{PATH}/{id}"));
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    let beside = match wanted(&query, visit.now) {
        Ok(operation) => operation,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let cx = visit.cx(&site);
    let asked = site.offload(move || {
        let customer = cx.call(&ShowCustomer { id })?;
        let (id, email) = (customer.id.clone(), customer.email.clone());
        let tickets =
            ListAllTickets { customer: Some(id.clone()), limit: Some(FEW), ..ListAllTickets::default() };
        let invoices = cx.call(&ListCustomerInvoices { email, limit: Some(FEW), cursor: None });
        let sessions = cx.call(&ListCustomerSessions { id });
        Ok((customer, invoices, sessions, cx.call(&tickets), cx.call(&beside)))
    });
    let (customer, invoices, sessions, tickets, listed) = match asked.await.and_then(|asked| asked) {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let view = CustomerPage {
        shell,
        notice: query.get("did").and_then(CustomerNotice::parse),
        back: filters.here(),
        jobs_link: address("/dashboard/v2/jobs", &[("customer", Some(&customer.id))]),
        payments_link: address("/payments", &[("customer", Some(&customer.id))]),
        facts: facts(&site.deps, &customer),
        here: here.clone(),
        invoices: part(&visit, invoices, |listed| listed.invoices.iter().map(invoice).collect()),
        sessions: part(&visit, sessions, |listed| {
            (listed.sessions.iter().map(session).collect(), listed.has_password)
        }),
        tickets: part(&visit, tickets, |listed| {
            listed.tickets.iter().map(|ticket| ticket_line(ticket, visit.now)).collect()
        }),
        list: list(&visit, &filters, listed, here, Some(&customer.id)),
    };
    rendered(&view, new_visitor)
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
