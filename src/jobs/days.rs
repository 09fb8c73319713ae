//! A customer's days in figures, each computed from stored rows, beside as many days before.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::DAYS;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{args, row};

/// How many days there may be.
const DAYS_AT_MOST: u32 = 92;
/// How many there are when nothing is said.
const USUAL: u32 = 30;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The signed-in customer's jobs day by day (UTC), today last, beside as many days before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListJobDays {
    /// How many days, 1 to 92; 30 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 92))]
    pub days: Option<u32>,
}

/// The figures of a day (UTC).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayFigures {
    /// When the day began.
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

/// Two times of the same length, oldest day first, a row for every day.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct JobDays {
    /// Until and with today.
    pub now: Vec<DayFigures>,
    /// As many days before.
    pub before: Vec<DayFigures>,
}

struct DayRow {
    day: i64,
    jobs: i64,
    scored: i64,
    qa_mean: Option<f64>,
    cost_micro: i64,
}

row! { DayRow { day, jobs, scored, qa_mean, cost_micro } }

impl Operation for ListJobDays {
    const META: Meta = Meta {
        name: "list-job-days",
        route: Route::get("/api/account/days"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Jobs,
    };
    type Output = JobDays;

    fn run(&self, cx: &Cx) -> Result<JobDays> {
        let days = self.days.unwrap_or(USUAL);
        if !(1..=DAYS_AT_MOST).contains(&days) {
            return Err(Fault::invalid("days", format!("expected 1 to {DAYS_AT_MOST}")));
        }
        let customer = cx.caller.customer()?.profile.customer_id.as_str();
        let tomorrow = start_of(number_of(cx.now) + 1);
        let (middle, begin) = (tomorrow.minus(DAY * days), tomorrow.minus(DAY * days * 2));
        let rows: Vec<DayRow> = cx.deps.store.read(|tx| tx.rows(DAYS, args![customer, begin, tomorrow]))?;
        let mut known: BTreeMap<i64, DayRow> = rows.into_iter().map(|row| (row.day, row)).collect();
        let mut of = |since: Timestamp| -> Vec<DayFigures> {
            let first = number_of(since);
            (first..first + i64::from(days)).map(|day| figures(day, known.remove(&day))).collect()
        };
        Ok(JobDays { now: of(middle), before: of(begin) })
    }
}

/// The number of the day since 1970.
fn number_of(time: Timestamp) -> i64 {
    time.seconds().div_euclid(24 * 3600)
}

fn start_of(day: i64) -> Timestamp {
    Timestamp(day * 24 * 3_600_000)
}

fn figures(day: i64, row: Option<DayRow>) -> DayFigures {
    let since = start_of(day);
    match row {
        Some(DayRow { jobs, scored, qa_mean, cost_micro, .. }) => {
            DayFigures { since, jobs, scored, qa_mean, cost_micro }
        }
        None => DayFigures { since, jobs: 0, scored: 0, qa_mean: None, cost_micro: 0 },
    }
}
