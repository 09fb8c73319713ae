//! Documents that change rarely: sent with an ETag, answered with 304 when the client has them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use echopilot_core::auth;
use echopilot_core::platform::{Code, Fault};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::problem::Problem;
use crate::site::Site;

/// GET /.well-known/jwks.json
pub(super) async fn keys(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response<Body> {
    let keys = auth::jwks(&site.deps);
    let body = || Bytes::copy_from_slice(&keys.body);
    // Short, so that a verifier learns of a new key soon; an unknown kid makes it ask anyway.
    answer(&headers, &keys.etag, "application/jwk-set+json", "public, max-age=60", body)
}

/// GET /openapi.json
pub(super) async fn description(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let description = site
        .description()
        .ok_or_else(|| Fault::new(Code::Unavailable, "The server is starting; try again in a second"))?;
    let body = || description.body.clone();
    Ok(answer(&headers, &description.etag, "application/json", "public, max-age=60", body))
}

/// How long a copy of security.txt is good.
const GOOD_FOR: Duration = Duration::from_hours(24 * 180);

/// GET /.well-known/security.txt
pub(super) async fn security(State(site): State<Arc<Site>>) -> Response<Body> {
    let base = &site.deps.base_url;
    let mut text = String::new();
    if let Some(address) = &site.deps.settings.support_email {
        let _ = writeln!(text, "Contact: mailto:{}", address.as_str());
    }
    let _ = writeln!(text, "Contact: {base}/support");
    let _ = writeln!(text, "Expires: {}", site.deps.clock.now().plus(GOOD_FOR));
    let _ = writeln!(text, "Preferred-Languages: en");
    let _ = writeln!(text, "Canonical: {base}/.well-known/security.txt");
    let _ = writeln!(text, "Policy: {base}/docs/security");
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

fn answer(
    headers: &HeaderMap,
    etag: &str,
    kind: &'static str,
    cache: &'static str,
    body: impl FnOnce() -> Bytes,
) -> Response<Body> {
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| has(known, etag));
    let mut response = if known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Body::from(body()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    response
}

/// Whether a list of tags names `etag`; weak ones count too (RFC 9110, 13.1.2).
pub(super) fn has(known: &str, etag: &str) -> bool {
    known
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn tags_are_compared_weakly() {
        assert!(has("\"a\"", "\"a\"") && has("\"b\", W/\"a\"", "\"a\"") && has("*", "\"a\""));
        assert!(!has("\"b\"", "\"a\"") && !has("a", "\"a\""));
    }
}
