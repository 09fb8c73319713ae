//! What the store counts about itself, for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Figures since the start of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Calls of `read` that were answered.
    pub reads: u64,
    /// Calls of `write` that were answered.
    pub writes: u64,
    /// Transactions that were committed; fewer than `writes` when commits were shared.
    pub commits: u64,
    /// Transactions run again, because others interfered or a connection was lost.
    pub retries: u64,
    /// Calls that had to wait for the writer or for a connection.
    pub wait_count: u64,
    /// How long they waited together, in microseconds.
    pub wait_sum_us: u64,
    /// The longest of these waits, in microseconds.
    pub wait_max_us: u64,
    /// Writes that wait at this moment.
    pub queue_depth: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) reads: AtomicU64,
    pub(super) writes: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) retries: AtomicU64,
    wait_count: AtomicU64,
    wait_sum_us: AtomicU64,
    wait_max_us: AtomicU64,
    pub(super) queue_depth: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn waited(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.wait_count.fetch_add(1, Relaxed);
        self.wait_sum_us.fetch_add(micros, Relaxed);
        self.wait_max_us.fetch_max(micros, Relaxed);
    }

    pub(super) fn snapshot(&self) -> StoreStats {
        StoreStats {
            reads: self.reads.load(Relaxed),
            writes: self.writes.load(Relaxed),
            commits: self.commits.load(Relaxed),
            retries: self.retries.load(Relaxed),
            wait_count: self.wait_count.load(Relaxed),
            wait_sum_us: self.wait_sum_us.load(Relaxed),
            wait_max_us: self.wait_max_us.load(Relaxed),
            queue_depth: self.queue_depth.load(Relaxed),
        }
    }
}
