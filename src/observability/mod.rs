//! Figures about the running process, in the text format that Prometheus scrapes.
//!
//! [`Metrics::route`] gives the meter of one route, made once when the router is built; recording into it takes no
//! lock. Everything else registers a [`Gauge`] or [`Counter`], or a closure that is asked at each scrape. A figure
//! nobody knows is absent: no series, never a zero.
//!
//! The text is written here (version 0.0.4) rather than by `prometheus-client`: that crate writes `OpenMetrics`,
//! where a counter's family is named without `_total`, which `promtool check metrics` reads as an untyped metric
//! without help. What we need of the format is three kinds and one escape.

mod encode;
mod histogram;
mod latency;
mod metrics;
mod registry;
mod route;

pub use histogram::Histogram;
pub use latency::{LatencyWindows, MinuteFigures, MinuteTally, Outcome};
pub use metrics::Metrics;
pub use registry::{Counter, Gauge, Kind};
pub use route::{InFlight, RouteMetrics};

#[cfg(test)]
mod tests;
