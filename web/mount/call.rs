//! From a request to an operation and from its answer to a response.

use std::borrow::Cow;

use axum::body::Body;
use bytes::Bytes;
use echopilot_core::operation::{Answer, Cost, Cx, Entry, Input, invoke_once};
use echopilot_core::platform::{Result, Timestamp};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use crate::problem::Problem;
use crate::site::Site;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The parts of a request that become the input.
pub(crate) struct Call<'t, 'p> {
    pub(crate) params: matchit::Params<'t, 'p>,
    pub(crate) query: &'p str,
    pub(crate) body: Bytes,
}

/// Call `entry`.
pub(crate) async fn call(
    site: &Site,
    entry: &'static Entry,
    cx: Cx,
    request: Call<'_, '_>,
    headers: &HeaderMap,
    method: &Method,
) -> Result<Response<Body>, Problem> {
    let Call { params, query, body } = request;
    if !body.is_empty() {
        check_body(method, headers)?;
    }
    let now = cx.now;
    let params = decode(&params)?;
    let key = if method == Method::POST { idempotency_key(headers)? } else { None };
    let answer = match (entry.meta.cost, key) {
        (Cost::Memory, None) => invoke(entry, &cx, &params, query, &body, None),
        (_, key) => {
            let params: Vec<(String, String)> =
                params.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
            let query = query.to_owned();
            let work = move || {
                let params: Vec<_> =
                    params.iter().map(|(name, value)| (name.as_str(), Cow::from(value.as_str()))).collect();
                invoke(entry, &cx, &params, &query, &body, key.as_deref())
            };
            site.offload(work).await?
        }
    };
    Ok(respond(site, answer?, now))
}

fn invoke(
    entry: &Entry,
    cx: &Cx,
    params: &[(&str, Cow<'_, str>)],
    query: &str,
    body: &[u8],
    key: Option<&str>,
) -> Result<Answer> {
    let path: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let input = Input { path: &path, query, body };
    match key {
        Some(key) => invoke_once(entry, cx, input, key),
        None => (entry.invoke)(cx, input),
    }
}

fn check_body(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Err(Problem::of_status(400).detail("A request that only reads takes no body"));
    }
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if kind.eq_ignore_ascii_case(b"application/json") { Ok(()) } else { Err(Problem::of_status(415)) }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(&IDEMPOTENCY_KEY).iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        // What is not text is refused where the rules for keys stand: an empty one never passes them.
        (Some(key), None) => Ok(Some(key.to_str().unwrap_or("").to_owned())),
        _ => Err(Problem::of_status(400).detail("The header Idempotency-Key stands twice")),
    }
}

/// Percent-decode the parameters, once.
fn decode<'r>(params: &'r matchit::Params<'_, '_>) -> Result<Vec<(&'r str, Cow<'r, str>)>, Problem> {
    params
        .iter()
        .map(|(name, value)| {
            if value.contains('%') {
                let decoded = percent_decode(value).ok_or_else(|| {
                    Problem::of_status(400).detail("The path has an escape that is no text")
                })?;
                Ok((name, Cow::Owned(decoded)))
            } else {
                Ok((name, Cow::Borrowed(value)))
            }
        })
        .collect()
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The answer as a response.
fn respond(site: &Site, answer: Answer, now: Timestamp) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status.http()).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(cookie) = site.cookies.session_change(&answer.session, now) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::percent_decode;

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(percent_decode("a%20b").as_deref(), Some("a b"));
        assert_eq!(percent_decode("%2527").as_deref(), Some("%27"));
        for bad in ["%", "%2", "%zz", "%+1", "%ff"] {
            assert_eq!(percent_decode(bad), None, "{bad}");
        }
    }
}
