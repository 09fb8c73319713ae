//! Every full minute of a process becomes a row: how many requests, how many of them failed, how long they took.
//!
//! A thread of `serve` takes the minutes from memory and stores them; no request waits for it. A minute is stored as a
//! whole or not at all, so the one in which a process begins and the one in which it ends are not stored. While the
//! store does not answer, minutes wait in memory, a few hours of them at the most.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::sql::{MINUTE_ADD, MINUTES_FORGET};
use crate::observability::MinuteTally;
use crate::operation::Deps;
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args};

/// How long minutes are kept: the longest range that is shown, once more for the period before it, and two days.
pub const KEPT: Duration = Duration::from_hours(62 * 24);

pub(super) const MINUTE: Duration = Duration::from_mins(1);
/// How many minutes wait for a store that does not answer: three hours; the oldest go first.
const WAITING: usize = 180;

/// Takes full minutes from memory and stores them.
pub struct Recorder {
    deps: Arc<Deps>,
    /// Tells this process from others, and from itself after a restart.
    replica: String,
    /// The first minute that was not taken yet.
    next: Timestamp,
    waiting: VecDeque<MinuteTally>,
}

impl Recorder {
    /// For this process, from the minute that runs.
    pub fn new(deps: Arc<Deps>) -> Self {
        let now = deps.clock.now();
        let (replica, next) = (deps.ids.ulid_at(now), minute_of(now));
        Self { deps, replica, next, waiting: VecDeque::new() }
    }

    /// Take what is over and store what waits; how many minutes were stored. To be called every few seconds.
    pub fn tick(&mut self) -> Result<usize> {
        self.take();
        if self.waiting.is_empty() {
            return Ok(0);
        }
        let (minutes, replica) = (self.waiting.clone(), self.replica.clone());
        self.deps.store.write(move |tx| minutes.iter().try_for_each(|minute| add(tx, &replica, minute)))?;
        let stored = self.waiting.len();
        self.waiting.clear();
        Ok(stored)
    }

    fn take(&mut self) {
        let running = minute_of(self.deps.clock.now());
        if self.next > running {
            // The clock was set back; what is measured from here on counts.
            self.next = running;
        }
        // Memory holds the last two full minutes; what is older was missed, and a gap says so.
        self.next = self.next.max(running.minus(2 * MINUTE));
        while self.next < running {
            self.waiting.extend(self.deps.metrics.minute(self.next));
            self.next = self.next.plus(MINUTE);
        }
        while self.waiting.len() > WAITING {
            self.waiting.pop_front();
        }
    }
}

/// The begin of the minute that `time` lies in.
pub(super) fn minute_of(time: Timestamp) -> Timestamp {
    Timestamp(time.millis() - time.millis().rem_euclid(60_000))
}

fn add(tx: &mut Tx<'_>, replica: &str, minute: &MinuteTally) -> Result<()> {
    tx.run(
        MINUTE_ADD,
        args![
            minute.began,
            replica,
            whole(minute.requests),
            whole(minute.server_errors),
            whole(minute.limited),
            whole(minute.deliveries),
            whole(minute.failed_deliveries),
            minute.durations.encode()
        ],
    )?;
    Ok(())
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Remove minutes that began before `before`; how many rows.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(MINUTES_FORGET, args![before])
}
