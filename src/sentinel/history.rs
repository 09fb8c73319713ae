//! How dependencies are, since when, and how they were over the last day.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dependencies::{Dependencies, Dependency, DependencyStatus};
use super::spans::{self, Span, TOGETHER};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};

/// How many beats of half an hour are told.
const BEATS: u32 = 48;
/// How long a beat is.
const BEAT: Duration = Duration::from_mins(30);

/// How each dependency is, since when, and how it was over the last 24 hours.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowDependencies {}

/// Every dependency.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DependencyHistory {
    /// When the first beat begins.
    pub since: Timestamp,
    /// Seconds from one beat to the next.
    pub beat_s: u64,
    /// By name; what is not configured and never was has no beats.
    pub dependencies: Vec<DependencyCourse>,
}

/// One dependency over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DependencyCourse {
    /// Its name: store, warehouse, redis, stripe, notion, llm, mail.
    pub name: String,
    /// What the last check of this process found.
    pub status: DependencyStatus,
    /// When that was; null while it is unknown or not configured.
    pub checked_at: Option<Timestamp>,
    /// Since when it has been degraded or down, restarts included; null when it is neither, or when nobody can say: it
    /// is not on record yet, or other processes find it well.
    pub broken_since: Option<Timestamp>,
    /// The worst that any process found in each half an hour, oldest first; `unknown` where nobody looked.
    pub beats: Vec<DependencyStatus>,
}

impl Operation for ShowDependencies {
    const META: Meta = Meta {
        name: "show-dependencies",
        route: Route::get("/api/ops/dependencies"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Http,
    };
    type Output = DependencyHistory;

    fn run(&self, cx: &Cx) -> Result<DependencyHistory> {
        let current = cx.deps.resident::<Dependencies>().current();
        let since = cx.now.minus(BEAT * BEATS);
        // What was broken before the first beat may be broken still.
        let spans = cx.deps.store.read(|tx| spans::since(tx, cx.now.minus(spans::KEPT)))?;
        Ok(DependencyHistory {
            since,
            beat_s: BEAT.as_secs(),
            dependencies: courses(&current, &spans, since),
        })
    }
}

fn courses(
    current: &BTreeMap<String, Dependency>,
    spans: &[Span],
    since: Timestamp,
) -> Vec<DependencyCourse> {
    let course = |(name, dependency): (&String, &Dependency)| {
        let own: Vec<&Span> = spans.iter().filter(|span| span.dependency == *name).collect();
        let is_shown = dependency.status != DependencyStatus::NotConfigured
            || own.iter().any(|span| span.until >= since);
        let beats = if is_shown { beats(&own, since) } else { Vec::new() };
        DependencyCourse {
            name: name.clone(),
            status: dependency.status,
            checked_at: dependency.checked_at,
            broken_since: is_broken(dependency.status).then(|| broken_since(&own)).flatten(),
            beats,
        }
    };
    current.iter().map(course).collect()
}

fn is_broken(status: DependencyStatus) -> bool {
    matches!(status, DependencyStatus::Degraded | DependencyStatus::Down)
}

/// The worst counts; a beat in which nobody looked is unknown.
fn beats(spans: &[&Span], since: Timestamp) -> Vec<DependencyStatus> {
    let beat = |place: u32| {
        let begin = since.plus(BEAT * place);
        let end = begin.plus(BEAT);
        let within = spans.iter().filter(|span| span.until >= begin && span.since < end);
        within
            .map(|span| span.status)
            .max_by_key(|status| gravity(*status))
            .unwrap_or(DependencyStatus::Unknown)
    };
    (0..BEATS).map(beat).collect()
}

const fn gravity(status: DependencyStatus) -> u8 {
    match status {
        DependencyStatus::Unknown => 0,
        DependencyStatus::NotConfigured => 1,
        DependencyStatus::Ok => 2,
        DependencyStatus::Degraded => 3,
        DependencyStatus::Down => 4,
    }
}

/// The begin of the latest row of broken spans that follow each other; one that was well in between ends it.
fn broken_since(spans: &[&Span]) -> Option<Timestamp> {
    let last_well = spans.iter().filter(|span| !is_broken(span.status)).map(|span| span.until).max();
    let broken = spans.iter().filter(|span| is_broken(span.status));
    let after = broken.filter(|span| last_well.is_none_or(|well| span.until.plus(TOGETHER) > well));
    after.filter(|span| last_well.is_none_or(|well| span.since >= well)).map(|span| span.since).min()
}

#[cfg(test)]
mod tests {
    use super::DependencyStatus::{Degraded, Down, Ok, Unknown};
    use super::*;

    fn span(status: DependencyStatus, since: i64, until: i64) -> Span {
        let at = |minutes: i64| Timestamp(minutes * 60_000);
        Span { id: String::new(), dependency: "store".into(), status, since: at(since), until: at(until) }
    }

    #[test]
    fn a_beat_is_the_worst_that_was_found_and_unknown_where_nobody_looked() {
        let spans = [span(Ok, 0, 40), span(Down, 41, 44), span(Ok, 45, 70)];
        let all: Vec<&Span> = spans.iter().collect();
        let found = beats(&all, Timestamp(0));
        assert_eq!(found[..4], [Ok, Down, Ok, Unknown]);
        assert!(found[3..].iter().all(|beat| *beat == Unknown));
    }

    #[test]
    fn broken_since_reaches_over_restarts_back_to_the_last_time_it_was_well() {
        let at = |minutes: i64| Some(Timestamp(minutes * 60_000));
        let spans = [span(Down, 0, 5), span(Ok, 6, 10), span(Degraded, 10, 20), span(Down, 30, 40)];
        let all: Vec<&Span> = spans.iter().collect();
        assert_eq!(broken_since(&all), at(10));
        assert_eq!(broken_since(&all[..1]), at(0));
        assert_eq!(broken_since(&all[1..2]), None);
    }
}
