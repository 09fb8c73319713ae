//! What EchoPilot depends on, checked in the background so that no request waits for it. Nothing is `ok` that was
//! not checked.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spans::{self, Diary};
use crate::events::{Event, Level, Log};
use crate::operation::{Deps, notion_pages};
use crate::platform::{Clock, Result, Timestamp};
use crate::warehouse;

/// How often everything is checked.
pub const EVERY: Duration = Duration::from_secs(10);
/// No page was ever written.
const NEVER: i64 = i64::MIN;
/// A store slower than this is degraded.
const SLOW: Duration = Duration::from_millis(250);

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependencyStatus {
    /// Checked, and well.
    Ok,
    /// Works, but badly.
    Degraded,
    /// Does not answer.
    Down,
    /// Not in use.
    NotConfigured,
    /// Configured, but nothing checked it yet.
    Unknown,
}

impl DependencyStatus {
    /// As it stands in documents and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::NotConfigured => "not_configured",
            Self::Unknown => "unknown",
        }
    }

    /// By its word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let all = [Self::Ok, Self::Degraded, Self::Down, Self::NotConfigured, Self::Unknown];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dependency {
    /// What the last check found.
    pub status: DependencyStatus,
    /// When that was; null while it is unknown or not configured.
    pub checked_at: Option<Timestamp>,
}

/// The latest findings.
pub struct Dependencies {
    found: ArcSwap<BTreeMap<String, Dependency>>,
    ready_until: AtomicI64,
    /// Milliseconds; [`NEVER`] before the first.
    last_notion_sync: AtomicI64,
    /// What the store does not have yet. Findings come from threads that must not block, hence they wait here.
    diary: Mutex<Diary>,
}

impl Dependencies {
    /// What they are called.
    pub const NAMES: [&'static str; 7] = ["store", "warehouse", "redis", "stripe", "notion", "llm", "mail"];

    /// Nothing is known yet.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let mut found = BTreeMap::new();
        for name in Self::NAMES {
            let status = if configured(deps, name) {
                DependencyStatus::Unknown
            } else {
                DependencyStatus::NotConfigured
            };
            found.insert(name.to_owned(), Dependency { status, checked_at: None });
        }
        Ok(Box::new(Self {
            found: ArcSwap::from_pointee(found),
            ready_until: AtomicI64::new(0),
            last_notion_sync: AtomicI64::new(NEVER),
            diary: Mutex::default(),
        }))
    }

    /// Check what is ours: the store and the warehouse. What belongs to others is [`super::Services`]' work.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        let store = check_store(deps);
        let now = deps.clock.now();
        if store != DependencyStatus::Down {
            // Two rounds may fail before this replica stops taking traffic.
            own.ready_until.store(now.plus(EVERY * 3).millis(), Ordering::Release);
        }
        own.note(deps, "store", store, now);
        if configured(deps, "warehouse") {
            let warehouse = match warehouse::ping(deps) {
                Ok(()) => DependencyStatus::Ok,
                Err(_) => DependencyStatus::Down,
            };
            own.note(deps, "warehouse", warehouse, deps.clock.now());
        }
        if configured(deps, "notion") {
            let latest = deps.store.read(notion_pages::latest)?;
            own.last_notion_sync.store(latest.map_or(NEVER, Timestamp::millis), Ordering::Relaxed);
        }
        own.write_down(deps)
    }

    /// Store how dependencies were, when that changed and once a minute.
    fn write_down(&self, deps: &Deps) -> Result<()> {
        let now = deps.clock.now();
        let diary = || self.diary.lock().unwrap_or_else(PoisonError::into_inner);
        let spans = diary().due(now);
        if spans.is_empty() {
            return Ok(());
        }
        let stored = spans.clone();
        deps.store.write(move |tx| stored.iter().try_for_each(|span| spans::put(tx, span)))?;
        diary().stored(&spans, now);
        Ok(())
    }

    /// The findings by name.
    pub fn current(&self) -> Arc<BTreeMap<String, Dependency>> {
        self.found.load_full()
    }

    /// When a page was last written to Notion.
    pub fn last_notion_sync(&self) -> Option<Timestamp> {
        let last = self.last_notion_sync.load(Ordering::Relaxed);
        (last != NEVER).then_some(Timestamp(last))
    }

    /// Whether the store answered lately.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        now.millis() < self.ready_until.load(Ordering::Acquire)
    }

    fn note(&self, deps: &Deps, name: &'static str, status: DependencyStatus, now: Timestamp) {
        let before = self.found.load().get(name).map(|dependency| dependency.status);
        if before != Some(status) {
            let level = if status == DependencyStatus::Ok { Level::Info } else { Level::Error };
            let event =
                Event::new(Log::Sentinel, "dependency_changed").level(level).field("dependency", name);
            deps.events.emit(event.field("status", status.as_str()));
        }
        self.diary.lock().unwrap_or_else(PoisonError::into_inner).note(&deps.ids, name, status, now);
        let help = "Whether a dependency answered its last check: 1, or 0.5 badly, or 0 not.";
        let value = match status {
            DependencyStatus::Ok => 1.0,
            DependencyStatus::Degraded => 0.5,
            _ => 0.0,
        };
        deps.metrics.gauge_with("echopilot_dependency_up", help, &[("dependency", name)]).set(value);
        let noted = Dependency { status, checked_at: Some(now) };
        // Several look at once, each at its own.
        self.found.rcu(|found| {
            let mut found = BTreeMap::clone(found);
            found.insert(name.to_owned(), noted.clone());
            found
        });
    }
}

/// Say what a check elsewhere found: Redis is asked where its connection is, services by a thread of their own.
pub fn report(deps: &Deps, name: &'static str, status: DependencyStatus) {
    deps.resident::<Dependencies>().note(deps, name, status, deps.clock.now());
}

fn configured(deps: &Deps, name: &str) -> bool {
    match name {
        "store" => true,
        "warehouse" => deps.settings.warehouse.is_some(),
        "redis" => deps.settings.redis.is_some(),
        "mail" => deps.outside.mailer.is_some(),
        "notion" => deps.outside.notion.is_some(),
        "stripe" => deps.settings.stripe.key_in_use().is_some(),
        _ => false,
    }
}

fn check_store(deps: &Deps) -> DependencyStatus {
    let begun = Clock::monotonic();
    match deps.store.ping() {
        Ok(()) if begun.elapsed() <= SLOW => DependencyStatus::Ok,
        Ok(()) => DependencyStatus::Degraded,
        Err(_) => DependencyStatus::Down,
    }
}
