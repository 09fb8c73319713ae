//! The one place that writes errors over HTTP: `application/problem+json` (RFC 9457), or the styled page when the
//! client prefers HTML.
//!
//! Anything may answer with a [`Problem`] (a [`Fault`] becomes one by `into`); it travels as an extension of an
//! empty response, and the front writes it out at the end, when it knows the request. [`Problem::of_status`] is
//! for what never reaches an operation.

use axum::body::Body;
use axum::response::IntoResponse;
use echopilot_core::platform::{Code, Fault, FieldProblem, ProblemDocument};
use http::header::{ACCEPT, CONNECTION, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// Makes the styled page: status, detail, seconds after which trying again makes sense, path, request id, and the
/// theme as the cookie has it.
pub type ErrorPage =
    fn(status: u16, detail: &str, retry: Option<u64>, path: &str, request_id: &str, theme: &str) -> String;

/// An error on its way to a client. Boxed: most calls succeed and should not carry its size.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    fields: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// For the access line only.
    cause: Option<String>,
}

/// Statuses that no [`Code`] has: they are about HTTP itself.
const PROTOCOL: [(u16, &str, &str, &str); 9] = [
    (400, "malformed", "The request can't be read", "The request breaks the rules of HTTP"),
    (
        405,
        "method_not_allowed",
        "Method not allowed",
        "This address does not answer to that method; the header Allow lists those it does",
    ),
    (
        408,
        "request_timeout",
        "The request took too long",
        "The request did not arrive in time; send it again on a faster connection",
    ),
    (413, "too_large", "The body is too large", "The body is larger than this address takes"),
    (414, "address_too_long", "The address is too long", "Path and query are limited to 8,192 bytes"),
    (415, "unsupported_type", "Unsupported content type", "Send the body as Content-Type: application/json"),
    (431, "head_too_large", "The headers are too large", "All headers together are limited to 32 KiB"),
    (501, "method_unknown", "Method unknown", "This server does not know that method"),
    (503, "unavailable", "Unavailable", "All places are taken; try again in a moment"),
];

impl Problem {
    /// The problem of a status that is about HTTP itself.
    pub fn of_status(status: u16) -> Self {
        let row = PROTOCOL.iter().find(|row| row.0 == status).unwrap_or(&PROTOCOL[0]);
        let status = StatusCode::from_u16(row.0).unwrap_or(StatusCode::BAD_REQUEST);
        let (code, title, detail) = (row.1, row.2, row.3.to_owned());
        Self(Box::new(Parts {
            status,
            code,
            title,
            detail,
            fields: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// Other words for the caller.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.retain(|(present, _)| *present != name);
        self.0.headers.push((name, value));
        self
    }

    /// Close the connection after it.
    #[must_use]
    pub fn closing(self) -> Self {
        self.header(CONNECTION, HeaderValue::from_static("close"))
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Seconds after which trying again makes sense, as the header tells them.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        let (_, value) = self.0.headers.iter().find(|(name, _)| *name == RETRY_AFTER)?;
        value.to_str().ok()?.parse().ok()
    }

    /// What only the log may know.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The document.
    pub(crate) fn json(&self, path: &str, request_id: &str) -> Vec<u8> {
        let document = ProblemDocument {
            ok: false,
            error: &self.0.detail,
            code: self.0.code,
            request_id,
            kind: format!("/problems/{}", self.0.code),
            title: self.0.title,
            status: self.0.status.as_u16(),
            detail: &self.0.detail,
            instance: Some(path),
            errors: &self.0.fields,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }

    /// The response, written out.
    pub(crate) fn write(
        &self,
        as_page: Option<(ErrorPage, &str)>,
        path: &str,
        request_id: &str,
    ) -> Response<Body> {
        let (body, kind) = match as_page {
            Some((page, theme)) => {
                let status = self.0.status.as_u16();
                let html = page(status, &self.0.detail, self.retry_after(), path, request_id, theme);
                (html.into_bytes(), "text/html; charset=utf-8")
            }
            None => (self.json(path, request_id), "application/problem+json"),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(VARY, HeaderValue::from_static("Accept, Cookie"));
        for (name, value) in &self.0.headers {
            headers.insert(name.clone(), value.clone());
        }
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let cause = fault.cause();
        let mut headers = Vec::new();
        if fault.code == Code::Unauthenticated {
            headers.push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"echopilot\"")));
        }
        let retry_after = match fault.code {
            Code::Limited => fault.retry_after.or(Some(60)),
            Code::Unavailable => fault.retry_after.or(Some(1)),
            _ => fault.retry_after,
        };
        if let Some(seconds) = retry_after {
            headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        Self(Box::new(Parts {
            status: StatusCode::from_u16(fault.code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: fault.code.as_str(),
            title: fault.code.title(),
            detail: fault.detail,
            fields: fault.fields,
            headers,
            cause,
        }))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the client would rather have a page than a document: it names HTML, and no JSON above it.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut json) = (0.0_f32, 0.0_f32);
    for value in headers.get_all(ACCEPT) {
        for part in value.to_str().unwrap_or("").split(',') {
            let mut parameters = part.split(';').map(str::trim);
            let kind = parameters.next().unwrap_or("").to_ascii_lowercase();
            let quality = parameters
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
            match kind.as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(quality),
                "application/json" | "application/problem+json" => json = json.max(quality),
                _ => {}
            }
        }
    }
    html > 0.0 && html > json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        prefers_html(&headers)
    }

    #[test]
    fn browsers_get_a_page_and_programs_a_document() {
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!prefers("*/*") && !prefers("application/json") && !prefers(""));
        assert!(!prefers("text/html;q=0.5, application/json"));
        assert!(prefers("application/json;q=0.5, text/html") && !prefers("text/html;q=0"));
    }

    #[test]
    fn a_problem_has_the_members_of_the_standard_and_of_older_callers() {
        let problem = Problem::from(Fault::invalid("limit", "a whole number"));
        let json: serde_json::Value = serde_json::from_slice(&problem.json("/api/x", "request-1")).unwrap();
        assert_eq!(json["ok"], false);
        assert_eq!(json["status"], 422);
        assert_eq!(json["type"], "/problems/invalid");
        assert_eq!(json["error"], json["detail"]);
        assert_eq!(json["errors"][0]["field"], "limit");
        assert_eq!(json["instance"], "/api/x");
        assert_eq!(json["request_id"], "request-1");
    }

    #[test]
    fn statuses_say_what_to_do_next() {
        let unauthenticated = Problem::from(Fault::new(Code::Unauthenticated, "no"));
        assert!(unauthenticated.write(None, "/", "r").headers().contains_key(WWW_AUTHENTICATE));
        for code in [Code::Limited, Code::Unavailable] {
            assert!(
                Problem::from(Fault::new(code, "no"))
                    .write(None, "/", "r")
                    .headers()
                    .contains_key(RETRY_AFTER)
            );
        }
        for (status, ..) in PROTOCOL {
            assert_eq!(Problem::of_status(status).status(), status);
        }
        let limited = Problem::from(Fault::new(Code::Limited, "no").retry_after(42));
        assert_eq!((limited.retry_after(), Problem::of_status(413).retry_after()), (Some(42), None));
        let internal = Problem::from(Fault::internal("no such table: customers"));
        assert!(!String::from_utf8(internal.json("/", "r")).unwrap().contains("customers"));
    }
}
