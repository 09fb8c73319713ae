//! `/dashboard/v2/customers`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::customers::{Customers, ListCustomers, Plan, ShownCustomer};
use echopilot_core::platform::{Fault, Result, Timestamp};
use echopilot_core::support::{ListAllTickets, OperatorsTicket, TicketStatus};
use http::{HeaderMap, Response};

use super::super::frame::{age, day, frame, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{CustomerRow, CustomersPage, Listing, Standing, TicketLine, capitalised};
use super::{Filters, Query, choices, live, part, since, sinces, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the search is.
pub(in super::super) const PATH: &str = "/dashboard/v2/customers";
/// Rows of a page.
const ROWS: u32 = 25;
/// Messages beside the list.
const FEW: u32 = 10;

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
    let filters = filters(&query);
    let (shell, new_visitor) = frame(&site, &visit, &headers, &filters.here());
    let plans = [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise].map(Plan::as_str);
    let plans = plans.map(|plan| (plan.to_owned(), capitalised(plan)));
    let view = CustomersPage {
        shell,
        live: live(&seen),
        q: query.owned("q").unwrap_or_default(),
        kept: filters.beside_text(),
        plans: choices(plans, query.get("plan"), |word| filters.with("plan", word)),
        sinces: sinces(&filters),
        list: list(&visit, &filters, listed, filters.here(), None),
        waiting: part(&visit, open, |open| {
            open.tickets.iter().map(|ticket| ticket_line(ticket, visit.now)).collect()
        }),
    };
    rendered(&view, new_visitor)
}

/// What is asked for.
pub(super) fn wanted(query: &Query, now: Timestamp) -> Result<ListCustomers> {
    let plan = match query.get("plan") {
        None => None,
        Some(word) => {
            let plans = [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise];
            let found = plans.into_iter().find(|plan| plan.as_str() == word);
            Some(found.ok_or_else(|| Fault::invalid("plan", "expected free, starter, pro or enterprise"))?)
        }
    };
    let (q, cursor) = (query.owned("q"), query.owned("cursor"));
    Ok(ListCustomers { q, plan, since: since(query, now)?, limit: Some(ROWS), cursor })
}

pub(super) fn filters(query: &Query) -> Filters<'_> {
    Filters { path: PATH, names: &["q", "plan", "since"], query }
}

/// The list as the page `here` shows it; the customer of that page is `chosen`.
pub(super) fn list(
    visit: &Visit,
    filters: &Filters<'_>,
    listed: Result<Customers>,
    here: String,
    chosen: Option<&str>,
) -> Listing<CustomerRow> {
    let listed = listed.map(|listed| (listed.customers, listed.next_cursor));
    filters.listing(visit, listed, here, |customer| row(customer, filters, chosen))
}

pub(super) fn standing(customer: &ShownCustomer) -> Standing {
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

fn row(customer: &ShownCustomer, filters: &Filters<'_>, chosen: Option<&str>) -> CustomerRow {
    CustomerRow {
        link: filters.at(&format!("{PATH}/{}", customer.id)),
        is_chosen: chosen == Some(customer.id.as_str()),
        name: name(customer),
        email: email(customer),
        plan: capitalised(&customer.plan),
        standing: standing(customer),
        created: day(customer.created_at),
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
