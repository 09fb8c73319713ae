//! Rows of the mirror, and the sums that pages show.

use super::sql::{INVOICE_ADD, PAYMENT_ADD};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args, row};

/// An invoice as the provider last told it.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// The provider's identifier.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// The number printed on it.
    pub number: String,
    /// What it is for.
    pub description: String,
    /// The sum in minor units.
    pub amount_minor: i64,
    /// How much of it was given back.
    pub refunded_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The provider's own word.
    pub status: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The provider's page of it.
    pub hosted_invoice_url: Option<String>,
    /// The provider's PDF of it.
    pub invoice_pdf: Option<String>,
    /// When we last heard of it.
    pub observed_at: Timestamp,
}

row! { Invoice {
    id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, due_at,
    hosted_invoice_url, invoice_pdf, observed_at
} }

impl Invoice {
    /// The provider's word, except that a wholly refunded invoice says so.
    pub fn shown_status(&self) -> &str {
        if self.amount_minor > 0 && self.refunded_minor >= self.amount_minor {
            "refunded"
        } else {
            &self.status
        }
    }
}

/// A payment as the provider last told it.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The provider's identifier.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// What it paid.
    pub invoice_id: Option<String>,
    /// The sum in minor units.
    pub amount_minor: i64,
    /// How much of it was given back.
    pub refunded_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The provider's own word.
    pub status: String,
    /// When it was made.
    pub created_at: Timestamp,
}

row! { Payment {
    id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, created_at
} }

/// Take an invoice into the mirror; false when it is there.
pub fn add_invoice(tx: &mut Tx<'_>, invoice: &Invoice) -> Result<bool> {
    let added = tx.run(
        INVOICE_ADD,
        args![
            invoice.id.as_str(),
            invoice.customer_id.as_str(),
            invoice.number.as_str(),
            invoice.description.as_str(),
            invoice.amount_minor,
            invoice.refunded_minor,
            invoice.currency.as_str(),
            invoice.status.as_str(),
            invoice.issued_at,
            invoice.due_at,
            invoice.hosted_invoice_url.as_deref(),
            invoice.invoice_pdf.as_deref(),
            invoice.observed_at
        ],
    )?;
    Ok(added == 1)
}

/// Take a payment into the mirror; false when it is there.
pub fn add_payment(tx: &mut Tx<'_>, payment: &Payment) -> Result<bool> {
    let added = tx.run(
        PAYMENT_ADD,
        args![
            payment.id.as_str(),
            payment.customer_id.as_str(),
            payment.invoice_id.as_deref(),
            payment.amount_minor,
            payment.refunded_minor,
            payment.currency.as_str(),
            payment.status.as_str(),
            payment.created_at
        ],
    )?;
    Ok(added == 1)
}
