//! Alive, and how: answered from memory, always fast.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dependencies::{Dependencies, Dependency, DependencyStatus};
use crate::events::Log;
use crate::operation::{Access, Build, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::warehouse::WarehouseFigures;

/// Whether the service is alive, what it is, and how its dependencies are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowHealth {}

/// Healthy, or something is amiss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    /// Every configured dependency was checked and is well.
    Healthy,
    /// A configured dependency is degraded, down or not checked yet, or lines of the log are lost.
    Degraded,
}

/// The state of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// In one word.
    pub status: Overall,
    /// The version of the binary.
    pub version: String,
    /// The build of the binary.
    pub build: Arc<Build>,
    /// Where it runs; null when nobody has said so.
    pub region: Option<String>,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// By name: store, warehouse, redis, stripe, notion, llm, mail.
    pub deps: Arc<BTreeMap<String, Dependency>>,
    /// What else is amiss: documents that can't be used, logs that can't be written.
    pub troubles: Vec<String>,
    /// When something was last written to Notion; null when never.
    pub last_notion_sync: Option<Timestamp>,
    /// The same under the spelling that older callers read.
    pub last_notation_sync: Option<Timestamp>,
    /// When the warehouse was last brought up to date; null when never, or when there is none.
    pub last_warehouse_sync: Option<Timestamp>,
    /// When the last backup was made; null when never.
    pub last_backup: Option<Timestamp>,
    /// When a backup was last restored for trial; null when never.
    pub last_restore_check: Option<Timestamp>,
    /// Whether this is a demonstration.
    pub demo_mode: bool,
}

impl Operation for ShowHealth {
    const META: Meta = Meta {
        name: "health",
        route: Route::get("/health"),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Health;

    fn run(&self, cx: &Cx) -> Result<Health> {
        let dependencies = cx.deps.resident::<Dependencies>();
        let (deps, last_notion_sync) = (dependencies.current(), dependencies.last_notion_sync());
        let fine = |dependency: &Dependency| {
            matches!(dependency.status, DependencyStatus::Ok | DependencyStatus::NotConfigured)
        };
        let mut troubles = cx.deps.troubles.names();
        if cx.deps.events.state().failing.is_some() {
            troubles.push("logs".to_owned());
        }
        let healthy = troubles.is_empty() && deps.values().all(fine);
        Ok(Health {
            status: if healthy { Overall::Healthy } else { Overall::Degraded },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: Arc::clone(&cx.deps.build),
            region: cx.deps.settings.region.clone(),
            uptime_s: cx.now.since(cx.deps.started_at).as_secs(),
            deps,
            troubles,
            last_notion_sync,
            last_notation_sync: last_notion_sync,
            last_warehouse_sync: cx.deps.resident::<WarehouseFigures>().last_success(),
            last_backup: None,
            last_restore_check: None,
            demo_mode: cx.deps.settings.demo,
        })
    }
}
