//! "Manage billing": from the customer's overview to the payment provider's portal.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::OpenBillingPortal;
use echopilot_core::platform::{Code, Fault};
use http::{HeaderMap, Response, Uri};

use super::form::Form;
use super::frame::lead_to;
use super::view::BillingNotice;
use crate::layers::Visit;
use crate::site::Site;

/// Open the portal in the same tab; what stands in the way is told on the overview.
pub(super) async fn open(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Err(problem) = Form::verified(&site, &visit, &headers, &body) {
        return problem.into_response();
    }
    let cx = visit.cx(&site);
    let opened = site.call(cx, OpenBillingPortal::default()).await;
    let notice = match opened {
        Ok(page) if is_stripes(&page.url, &site.deps.settings.stripe.api_base) => {
            return lead_to(&page.url, None);
        }
        Ok(_) => BillingNotice::Failed,
        Err(fault) => notice(&fault),
    };
    lead_to(&format!("/app?billing={}", notice.as_str()), None)
}

fn notice(fault: &Fault) -> BillingNotice {
    match fault.code {
        Code::NotConfigured => BillingNotice::NotConfigured,
        Code::NotFound => BillingNotice::NothingYet,
        _ => BillingNotice::Failed,
    }
}

/// Whether a browser may be sent there: a page of Stripe's, or, where the API itself is on this machine for a trial,
/// that very server.
pub(super) fn is_stripes(url: &str, api_base: &str) -> bool {
    let parse = |text: &str| {
        text.parse::<Uri>().ok().filter(|uri| !text.contains(['@', '\\']) && uri.host().is_some())
    };
    let Some(page) = parse(url) else { return false };
    let host = page.host().unwrap_or_default();
    if page.scheme_str() == Some("https") && page.port().is_none() && host.ends_with(".stripe.com") {
        return true;
    }
    parse(api_base).is_some_and(|api| {
        let is_here = matches!(api.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        is_here && page.authority() == api.authority() && page.scheme() == api.scheme()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_stripe_and_nowhere_else() {
        const API: &str = "https://api.stripe.com";
        assert!(is_stripes("https://billing.stripe.com/p/session/test_1", API));
        for bad in [
            "http://billing.stripe.com/p",
            "https://stripe.com.evil.example/",
            "https://evilstripe.com/",
            "https://billing.stripe.com@evil.example/",
            "https://evil.example\\@billing.stripe.com/",
            "https://billing.stripe.com:8443/",
            "//billing.stripe.com/p",
            "/app",
            "javascript:alert(1)",
            "",
            "http://127.0.0.1:9000/p",
        ] {
            assert!(!is_stripes(bad, API), "{bad}");
        }
        let trial = "http://127.0.0.1:9000";
        assert!(is_stripes("http://127.0.0.1:9000/p/session", trial));
        assert!(is_stripes("https://billing.stripe.com/p", trial));
        assert!(!is_stripes("http://127.0.0.1:9001/p", trial));
        assert!(!is_stripes("http://evil.example/p", "http://evil.example"));
    }
}
