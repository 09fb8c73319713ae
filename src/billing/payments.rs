//! Payments, newest first, with what they add up to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rows::Payment;
use super::sql::{PAYMENT_OUTCOMES, PAYMENT_TOTALS, PAYMENTS, REFUNDS_UNDER_WAY};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::{Result, Timestamp, format_money};
use crate::store::{args, row};

/// List payments, newest first, with the sums of the same time.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListPayments {
    /// How many, 1 to 200; 50 when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[arg(long)]
    #[serde(default)]
    pub cursor: Option<String>,
    /// Only those with this word of the provider's: `succeeded`, `pending`, `failed` …; the sums do not look at it.
    #[arg(long)]
    #[serde(default)]
    pub status: Option<String>,
    /// Only those of this customer (an identifier).
    #[arg(long)]
    #[serde(default)]
    pub customer: Option<String>,
    /// Only those since this time, such as 2026-03-01T00:00:00Z.
    #[arg(long)]
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Only those whose identifier, invoice, customer or status has this in it, or whose sum it is; the sums do not look
    /// at it.
    #[arg(long, value_name = "TEXT")]
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
}

/// A payment as operators see it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShownPayment {
    /// The provider's identifier.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// What it paid.
    pub invoice_id: Option<String>,
    /// The sum in minor units.
    pub amount_minor: i64,
    /// How much of it was given back, in minor units.
    pub refunded_minor: i64,
    /// Whether a refund of it is under way: asked for, and the money has not arrived.
    pub is_refunding: bool,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The sum as people read it.
    pub amount: String,
    /// The provider's own word.
    pub status: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the payments that succeeded add up to in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentTotal {
    /// ISO 4217, lower case.
    pub currency: String,
    /// How many succeeded.
    pub count: i64,
    /// What they add up to, in minor units.
    pub volume_minor: i64,
    /// How much of that was given back, in minor units.
    pub refunded_minor: i64,
    /// The volume as people read it.
    pub volume: String,
}

/// A page of payments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Payments {
    /// Newest first.
    pub payments: Vec<ShownPayment>,
    /// Sums by currency over all that fit `customer` and `since`, not over this page alone.
    pub totals: Vec<PaymentTotal>,
    /// Of those that somebody tried to pay or called off (`succeeded`, `failed`, `canceled`, or declined and waiting for
    /// another card), the share that succeeded, 0 to 1; null when there is none.
    pub success_rate: Option<f64>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

struct TotalRow {
    currency: String,
    count: i64,
    volume_minor: i64,
    refunded_minor: i64,
}

/// What one reading transaction found.
struct Read {
    rows: Vec<Payment>,
    refunding: Vec<String>,
    totals: Vec<TotalRow>,
    outcomes: (i64, i64),
}

row! { TotalRow { currency, count, volume_minor, refunded_minor } }

impl Operation for ListPayments {
    const META: Meta = Meta {
        name: "list-payments",
        route: Route::get("/api/payments/list"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = Payments;

    fn run(&self, cx: &Cx) -> Result<Payments> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let (customer, status) = (self.customer.as_deref(), self.status.as_deref());
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        let word = WantedWord::parse(self.q.as_deref())?;
        let pattern = word.as_ref().map(|word| word.pattern.as_str());
        let [sum, other_sum] = word.as_ref().map_or([None, None], |word| word.amounts);
        let Read { mut rows, refunding, totals, outcomes: (ended, succeeded) } =
            cx.deps.store.read(|tx| {
                let (before, id) = (page.before.0, page.before.1.as_str());
                Ok(Read {
                    rows: tx.rows(
                        PAYMENTS,
                        args![customer, status, since, before, id, page.fetch(), pattern, sum, other_sum],
                    )?,
                    refunding: tx.rows(REFUNDS_UNDER_WAY, args![])?,
                    totals: tx.rows(PAYMENT_TOTALS, args![customer, since])?,
                    outcomes: tx.one(PAYMENT_OUTCOMES, args![customer, since])?,
                })
            })?;
        let next_cursor = page.cut(&mut rows, |payment| (payment.created_at, payment.id.clone()));
        Ok(Payments {
            payments: rows.into_iter().map(|payment| shown(payment, &refunding)).collect(),
            totals: totals.into_iter().map(PaymentTotal::from).collect(),
            success_rate: share(succeeded, ended),
            next_cursor,
        })
    }
}

fn shown(payment: Payment, refunding: &[String]) -> ShownPayment {
    ShownPayment {
        amount: format_money(payment.amount_minor, &payment.currency),
        is_refunding: refunding.contains(&payment.id),
        id: payment.id,
        customer_id: payment.customer_id,
        invoice_id: payment.invoice_id,
        amount_minor: payment.amount_minor,
        refunded_minor: payment.refunded_minor,
        currency: payment.currency,
        status: payment.status,
        created_at: payment.created_at,
    }
}

impl From<TotalRow> for PaymentTotal {
    fn from(row: TotalRow) -> Self {
        Self {
            volume: format_money(row.volume_minor, &row.currency),
            currency: row.currency,
            count: row.count,
            volume_minor: row.volume_minor,
            refunded_minor: row.refunded_minor,
        }
    }
}

/// To four digits, which is what counts of payments are good for.
fn share(part: i64, whole: i64) -> Option<f64> {
    let parts = i32::try_from(part.checked_mul(10_000)?.checked_div(whole)?).ok()?;
    Some(f64::from(parts) / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn no_payments_are_no_rate() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(0, 3), Some(0.0));
        assert_eq!(share(2, 3), Some(0.6666));
        assert_eq!(share(3, 3), Some(1.0));
    }
}
