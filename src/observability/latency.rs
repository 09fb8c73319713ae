//! Latency by minute, for percentiles: high-dynamic-range histograms whose counts are atomics.
//!
//! The buckets are those of an HDR histogram with 64 steps for each doubling, so a quantile is at most 1.6 % above
//! the true one. The crate of that name records through `&mut` or hands each thread a recorder of its own; here any
//! thread adds one to a cell, and three minutes take 36 KB.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::platform::{Clock, Timestamp};

const MINUTE: i64 = 60_000;
/// Steps for each doubling of the value.
const STEPS: u64 = 1 << STEP_BITS;
const STEP_BITS: u32 = 6;
/// Longer times count as this long: about 71 minutes.
const LONGEST_MICROS: u64 = (1 << 32) - 1;
const CELLS: usize = (32 - STEP_BITS as usize + 1) << STEP_BITS;
/// The minute that runs, the last full one, and one that nobody reads while it is cleared.
const MINUTES: usize = 3;
const MINUTES_APART: i64 = 3;

/// What happened within one minute.
#[derive(Debug)]
struct Minute {
    number: AtomicI64,
    cells: Box<[AtomicU32]>,
    count: AtomicU64,
    server_errors: AtomicU64,
}

impl Minute {
    fn new() -> Self {
        Self {
            number: AtomicI64::new(i64::MIN),
            cells: (0..CELLS).map(|_| AtomicU32::new(0)).collect(),
            count: AtomicU64::new(0),
            server_errors: AtomicU64::new(0),
        }
    }

    fn clear(&self) {
        for cell in &self.cells {
            cell.store(0, Ordering::Relaxed);
        }
        self.count.store(0, Ordering::Relaxed);
        self.server_errors.store(0, Ordering::Relaxed);
    }

    fn quantile(&self, q: f64) -> Option<Duration> {
        // Summed here, not taken from `count`: the two are not read at one instant.
        let counts: Vec<u64> =
            self.cells.iter().map(|cell| u64::from(cell.load(Ordering::Relaxed))).collect();
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank within a count; both are positive"
        )]
        let rank = ((total as f64 * q.clamp(0.0, 1.0)).ceil() as u64).clamp(1, total);
        let mut seen = 0;
        for (cell, count) in counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(Duration::from_micros(highest(cell)));
            }
        }
        None
    }
}

/// The cell of a value.
fn cell_of(micros: u64) -> usize {
    let micros = micros.min(LONGEST_MICROS);
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(STEP_BITS + 1);
    // Below 2 * STEPS each value has a cell of its own; above, each doubling has STEPS of them.
    let index = u64::from(shift) * STEPS + (micros >> shift);
    usize::try_from(index).unwrap_or(CELLS - 1).min(CELLS - 1)
}

/// The largest value that falls into a cell.
fn highest(cell: usize) -> u64 {
    let cell = cell as u64;
    if cell < 2 * STEPS {
        return cell;
    }
    let shift = cell / STEPS - 1;
    ((cell - shift * STEPS + 1) << shift) - 1
}

/// The figures of the last full minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinuteFigures {
    /// Requests that were answered.
    pub requests: u64,
    /// Of these, answers of 500 and above.
    pub server_errors: u64,
    /// 95 of 100 were answered within this time; `None` without requests.
    pub p95: Option<Duration>,
    /// 99 of 100 were answered within this time; `None` without requests.
    pub p99: Option<Duration>,
}

/// Which minute to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// The last full minute.
    Last,
    /// The minute that runs.
    #[cfg(test)]
    Running,
}

/// Latency of the running and of the last full minute.
#[derive(Debug)]
pub struct LatencyWindows {
    clock: Clock,
    started: Timestamp,
    minutes: [Minute; MINUTES],
    turning: Mutex<()>,
}

impl LatencyWindows {
    /// Empty windows.
    pub fn new(clock: Clock) -> Self {
        let started = clock.now();
        Self { clock, started, minutes: std::array::from_fn(|_| Minute::new()), turning: Mutex::new(()) }
    }

    /// Count one answer.
    pub fn record(&self, duration: Duration, server_error: bool) {
        let number = self.clock.now().millis().div_euclid(MINUTE);
        let minute = self.place(number);
        if minute.number.load(Ordering::Acquire) != number {
            self.turn(minute, number);
        }
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        minute.cells[cell_of(micros)].fetch_add(1, Ordering::Relaxed);
        minute.count.fetch_add(1, Ordering::Relaxed);
        if server_error {
            minute.server_errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Once a minute, the first to arrive clears the place.
    #[cold]
    fn turn(&self, minute: &Minute, number: i64) {
        let _turning = self.turning.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number.load(Ordering::Acquire) != number {
            minute.clear();
            minute.number.store(number, Ordering::Release);
        }
    }

    fn place(&self, number: i64) -> &Minute {
        &self.minutes[usize::try_from(number.rem_euclid(MINUTES_APART)).unwrap_or(0)]
    }

    /// A quantile of the last full minute, such as 0.95; `None` when nothing was counted in it.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        self.quantile_of(Window::Last, q)
    }

    pub(super) fn quantile_of(&self, window: Window, q: f64) -> Option<Duration> {
        let number = self.clock.now().millis().div_euclid(MINUTE) - i64::from(window == Window::Last);
        let minute = self.place(number);
        if minute.number.load(Ordering::Acquire) == number { minute.quantile(q) } else { None }
    }

    /// The last full minute; `None` when the process had not run for all of it.
    pub fn last_minute(&self) -> Option<MinuteFigures> {
        let number = self.clock.now().millis().div_euclid(MINUTE) - 1;
        if self.started.millis() > number * MINUTE {
            return None;
        }
        let minute = self.place(number);
        let known = minute.number.load(Ordering::Acquire) == number;
        let of = |figure: &AtomicU64| if known { figure.load(Ordering::Relaxed) } else { 0 };
        Some(MinuteFigures {
            requests: of(&minute.count),
            server_errors: of(&minute.server_errors),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ManualClock;
    use proptest::prelude::*;

    fn windows() -> (ManualClock, LatencyWindows) {
        let hands = ManualClock::at(Timestamp(60_000));
        let windows = LatencyWindows::new(Clock::Manual(hands.clone()));
        (hands, windows)
    }

    proptest! {
        #[test]
        fn a_cell_holds_its_value_within_its_precision(micros in 0..=LONGEST_MICROS) {
            let top = highest(cell_of(micros));
            prop_assert!(top >= micros && top - micros <= micros / STEPS, "{} {}", micros, top);
            prop_assert_eq!(cell_of(top), cell_of(micros));
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_values(mut millis in prop::collection::vec(0_u64..5_000, 1..400), q in 0.0..=1.0_f64) {
            let (hands, windows) = windows();
            for value in &millis {
                windows.record(Duration::from_millis(*value), false);
            }
            millis.sort_unstable();
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test figures")]
            let rank = ((millis.len() as f64 * q).ceil() as usize).clamp(1, millis.len());
            let exact = Duration::from_millis(millis[rank - 1]);
            hands.advance(Duration::from_mins(1));
            let found = windows.quantile(q).unwrap();
            prop_assert!(found >= exact && found <= exact + exact / 64 + Duration::from_micros(1), "{found:?} {exact:?}");
        }
    }

    #[test]
    fn nothing_counted_is_unknown_and_not_zero() {
        let (hands, windows) = windows();
        assert_eq!(windows.quantile(0.95), None);
        assert_eq!(windows.last_minute(), None, "the minute before the start is not known");
        hands.advance(Duration::from_mins(1));
        let quiet = windows.last_minute().unwrap();
        assert_eq!((quiet.requests, quiet.p95), (0, None));
    }

    #[test]
    fn a_minute_is_shown_when_it_is_over_and_then_forgotten() {
        let (hands, windows) = windows();
        windows.record(Duration::from_millis(10), false);
        windows.record(Duration::from_millis(900), true);
        assert_eq!(windows.quantile(0.99), None);
        assert!(windows.quantile_of(Window::Running, 0.99).unwrap() >= Duration::from_millis(900));
        hands.advance(Duration::from_mins(1));
        let minute = windows.last_minute().unwrap();
        assert_eq!((minute.requests, minute.server_errors), (2, 1));
        assert!(minute.p99.unwrap() >= Duration::from_millis(900));
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 0);
        // The same place again, three minutes on, and after a jump back.
        hands.advance(Duration::from_mins(1));
        windows.record(Duration::from_millis(5), false);
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 1);
        hands.set(Timestamp(60_000));
        windows.record(Duration::from_millis(5), false);
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 1);
    }

    #[test]
    fn absurd_durations_do_not_panic() {
        let (hands, windows) = windows();
        windows.record(Duration::MAX, false);
        windows.record(Duration::ZERO, false);
        hands.advance(Duration::from_mins(1));
        assert!(windows.quantile(1.0).unwrap() > Duration::from_hours(1));
        assert_eq!(windows.quantile(0.0), Some(Duration::ZERO));
    }
}
