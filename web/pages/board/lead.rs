//! `/dashboard/v2/leads/{id}`: one lead, beside the list that it was chosen from where there is room, and its erasure,
//! which is asked about first.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::customers::directory;
use echopilot_core::leads::{Lead, ShowLead};
use echopilot_core::operation::Cx;
use echopilot_core::platform::Result;
use echopilot_core::privacy::EraseAddress;
use http::{HeaderMap, Response};

use super::super::form::Form;
use super::super::frame::{frame, lead_to, moment, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{ConfirmErasurePage, LeadFacts, LeadNotice, LeadPage};
use super::customers::PATH as CUSTOMERS;
use super::leads::{PATH, filters, list, wanted};
use super::{Query, address, wrong};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// The lead.
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
        let facts = find(&cx, id)?;
        Ok((facts, cx.call(&beside)))
    });
    let (facts, listed) = match asked.await.and_then(|asked| asked) {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    if let Some(answer) = wrong(&listed) {
        return answer;
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let list = list(&visit, &filters, listed, here, Some(&facts.id));
    rendered(&LeadPage { shell, back: filters.here(), facts, list }, new_visitor)
}

/// "Erase this address?"
pub(in super::super) async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response<Body> {
    let here = format!("{PATH}/{id}/erase");
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    let cx = visit.cx(&site);
    match site.offload(move || find(&cx, id)).await.and_then(|found| found) {
        Ok(facts) => {
            let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
            rendered(&ConfirmErasurePage { shell, facts }, new_visitor)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Erase it, and back to the list.
pub(in super::super) async fn erase(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    if let Err(problem) = Form::verified(&site, &visit, &headers, &body) {
        return problem.into_response();
    }
    let cx = visit.cx(&site);
    let done = site.offload(move || {
        let lead = cx.call(&ShowLead { id })?;
        cx.call(&EraseAddress { email: lead.email })
    });
    match done.await.and_then(|done| done) {
        Ok(_) => lead_to(&address(PATH, &[("did", Some(LeadNotice::Erased.as_str()))]), None),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// The lead, and whether its address is a customer's.
fn find(cx: &Cx, id: String) -> Result<LeadFacts> {
    let lead = cx.call(&ShowLead { id })?;
    let customer = cx.deps.store.read(|tx| directory::by_email(tx, &lead.email))?;
    Ok(facts(lead, customer.map(|customer| format!("{CUSTOMERS}/{}", customer.id))))
}

fn facts(lead: Lead, customer_link: Option<String>) -> LeadFacts {
    LeadFacts {
        others_link: address(PATH, &[("q", Some(lead.email.as_str()))]),
        email: lead.email.as_str().to_owned(),
        came: moment(lead.created_at),
        consented: lead.consented_at.map(moment),
        id: lead.id,
        company: lead.company,
        use_case: lead.use_case,
        customer_link,
    }
}
