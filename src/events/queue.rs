//! Between callers and the writer: one buffer a log, filled by callers and taken whole by the writer. A line is
//! copied once, costs no allocation when the buffers have grown, and a batch needs no assembling.

use std::cell::RefCell;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Event, EventsState, Log};
use crate::platform::Clock;

const LOGS: usize = Log::ALL.len();
/// Room that a waiting line may take on average.
const BYTES_A_LINE: usize = 1024;

/// What becomes of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A writer takes them.
    Written,
    /// They stay in memory.
    Kept,
    /// Nothing.
    Discarded,
}

/// What the writer takes: whole lines by log, and how many were lost before them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: [Vec<u8>; LOGS],
    pub(super) counts: [usize; LOGS],
    pub(super) dropped: [u64; LOGS],
}

#[derive(Debug, Default)]
struct Staged {
    batch: Batch,
    count: usize,
    bytes: usize,
    dropped_total: u64,
    accepted: u64,
    written: u64,
    writer_sleeps: bool,
    hurry: bool,
    stop: bool,
    failing: Option<String>,
    in_writing: usize,
}

/// The bounded queue.
#[derive(Debug)]
pub(super) struct Queue {
    mode: Mode,
    limit: usize,
    staged: Mutex<Staged>,
    work: Condvar,
    room: Condvar,
    done: Condvar,
}

thread_local! {
    static LINE: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(1024));
}

impl Queue {
    pub(super) fn new(mode: Mode, limit: usize) -> Self {
        Self {
            mode,
            limit,
            staged: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            done: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Staged> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self, staged: &Staged) -> bool {
        staged.count >= self.limit || staged.bytes >= self.limit.saturating_mul(BYTES_A_LINE)
    }

    /// Add a line, waiting at most `patience` for room.
    pub(super) fn push(&self, event: Event, clock: &Clock, patience: Duration) {
        if self.mode == Mode::Discarded {
            return;
        }
        let log = event.log().index();
        LINE.with_borrow_mut(|line| {
            line.clear();
            event.write_to(clock.now(), line);
            let mut staged = self.lock();
            if self.is_full(&staged) {
                if !patience.is_zero() && staged.failing.is_none() {
                    staged = self
                        .room
                        .wait_timeout_while(staged, patience, |staged| {
                            self.is_full(staged) && staged.failing.is_none() && !staged.stop
                        })
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                if self.is_full(&staged) {
                    staged.batch.dropped[log] += 1;
                    staged.dropped_total += 1;
                    return;
                }
            }
            staged.batch.lines[log].extend_from_slice(line);
            staged.batch.counts[log] += 1;
            staged.count += 1;
            staged.bytes += line.len();
            staged.accepted += 1;
            let wake = mem::take(&mut staged.writer_sleeps);
            drop(staged);
            if wake {
                self.work.notify_one();
            }
        });
    }

    /// Wait for lines and swap them into `batch`, which is empty. False: stop after this batch.
    pub(super) fn take(&self, batch: &mut Batch) -> bool {
        let mut staged = self.lock();
        while staged.count == 0 && !staged.stop && staged.batch.dropped.iter().all(|dropped| *dropped == 0) {
            staged.writer_sleeps = true;
            staged = self.work.wait(staged).unwrap_or_else(PoisonError::into_inner);
        }
        staged.writer_sleeps = false;
        staged.hurry = false;
        mem::swap(&mut staged.batch, batch);
        staged.in_writing = mem::take(&mut staged.count);
        staged.bytes = 0;
        let goes_on = !staged.stop;
        drop(staged);
        self.room.notify_all();
        goes_on
    }

    /// The batch is written, or given up at the end.
    pub(super) fn finished(&self) {
        let mut staged = self.lock();
        staged.written += mem::take(&mut staged.in_writing) as u64;
        staged.failing = None;
        drop(staged);
        self.done.notify_all();
    }

    /// The batch can't be written now. Who waits for room learns it, and so does health.
    pub(super) fn failing(&self, reason: String) {
        self.lock().failing = Some(reason);
        self.room.notify_all();
    }

    /// Let lines gather for `pause`, unless somebody is in a hurry. False when the queue stops.
    pub(super) fn gather(&self, pause: Duration) -> bool {
        let staged = self.lock();
        let staged = self
            .work
            .wait_timeout_while(staged, pause, |staged| !staged.hurry && !staged.stop)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
        !staged.stop
    }

    pub(super) fn flush(&self, timeout: Duration) -> bool {
        if self.mode != Mode::Written {
            return true;
        }
        let mut staged = self.lock();
        let target = staged.accepted;
        staged.hurry = true;
        self.work.notify_one();
        let (staged, _) = self
            .done
            .wait_timeout_while(staged, timeout, |staged| staged.written < target)
            .unwrap_or_else(PoisonError::into_inner);
        staged.written >= target
    }

    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    pub(super) fn state(&self) -> EventsState {
        let staged = self.lock();
        EventsState {
            waiting: if self.mode == Mode::Written { staged.count + staged.in_writing } else { 0 },
            dropped: staged.dropped_total,
            failing: staged.failing.clone(),
        }
    }

    pub(super) fn kept(&self, log: Log) -> Vec<String> {
        let staged = self.lock();
        String::from_utf8_lossy(&staged.batch.lines[log.index()]).lines().map(str::to_owned).collect()
    }
}
