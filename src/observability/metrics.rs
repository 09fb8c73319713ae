//! All figures of the process, and the text that is scraped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::encode::{Number, Text};
use super::latency::{LatencyWindows, MinuteFigures, MinuteTally};
use super::registry::{Counter, Gauge, Kind, Labels, Registry};
use super::route::{BOUNDS, CLASSES, RouteMetrics, STATUSES, Shared};
use crate::platform::{Clock, Timestamp};

/// The most routes that are metered by themselves; further ones share the meter `other`.
const MOST_ROUTES: usize = 512;

type Routes = BTreeMap<(String, &'static str), Arc<RouteMetrics>>;

/// All figures of the process. Clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    started: Timestamp,
    shared: Arc<Shared>,
    routes: Mutex<Routes>,
    registry: Registry,
}

impl Metrics {
    /// No figures yet; the process counts as started now.
    pub fn new(clock: Clock) -> Self {
        let started = clock.now();
        let shared = Arc::new(Shared { in_flight: AtomicI64::new(0), latency: LatencyWindows::new(clock) });
        Self(Arc::new(Inner { started, shared, routes: Mutex::default(), registry: Registry::default() }))
    }

    /// The meter of a route, for example `GET` and `/api/jobs/{id}`; ask once, when the router is built. The
    /// template must come from the program, never from a request.
    pub fn route(&self, method: &'static str, template: &str) -> Arc<RouteMetrics> {
        let mut routes = self.0.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let template = if routes.len() < MOST_ROUTES { template } else { "other" };
        let meter = routes
            .entry((template.to_owned(), method))
            .or_insert_with(|| Arc::new(RouteMetrics::new(method, template, Arc::clone(&self.0.shared))));
        Arc::clone(meter)
    }

    /// A figure that goes up and down. It is absent from the text until it is set.
    pub fn gauge(&self, name: &'static str, help: &'static str) -> Gauge {
        self.0.registry.gauge(name, help, Vec::new())
    }

    /// A gauge of a family with labels; at most 64 different ones are shown.
    pub fn gauge_with(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &[(&'static str, &str)],
    ) -> Gauge {
        self.0.registry.gauge(name, help, owned(labels))
    }

    /// A figure that only grows; its name ends in `_total`.
    pub fn counter(&self, name: &'static str, help: &'static str) -> Counter {
        self.0.registry.counter(name, help, Vec::new())
    }

    /// A counter of a family with labels; at most 64 different ones are shown.
    pub fn counter_with(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &[(&'static str, &str)],
    ) -> Counter {
        self.0.registry.counter(name, help, owned(labels))
    }

    /// A figure that is asked for at each scrape; `None` is unknown. The closure must not touch disk or network.
    pub fn ask(
        &self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        labels: &[(&'static str, &str)],
        ask: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) {
        self.0.registry.asked(name, help, kind, owned(labels), Arc::new(ask));
    }

    /// Which build this is.
    pub fn build_info(&self, version: &str, git_sha: &str) {
        self.gauge_with(
            "echopilot_build_info",
            "The build that runs.",
            &[("version", version), ("git_sha", git_sha)],
        )
        .set(1.0);
    }

    /// Requests that are being worked on.
    pub fn in_flight(&self) -> i64 {
        self.0.shared.in_flight.load(Ordering::Relaxed)
    }

    /// The last full minute; `None` when the process had not run for all of it.
    pub fn last_minute(&self) -> Option<MinuteFigures> {
        self.0.shared.latency.last_minute()
    }

    /// All that was counted in the full minute that began at `began`; see [`LatencyWindows::tally`].
    pub fn minute(&self, began: Timestamp) -> Option<MinuteTally> {
        self.0.shared.latency.tally(began)
    }

    /// A webhook came; whether it was taken in. What its sender got wrong counts neither way.
    pub fn delivery(&self, is_taken: bool) {
        self.0.shared.latency.record_delivery(is_taken);
    }

    /// When the process started.
    pub fn started(&self) -> Timestamp {
        self.0.started
    }

    /// Everything that is known, in the text format 0.0.4 (`text/plain; version=0.0.4`).
    pub fn encode(&self) -> String {
        let mut text = Text::default();
        self.requests(&mut text);
        self.process(&mut text);
        for family in self.0.registry.read() {
            text.family(family.name, family.kind.word(), family.help);
            for (labels, value) in &family.series {
                let labels = labels.iter().map(|(name, value)| (*name, value.as_str()));
                text.sample(family.name, "", labels, Number(*value));
            }
        }
        text.into_string()
    }

    fn requests(&self, text: &mut Text) {
        let routes: Vec<_> =
            self.0.routes.lock().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect();
        // A route nobody asked for has no series: what is served matters, not what could be.
        let used: Vec<_> =
            routes.iter().filter(|route| read(&route.buckets).iter().any(|count| *count > 0)).collect();
        if used.is_empty() {
            return;
        }
        let name = "echopilot_http_requests_total";
        text.family(name, "counter", "Answered requests by route and status.");
        for route in &used {
            let labels = STATUSES.iter().map(ToString::to_string).chain(CLASSES.map(str::to_owned));
            for (code, count) in labels.zip(read(&route.codes)).filter(|(_, count)| *count > 0) {
                let labels = [("method", route.method), ("route", &route.template), ("code", &code)];
                text.sample(name, "", labels, count);
            }
        }
        let name = "echopilot_http_request_duration_seconds";
        text.family(name, "histogram", "Time from the head of a request to the head of its answer.");
        for route in &used {
            let labels = [("method", route.method), ("route", route.template.as_str())];
            let mut below = 0;
            for (count, bound) in
                read(&route.buckets).iter().zip(BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]))
            {
                below += count;
                text.sample(name, "_bucket", labels.into_iter().chain([("le", bound)]), below);
            }
            let seconds = Duration::from_nanos(route.sum_nanos.load(Ordering::Relaxed)).as_secs_f64();
            text.sample(name, "_sum", labels, Number(seconds));
            text.sample(name, "_count", labels, below);
        }
    }

    fn process(&self, text: &mut Text) {
        let mut gauge = |name: &str, help: &str, value: f64| {
            text.family(name, "gauge", help);
            text.sample(name, "", [], Number(value));
        };
        #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
        {
            gauge("echopilot_http_in_flight", "Requests that are being worked on.", self.in_flight() as f64);
            gauge(
                "process_start_time_seconds",
                "When the process started, seconds since 1970.",
                self.0.started.millis() as f64 / 1000.0,
            );
            if let Some(minute) = self.last_minute() {
                let help = "Requests a second, mean of the last full minute.";
                gauge("echopilot_http_requests_per_second", help, minute.requests as f64 / 60.0);
                let help = "Answers of 500 and above in the last full minute.";
                gauge("echopilot_http_server_errors_last_minute", help, minute.server_errors as f64);
                for (name, value) in [("p95", minute.p95), ("p99", minute.p99)] {
                    if let Some(value) = value {
                        let help = format!("The {name} of request durations in the last full minute.");
                        gauge(
                            &format!("echopilot_http_request_duration_{name}_seconds"),
                            &help,
                            value.as_secs_f64(),
                        );
                    }
                }
            }
            let refused = self.0.registry.refused();
            if refused > 0 {
                gauge(
                    "echopilot_metrics_refused",
                    "Figures that broke a rule of naming or number and are not shown.",
                    refused as f64,
                );
            }
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("started", &self.0.started).finish_non_exhaustive()
    }
}

fn owned(labels: &[(&'static str, &str)]) -> Labels {
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn read<const N: usize>(cells: &[std::sync::atomic::AtomicU64; N]) -> [u64; N] {
    std::array::from_fn(|at| cells[at].load(Ordering::Relaxed))
}
