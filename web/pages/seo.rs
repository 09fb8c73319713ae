//! What search engines ask for: the map of the site, what they may read, and the addresses of a public page.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};

use super::view::Seo;
use crate::assets;
use crate::site::Site;

/// The pages that are to be found.
pub(super) const PUBLIC: [&str; 7] =
    ["/", "/pricing", "/support", "/docs", "/about", "/docs/changes", "/docs/security"];

/// Where everything begins that nobody needs to find.
const PRIVATE: [&str; 5] = ["/api/", "/app", "/auth/", "/dashboard", "/payments"];

/// The addresses of a public page.
pub(super) fn seo(site: &Site, path: &str) -> Seo {
    let base = site.deps.base_url.as_str();
    Seo { canonical: format!("{base}{path}"), image: format!("{base}{}", assets::url("og.png")) }
}

/// `/sitemap.xml`
pub(super) async fn sitemap(State(site): State<Arc<Site>>) -> Response<Body> {
    let base = site.deps.base_url.as_str();
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in PUBLIC {
        let _ = writeln!(text, "<url><loc>{base}{path}</loc></url>");
    }
    text.push_str("</urlset>\n");
    document(text, "application/xml")
}

/// `/robots.txt`
pub(super) async fn robots(State(site): State<Arc<Site>>) -> Response<Body> {
    let mut text = String::from("User-agent: *\n");
    for path in PRIVATE {
        let _ = writeln!(text, "Disallow: {path}");
    }
    let _ = writeln!(text, "\nSitemap: {}/sitemap.xml", site.deps.base_url);
    document(text, "text/plain; charset=utf-8")
}

fn document(text: String, kind: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
