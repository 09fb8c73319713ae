//! Service levels: what was promised and what was measured.
//!
//! [`Recorder`] stores each full minute of each process; [`ShowTraffic`] answers questions about longer spans from
//! those rows. Rates and percentiles are computed from counts, never from other rates and percentiles.

mod sql;
mod traffic;
mod windows;

pub(crate) use sql::ALL as STATEMENTS;
pub use traffic::{Availability, Budget, Measured, Point, Range, ShowTraffic, Span, Targets, Traffic};
pub use windows::{KEPT, Recorder, forget as forget_minutes};
