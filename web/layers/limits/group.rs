//! Which limit a route shares with which others.

use echopilot_core::config::RateGroup;

/// The group of a route. Reading a page that leads to an act is not the act.
pub(crate) fn group_of(method: &str, template: &str) -> RateGroup {
    let acts = method == "POST";
    match template {
        "/api/auth/login" | "/auth/login" | "/dashboard/login" if acts => RateGroup::Login,
        "/api/auth/magic-link" | "/auth/login/code" | "/app/sessions/code" if acts => RateGroup::MagicLink,
        "/api/auth/verify" | "/auth/verify" if acts => RateGroup::Verify,
        "/api/lead" | "/" | "/pricing" if acts => RateGroup::Lead,
        "/api/support" | "/support" | "/app/support" if acts => RateGroup::Support,
        "/api/payments/webhook" | "/webhook/stripe" | "/api/public/after-payment" if acts => {
            RateGroup::Webhook
        }
        "/app/palette" | "/dashboard/palette" => RateGroup::Palette,
        "/api/flags/eval" => RateGroup::Flags,
        "/api/flags/convert" if acts => RateGroup::Convert,
        _ if template.starts_with("/ofrep/") => RateGroup::Flags,
        _ => RateGroup::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_limited_and_their_pages_are_not() {
        assert_eq!(group_of("POST", "/api/auth/login"), RateGroup::Login);
        assert_eq!(group_of("GET", "/auth/login"), RateGroup::Other);
        assert_eq!(group_of("POST", "/ofrep/v1/evaluate/flags/{key}"), RateGroup::Flags);
        assert_eq!(group_of("POST", "/webhook/stripe"), RateGroup::Webhook);
        assert_eq!(group_of("GET", "/app/palette"), RateGroup::Palette);
        assert_eq!(group_of("GET", "/health"), RateGroup::Other);
        assert_eq!((group_of("POST", "/"), group_of("GET", "/")), (RateGroup::Lead, RateGroup::Other));
    }
}
