//! `/dashboard/v2/leads`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::leads::{Lead, Leads, ListLeads};
use echopilot_core::platform::{Result, Timestamp};
use http::{HeaderMap, Response};

use super::super::frame::{day, frame, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{LeadNotice, LeadRow, LeadsPage, Listing};
use super::{Filters, Query, live, since, sinces, wrong};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list is.
pub(in super::super) const PATH: &str = "/dashboard/v2/leads";
/// Rows of a page.
const ROWS: u32 = 25;

/// The list.
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
    let (seen, listed) = match site.offload(move || (Seen::read(&cx.deps), cx.call(&operation))).await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let filters = filters(&query);
    let (shell, new_visitor) = frame(&site, &visit, &headers, &filters.here());
    let view = LeadsPage {
        shell,
        live: live(&seen),
        notice: query.get("did").and_then(LeadNotice::parse),
        q: query.owned("q").unwrap_or_default(),
        kept: filters.beside_text(),
        sinces: sinces(&filters),
        list: list(&visit, &filters, listed, filters.here(), None),
    };
    rendered(&view, new_visitor)
}

/// What is asked for.
pub(super) fn wanted(query: &Query, now: Timestamp) -> Result<ListLeads> {
    let (q, cursor) = (query.owned("q"), query.owned("cursor"));
    Ok(ListLeads { q, since: since(query, now)?, limit: Some(ROWS), cursor })
}

pub(super) fn filters(query: &Query) -> Filters<'_> {
    Filters { path: PATH, names: &["q", "since"], query }
}

/// The list as the page `here` shows it; the lead of that page is `chosen`.
pub(super) fn list(
    visit: &Visit,
    filters: &Filters<'_>,
    listed: Result<Leads>,
    here: String,
    chosen: Option<&str>,
) -> Listing<LeadRow> {
    let listed = listed.map(|listed| (listed.leads, listed.next_cursor));
    filters.listing(visit, listed, here, |lead| row(lead, filters, chosen))
}

fn row(lead: &Lead, filters: &Filters<'_>, chosen: Option<&str>) -> LeadRow {
    LeadRow {
        link: filters.at(&format!("{PATH}/{}", lead.id)),
        is_chosen: chosen == Some(lead.id.as_str()),
        email: lead.email.as_str().to_owned(),
        company: lead.company.clone(),
        use_case: lead.use_case.clone(),
        came: day(lead.created_at),
    }
}
