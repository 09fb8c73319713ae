//! What a customer paid this month and the month before, and what is open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::ShownInvoice;
use super::sql::{NEXT_OPEN, OPEN, RENEWAL, SPEND};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp, format_money};
use crate::store::{Tx, args, row};

/// What the signed-in customer paid this month and last, and what is open.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummariseBilling {}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sum {
    /// ISO 4217, lower case.
    pub currency: String,
    /// Minor units.
    pub amount_minor: i64,
    /// The sum as people read it.
    pub amount: String,
    /// How many payments or invoices it adds up.
    pub count: i64,
}

/// Sums by currency; a currency without rows is absent.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BillingSummary {
    /// Paid less refunded, from the first of this month (UTC).
    pub paid_this_month: Vec<Sum>,
    /// Paid less refunded, in the month before.
    pub paid_last_month: Vec<Sum>,
    /// Invoices that wait for payment.
    pub open: Vec<Sum>,
    /// The one of them that is due first.
    pub next_open: Option<ShownInvoice>,
    /// When the subscription is paid again or ends; null without one.
    pub renewal: Option<Renewal>,
}

/// The end of the time that a subscription is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renewal {
    /// When it is.
    pub period_ends_at: Timestamp,
    /// Whether the subscription ends then instead of being paid again.
    pub cancels_at_period_end: bool,
}

row! { Renewal { period_ends_at, cancels_at_period_end } }

struct SumRow {
    currency: String,
    amount_minor: i64,
    count: i64,
}

row! { SumRow { currency, amount_minor, count } }

impl Operation for SummariseBilling {
    const META: Meta = Meta {
        name: "summarise-billing",
        route: Route::get("/api/billing/summary"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = BillingSummary;

    fn run(&self, cx: &Cx) -> Result<BillingSummary> {
        let [before, this, after] = cx.now.months();
        let customer = cx.caller.customer()?.profile.customer_id.as_str();
        cx.deps.store.read(|tx| {
            let next: Option<super::Invoice> = tx.maybe(NEXT_OPEN, args![customer])?;
            Ok(BillingSummary {
                paid_this_month: sums(tx.rows(SPEND, args![customer, this, after])?),
                paid_last_month: sums(tx.rows(SPEND, args![customer, before, this])?),
                open: open(tx, customer)?,
                next_open: next.as_ref().map(ShownInvoice::from),
                renewal: tx.maybe(RENEWAL, args![customer])?,
            })
        })
    }
}

fn open(tx: &mut Tx<'_>, customer: &str) -> Result<Vec<Sum>> {
    Ok(sums(tx.rows(OPEN, args![customer])?))
}

fn sums(rows: Vec<SumRow>) -> Vec<Sum> {
    rows.into_iter()
        .map(|row| Sum {
            amount: format_money(row.amount_minor, &row.currency),
            currency: row.currency,
            amount_minor: row.amount_minor,
            count: row.count,
        })
        .collect()
}
