//! What slices keep in memory, so that `Cost::Memory` operations touch no disk: signing keys, live sessions,
//! the state of dependencies. Built once at start, brought up to date by threads of `serve`: one for what is read from the
//! store, and one for each that asks others.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::time::Duration;

use super::Deps;
use crate::platform::Result;

/// A kind of resident: how it is made and how often it is refreshed. Listed in the catalogue.
#[derive(Clone, Copy)]
pub struct Resident {
    /// What it keeps, for logs.
    pub name: &'static str,
    /// Make it at start.
    pub build: BuildResident,
    /// Bring it up to date; called by a thread of `serve`.
    pub refresh: RefreshResident,
    /// How often.
    pub every: Duration,
    /// Whether it waits for somebody who may not answer: then nothing else shares its thread.
    pub alone: bool,
}

/// Makes a resident at start.
pub type BuildResident = fn(&Deps) -> Result<Box<dyn Any + Send + Sync>>;
/// Brings a resident up to date.
pub type RefreshResident = fn(&Deps) -> Result<()>;

impl Resident {
    /// A kind of resident.
    pub const fn new(
        name: &'static str,
        build: BuildResident,
        refresh: RefreshResident,
        every: Duration,
    ) -> Self {
        Self { name, build, refresh, every, alone: false }
    }

    /// The same on a thread of its own: it asks somebody who may not answer.
    #[must_use]
    pub const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }
}

/// The built residents by type.
#[derive(Default)]
pub struct Residents(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Residents {
    /// Build every one in `kinds`.
    pub fn build<'a>(deps: &Deps, kinds: impl IntoIterator<Item = &'a Resident>) -> Result<Self> {
        let mut all = Self::default();
        for kind in kinds {
            let built = (kind.build)(deps)?;
            all.0.insert((*built).type_id(), built);
        }
        Ok(all)
    }

    /// The resident of type `T`.
    ///
    /// # Panics
    /// When there is none: a mistake of the program, found by the test over the catalogue.
    pub fn get<T: Send + Sync + 'static>(&self) -> &T {
        self.0
            .get(&TypeId::of::<T>())
            .and_then(|resident| resident.downcast_ref())
            .unwrap_or_else(|| unreachable!("{} is not listed in RESIDENTS", std::any::type_name::<T>()))
    }
}
