//! The gallery of components, in debug builds.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use echopilot_core::platform::{Fault, Result};
use http::{HeaderMap, Response};

use super::frame::{frame, page as rendered};
use super::view::ComponentsPage;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/dev/components";

/// The page; nothing is there in a build for use.
pub(super) async fn page(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    if let Err(fault) = shown_in(cfg!(debug_assertions)) {
        return Problem::from(fault).into_response();
    }
    let (shell, new_visitor) = frame(&site, &visit, &headers, PATH);
    rendered(&ComponentsPage { shell }, new_visitor)
}

/// In a build for use there is no such page, and nothing says that there could be.
fn shown_in(debug: bool) -> Result<()> {
    if debug { Ok(()) } else { Err(Fault::not_found("This page")) }
}

#[cfg(test)]
mod tests {
    use echopilot_core::platform::Code;

    use super::*;

    #[test]
    fn only_debug_builds_have_the_gallery() {
        assert_eq!(shown_in(false).unwrap_err().code, Code::NotFound);
        assert!(shown_in(true).is_ok());
    }
}
