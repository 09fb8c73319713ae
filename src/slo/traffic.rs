//! What was answered, how fast and how well, over a span of time and the span before it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{MINUTES, TOTALS};
use super::windows::{MINUTE, minute_of};
use crate::config::Objectives;
use crate::events::Log;
use crate::observability::Histogram;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{FromRow, Row, Tx, args, row};

/// The span that the error budget is for.
const BUDGET_DAYS: u32 = 30;

/// Requests, errors and latency over a span of time, beside the span before it and the promises.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTraffic {
    /// How far back; an hour when nothing is said.
    #[serde(default)]
    pub range: Range,
}

/// How far back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Range {
    /// An hour, by the minute.
    #[default]
    #[serde(rename = "1h")]
    Hour,
    /// A day, by the quarter of an hour.
    #[serde(rename = "24h")]
    Day,
    /// A week, by two hours.
    #[serde(rename = "7d")]
    Week,
    /// 30 days, by six hours.
    #[serde(rename = "30d")]
    Month,
}

impl Range {
    /// All of them, shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// As it is asked for.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == word)
    }

    /// How long it is.
    pub const fn length(self) -> Duration {
        Duration::from_hours(match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        })
    }

    /// How long one point of its series is; there are 120 of them at the most.
    pub const fn step(self) -> Duration {
        Duration::from_mins(match self {
            Self::Hour => 1,
            Self::Day => 15,
            Self::Week => 120,
            Self::Month => 360,
        })
    }
}

/// Whether there is anything to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Requests were answered.
    Measured,
    /// No request was: there is no share of nothing.
    NoData,
}

/// What was promised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Targets {
    /// `SLO_P95_MS`.
    pub p95_ms: u32,
    /// `SLO_P99_MS`.
    pub p99_ms: u32,
    /// `SLO_AVAIL`, in percent.
    pub availability: f64,
}

impl From<Objectives> for Targets {
    fn from(own: Objectives) -> Self {
        Self { p95_ms: own.p95_ms, p99_ms: own.p99_ms, availability: own.availability_percent }
    }
}

/// What was measured over a span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Its begin.
    pub since: Timestamp,
    /// Its end, a full minute.
    pub until: Timestamp,
    /// How many of its minutes were measured by at least one process.
    pub minutes: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Requests a second, mean of the measured minutes; null when none was.
    pub rps: Option<f64>,
    /// Answers of 500 and above.
    pub server_errors: u64,
    /// Their share, 0 to 1, without those that were answered 429; null without requests.
    pub error_rate: Option<f64>,
    /// 95 of 100 were answered within so many milliseconds; null without requests.
    pub p95_ms: Option<f64>,
    /// 99 of 100 were answered within so many milliseconds; null without requests.
    pub p99_ms: Option<f64>,
    /// Webhooks that were taken in.
    pub deliveries: u64,
    /// Webhooks that could not be taken in through no fault of their sender's.
    pub failed_deliveries: u64,
}

/// One point of the series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Its begin.
    pub at: Timestamp,
    /// Requests that were answered; null when nothing was measured.
    pub requests: Option<u64>,
    /// Requests a second, mean of the measured minutes; null when none was.
    pub rps: Option<f64>,
    /// The share of answers of 500 and above, 0 to 1; null without requests.
    pub error_rate: Option<f64>,
    /// 95 of 100 were answered within so many milliseconds; null without requests.
    pub p95_ms: Option<f64>,
    /// 99 of 100 were answered within so many milliseconds; null without requests.
    pub p99_ms: Option<f64>,
}

/// How the range compares with the promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Availability {
    /// Whether there is anything to say.
    pub status: Measured,
    /// 100 without the percentage of answers of 500 and above; null without requests.
    pub percent: Option<f64>,
}

/// What is left of the error budget of the last 30 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    /// Whether there is anything to say.
    pub status: Measured,
    /// How many days it is for.
    pub days: u32,
    /// Requests that count.
    pub requests: u64,
    /// Answers of 500 and above among them.
    pub server_errors: u64,
    /// How many there may be.
    pub allowed: f64,
    /// The share that is left, 1 to 0, below when it is overdrawn; null without requests.
    pub left: Option<f64>,
}

/// The whole picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    /// What was asked for.
    pub range: Range,
    /// What was promised.
    pub targets: Targets,
    /// The range.
    pub current: Span,
    /// As long, right before it.
    pub previous: Span,
    /// How the range compares with the promise.
    pub availability: Availability,
    /// What is left of the error budget.
    pub budget: Budget,
    /// Seconds from one point to the next.
    pub step_s: u64,
    /// The range, oldest first; a point that nobody measured is there with nulls.
    pub points: Vec<Point>,
    /// The span before it, point by point.
    pub previous_points: Vec<Point>,
}

impl Operation for ShowTraffic {
    const META: Meta = Meta {
        name: "show-traffic",
        route: Route::get("/api/metrics-summary"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Http,
    };
    type Output = Traffic;

    fn run(&self, cx: &Cx) -> Result<Traffic> {
        let objectives = cx.deps.settings.objectives;
        // The minute that runs is not measured yet; it stands in no span.
        let until = minute_of(cx.now);
        cx.deps.store.read(|tx| look(tx, self.range, objectives, until))
    }
}

fn look(tx: &mut Tx<'_>, range: Range, objectives: Objectives, until: Timestamp) -> Result<Traffic> {
    let since = until.minus(range.length());
    let (current, points) = span(tx, range, since)?;
    let (previous, previous_points) = span(tx, range, since.minus(range.length()))?;
    let availability = Availability {
        status: if current.error_rate.is_some() { Measured::Measured } else { Measured::NoData },
        percent: current.error_rate.map(|rate| 100.0 * (1.0 - rate)),
    };
    Ok(Traffic {
        range,
        targets: objectives.into(),
        current,
        previous,
        availability,
        budget: budget(tx, objectives, until)?,
        step_s: range.step().as_secs(),
        points,
        previous_points,
    })
}

struct Totals {
    requests: i64,
    limited: i64,
    server_errors: i64,
}

row! { Totals { requests, limited, server_errors } }

fn budget(tx: &mut Tx<'_>, objectives: Objectives, until: Timestamp) -> Result<Budget> {
    let since = until.minus(Duration::from_hours(24) * BUDGET_DAYS);
    let totals: Totals = tx.one(TOTALS, args![since, until])?;
    let requests = counted(totals.requests).saturating_sub(counted(totals.limited));
    let server_errors = counted(totals.server_errors);
    let allowed = real(requests) * (100.0 - objectives.availability_percent) / 100.0;
    let status = if requests == 0 { Measured::NoData } else { Measured::Measured };
    let left = (requests > 0).then(|| 1.0 - real(server_errors) / allowed);
    Ok(Budget { status, days: BUDGET_DAYS, requests, server_errors, allowed, left })
}

/// The counts of some minutes.
#[derive(Debug, Default)]
struct Counts {
    minutes: u64,
    requests: u64,
    limited: u64,
    server_errors: u64,
    deliveries: u64,
    failed_deliveries: u64,
    durations: Histogram,
}

struct Minute {
    began_at: Timestamp,
    requests: i64,
    server_errors: i64,
    limited: i64,
    deliveries: i64,
    failed_deliveries: i64,
    durations: Vec<u8>,
}

row! { Minute { began_at, requests, server_errors, limited, deliveries, failed_deliveries, durations } }

impl Counts {
    fn take(&mut self, minute: &Minute, is_new: bool) -> Result<()> {
        self.minutes += u64::from(is_new);
        self.requests += counted(minute.requests);
        self.limited += counted(minute.limited);
        self.server_errors += counted(minute.server_errors);
        self.deliveries += counted(minute.deliveries);
        self.failed_deliveries += counted(minute.failed_deliveries);
        self.durations.merge_stored(&minute.durations)
    }

    fn rps(&self) -> Option<f64> {
        (self.minutes > 0).then(|| real(self.requests) / (real(self.minutes) * MINUTE.as_secs_f64()))
    }

    fn error_rate(&self) -> Option<f64> {
        let counted = self.requests.saturating_sub(self.limited);
        (counted > 0).then(|| real(self.server_errors) / real(counted))
    }

    fn millis(&self, q: f64) -> Option<f64> {
        self.durations.quantile(q).map(|time| time.as_secs_f64() * 1000.0)
    }
}

/// The range that begins at `since`, as a whole and point by point.
fn span(tx: &mut Tx<'_>, range: Range, since: Timestamp) -> Result<(Span, Vec<Point>)> {
    let until = since.plus(range.length());
    let step = i64::try_from(range.step().as_millis()).unwrap_or(i64::MAX);
    let places = usize::try_from(range.length().as_millis() / range.step().as_millis()).unwrap_or(0);
    let mut parts: Vec<Counts> = (0..places).map(|_| Counts::default()).collect();
    let mut last = None;
    tx.each(MINUTES, args![since, until], &mut |row: &Row<'_>| {
        let minute = Minute::from_row(row)?;
        // Rows come by time; those of several processes share a minute.
        let is_new = last.replace(minute.began_at) != Some(minute.began_at);
        let place = usize::try_from((minute.began_at.millis() - since.millis()) / step).unwrap_or(places);
        let part = parts.get_mut(place);
        part.ok_or_else(|| Fault::internal("a minute lies outside its span"))?.take(&minute, is_new)
    })?;
    let mut whole = Counts::default();
    for part in &parts {
        whole.minutes += part.minutes;
        whole.requests += part.requests;
        whole.limited += part.limited;
        whole.server_errors += part.server_errors;
        whole.deliveries += part.deliveries;
        whole.failed_deliveries += part.failed_deliveries;
        whole.durations.merge(&part.durations);
    }
    let points = parts.iter().zip(0_u32..).map(|(part, place)| Point {
        at: since.plus(range.step() * place),
        requests: (part.minutes > 0).then_some(part.requests),
        rps: part.rps(),
        error_rate: part.error_rate(),
        p95_ms: part.millis(0.95),
        p99_ms: part.millis(0.99),
    });
    let span = Span {
        since,
        until,
        minutes: whole.minutes,
        requests: whole.requests,
        rps: whole.rps(),
        server_errors: whole.server_errors,
        error_rate: whole.error_rate(),
        p95_ms: whole.millis(0.95),
        p99_ms: whole.millis(0.99),
        deliveries: whole.deliveries,
        failed_deliveries: whole.failed_deliveries,
    };
    Ok((span, points.collect()))
}

fn counted(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 requests")]
fn real(count: u64) -> f64 {
    count as f64
}
