//! From a customer's billing history to the page of it.

use echopilot_core::billing::{BillingHistory, ShownInvoice};
use echopilot_core::platform::{Fault, Result, Timestamp, format_money};

use super::frame::{day, moment};
use super::view::{Failure, Freshness, InvoiceRow, InvoiceStatus, InvoicesPage, Part, Shell};
use crate::layers::Visit;

/// What the address asks for.
pub(super) struct Wanted {
    pub(super) status: Option<InvoiceStatus>,
    pub(super) year: Option<i32>,
    pub(super) cursor: Option<String>,
}

impl Wanted {
    /// Read the query; an empty value is none, an unknown one is refused by name.
    pub(super) fn parse(query: &str) -> Result<Self> {
        let mut wanted = Self { status: None, year: None, cursor: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            match name.as_ref() {
                "status" => {
                    let status = InvoiceStatus::parse(&value);
                    wanted.status = Some(
                        status.ok_or_else(|| Fault::invalid("status", "expected a status of an invoice"))?,
                    );
                }
                "year" => {
                    let year = value.parse().map_err(|_| Fault::invalid("year", "expected a year"))?;
                    wanted.year = Some(year);
                }
                "cursor" => wanted.cursor = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(wanted)
    }
}

/// The page; `is_down` when the payment provider does not answer, so that what is shown may be old; a history that can't be read leaves the frame and says so.
pub(super) fn view(
    shell: Shell,
    wanted: &Wanted,
    history: Result<BillingHistory>,
    visit: &Visit,
    is_down: bool,
) -> InvoicesPage {
    let page = InvoicesPage {
        shell,
        status: wanted.status,
        year: wanted.year,
        years: Vec::new(),
        invoices: Part::Failed(Failure { request_id: visit.request_id.clone() }),
        freshness: Freshness::Never,
        first_page: wanted.cursor.is_none(),
        older: None,
    };
    match history {
        Err(_) => page,
        Ok(history) => InvoicesPage {
            years: history.years,
            freshness: freshness(history.as_of, is_down),
            invoices: Part::Ready(history.invoices.iter().map(|invoice| row(invoice, visit.now)).collect()),
            older: history.next_cursor,
            ..page
        },
    }
}

fn freshness(as_of: Option<Timestamp>, is_down: bool) -> Freshness {
    match as_of.map(moment) {
        None => Freshness::Never,
        Some(as_of) if is_down => Freshness::Stale {
            as_of,
            reason: "The payment provider is not answering. What you see is the last known state.".into(),
        },
        Some(as_of) => Freshness::AsOf(as_of),
    }
}

/// One invoice as a row.
pub(super) fn row(invoice: &ShownInvoice, now: Timestamp) -> InvoiceRow {
    let status = InvoiceStatus::parse(&invoice.status).unwrap_or(InvoiceStatus::Open);
    let in_part = invoice.refunded_minor > 0 && status != InvoiceStatus::Refunded;
    InvoiceRow {
        number: invoice.number.clone(),
        date: day(invoice.date),
        description: invoice.description.clone(),
        amount: invoice.amount.clone(),
        status,
        refunded: in_part.then(|| format_money(invoice.refunded_minor, &invoice.currency)),
        due: invoice.due_at.map(day),
        overdue: status == InvoiceStatus::Open && invoice.due_at.is_some_and(|due| due < now),
        pdf_url: invoice.invoice_pdf.clone(),
        hosted_url: invoice.hosted_invoice_url.clone(),
    }
}
