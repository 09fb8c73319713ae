//! Pages that leave compressed. Only such whose content nobody but us decides: where a page repeats what its address says,
//! the length of the compressed page would tell an attacker who can ask for it what else stands in it, a form's token say.

use std::io::Write as _;

use axum::body::{Body, to_bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// Larger than any page.
const LARGEST: usize = 4 << 20;

/// The same page, compressed when the browser takes that; anything but a page as it is.
pub(super) async fn packed(page: Response<Body>, headers: &HeaderMap) -> Response<Body> {
    if page.status() != StatusCode::OK || !takes_gzip(headers) {
        return page;
    }
    let (mut parts, body) = page.into_parts();
    let Ok(plain) = to_bytes(body, LARGEST).await else { return Response::from_parts(parts, Body::empty()) };
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::new(6));
    let packed = encoder.write_all(&plain).and_then(|()| encoder.finish());
    let body = match packed {
        Ok(bytes) => {
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Body::from(bytes)
        }
        Err(_) => Body::from(plain),
    };
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding, cookie"));
    Response::from_parts(parts, body)
}

/// Whether the client names gzip and does not refuse it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
            let refused = |part: &str| part.strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0_f32);
            named && !parts.any(refused)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn accepting(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(text))])
    }

    #[tokio::test]
    async fn a_page_is_packed_for_those_who_take_it() {
        let text = "the same words again and again ".repeat(100);
        for (accept, packs) in [("gzip, br", true), ("GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false)]
        {
            let page = Response::new(Body::from(text.clone()));
            let answer = packed(page, &accepting(accept)).await;
            assert_eq!(answer.headers().contains_key(CONTENT_ENCODING), packs, "{accept}");
            let bytes = to_bytes(answer.into_body(), LARGEST).await.unwrap();
            let mut read = String::new();
            if packs {
                assert!(bytes.len() * 10 < text.len());
                GzDecoder::new(&bytes[..]).read_to_string(&mut read).unwrap();
            } else {
                read = String::from_utf8(bytes.to_vec()).unwrap();
            }
            assert_eq!(read, text, "{accept}");
        }
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = StatusCode::SEE_OTHER;
        assert!(!packed(failed, &accepting("gzip")).await.headers().contains_key(CONTENT_ENCODING));
    }
}
