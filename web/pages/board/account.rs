//! Closing a customer's account, or opening it again: asked first, done by a second press.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::customers::{DisableCustomer, EnableCustomer, ShowCustomer, ShownCustomer};
use echopilot_core::operation::Operation;
use http::{HeaderMap, Response};

use super::super::form::Form;
use super::super::frame::{frame, lead_to, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{AccountAct, ConfirmAccountPage, CustomerNotice};
use super::customer::facts;
use super::customers::PATH;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// "Disable this account?"
pub(in super::super) async fn ask_disable(
    state: State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    path: Path<String>,
) -> Response<Body> {
    ask(AccountAct::Disable, state, visit, headers, path).await
}

/// "Enable this account?"
pub(in super::super) async fn ask_enable(
    state: State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    path: Path<String>,
) -> Response<Body> {
    ask(AccountAct::Enable, state, visit, headers, path).await
}

async fn ask(
    act: AccountAct,
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response<Body> {
    let here = format!("{PATH}/{id}/{}", act.as_str());
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &here) {
        return elsewhere;
    }
    match site.call(visit.cx(&site), ShowCustomer { id }).await {
        Ok(customer) => {
            let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
            rendered(&ConfirmAccountPage { shell, act, facts: facts(&site.deps, &customer) }, new_visitor)
        }
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Disable it.
pub(in super::super) async fn disable(
    state: State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    act(state, visit, headers, &body, DisableCustomer { id }, CustomerNotice::Disabled).await
}

/// Enable it.
pub(in super::super) async fn enable(
    state: State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    act(state, visit, headers, &body, EnableCustomer { id }, CustomerNotice::Enabled).await
}

async fn act<O: Operation<Output = ShownCustomer>>(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: &Bytes,
    operation: O,
    notice: CustomerNotice,
) -> Response<Body> {
    if let Err(problem) = Form::verified(&site, &visit, &headers, body) {
        return problem.into_response();
    }
    match site.call(visit.cx(&site), operation).await {
        Ok(customer) => lead_to(&format!("{PATH}/{}?did={}", customer.id, notice.as_str()), None),
        Err(fault) => Problem::from(fault).into_response(),
    }
}
