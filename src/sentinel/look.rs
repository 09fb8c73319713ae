//! The sentinel: is the machine, the store, the queue and our own speed as it should be? Each check says what it saw and
//! against which thresholds it was held; what could not be seen is `unknown`, never well.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::host::{self, Host};
use crate::events::{Level, Log};
use crate::jobs;
use crate::observability::MinuteFigures;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Clock, Result};

/// Look at the machine, the store, the queue and the service's own speed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowSentinel {}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Seen, and below every threshold.
    Healthy,
    /// Could not be seen.
    Unknown,
    /// Above the first threshold.
    Degraded,
    /// Above the second threshold, or not there.
    Critical,
}

impl State {
    /// As it stands in documents and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Critical => "critical",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Look {
    /// `cpu`, `memory`, `disk`, `store`, `queue`, `latency_p95` or `latency_p99`.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was seen; null when nothing was.
    pub value: Option<f64>,
    /// What the value is in: `percent`, `ms` or `jobs`.
    pub unit: String,
    /// From here on it is degraded.
    pub degraded_at: f64,
    /// From here on it is critical.
    pub critical_at: f64,
    /// Why it is so, in words.
    pub reason: String,
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sentinel {
    /// The worst of all: critical before degraded before unknown before healthy.
    pub status: State,
    /// What is not as it should be, in words; empty when all is well.
    pub reasons: Vec<String>,
    /// Each thing by itself.
    pub checks: Vec<Look>,
}

impl Operation for ShowSentinel {
    const META: Meta = Meta {
        name: "show-sentinel",
        route: Route::get("/api/ops/sentinel"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Sentinel,
    };
    type Output = Sentinel;

    fn run(&self, cx: &Cx) -> Result<Sentinel> {
        let (minute, promised) = (cx.deps.metrics.last_minute(), cx.deps.settings.objectives);
        let sentinel = Sentinel::of(vec![
            percent("cpu", "The processors", cx.deps.resident::<Host>().cpu()),
            percent("memory", "The memory", host::memory()),
            percent("disk", "The disk of the data folder", host::disk(&cx.deps.settings.data_dir)),
            store(cx),
            queue(cx),
            latency("latency_p95", minute.as_ref(), promised.p95_ms, |minute| minute.p95),
            latency("latency_p99", minute.as_ref(), promised.p99_ms, |minute| minute.p99),
        ]);
        if sentinel.status >= State::Degraded {
            let level = if sentinel.status == State::Critical { Level::Error } else { Level::Warn };
            let event = cx.event(Log::Sentinel, "sentinel_looked").level(level);
            cx.deps.events.emit(event.field("status", sentinel.status.as_str()));
        }
        Ok(sentinel)
    }
}

impl Sentinel {
    fn of(checks: Vec<Look>) -> Self {
        let status = checks.iter().map(|check| check.state).max().unwrap_or(State::Unknown);
        let odd = checks.iter().filter(|check| check.state != State::Healthy);
        Self { status, reasons: odd.map(|check| check.reason.clone()).collect(), checks }
    }
}

/// A value held against its thresholds.
fn judged(name: &str, value: f64, unit: &str, [degraded_at, critical_at]: [f64; 2], what: &str) -> Look {
    let state = match value {
        value if value >= critical_at => State::Critical,
        value if value >= degraded_at => State::Degraded,
        _ => State::Healthy,
    };
    let sign = if unit == "percent" { " %".to_owned() } else { format!(" {unit}") };
    let against = if state == State::Healthy { "below" } else { "at or above" };
    // What is below a bound must not be rounded up to it.
    let shown = if state == State::Healthy { value.floor() } else { value };
    let bound = if state == State::Critical { critical_at } else { degraded_at };
    Look {
        name: name.to_owned(),
        state,
        value: Some((value * 10.0).round() / 10.0),
        unit: unit.to_owned(),
        degraded_at,
        critical_at,
        reason: format!("{what} {shown:.0}{sign}, {against} {bound:.0}{sign}"),
    }
}

fn unseen(
    name: &str,
    unit: &str,
    [degraded_at, critical_at]: [f64; 2],
    state: State,
    reason: String,
) -> Look {
    let (name, unit) = (name.to_owned(), unit.to_owned());
    Look { name, state, value: None, unit, degraded_at, critical_at, reason }
}

/// In percent of what there is.
const USED: [f64; 2] = [85.0, 95.0];
/// In milliseconds.
const STORE: [f64; 2] = [250.0, 1_000.0];
/// In jobs that wait.
const QUEUE: [f64; 2] = [100.0, 1_000.0];

fn percent(name: &str, what: &str, used: Option<f64>) -> Look {
    match used {
        Some(used) => judged(name, used * 100.0, "percent", USED, &format!("{what}: in use")),
        None => unseen(name, "percent", USED, State::Unknown, format!("{what}: this system does not tell")),
    }
}

fn store(cx: &Cx) -> Look {
    let begun = Clock::monotonic();
    match cx.deps.store.ping() {
        Ok(()) => judged("store", millis(begun.elapsed()), "ms", STORE, "The store: answered within"),
        Err(_) => unseen("store", "ms", STORE, State::Critical, "The store: it does not answer".to_owned()),
    }
}

fn queue(cx: &Cx) -> Look {
    match cx.deps.store.read(jobs::queue) {
        Ok(queue) => {
            let depth = u32::try_from(queue.depth).unwrap_or(u32::MAX);
            judged("queue", f64::from(depth), "jobs", QUEUE, "The queue: waiting")
        }
        Err(_) => {
            unseen("queue", "jobs", QUEUE, State::Unknown, "The queue: it could not be read".to_owned())
        }
    }
}

/// Our own speed over the last full minute, against the promise and twice the promise.
fn latency(
    name: &str,
    minute: Option<&MinuteFigures>,
    promised: u32,
    pick: fn(&MinuteFigures) -> Option<Duration>,
) -> Look {
    let bounds = [f64::from(promised), f64::from(promised) * 2.0];
    let what = if name == "latency_p95" { "95 of 100 answers" } else { "99 of 100 answers" };
    if let Some(time) = minute.and_then(pick) {
        return judged(name, millis(time), "ms", bounds, &format!("{what}: within"));
    }
    let reason = format!("{what}: nothing was measured in the last full minute");
    unseen(name, "ms", bounds, State::Unknown, reason)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_belong_to_the_worse_state_and_the_worst_check_decides() {
        let state = |value| judged("cpu", value, "percent", USED, "").state;
        assert_eq!(
            [state(84.9), state(85.0), state(94.9), state(95.0)],
            [State::Healthy, State::Degraded, State::Degraded, State::Critical]
        );
        let unknown = percent("disk", "The disk", None);
        let of = |checks: &[Look]| Sentinel::of(checks.to_vec()).status;
        let [fine, slow, dire] =
            [10.0, 90.0, 99.0].map(|value| judged("cpu", value, "percent", USED, "The processors: in use"));
        assert_eq!(of(std::slice::from_ref(&fine)), State::Healthy);
        assert_eq!(of(&[fine.clone(), unknown.clone()]), State::Unknown, "no input is never well");
        assert_eq!(of(&[unknown.clone(), slow.clone()]), State::Degraded);
        assert_eq!(of(&[slow.clone(), dire]), State::Critical);
        assert_eq!(of(&[]), State::Unknown);
        let told = Sentinel::of(vec![fine, slow, unknown]).reasons;
        assert_eq!(told[0], "The processors: in use 90 %, at or above 85 %");
        assert_eq!(told.len(), 2);
        let close = judged("cpu", 84.96, "percent", USED, "The processors: in use");
        assert_eq!(close.reason, "The processors: in use 84 %, below 85 %");
    }
}
