//! `/payments/link`: an amount and an address become an invoice that can be paid by a link.

use askama::Template;

use super::PaymentMode;
use crate::chart::qr::Qr;
use crate::pages::view::{FieldError, Shell, error_at, outside};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "payments_link.html")]
pub struct LinkPage {
    /// The frame.
    pub shell: Shell,
    /// Which world the button acts in.
    pub mode: PaymentMode,
    /// What was typed.
    pub fields: LinkFields,
    /// How far it is.
    pub step: LinkStep,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Why it was not made, in Stripe's words where they are.
    pub declined: Option<String>,
}

/// The fields as they were typed; kept over a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkFields {
    /// Minor units.
    pub amount_minor: String,
    /// Three letters.
    pub currency: String,
    /// Who pays.
    pub email: String,
    /// What for.
    pub description: String,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStep {
    /// Asks for the fields.
    Ask,
    /// Shows what will be asked for, with the sum as people read it.
    Review {
        /// "USD 42.00".
        amount: String,
        /// What makes a repeated press the same request.
        key: String,
    },
    /// Made.
    Done {
        /// "USD 42.00".
        amount: String,
        /// The number printed on the invoice, where there is one yet.
        number: Option<String>,
        /// Where it is paid.
        url: Option<String>,
    },
    /// Stripe has not decided.
    UnderWay,
}

impl LinkPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn has_trouble(&self) -> bool {
        !self.errors.is_empty() || self.declined.is_some()
    }

    fn heading(&self) -> &'static str {
        match self.step {
            LinkStep::Ask => "Create payment link",
            LinkStep::Review { .. } => "Check the payment link",
            LinkStep::Done { .. } => "Payment link created",
            LinkStep::UnderWay => "The payment link is under way",
        }
    }

    fn code(url: &str) -> Option<String> {
        Qr { text: url, label: "The payment link as a QR code" }.render()
    }

    /// Only an address that a browser may be led to.
    fn link(url: Option<&String>) -> Option<&str> {
        outside(url)
    }
}
