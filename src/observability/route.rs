//! The meter of one route: counts by status and a histogram of durations, all atomics.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::latency::{LatencyWindows, Outcome};

/// Upper bounds of the duration histogram, in microseconds; 0.8 s and 1.2 s are the promised p95 and p99.
pub(super) const BOUNDS: [(u64, &str); 14] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (800_000, "0.8"),
    (1_200_000, "1.2"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// Statuses that are counted by themselves; any other is counted with its class.
pub(super) const STATUSES: [u16; 44] = [
    200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410,
    411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505,
    507, 511,
];
/// The labels after those of `STATUSES`.
pub(super) const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
pub(super) const CODES: usize = STATUSES.len() + CLASSES.len();

/// Where a status is counted; computed by the compiler.
static PLACE: [u8; 600] = {
    let mut table = [0_u8; 600];
    let mut status = 0;
    while status < table.len() {
        let class = if status < 100 { CLASSES.len() - 1 } else { status / 100 - 1 };
        #[expect(clippy::cast_possible_truncation, reason = "50 places")]
        let place = (STATUSES.len() + class) as u8;
        table[status] = place;
        status += 1;
    }
    let mut index = 0;
    while index < STATUSES.len() {
        #[expect(clippy::cast_possible_truncation, reason = "50 places")]
        let place = index as u8;
        table[STATUSES[index] as usize] = place;
        index += 1;
    }
    table
};

/// What all routes share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) in_flight: AtomicI64,
    pub(super) latency: LatencyWindows,
}

/// The meter of one route.
#[derive(Debug)]
pub struct RouteMetrics {
    pub(super) method: &'static str,
    pub(super) template: String,
    pub(super) codes: [AtomicU64; CODES],
    /// One more than there are bounds: what is slower than the last.
    pub(super) buckets: [AtomicU64; BOUNDS.len() + 1],
    pub(super) sum_nanos: AtomicU64,
    shared: Arc<Shared>,
}

impl RouteMetrics {
    pub(super) fn new(method: &'static str, template: &str, shared: Arc<Shared>) -> Self {
        Self {
            method,
            template: template.to_owned(),
            codes: [const { AtomicU64::new(0) }; CODES],
            buckets: [const { AtomicU64::new(0) }; BOUNDS.len() + 1],
            sum_nanos: AtomicU64::new(0),
            shared,
        }
    }

    /// A request has arrived; it counts as in flight until the guard goes, whatever becomes of it.
    pub fn begin(self: &Arc<Self>) -> InFlight {
        self.shared.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// A request was answered.
    pub fn record(&self, status: u16, duration: Duration) {
        let place = PLACE.get(usize::from(status)).map_or(CODES - 1, |place| usize::from(*place));
        self.codes[place].fetch_add(1, Ordering::Relaxed);
        let micros = duration.as_micros();
        let bucket = BOUNDS.partition_point(|(bound, _)| u128::from(*bound) < micros);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(0);
        self.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.shared.latency.record(duration, Outcome::of(status));
    }
}

/// A request that is being worked on.
#[derive(Debug)]
pub struct InFlight(Arc<RouteMetrics>);

impl InFlight {
    /// The route it belongs to.
    pub fn route(&self) -> &RouteMetrics {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.shared.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
