//! What was paid and given back in a number of days, for operators.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{PAYMENT_STATES, PAYMENT_SUMS, REFUND_SUMS};
use super::summary::{Sum, SumRow, sums};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// A day.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// What is summed up when nothing is said.
const USUAL: u32 = 30;
/// A year and a leap day.
const MOST: u32 = 366;
/// The provider's words for payments that came to nothing.
const LOST: [&str; 2] = ["failed", "canceled"];

/// Sum up the payments of the last days, and of as many days before them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummarisePayments {
    /// How many days, 1 to 366; 30 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 366))]
    pub days: Option<u32>,
}

/// What happened in a number of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentFigures {
    /// When the days begin.
    pub since: Timestamp,
    /// When they end.
    pub until: Timestamp,
    /// Payments that succeeded, by currency, before refunds.
    pub volume: Vec<Sum>,
    /// What of those payments was given back, by currency.
    pub refunded: Vec<Sum>,
    /// How many payments succeeded.
    pub succeeded: i64,
    /// How many failed or were called off.
    pub lost: i64,
    /// How many are under way.
    pub under_way: i64,
}

/// The last days, and as many before them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentSummary {
    /// How many days.
    pub days: u32,
    /// The last days.
    pub now: PaymentFigures,
    /// The days before.
    pub before: PaymentFigures,
}

struct State {
    status: String,
    count: i64,
}

row! { State { status, count } }

impl Operation for SummarisePayments {
    const META: Meta = Meta {
        name: "summarise-payments",
        route: Route::get("/api/payments/summary"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = PaymentSummary;

    fn run(&self, cx: &Cx) -> Result<PaymentSummary> {
        let days = self.days.unwrap_or(USUAL);
        if !(1..=MOST).contains(&days) {
            return Err(Fault::invalid("days", format!("expected a whole number from 1 to {MOST}")));
        }
        let until = cx.now;
        let since = until.minus(DAY * days);
        let earlier = since.minus(DAY * days);
        cx.deps.store.read(|tx| {
            Ok(PaymentSummary { days, now: figures(tx, since, until)?, before: figures(tx, earlier, since)? })
        })
    }
}

fn figures(tx: &mut Tx<'_>, since: Timestamp, until: Timestamp) -> Result<PaymentFigures> {
    let volume: Vec<SumRow> = tx.rows(PAYMENT_SUMS, args![since, until])?;
    let refunded: Vec<SumRow> = tx.rows(REFUND_SUMS, args![since, until])?;
    let states: Vec<State> = tx.rows(PAYMENT_STATES, args![since, until])?;
    let count = |fits: &dyn Fn(&str) -> bool| {
        states.iter().filter(|state| fits(&state.status)).map(|state| state.count).sum()
    };
    Ok(PaymentFigures {
        since,
        until,
        volume: sums(volume),
        refunded: sums(refunded),
        succeeded: count(&|status| status == "succeeded"),
        lost: count(&|status| LOST.contains(&status)),
        under_way: count(&|status| status != "succeeded" && !LOST.contains(&status)),
    })
}
