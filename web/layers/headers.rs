//! What every answer tells a browser, errors included. Nothing on a page is inline, so the policy needs no nonce.

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

/// Add what is missing; what a handler chose about caching stays.
pub(crate) fn secure(headers: &mut HeaderMap) {
    headers.reserve(12);
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    for (name, value) in &FIXED {
        headers.insert(name.clone(), value.clone());
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
