//! Who was given which variant: remembered beside the request, stored in batches by a thread of its own.

use std::any::Any;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::bucket::Reason;
use super::document::{Flag, FlagsDocument};
use super::sql::ASSIGNMENT_ADD;
use crate::config::Loaded;
use crate::events::{Event, Log, Scrubbed};
use crate::observability::Counter;
use crate::operation::{Caller, Cx, Deps};
use crate::platform::{Reference, ReferenceKey, Result, Timestamp};
use crate::store::args;

/// Waiting at most; more are not kept, and tried again when the same user comes back.
const MOST_WAITING: usize = 65_536;
/// Recent ones, which need not go to the store again.
const RECENT: usize = 131_072;
/// Stored in one transaction at most, so that other writers get their turn.
const BATCH: usize = 500;

/// Assignments on their way to the store.
pub struct Assignments {
    waiting: Mutex<VecDeque<Assignment>>,
    /// Held by whoever stores: only they take from the front.
    storing: Mutex<()>,
    recent: Cache<u64, ()>,
    hash: RandomState,
    dropped: Counter,
}

/// One user was given one variant.
#[derive(Clone)]
struct Assignment {
    flag: String,
    variant: String,
    reason: Reason,
    /// The document that decided; whoever stores looks there how the flag was shared.
    document: Arc<Loaded<FlagsDocument>>,
    user: Arc<User>,
}

/// Who was given something, shared by all that they were given at once.
struct User {
    /// As it came: memory only, whoever stores makes a keyed hash of it.
    key: String,
    at: Timestamp,
    request_id: String,
}

/// The keyed hash by which a user is stored and logged.
pub(super) fn user_hash(references: &ReferenceKey, key: &str) -> Reference {
    references.reference("flag user", key)
}

impl Assignments {
    /// One waits this long at most, while the store takes them.
    pub const STORED_EVERY: Duration = Duration::from_millis(250);

    /// None yet.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self {
            waiting: Mutex::default(),
            storing: Mutex::default(),
            recent: Cache::new(RECENT),
            hash: RandomState::new(),
            dropped: deps.metrics.counter(
                "echopilot_flag_assignments_dropped_total",
                "Assignments that were not kept, since too many waited for the store.",
            ),
        }))
    }

    /// For one user, who is given something by `document`. Who looks from the shell is no user.
    pub(super) fn keeper<'a>(
        &'a self,
        cx: &'a Cx,
        document: &'a Arc<Loaded<FlagsDocument>>,
        key: &'a str,
    ) -> Keeper<'a> {
        let is_user = !matches!(cx.caller, Caller::Shell);
        Keeper { own: self, cx, document, key, is_user, user: None, has_all: true }
    }

    /// Store what waits; called by a thread of `serve`.
    pub fn refresh(deps: &Deps) -> Result<()> {
        Self::store_waiting(deps).map(drop)
    }

    /// Store what waits and log what is new; how many were new. What the store refuses waits for the next time.
    pub fn store_waiting(deps: &Deps) -> Result<usize> {
        let own = deps.resident::<Self>();
        let _storing = lock(&own.storing);
        let mut new = 0;
        loop {
            let batch: Vec<_> = lock(&own.waiting).iter().take(BATCH).cloned().collect();
            if batch.is_empty() {
                return Ok(new);
            }
            let count = batch.len();
            new += store(deps, batch)?;
            lock(&own.waiting).drain(..count);
        }
    }
}

/// Remembers what one user is given.
pub(super) struct Keeper<'a> {
    own: &'a Assignments,
    cx: &'a Cx,
    document: &'a Arc<Loaded<FlagsDocument>>,
    key: &'a str,
    is_user: bool,
    user: Option<Arc<User>>,
    /// Whether nothing had to be left out so far.
    has_all: bool,
}

impl Keeper<'_> {
    /// Remember one, unless it is known; touches memory only. A flag that is off assigns nobody.
    pub(super) fn remember(&mut self, flag: &str, variant: &str, reason: Reason) {
        if reason == Reason::Disabled || !self.is_user {
            return;
        }
        let seen = self.own.hash.hash_one((flag, variant, reason.as_str(), self.key));
        if self.own.recent.get(&seen).is_some() {
            return;
        }
        let mut waiting = lock(&self.own.waiting);
        // Asked before anything is made: where there is no room, nothing is.
        if waiting.len() >= MOST_WAITING {
            drop(waiting);
            self.has_all = false;
            self.own.dropped.increment();
            return;
        }
        let user = self.user.get_or_insert_with(|| {
            let (key, request_id) = (self.key.to_owned(), self.cx.request_id.clone());
            Arc::new(User { key, at: self.cx.now, request_id })
        });
        waiting.push_back(Assignment {
            flag: flag.to_owned(),
            variant: variant.to_owned(),
            reason,
            document: Arc::clone(self.document),
            user: Arc::clone(user),
        });
        drop(waiting);
        self.own.recent.insert(seen, ());
    }

    /// Whether everything that this document gives the user is known.
    pub(super) fn knows_all(&self) -> bool {
        !self.is_user || self.own.recent.get(&self.all()).is_some()
    }

    /// Everything that this document gives the user was remembered, unless something had to be left out.
    pub(super) fn was_all(&self) {
        if self.has_all && self.is_user {
            self.own.recent.insert(self.all(), ());
        }
    }

    fn all(&self) -> u64 {
        self.own.hash.hash_one((self.document.version.as_str(), self.key))
    }
}

fn store(deps: &Deps, batch: Vec<Assignment>) -> Result<usize> {
    let mut latest: Option<(Arc<User>, Reference)> = None;
    let hashed = batch.into_iter().map(|one| {
        let known = latest.take().filter(|(user, _)| Arc::ptr_eq(user, &one.user));
        let (_, hash) = latest.insert(
            known.unwrap_or_else(|| (Arc::clone(&one.user), user_hash(&deps.references, &one.user.key))),
        );
        (hash.clone(), one)
    });
    let rows: Arc<[_]> = hashed.collect();
    let kept = Arc::clone(&rows);
    let new: Vec<bool> = deps.store.write(move |tx| {
        // How a flag is shared is the same for all whom one document gave it to.
        let mut shared: HashMap<(*const Loaded<FlagsDocument>, &str), String> = HashMap::new();
        kept.iter()
            .map(|(user, one)| {
                let (flag, variant, reason) = (one.flag.as_str(), one.variant.as_str(), one.reason.as_str());
                let document = &one.document.value;
                let configuration = shared
                    .entry((Arc::as_ptr(&one.document), flag))
                    .or_insert_with(|| document.flags.get(flag).map(Flag::configuration).unwrap_or_default());
                let (version, at) = (document.version, one.user.at);
                let row = args![flag, user.as_str(), variant, reason, version, configuration.as_str(), at];
                Ok(tx.run(ASSIGNMENT_ADD, row)? == 1)
            })
            .collect()
    })?;
    let mut count = 0;
    for ((user, one), _) in rows.iter().zip(new).filter(|(_, is_new)| *is_new) {
        count += 1;
        let event = Event::new(Log::Ab, "flag_assigned")
            .request_id(&one.user.request_id)
            .field("flag", Scrubbed::text(&one.flag));
        let event = event.field("variant", Scrubbed::text(&one.variant)).field("reason", one.reason.as_str());
        let version = one.document.value.version;
        deps.events.emit(event.field("version", version).field("user", user.clone()));
    }
    Ok(count)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
