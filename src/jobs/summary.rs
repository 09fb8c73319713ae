//! A customer's month in figures, each computed from stored rows, beside the month before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::MONTH;
use crate::customers::Plans;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args, row};

/// The signed-in customer's month in figures, beside the month before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummariseAccount {}

/// The figures of a calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthFigures {
    /// When the month began.
    pub since: Timestamp,
    /// Jobs asked for.
    pub jobs: i64,
    /// How many of them have a quality score.
    pub scored: i64,
    /// The mean of their scores, 0 to 100; null when none has one.
    pub qa_mean: Option<f64>,
    /// What the jobs cost, in millionths of a US dollar.
    pub cost_micro: i64,
}

/// This month and the month before.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountSummary {
    /// From the first of this month until now.
    pub this_month: MonthFigures,
    /// The whole month before.
    pub last_month: MonthFigures,
    /// How many jobs a month the plan holds; null without a limit.
    pub jobs_per_month: Option<u32>,
}

struct MonthRow {
    jobs: i64,
    scored: i64,
    qa_mean: Option<f64>,
    cost_micro: i64,
}

row! { MonthRow { jobs, scored, qa_mean, cost_micro } }

impl Operation for SummariseAccount {
    const META: Meta = Meta {
        name: "summarise-account",
        route: Route::get("/api/account/summary"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Jobs,
    };
    type Output = AccountSummary;

    fn run(&self, cx: &Cx) -> Result<AccountSummary> {
        let [before, this, after] = cx.now.months();
        let profile = &cx.caller.customer()?.profile;
        let customer = profile.customer_id.as_str();
        let terms = cx.deps.resident::<Plans>().terms(&profile.plan);
        cx.deps.store.read(|tx| {
            Ok(AccountSummary {
                this_month: month(tx, customer, this, after)?,
                last_month: month(tx, customer, before, this)?,
                jobs_per_month: terms.and_then(|terms| terms.jobs_per_month),
            })
        })
    }
}

fn month(tx: &mut Tx<'_>, customer: &str, since: Timestamp, until: Timestamp) -> Result<MonthFigures> {
    let row: MonthRow = tx.one(MONTH, args![customer, since, until])?;
    let MonthRow { jobs, scored, qa_mean, cost_micro } = row;
    Ok(MonthFigures { since, jobs, scored, qa_mean, cost_micro })
}
