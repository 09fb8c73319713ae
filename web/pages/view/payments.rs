//! The operators' pages about money: the list of payments, a payment link, a refund, the comparison with Stripe.

mod link;
mod list;
mod reconciliation;
mod refund;
#[cfg(test)]
mod samples;

pub use link::{LinkFields, LinkPage, LinkStep};
pub use list::{PaymentRow, PaymentsNotice, PaymentsPage, RefundState, WebhookRow};
pub use reconciliation::{Compared, DifferenceRow, LastComparison, ReconciliationPage};
pub use refund::{RefundFields, RefundPage, RefundTarget};

use super::{Badge, Tone};

/// Which of Stripe's worlds the buttons act in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentMode {
    /// Test cards; no money moves.
    Test,
    /// Real money.
    Live,
    /// None: the name of the setting that is missing.
    NotConfigured(&'static str),
}

impl PaymentMode {
    /// The sign beside everything that acts.
    pub fn badge(&self) -> Badge {
        let (tone, glyph, text) = match self {
            Self::Test => (Tone::Warn, "alert", "TEST"),
            Self::Live => (Tone::Bad, "bolt", "LIVE"),
            Self::NotConfigured(_) => (Tone::Neutral, "dash", "Not configured"),
        };
        Badge { tone, glyph, text: text.to_owned() }
    }

    /// Whether real money moves.
    pub fn is_live(&self) -> bool {
        *self == Self::Live
    }

    /// The setting that is missing.
    pub fn missing(&self) -> Option<&'static str> {
        match self {
            Self::NotConfigured(setting) => Some(setting),
            Self::Test | Self::Live => None,
        }
    }
}
