//! The customer's pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use echopilot_core::billing::{ListInvoices, SummariseBilling};
use echopilot_core::jobs::{ListJobDays, ListJobs, SummariseAccount};
use echopilot_core::operation::{Caller, SignedIn};
use echopilot_core::platform::Fault;
use http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use http::{HeaderMap, Response};

use super::experiment::Experiments;
use super::frame::{frame, lead_to, page, stripe_is_down};
use super::overview::{self, Asked};
use super::view::{BillingNotice, ChartChoice, InvoiceStatus};
use super::{form, invoices as list};
use crate::assets;
use crate::caller::cookie;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Jobs that the overview lists.
const RECENT: u32 = 10;

/// `/app`.
pub(super) async fn overview(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let session = match signed_in(&site, &visit, &headers, "/app") {
        Ok(session) => session,
        Err(elsewhere) => return elsewhere,
    };
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let choice = ChartChoice::parse(query.iter().map(|(name, word)| (name.as_str(), word.as_str())));
    let cx = visit.cx(&site);
    let asked = site.offload(move || Asked {
        days: cx.call(&ListJobDays { days: Some(choice.days) }),
        account: cx.call(&SummariseAccount::default()),
        billing: cx.call(&SummariseBilling::default()),
        jobs: cx.call(&ListJobs { limit: Some(RECENT), ..ListJobs::default() }),
    });
    match asked.await {
        Ok(asked) => {
            let path = uri.path_and_query().map_or("/app", |path| path.as_str());
            let (shell, new_visitor) = frame(&site, &visit, &headers, path);
            let word = query.iter().find(|(name, _)| name == "billing").map(|(_, word)| word);
            let notice = word.and_then(|word| BillingNotice::parse(word));
            let experiments = Experiments::of(&site, &visit, &headers);
            let view = overview::view(shell, &session, asked, notice, choice, &visit, &experiments);
            page(&view, new_visitor.or(experiments.cookie))
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// `/app/invoices`.
pub(super) async fn invoices(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, "/app/invoices") {
        return elsewhere;
    }
    let wanted = match list::Wanted::parse(uri.query().unwrap_or("")) {
        Ok(wanted) => wanted,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let operation = ListInvoices {
        limit: None,
        cursor: wanted.cursor.clone(),
        status: wanted.status.map(|status| InvoiceStatus::as_str(status).to_owned()),
        year: wanted.year,
        q: None,
    };
    let cx = visit.cx(&site);
    let history = site.call(cx, operation).await;
    // A wrong cursor is the visitor's to mend; a store that fails leaves the rest of the page standing.
    if let Err(fault) = &history
        && fault.code.http() < 500
    {
        let fault = Fault::new(fault.code, fault.detail.clone());
        return Problem::from(fault).into_response();
    }
    let path = uri.path_and_query().map_or("/app/invoices", |path| path.as_str());
    let (shell, new_visitor) = frame(&site, &visit, &headers, path);
    page(&list::view(shell, &wanted, history, stripe_is_down(&site), &visit), new_visitor)
}

/// A file of the client, by its hashed name.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response<Body> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    match assets::respond(&name, text(ACCEPT_ENCODING), text(IF_NONE_MATCH)) {
        Some(response) => response.map(Body::from),
        None => Problem::from(Fault::not_found("This file")).into_response(),
    }
}

/// The session, or the way to the sign-in with the reason.
pub(super) fn signed_in(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    path: &str,
) -> Result<Arc<SignedIn>, Response<Body>> {
    if let Caller::Customer(session) = &visit.caller {
        return Ok(Arc::clone(session));
    }
    let had_session = cookie(headers, site.cookies.session).is_some_and(|token| !token.is_empty());
    let why = if had_session { "expired" } else { "sign-in" };
    let next = form::allowed(path).unwrap_or("/app");
    Err(lead_to(&format!("/auth/login?next={next}&why={why}"), None))
}
