//! Everything an operation may use, built once in `commands/boot.rs`.

use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Entry, Outside, Residents, Troubles};
use crate::config::Settings;
use crate::events::Events;
use crate::observability::Metrics;
use crate::outbound::Stripe;
use crate::platform::{Clock, Ids, ReferenceKey, Result, RootKey, Timestamp};
use crate::store::Store;

/// The process's own things. `main` owns it and drops the asynchronous runtime before it, since a
/// PostgreSQL connection must not be dropped on a runtime's worker.
pub struct Deps {
    /// What was configured, and from where.
    pub settings: Settings,
    /// The address that others use, without a slash at its end.
    pub base_url: String,
    /// The one store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Identifiers and chance.
    pub ids: Ids,
    /// The log files.
    pub events: Events,
    /// Figures for /metrics.
    pub metrics: Metrics,
    /// Makes references of people and keys for logs.
    pub references: ReferenceKey,
    /// The secret behind signing keys, codes and references.
    pub root_key: RootKey,
    /// When the process started.
    pub started_at: Timestamp,
    /// Which build it is.
    pub build: Arc<Build>,
    /// The services of others that are configured.
    pub outside: Outside,
    /// What is amiss though nothing is down.
    pub troubles: Troubles,
    /// The operations there are, for what runs one by its name.
    pub catalogue: &'static [Entry],
    /// What slices keep in memory; set once at the end of the start.
    pub residents: OnceLock<Residents>,
}

/// Which build it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    /// The commit, or `unknown` for a build outside a checkout.
    pub git_sha: String,
    /// When it was built, RFC 3339.
    pub built_at: String,
    /// `release` or `debug`.
    pub profile: String,
}

impl Deps {
    /// What a slice keeps in memory. Every type asked for stands in the catalogue's RESIDENTS; a test
    /// asks for each, so a missing one is found before it is met.
    ///
    /// # Panics
    /// When the type is no resident, or before the start has finished: a mistake of the program.
    pub fn resident<T: Send + Sync + 'static>(&self) -> &T {
        self.residents.get().map_or_else(
            || unreachable!("residents are asked for before the start has finished"),
            Residents::get::<T>,
        )
    }

    /// Stripe, or `NotConfigured` with the setting that is missing.
    pub fn stripe(&self) -> Result<&dyn Stripe> {
        self.outside.stripe(&self.settings)
    }

    /// The row of the operation `name`.
    pub fn entry(&self, name: &str) -> Option<&'static Entry> {
        self.catalogue.iter().find(|entry| entry.meta.name == name)
    }

    /// Shared ownership from the parts, with the residents built.
    pub fn assemble(self, build: impl FnOnce(&Self) -> Result<Residents>) -> Result<Arc<Self>> {
        let residents = build(&self)?;
        let _ = self.residents.set(residents);
        Ok(Arc::new(self))
    }
}
