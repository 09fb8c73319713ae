//! `/payments/refund`: money back, never more than is left, never twice.

use askama::Template;

use super::PaymentMode;
use crate::pages::view::{FieldError, Link, Shell, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "payments_refund.html")]
pub struct RefundPage {
    /// The frame.
    pub shell: Shell,
    /// Which world the button acts in.
    pub mode: PaymentMode,
    /// What would be given back; none when nothing can be.
    pub target: Option<RefundTarget>,
    /// What was typed.
    pub fields: RefundFields,
    /// What makes a repeated press the same request.
    pub key: String,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Why it was declined, in Stripe's words and with its code.
    pub declined: Option<String>,
}

/// The payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundTarget {
    /// Stripe's identifier.
    pub id: String,
    /// What is left, with currency.
    pub remaining: String,
    /// The same in minor units.
    pub remaining_minor: i64,
}

/// The fields as they were typed; kept over a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefundFields {
    /// Minor units.
    pub amount_minor: String,
    /// One of Stripe's reasons.
    pub reason: String,
    /// The payment's identifier, typed by hand in live mode.
    pub confirm: String,
}

/// Stripe's reasons and how they read.
const REASONS: [(&str, &str); 3] = [
    ("requested_by_customer", "The customer asked for it"),
    ("duplicate", "It was paid twice"),
    ("fraudulent", "It was fraud"),
];

impl RefundPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn has_trouble(&self) -> bool {
        !self.errors.is_empty() || self.declined.is_some()
    }

    fn reasons(&self) -> Vec<Link> {
        REASONS
            .iter()
            .map(|(word, label)| Link {
                label: (*label).to_owned(),
                href: (*word).to_owned(),
                current: self.fields.reason == *word,
            })
            .collect()
    }
}
