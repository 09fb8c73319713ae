//! What /metrics says beside requests: the store, the logs, the dependencies. Figures are asked for at each scrape
//! and cost neither disk nor network; what is not known is absent.

use crate::observability::Kind;
use crate::operation::Deps;
use crate::store::StoreStats;

type Figure = (&'static str, &'static str, Kind, fn(&StoreStats) -> u64);

const STORE: [Figure; 6] = [
    ("echopilot_store_reads_total", "Reads that were answered.", Kind::Counter, |stats| stats.reads),
    ("echopilot_store_writes_total", "Writes that were answered.", Kind::Counter, |stats| stats.writes),
    ("echopilot_store_commits_total", "Transactions that were committed.", Kind::Counter, |stats| {
        stats.commits
    }),
    ("echopilot_store_retries_total", "Transactions that were run again.", Kind::Counter, |stats| {
        stats.retries
    }),
    ("echopilot_store_waits_total", "Calls that waited for the store.", Kind::Counter, |stats| {
        stats.wait_count
    }),
    ("echopilot_store_queue_depth", "Writes that wait at this moment.", Kind::Gauge, |stats| {
        stats.queue_depth
    }),
];

/// Make the figures known.
pub fn register(deps: &Deps) {
    for (name, help, kind, pick) in STORE {
        let store = deps.store.clone();
        deps.metrics.ask(name, help, kind, &[], move || Some(exact(pick(&store.stats()))));
    }
    let store = deps.store.clone();
    deps.metrics.ask(
        "echopilot_store_wait_seconds_total",
        "How long calls waited.",
        Kind::Counter,
        &[],
        move || Some(exact(store.stats().wait_sum_us) / 1e6),
    );
    let events = deps.events.clone();
    let help = "Log lines that were lost because the queue was full.";
    deps.metrics.ask("echopilot_events_dropped_total", help, Kind::Counter, &[], move || {
        Some(exact(events.state().dropped))
    });
    let events = deps.events.clone();
    let help = "Log lines that wait for the disk.";
    deps.metrics.ask("echopilot_events_waiting", help, Kind::Gauge, &[], move || {
        u32::try_from(events.state().waiting).ok().map(f64::from)
    });
}

/// Counts are shown exactly up to 2^53, which takes a century at a million a second.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn exact(count: u64) -> f64 {
    count as f64
}
