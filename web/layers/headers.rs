//! What every answer tells a browser, errors included. Nothing on a page is inline, so the policy needs no nonce.

use std::sync::LazyLock;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// For pages. Chrome applies `form-action` to the redirect after a form, hence the two Stripe hosts.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; \
    frame-ancestors 'none'; form-action 'self' https://checkout.stripe.com https://billing.stripe.com; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// For everything else: nothing may be loaded from it or around it.
pub const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'";

/// The same on every answer.
static FIXED: [(HeaderName, HeaderValue); 7] = [
    (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Not `no-referrer`: with it, browsers send `Origin: null` with our own forms.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()",
        ),
    ),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), HeaderValue::from_static("none")),
];

/// What a page, and anything else, has when its handler says nothing more. Copying one of them costs less than nine
/// insertions.
static PAGE: LazyLock<HeaderMap> = LazyLock::new(|| with_policy(PAGE_POLICY));
static DATA: LazyLock<HeaderMap> = LazyLock::new(|| with_policy(DATA_POLICY));

fn with_policy(policy: &'static str) -> HeaderMap {
    let mut headers: HeaderMap = FIXED.iter().cloned().collect();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

/// Add what is missing; what a handler chose about caching stays, what it says about the rest does not count.
pub(crate) fn secure(headers: &mut HeaderMap) {
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let base = if is_page { &PAGE } else { &DATA };
    let mut given = std::mem::replace(headers, (**base).clone());
    if let Some(caching) = given.remove(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, caching);
    }
    let mut current = None;
    for (name, value) in given {
        // A name stands at the first of its values only.
        current = name.or(current);
        if let Some(name) = &current
            && !base.contains_key(name)
        {
            headers.append(name.clone(), value);
        }
    }
}

/// The same as lines, for the rare answer that is written by hand.
pub(crate) fn as_lines() -> String {
    let mut headers = HeaderMap::new();
    secure(&mut headers);
    headers.iter().fold(String::new(), |mut text, (name, value)| {
        text.push_str(name.as_str());
        text.push_str(": ");
        text.push_str(value.to_str().unwrap_or(""));
        text.push_str("\r\n");
        text
    })
}

#[cfg(test)]
mod tests {
    use http::header::SET_COOKIE;

    use super::*;

    #[test]
    fn the_policy_follows_the_type_and_a_chosen_cache_rule_stays() {
        let mut page = HeaderMap::new();
        page.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        page.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        secure(&mut page);
        assert_eq!(page[CONTENT_SECURITY_POLICY], PAGE_POLICY);
        assert_eq!(page[CACHE_CONTROL], "private");
        let mut data = HeaderMap::new();
        secure(&mut data);
        assert_eq!(data[CONTENT_SECURITY_POLICY], DATA_POLICY);
        assert_eq!(data[CACHE_CONTROL], "no-store");
        assert!(as_lines().contains("x-content-type-options: nosniff\r\n"));
    }

    #[test]
    fn what_a_handler_says_stays_but_for_what_is_fixed() {
        let mut headers = HeaderMap::new();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("sniff"));
        headers.append(SET_COOKIE, HeaderValue::from_static("a=1"));
        headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));
        secure(&mut headers);
        assert_eq!(headers.get_all(X_CONTENT_TYPE_OPTIONS).iter().collect::<Vec<_>>(), ["nosniff"]);
        assert_eq!(headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.len(), 11);
    }

    #[test]
    fn the_page_policy_is_the_specified_one_byte_for_byte() {
        let specified = concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ",
            "connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; ",
            "form-action 'self' https://checkout.stripe.com https://billing.stripe.com; ",
            "require-trusted-types-for 'script'; trusted-types 'none'",
        );
        assert_eq!(PAGE_POLICY, specified);
    }
}
