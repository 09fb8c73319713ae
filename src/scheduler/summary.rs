//! The public word about how the service is doing: what people notice, by what the sentinel and the scheduler found.
//! What nobody has looked at lately is unknown, and unknown is never well.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runner::{TaskRow, rows};
use super::schedule::Scheduled;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Deps, Meta, Operation, Route, later};
use crate::platform::{Code, Result, Timestamp};
use crate::sentinel::{Dependencies, Dependency, DependencyStatus};

/// A finding that is older says nothing any more: three rounds of the slowest look.
const FRESH: Duration = Duration::from_secs(180);
/// A task that is not picked up this long after its time is overdue.
const OVERDUE: Duration = Duration::from_secs(120);

/// Tell in a few words how the service is doing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummariseStatus {}

/// How the service is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusSummary {
    /// The worst of the components that are in use.
    pub status: ComponentStatus,
    /// What people notice of it.
    pub components: Vec<Component>,
    /// When the oldest finding that counts was made; null when there is none.
    pub checked_at: Option<Timestamp>,
}

/// One part of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    /// `website`, `mail`, `payments`, `scheduled_work` or `internal`.
    pub name: String,
    /// The same for people.
    pub title: String,
    /// How it is doing.
    pub status: ComponentStatus,
    /// When that was found; null when nobody has looked lately.
    pub checked_at: Option<Timestamp>,
}

/// How a part is doing, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComponentStatus {
    /// Not in use here, so nothing can be wrong with it.
    NotInUse,
    /// Looked at lately, and well.
    Operational,
    /// Nobody has looked lately.
    Unknown,
    /// Works, but badly, or a part of it does not.
    Degraded,
    /// Does not work.
    Down,
}

/// What was found of the scheduled tasks, kept in memory.
pub struct ScheduledWork(ArcSwap<Option<(ComponentStatus, Timestamp)>>);

impl ScheduledWork {
    /// Nothing is known yet.
    pub fn build(_deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self(ArcSwap::from_pointee(None))))
    }

    /// Look at the rows of the tasks.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let known = deps.store.read(|tx| {
            let mut known = rows(tx)?;
            let mut unused = Vec::new();
            for task in known.iter().filter(|task| task.streak < 0) {
                // The run that is under way has no outcome yet; the one before it does.
                let last = later::latest(tx, &task.name, 2)?;
                let outcome = last.iter().find_map(|run| run.outcome.as_deref());
                if outcome == Some(Code::NotConfigured.as_str()) {
                    unused.push(task.name.clone());
                }
            }
            // What is not set up here has nothing to do, so it can't fail either; nor can what is scheduled no more.
            known.retain(|task| !unused.contains(&task.name) && Scheduled::named(&task.name).is_ok());
            Ok(known)
        })?;
        let now = deps.clock.now();
        deps.resident::<Self>().0.store(Arc::new(Some((judge(&known, now), now))));
        Ok(())
    }
}

/// Unknown until something ran; degraded while a task fails or is not picked up. What an operator has paused is as they
/// want it.
fn judge(known: &[TaskRow], now: Timestamp) -> ComponentStatus {
    let mut active = known.iter().filter(|task| task.paused_at.is_none()).peekable();
    if active.peek().is_none() && !known.is_empty() {
        return ComponentStatus::NotInUse;
    }
    let mut ran = false;
    for task in active {
        if task.streak < 0 || task.next_due.plus(OVERDUE) < now {
            return ComponentStatus::Degraded;
        }
        ran |= task.streak > 0;
    }
    if ran { ComponentStatus::Operational } else { ComponentStatus::Unknown }
}

impl Operation for SummariseStatus {
    const META: Meta = Meta {
        name: "status-summary",
        route: Route::get("/api/status/summary"),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = StatusSummary;

    fn run(&self, cx: &Cx) -> Result<StatusSummary> {
        let found = cx.deps.resident::<Dependencies>().current();
        let work = **cx.deps.resident::<ScheduledWork>().0.load();
        let mut troubled = !cx.deps.troubles.names().is_empty();
        troubled |= cx.deps.events.state().failing.is_some();
        Ok(summarise(&found, work, troubled, cx.now))
    }
}

fn summarise(
    found: &BTreeMap<String, Dependency>,
    work: Option<(ComponentStatus, Timestamp)>,
    troubled: bool,
    now: Timestamp,
) -> StatusSummary {
    let of = |name: &'static str, title: &str, parts: &[&str]| {
        let parts: Vec<_> =
            parts.iter().filter_map(|part| found.get(*part)).map(|part| fresh(part, now)).collect();
        component(name, title, &parts)
    };
    let mut internal = of("internal", "Reporting and notes", &["warehouse", "redis", "notion", "llm"]);
    if troubled {
        internal.status = internal.status.max(ComponentStatus::Degraded);
        internal.checked_at = internal.checked_at.or(Some(now));
    }
    let work = work.filter(|(_, at)| now.since(*at) <= FRESH);
    let (status, checked_at) =
        work.map_or((ComponentStatus::Unknown, None), |(status, at)| (status, Some(at)));
    let work = Component {
        name: "scheduled_work".to_owned(),
        title: "Scheduled work".to_owned(),
        status,
        checked_at,
    };
    let components = vec![
        of("website", "Website and API", &["store"]),
        of("mail", "Mail", &["mail"]),
        of("payments", "Payments", &["stripe"]),
        work,
        internal,
    ];
    let status = components.iter().map(|part| part.status).max().unwrap_or(ComponentStatus::Unknown);
    let checked_at = components.iter().filter_map(|part| part.checked_at).min();
    StatusSummary { status, components, checked_at }
}

/// What a finding says now: an old one says nothing.
fn fresh(found: &Dependency, now: Timestamp) -> (ComponentStatus, Option<Timestamp>) {
    let is_fresh = found.checked_at.is_some_and(|at| now.since(at) <= FRESH);
    let status = match found.status {
        DependencyStatus::NotConfigured => return (ComponentStatus::NotInUse, None),
        _ if !is_fresh => return (ComponentStatus::Unknown, None),
        DependencyStatus::Ok => ComponentStatus::Operational,
        DependencyStatus::Degraded => ComponentStatus::Degraded,
        DependencyStatus::Down => ComponentStatus::Down,
        DependencyStatus::Unknown => ComponentStatus::Unknown,
    };
    (status, found.checked_at)
}

fn component(name: &str, title: &str, parts: &[(ComponentStatus, Option<Timestamp>)]) -> Component {
    Component {
        name: name.to_owned(),
        title: title.to_owned(),
        status: parts.iter().map(|(status, _)| *status).max().unwrap_or(ComponentStatus::Unknown),
        checked_at: parts.iter().filter_map(|(_, at)| *at).min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn task(streak: i64, due_in: i64, paused: bool) -> TaskRow {
        TaskRow {
            name: "clean-up".into(),
            next_due: Timestamp(NOW.millis() + due_in * 1_000),
            paused_at: paused.then_some(NOW),
            paused_by: None,
            streak,
        }
    }

    fn found(states: &[(&str, DependencyStatus, u64)]) -> BTreeMap<String, Dependency> {
        let one = |(name, status, age): &(&str, DependencyStatus, u64)| {
            let checked_at = Some(NOW.minus(Duration::from_secs(*age)));
            ((*name).to_owned(), Dependency { status: *status, checked_at })
        };
        states.iter().map(one).collect()
    }

    #[test]
    fn tasks_are_well_when_they_run_and_what_never_ran_is_unknown() {
        for (rows, expected) in [
            (vec![], ComponentStatus::Unknown),
            (vec![task(0, 60, false)], ComponentStatus::Unknown),
            (vec![task(3, 60, false), task(0, 60, false)], ComponentStatus::Operational),
            (vec![task(3, 60, false), task(-1, 60, false)], ComponentStatus::Degraded),
            (vec![task(3, 60, false), task(-1, 60, true)], ComponentStatus::Operational),
            (vec![task(3, -60, false)], ComponentStatus::Operational),
            (vec![task(3, -121, false)], ComponentStatus::Degraded),
            (vec![task(3, -121, true)], ComponentStatus::NotInUse),
        ] {
            assert_eq!(judge(&rows, NOW), expected, "{rows:?}");
        }
    }

    #[test]
    fn the_worst_component_is_the_word_and_nothing_old_is_well() {
        use DependencyStatus::{Down, NotConfigured, Ok as Well, Unknown};
        let ran = Some((ComponentStatus::Operational, NOW));
        let word = |states: &[(&str, DependencyStatus, u64)], work, troubled| {
            summarise(&found(states), work, troubled, NOW).status
        };
        let good =
            [("store", Well, 5), ("stripe", NotConfigured, 5), ("mail", Well, 100), ("notion", Well, 5)];
        assert_eq!(word(&good, ran, false), ComponentStatus::Operational);
        assert_eq!(word(&good, ran, true), ComponentStatus::Degraded);
        assert_eq!(word(&good, None, false), ComponentStatus::Unknown);
        let old = Some((ComponentStatus::Operational, NOW.minus(Duration::from_secs(181))));
        assert_eq!(word(&good, old, false), ComponentStatus::Unknown);
        assert_eq!(word(&[("store", Well, 181)], ran, false), ComponentStatus::Unknown);
        assert_eq!(word(&[("store", Unknown, 5)], ran, false), ComponentStatus::Unknown);
        assert_eq!(word(&[], ran, false), ComponentStatus::Unknown);
        assert_eq!(word(&[("store", Well, 5), ("mail", Down, 5)], ran, false), ComponentStatus::Down);
    }
}
