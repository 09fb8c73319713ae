//! A browser sends its cookies along with requests that other sites make. Two answers to that:
//!
//! - [`check`] refuses writes that the browser says another site made, wherever a cookie (or a plain form)
//!   would act; programs send neither of the headers it reads.
//! - [`FormKey`] makes the token that a page's form carries and its handler verifies, bound to the session or,
//!   before sign-in, to an anonymous cookie.

use echopilot_core::platform::{ReferenceKey, RootKey};
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, Method};

use crate::problem::Problem;
use echopilot_core::platform::{Code, Fault};

/// Refuse a write from another site. `own_origin` is the public one.
pub(crate) fn check(
    method: &Method,
    headers: &HeaderMap,
    by_cookie: bool,
    own_origin: &str,
) -> Result<(), Problem> {
    if method.is_safe() || !(by_cookie || is_form(headers)) {
        return Ok(());
    }
    // A browser that sends both must not contradict itself.
    let has_foreign_origin =
        headers.get(ORIGIN).is_some_and(|origin| !is_own(origin.as_bytes(), headers, own_origin));
    if is_from_elsewhere(headers) || has_foreign_origin {
        return Err(Fault::new(
            Code::Forbidden,
            "This request came from another site; open the page here and try again",
        )
        .into());
    }
    Ok(())
}

/// Whether the browser says that another site asks. Programs and old browsers say nothing.
pub(super) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// The public origin, or the one the request itself was sent to.
fn is_own(origin: &[u8], headers: &HeaderMap, own_origin: &str) -> bool {
    if origin.eq_ignore_ascii_case(own_origin.as_bytes()) {
        return true;
    }
    let host = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
    headers.get(HOST).is_some_and(|own| host.is_some_and(|host| host.eq_ignore_ascii_case(own.as_bytes())))
}

/// What a page can send without asking the browser first.
fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes().to_ascii_lowercase();
        [&b"application/x-www-form-urlencoded"[..], b"multipart/form-data", b"text/plain"]
            .iter()
            .any(|form| kind.starts_with(form))
    })
}

/// Makes and verifies the tokens of forms.
#[derive(Debug, Clone)]
pub struct FormKey(ReferenceKey);

impl FormKey {
    /// The key of this installation.
    pub fn new(root: &RootKey) -> Self {
        Self(ReferenceKey::new(&root.derive("tokens of forms")))
    }

    /// The token for whoever `binding` stands for: a session's id, or the anonymous cookie's value.
    pub fn issue(&self, binding: &str) -> String {
        self.0.reference("form", binding).as_str().to_owned()
    }

    /// Refuse a form whose token is not the one of `binding`.
    pub fn verify(&self, binding: &str, token: &str) -> Result<(), Problem> {
        if !binding.is_empty() && same(self.issue(binding).as_bytes(), token.as_bytes()) {
            return Ok(());
        }
        Err(Fault::new(
            Code::Forbidden,
            "This form is too old or came from another site; load the page again",
        )
        .into())
    }
}

/// Equal, in a time that depends on the lengths alone.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use echopilot_core::platform::Secret;
    use http::HeaderValue;

    use super::*;

    fn passes(method: &Method, by_cookie: bool, given: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        check(method, &headers, by_cookie, "https://echo.example").is_ok()
    }

    #[test]
    fn writes_by_cookie_must_come_from_here() {
        let post = &Method::POST;
        assert!(passes(post, true, &[("origin", "https://echo.example"), ("sec-fetch-site", "same-origin")]));
        assert!(passes(post, true, &[("origin", "http://127.0.0.1:8080")]));
        assert!(passes(post, true, &[]), "a program with a cookie jar is no browser");
        assert!(!passes(post, true, &[("origin", "https://evil.example")]));
        assert!(!passes(post, true, &[("origin", "null")]));
        assert!(!passes(post, true, &[("origin", "https://echo.example.evil.example")]));
        for site in ["cross-site", "same-site", "odd"] {
            assert!(!passes(post, true, &[("sec-fetch-site", site)]), "{site}");
        }
        assert!(!passes(
            post,
            true,
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]
        ));
    }

    #[test]
    fn reads_and_keys_are_not_asked_but_plain_forms_are() {
        assert!(passes(&Method::GET, true, &[("sec-fetch-site", "cross-site")]));
        assert!(passes(&Method::POST, false, &[("sec-fetch-site", "cross-site")]), "no cookie acts");
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert!(
            !passes(&Method::POST, false, &[form, ("sec-fetch-site", "cross-site")]),
            "a sign-in by a stranger"
        );
        assert!(passes(&Method::POST, false, &[form, ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn a_form_token_is_bound_to_its_session() {
        let key = FormKey::new(&RootKey::new(&Secret::new("a".repeat(32))));
        let token = key.issue("session-1");
        assert!(key.verify("session-1", &token).is_ok());
        assert!(key.verify("session-2", &token).is_err());
        assert!(key.verify("session-1", "").is_err());
        assert!(key.verify("", &key.issue("")).is_err(), "nobody has no token");
        let other = FormKey::new(&RootKey::new(&Secret::new("b".repeat(32))));
        assert!(other.verify("session-1", &token).is_err());
    }
}
