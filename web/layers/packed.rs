//! Pages on their way, packed with gzip for those who understand it: on a phone's line they arrive in a quarter of the time.
//!
//! Only HTML is packed. A length that tells what a page repeats of its own address beside its secrets (BREACH) needs a foreign
//! page that makes the visitor's browser ask for ours many times, each time with other words in the address. Session cookies
//! are sent when such a page leads the browser to ours, so what another site asks for with a query goes as it is. Browsers
//! that do not say who asks are too old to be told apart; for them as well, each length has a few bytes more that depend on
//! the request's id, and the token of a form opens nothing without our own origin.

use std::io::Write as _;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use echopilot_core::platform::digest_hex;
use flate2::{Compression, GzBuilder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Response};
use hyper::body::Body as _;

use super::csrf;
use crate::assets::weight;

/// What is smaller fits into the first packet as it is.
const SMALLEST: u64 = 1_400;
/// No page is larger; one that is goes as it is.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Bytes that a length may be larger by.
const MORE: u8 = 32;

/// Whether the client wants to have it packed, and may.
pub(super) fn wants(headers: &HeaderMap, has_query: bool) -> bool {
    if has_query && csrf::is_from_elsewhere(headers) {
        return false;
    }
    let accept = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    weight(accept, &["gzip", "x-gzip"]) > 0.0
}

/// The response, packed when it is a page of a size that is worth it.
pub(super) async fn packed(response: Response<Body>, request_id: &str) -> Response<Body> {
    let size = response.body().size_hint().exact().unwrap_or(0);
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || !(SMALLEST..=LARGEST).contains(&size) || response.headers().contains_key(CONTENT_ENCODING)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body lies in memory already; to read it can't fail.
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(small) = gzip(&plain, request_id) else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(small))
}

fn gzip(plain: &Bytes, request_id: &str) -> Option<Vec<u8>> {
    let more = u8::from_str_radix(&digest_hex(request_id.as_bytes())[..2], 16).ok()? % MORE;
    let builder = GzBuilder::new().extra(vec![0; usize::from(more) + 1]);
    let mut writer = builder.write(Vec::with_capacity(plain.len() / 3), Compression::new(5));
    writer.write_all(plain).ok()?;
    writer.finish().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn page(kind: &'static str, text: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(text.to_owned()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }

    async fn sent(response: Response<Body>, id: &str) -> (Option<HeaderValue>, Vec<u8>) {
        let response = packed(response, id).await;
        let coding = response.headers().get(CONTENT_ENCODING).cloned();
        (coding, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    #[tokio::test]
    async fn a_page_comes_out_as_it_went_in_and_its_length_depends_on_the_request() {
        let text = "<p>A page that says the same again and again.</p>".repeat(200);
        let mut lengths = std::collections::BTreeSet::new();
        for id in ["one", "other", "third", "fourth"] {
            let (coding, bytes) = sent(page("text/html; charset=utf-8", &text), id).await;
            assert_eq!(coding.unwrap(), "gzip");
            assert!(bytes.len() * 4 < text.len());
            lengths.insert(bytes.len());
            let mut plain = String::new();
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).unwrap();
            assert_eq!(plain, text);
        }
        assert!(lengths.len() > 1);
    }

    #[tokio::test]
    async fn what_is_small_or_no_page_goes_as_it_is() {
        let text = "x".repeat(5_000);
        for response in [page("text/html", "<p>Hello</p>"), page("application/json", &text)] {
            assert_eq!(sent(response, "id").await.0, None);
        }
    }

    #[test]
    fn only_those_who_understand_it_get_it_packed() {
        let headers = |accept: &'static str| {
            HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accept))])
        };
        assert!(wants(&headers("gzip, deflate, br"), true) && wants(&headers("*"), true));
        for refusing in [headers("br"), headers("gzip;q=0"), HeaderMap::new()] {
            assert!(!wants(&refusing, false));
        }
    }

    #[test]
    fn what_another_site_asks_for_with_a_query_is_not_packed() {
        let asked = |site: &'static str, has_query| {
            let mut headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            wants(&headers, has_query)
        };
        assert!(["same-origin", "none"].into_iter().all(|site| asked(site, true)));
        for site in ["cross-site", "same-site", "odd"] {
            assert!(!asked(site, true) && asked(site, false), "{site}");
        }
    }
}
