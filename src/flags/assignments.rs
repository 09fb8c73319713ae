//! Who was given which variant: remembered beside the request, stored in batches by a thread of its own.

use std::any::Any;
use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::bucket::Reason;
use super::document::Flag;
use super::sql::ASSIGNMENT_ADD;
use crate::events::{Event, Log, Scrubbed};
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
    waiting: Mutex<VecDeque<Arc<Assignment>>>,
    /// Held by whoever stores: only they take from the front.
    storing: Mutex<()>,
    recent: Cache<u64, ()>,
    hash: RandomState,
}

/// One user was given one variant.
struct Assignment {
    flag: String,
    /// As it came: memory only, whoever stores makes a keyed hash of it.
    key: String,
    variant: String,
    reason: Reason,
    version: i64,
    configuration: String,
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
    pub fn build(_: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self {
            waiting: Mutex::default(),
            storing: Mutex::default(),
            recent: Cache::new(RECENT),
            hash: RandomState::new(),
        }))
    }

    /// Remember one, unless it is known; touches memory only. A flag that is off assigns nobody.
    pub(super) fn remember(
        &self,
        cx: &Cx,
        (name, version): (&str, i64),
        flag: &Flag,
        key: &str,
        (variant, reason): (&str, Reason),
    ) {
        // Who looks from the shell is no user.
        if reason == Reason::Disabled || matches!(cx.caller, Caller::Shell) {
            return;
        }
        let seen = self.hash.hash_one((name, variant, reason.as_str(), key));
        if self.recent.get(&seen).is_some() {
            return;
        }
        let assignment = Arc::new(Assignment {
            flag: name.to_owned(),
            configuration: flag.configuration(),
            key: key.to_owned(),
            variant: variant.to_owned(),
            reason,
            version,
            at: cx.now,
            request_id: cx.request_id.clone(),
        });
        let mut waiting = lock(&self.waiting);
        if waiting.len() < MOST_WAITING {
            waiting.push_back(assignment);
            drop(waiting);
            self.recent.insert(seen, ());
        } else {
            drop(waiting);
            let help = "Assignments that were not kept, since too many waited for the store.";
            cx.deps.metrics.counter("echopilot_flag_assignments_dropped_total", help).increment();
        }
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

fn store(deps: &Deps, batch: Vec<Arc<Assignment>>) -> Result<usize> {
    let rows: Arc<[_]> = batch.into_iter().map(|one| (user_hash(&deps.references, &one.key), one)).collect();
    let kept = Arc::clone(&rows);
    let new: Vec<bool> = deps.store.write(move |tx| {
        kept.iter()
            .map(|(user, one)| {
                let (flag, variant, reason) = (one.flag.as_str(), one.variant.as_str(), one.reason.as_str());
                let configuration = one.configuration.as_str();
                let row = args![flag, user.as_str(), variant, reason, one.version, configuration, one.at];
                Ok(tx.run(ASSIGNMENT_ADD, row)? == 1)
            })
            .collect()
    })?;
    let mut count = 0;
    for ((user, one), _) in rows.iter().zip(new).filter(|(_, is_new)| *is_new) {
        count += 1;
        let event = Event::new(Log::Ab, "flag_assigned")
            .request_id(&one.request_id)
            .field("flag", Scrubbed::text(&one.flag));
        let event = event.field("variant", Scrubbed::text(&one.variant)).field("reason", one.reason.as_str());
        deps.events.emit(event.field("version", one.version).field("user", user.clone()));
    }
    Ok(count)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
