//! The operators' pages about money.

pub(super) mod link;
pub(super) mod list;
pub(super) mod reconciliation;
pub(super) mod refund;
pub(super) mod replay;

use echopilot_core::config::StripeMode;
use echopilot_core::operation::{Cx, Input, Operation, invoke_once};
use echopilot_core::platform::{Fault, Result};
use serde::Serialize;

use super::view::PaymentMode;
use crate::site::Site;

/// Which of Stripe's worlds the buttons act in.
fn mode(site: &Site) -> PaymentMode {
    let stripe = &site.deps.settings.stripe;
    match (stripe.key_in_use(), stripe.mode) {
        (None, StripeMode::Test) => PaymentMode::NotConfigured("STRIPE_SECRET_KEY"),
        (None, StripeMode::Live) => PaymentMode::NotConfigured("STRIPE_SECRET_LIVE"),
        (Some(_), _) if stripe.is_live() => PaymentMode::Live,
        (Some(_), _) => PaymentMode::Test,
    }
}

/// Call an operation under a key, exactly as a request with an `Idempotency-Key` does: a form that is sent twice acts
/// once, and the second press gets the first answer.
fn once<O: Operation + Serialize>(cx: &Cx, operation: &O, key: &str) -> Result<O::Output> {
    let name = O::META.name;
    let entry = cx.deps.entry(name).ok_or_else(|| Fault::internal(format!("{name} is not listed")))?;
    let body = serde_json::to_vec(operation).map_err(Fault::internal)?;
    let answer = invoke_once(entry, cx, Input { path: &[], query: "", body: &body }, key)?;
    serde_json::from_slice(&answer.body).map_err(Fault::internal)
}

/// A whole number of minor units from 1, as people type it: spaces are taken away, anything else is refused.
fn minor_units(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|amount| is_number && *amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_minor_units_and_never_guessed() {
        assert_eq!(minor_units(" 4200 "), Some(4_200));
        assert_eq!(minor_units("4 200"), Some(4_200));
        for text in ["", "0", "-1", "+1", "42.00", "42,00", "1e3", "４２", "99999999999999999999"] {
            assert_eq!(minor_units(text), None, "{text}");
        }
    }
}
