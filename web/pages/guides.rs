//! `/docs/changes`, `/docs/security` and the guides of operators: the repository's documents.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::platform::{Code, Fault};
use http::{HeaderMap, Response};

use super::frame::{frame, page as rendered};
use super::operator_login::signed_in;
use super::seo::seo;
use super::view::{GuidePage, GuidesPage};
use crate::guides;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// A guide for everybody.
pub(super) async fn public(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    show(&site, &visit, &headers, uri.path(), true)
}

/// A guide for operators.
pub(super) async fn of_operators(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, uri.path()) {
        return elsewhere;
    }
    show(&site, &visit, &headers, uri.path(), false)
}

fn show(site: &Site, visit: &Visit, headers: &HeaderMap, path: &str, found: bool) -> Response<Body> {
    let Some(guide) = guides::at(path) else {
        return Problem::from(Fault::new(Code::NotFound, "There is no guide of this name")).into_response();
    };
    let (shell, new_visitor) = frame(site, visit, headers, guide.path);
    rendered(&GuidePage { shell, seo: found.then(|| seo(site, guide.path)), guide }, new_visitor)
}

/// The list of the operators' guides.
pub(super) async fn list(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, guides::OPERATORS) {
        return elsewhere;
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, guides::OPERATORS);
    rendered(&GuidesPage { shell, guides: guides::of_operators().collect() }, new_visitor)
}
