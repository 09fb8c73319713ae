//! Latency by minute: histograms whose counts are atomics, and beside them what was answered with which success.
//!
//! The crate `hdrhistogram` records through `&mut` or hands each thread a recorder of its own; here any thread adds one
//! to a cell, and the four minutes take 28 KB.

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::histogram::{CELLS, Histogram, cell_of};
use crate::platform::{Clock, Timestamp};

const MINUTE: i64 = 60_000;
/// The minute that runs, the last two full ones, and one that nobody reads while it is cleared.
const MINUTES: usize = 4;
const MINUTES_APART: i64 = 4;
/// How many full minutes can be read.
const READABLE: i64 = 2;

/// What an answer says about the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it is for.
    Answered,
    /// 429: the caller asked too often, which says nothing about the service.
    Limited,
    /// 500 and above.
    ServerError,
}

impl Outcome {
    /// By the status of the answer.
    pub const fn of(status: u16) -> Self {
        match status {
            429 => Self::Limited,
            500.. => Self::ServerError,
            _ => Self::Answered,
        }
    }
}

/// What happened within one minute.
#[derive(Debug)]
struct Minute {
    number: AtomicI64,
    cells: Box<[AtomicU32]>,
    count: AtomicU64,
    server_errors: AtomicU64,
    limited: AtomicU64,
    deliveries: AtomicU64,
    failed_deliveries: AtomicU64,
}

impl Minute {
    fn new() -> Self {
        Self {
            number: AtomicI64::new(i64::MIN),
            cells: (0..CELLS).map(|_| AtomicU32::new(0)).collect(),
            count: AtomicU64::new(0),
            server_errors: AtomicU64::new(0),
            limited: AtomicU64::new(0),
            deliveries: AtomicU64::new(0),
            failed_deliveries: AtomicU64::new(0),
        }
    }

    fn clear(&self) {
        for cell in &self.cells {
            cell.store(0, Ordering::Relaxed);
        }
        let counts =
            [&self.count, &self.server_errors, &self.limited, &self.deliveries, &self.failed_deliveries];
        for count in counts {
            count.store(0, Ordering::Relaxed);
        }
    }

    fn histogram(&self) -> Histogram {
        Histogram::of(self.cells.iter().map(|cell| u64::from(cell.load(Ordering::Relaxed))))
    }
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

/// All that was counted in one full minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinuteTally {
    /// When it began.
    pub began: Timestamp,
    /// Requests that were answered.
    pub requests: u64,
    /// Of these, answers of 500 and above.
    pub server_errors: u64,
    /// Of these, answers that said to ask less often.
    pub limited: u64,
    /// Webhooks that were taken in.
    pub deliveries: u64,
    /// Webhooks that could not be taken in through no fault of their sender's.
    pub failed_deliveries: u64,
    /// How long the answers took.
    pub durations: Histogram,
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

/// Latency of the running minute and of the last two full ones.
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
    pub fn record(&self, duration: Duration, outcome: Outcome) {
        let minute = self.running();
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        minute.cells[cell_of(micros)].fetch_add(1, Ordering::Relaxed);
        minute.count.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Outcome::Answered => {}
            Outcome::Limited => _ = minute.limited.fetch_add(1, Ordering::Relaxed),
            Outcome::ServerError => _ = minute.server_errors.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Count one webhook, and whether it was taken in.
    pub fn record_delivery(&self, is_taken: bool) {
        let minute = self.running();
        let count = if is_taken { &minute.deliveries } else { &minute.failed_deliveries };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn running(&self) -> &Minute {
        let number = self.number_now();
        let minute = self.place(number);
        if minute.number.load(Ordering::Acquire) != number {
            self.turn(minute, number);
        }
        minute
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

    fn number_now(&self) -> i64 {
        self.clock.now().millis().div_euclid(MINUTE)
    }

    fn place(&self, number: i64) -> &Minute {
        &self.minutes[usize::try_from(number.rem_euclid(MINUTES_APART)).unwrap_or(0)]
    }

    /// A quantile of the last full minute, such as 0.95; `None` when nothing was counted in it.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        self.quantile_of(Window::Last, q)
    }

    pub(super) fn quantile_of(&self, window: Window, q: f64) -> Option<Duration> {
        let number = self.number_now() - i64::from(window == Window::Last);
        let minute = self.place(number);
        // Summed from the cells, not taken from `count`: the two are not read at one instant.
        if minute.number.load(Ordering::Acquire) == number { minute.histogram().quantile(q) } else { None }
    }

    /// The last full minute; `None` when the process had not run for all of it.
    pub fn last_minute(&self) -> Option<MinuteFigures> {
        let tally = self.tally(Timestamp((self.number_now() - 1) * MINUTE))?;
        Some(MinuteFigures {
            requests: tally.requests,
            server_errors: tally.server_errors,
            p95: tally.durations.quantile(0.95),
            p99: tally.durations.quantile(0.99),
        })
    }

    /// The full minute that began at `began`; `None` when the process had not run for all of it, and when it is not
    /// over or no longer remembered.
    pub fn tally(&self, began: Timestamp) -> Option<MinuteTally> {
        let (number, now) = (began.millis().div_euclid(MINUTE), self.number_now());
        if self.started.millis() > number * MINUTE || number >= now || number < now - READABLE {
            return None;
        }
        let minute = self.place(number);
        let known = minute.number.load(Ordering::Acquire) == number;
        let of = |figure: &AtomicU64| if known { figure.load(Ordering::Relaxed) } else { 0 };
        Some(MinuteTally {
            began: Timestamp(number * MINUTE),
            requests: of(&minute.count),
            server_errors: of(&minute.server_errors),
            limited: of(&minute.limited),
            deliveries: of(&minute.deliveries),
            failed_deliveries: of(&minute.failed_deliveries),
            durations: if known { minute.histogram() } else { Histogram::default() },
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
        fn quantiles_are_those_of_the_sorted_values(mut millis in prop::collection::vec(0_u64..5_000, 1..400), q in 0.0..=1.0_f64) {
            let (hands, windows) = windows();
            for value in &millis {
                windows.record(Duration::from_millis(*value), Outcome::Answered);
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
        windows.record(Duration::from_millis(10), Outcome::Answered);
        windows.record(Duration::from_millis(900), Outcome::ServerError);
        assert_eq!(windows.quantile(0.99), None);
        assert!(windows.quantile_of(Window::Running, 0.99).unwrap() >= Duration::from_millis(900));
        hands.advance(Duration::from_mins(1));
        let minute = windows.last_minute().unwrap();
        assert_eq!((minute.requests, minute.server_errors), (2, 1));
        assert!(minute.p99.unwrap() >= Duration::from_millis(900));
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 0);
        // The same place again, four minutes on, and after a jump back.
        hands.advance(Duration::from_mins(2));
        windows.record(Duration::from_millis(5), Outcome::Answered);
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 1);
        hands.set(Timestamp(60_000));
        windows.record(Duration::from_millis(5), Outcome::Answered);
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.last_minute().unwrap().requests, 1);
    }

    #[test]
    fn absurd_durations_do_not_panic() {
        let (hands, windows) = windows();
        windows.record(Duration::MAX, Outcome::Answered);
        windows.record(Duration::ZERO, Outcome::Answered);
        hands.advance(Duration::from_mins(1));
        assert!(windows.quantile(1.0).unwrap() > Duration::from_hours(1));
        assert_eq!(windows.quantile(0.0), Some(Duration::ZERO));
    }

    #[test]
    fn a_full_minute_is_read_for_two_minutes_and_then_no_more() {
        let (hands, windows) = windows();
        let began = hands.now();
        windows.record(Duration::from_millis(10), Outcome::Limited);
        windows.record_delivery(true);
        windows.record_delivery(false);
        assert_eq!(windows.tally(began), None, "it is not over");
        hands.advance(Duration::from_mins(1));
        let tally = windows.tally(began).unwrap();
        assert_eq!((tally.began, tally.requests, tally.limited, tally.server_errors), (began, 1, 1, 0));
        assert_eq!((tally.deliveries, tally.failed_deliveries, tally.durations.count()), (1, 1, 1));
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.tally(began), Some(tally));
        hands.advance(Duration::from_mins(1));
        assert_eq!(windows.tally(began), None);
        let quiet = windows.tally(hands.now().minus(Duration::from_mins(1))).unwrap();
        assert_eq!((quiet.requests, quiet.durations.count()), (0, 0));
    }
}
