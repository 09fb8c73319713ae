//! From a customer's billing history to the page of it.

use echopilot_core::billing::{BillingHistory, ShownInvoice};
use echopilot_core::platform::{Fault, Result, Timestamp, format_money};

use super::frame::{age, day, moment};
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
    provider_is_down: bool,
    visit: &Visit,
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
            freshness: freshness(history.as_of, provider_is_down, visit.now),
            invoices: Part::Ready(history.invoices.iter().map(|invoice| row(invoice, visit.now)).collect()),
            older: history.next_cursor,
            ..page
        },
    }
}

/// How fresh a list is that was last heard of at `as_of`.
fn freshness(as_of: Option<Timestamp>, provider_is_down: bool, now: Timestamp) -> Freshness {
    match as_of {
        None => Freshness::Never,
        Some(as_of) if provider_is_down => Freshness::Stale {
            as_of: moment(as_of),
            reason: format!(
                "The payment provider is not answering. What you see is the last known state, {} old.",
                age(as_of, now)
            ),
        },
        Some(as_of) => Freshness::AsOf(moment(as_of)),
    }
}

/// One invoice as a row.
pub(super) fn row(invoice: &ShownInvoice, now: Timestamp) -> InvoiceRow {
    let status = InvoiceStatus::parse(&invoice.status);
    let in_part = invoice.refunded_minor > 0 && status != Some(InvoiceStatus::Refunded);
    InvoiceRow {
        number: invoice.number.clone(),
        date: day(invoice.date),
        description: invoice.description.clone(),
        amount: invoice.amount.clone(),
        status,
        word: invoice.status.clone(),
        refunded: in_part.then(|| format_money(invoice.refunded_minor, &invoice.currency)),
        due: invoice.due_at.map(day),
        overdue: status == Some(InvoiceStatus::Open) && invoice.due_at.is_some_and(|due| due < now),
        pdf_url: invoice.invoice_pdf.clone(),
        hosted_url: invoice.hosted_invoice_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_list_is_stale_only_while_the_provider_is_down_and_says_how_old_it_is() {
        let now = Timestamp::parse("2026-03-02T09:30:00Z").unwrap();
        let as_of = Some(now.minus(Duration::from_secs(3 * 3600 + 60)));
        assert!(matches!(freshness(as_of, false, now), Freshness::AsOf(_)));
        assert_eq!(freshness(None, true, now), Freshness::Never);
        let Freshness::Stale { reason, .. } = freshness(as_of, true, now) else { panic!("it is stale") };
        assert!(reason.contains("3 hours old"), "{reason}");
    }
}
