//! What EchoPilot depends on, checked in the background so that no request waits for it. Nothing is `ok` that was
//! not checked.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stripe::StripeCheck;
use crate::events::{Event, Level, Log};
use crate::operation::Deps;
use crate::platform::{Clock, Result, Timestamp};
use crate::warehouse;

/// How often everything is checked.
pub const EVERY: Duration = Duration::from_secs(10);
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
    stripe: Arc<StripeCheck>,
}

impl Dependencies {
    /// Nothing is known yet.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let mut found = BTreeMap::new();
        for name in ["store", "warehouse", "redis", "stripe", "notion", "llm", "mail"] {
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
            stripe: Arc::default(),
        }))
    }

    /// Check everything once. Called by the refresher thread.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        let mut found = BTreeMap::clone(&own.found.load());
        let store = check_store(deps);
        let now = deps.clock.now();
        if store != DependencyStatus::Down {
            // Two rounds may fail before this replica stops taking traffic.
            own.ready_until.store(now.plus(EVERY * 3).millis(), Ordering::Release);
        }
        own.note(deps, &mut found, "store", store, now);
        if configured(deps, "warehouse") {
            let warehouse = match warehouse::ping(deps) {
                Ok(()) => DependencyStatus::Ok,
                Err(_) => DependencyStatus::Down,
            };
            own.note(deps, &mut found, "warehouse", warehouse, deps.clock.now());
        }
        if let Some((stripe, at)) = own.stripe.look(deps) {
            own.note(deps, &mut found, "stripe", stripe, at);
        }
        own.found.store(Arc::new(found));
        Ok(())
    }

    /// The findings by name.
    pub fn current(&self) -> Arc<BTreeMap<String, Dependency>> {
        self.found.load_full()
    }

    /// Whether the store answered lately.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        now.millis() < self.ready_until.load(Ordering::Acquire)
    }

    fn note(
        &self,
        deps: &Deps,
        found: &mut BTreeMap<String, Dependency>,
        name: &'static str,
        status: DependencyStatus,
        now: Timestamp,
    ) {
        let before = self.found.load().get(name).map(|dependency| dependency.status);
        if before != Some(status) {
            let level = if status == DependencyStatus::Ok { Level::Info } else { Level::Error };
            let event =
                Event::new(Log::Sentinel, "dependency_changed").level(level).field("dependency", name);
            deps.events.emit(event.field("status", status.as_str()));
        }
        let help = "Whether a dependency answered its last check: 1, or 0.5 badly, or 0 not.";
        let value = match status {
            DependencyStatus::Ok => 1.0,
            DependencyStatus::Degraded => 0.5,
            _ => 0.0,
        };
        deps.metrics.gauge_with("echopilot_dependency_up", help, &[("dependency", name)]).set(value);
        found.insert(name.to_owned(), Dependency { status, checked_at: Some(now) });
    }
}

fn configured(deps: &Deps, name: &str) -> bool {
    match name {
        "store" => true,
        "warehouse" => deps.settings.warehouse.is_some(),
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
