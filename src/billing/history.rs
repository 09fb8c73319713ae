//! A customer's invoices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rows::Invoice;
use super::sql::{AS_OF, HISTORY, TIMES};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::{Fault, Result, Timestamp, format_money};
use crate::store::args;

/// List the signed-in customer's invoices, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInvoices {
    /// How many, 1 to 200; 50 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Only those with this status, as shown.
    #[serde(default)]
    pub status: Option<String>,
    /// Only those issued in this year (UTC).
    #[serde(default)]
    #[schemars(range(min = 1970, max = 9999))]
    pub year: Option<i32>,
    /// Only those whose number, description or status has this in it, or whose sum it is.
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
}

/// An invoice as its customer sees it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShownInvoice {
    /// The provider's identifier.
    pub id: String,
    /// The number printed on it.
    pub number: String,
    /// When it was issued.
    pub date: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The sum in minor units of the currency.
    pub amount_minor: i64,
    /// How much of it was given back, in minor units.
    pub refunded_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The sum as people read it.
    pub amount: String,
    /// The payment provider's own word, or `refunded` when all of it was given back.
    pub status: String,
    /// What it is for.
    pub description: String,
    /// The provider's page of it.
    pub hosted_invoice_url: Option<String>,
    /// The provider's PDF of it.
    pub invoice_pdf: Option<String>,
}

/// A page of invoices.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BillingHistory {
    /// Newest first.
    pub invoices: Vec<ShownInvoice>,
    /// The years (UTC) in which there are invoices at all, newest first.
    pub years: Vec<i32>,
    /// When the mirror last heard of them; null when it never has.
    pub as_of: Option<Timestamp>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListInvoices {
    const META: Meta = Meta {
        name: "list-invoices",
        route: Route::get("/api/billing/history"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = BillingHistory;

    fn run(&self, cx: &Cx) -> Result<BillingHistory> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let (from, until) = self.span()?;
        let word = WantedWord::parse(self.q.as_deref())?;
        let pattern = word.as_ref().map(|word| word.pattern.as_str());
        let [sum, other_sum] = word.as_ref().map_or([None, None], |word| word.amounts);
        let customer = cx.caller.customer()?.profile.customer_id.as_str();
        let (mut rows, times, as_of): (Vec<Invoice>, Vec<Timestamp>, Option<Timestamp>) =
            cx.deps.store.read(|tx| {
                let (before, id) = (page.before.0, page.before.1.as_str());
                let (fetch, status) = (page.fetch(), self.status.as_deref());
                let wanted = args![customer, before, id, fetch, from, until, status, pattern, sum, other_sum];
                Ok((
                    tx.rows(HISTORY, wanted)?,
                    tx.rows(TIMES, args![customer])?,
                    tx.one(AS_OF, args![customer])?,
                ))
            })?;
        let next_cursor = page.cut(&mut rows, |invoice| (invoice.issued_at, invoice.id.clone()));
        let mut years: Vec<i32> = times.into_iter().map(Timestamp::year).collect();
        years.dedup();
        Ok(BillingHistory {
            invoices: rows.iter().map(ShownInvoice::from).collect(),
            years,
            as_of,
            next_cursor,
        })
    }
}

impl ListInvoices {
    fn span(&self) -> Result<(Timestamp, Timestamp)> {
        match self.year {
            None => Ok((Timestamp(i64::MIN), Timestamp(i64::MAX))),
            Some(year @ 1970..=9999) => Ok((Timestamp::at_month(year, 1), Timestamp::at_month(year + 1, 1))),
            Some(_) => Err(Fault::invalid("year", "expected a year from 1970 to 9999")),
        }
    }
}

impl From<&Invoice> for ShownInvoice {
    fn from(invoice: &Invoice) -> Self {
        Self {
            id: invoice.id.clone(),
            number: invoice.number.clone(),
            date: invoice.issued_at,
            due_at: invoice.due_at,
            amount_minor: invoice.amount_minor,
            refunded_minor: invoice.refunded_minor,
            currency: invoice.currency.clone(),
            amount: format_money(invoice.amount_minor, &invoice.currency),
            status: invoice.shown_status().to_owned(),
            description: invoice.description.clone(),
            hosted_invoice_url: invoice.hosted_invoice_url.clone(),
            invoice_pdf: invoice.invoice_pdf.clone(),
        }
    }
}
