//! What a connection is doing and since when: written by its stream and its requests, read by its watchdog.
//!
//! One lazy timer a connection looks at it. hyper's own header time-out makes a timer for every request and
//! would cut idle connections as early as slow heads.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echopilot_core::platform::Clock;

use super::Patience;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Accepted; nothing has come yet.
    Fresh = 0,
    /// A request's head is coming in.
    Head = 1,
    /// A request is at work: its own limits hold.
    Busy = 2,
    /// The answer is being written, or the next request awaited.
    Idle = 3,
}

impl Phase {
    const fn of(value: u8) -> Self {
        match value {
            0 => Self::Fresh,
            1 => Self::Head,
            2 => Self::Busy,
            _ => Self::Idle,
        }
    }
}

/// Shared by the parts of one connection, which all run in one task: the atomics are never contended.
#[derive(Debug)]
pub(crate) struct Pulse {
    epoch: Instant,
    phase: AtomicU8,
    /// Milliseconds after `epoch`.
    since: AtomicU64,
    conflict: AtomicBool,
    unread: AtomicBool,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            epoch: Clock::monotonic(),
            phase: AtomicU8::new(Phase::Fresh as u8),
            since: AtomicU64::new(0),
            conflict: AtomicBool::new(false),
            unread: AtomicBool::new(false),
        }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Ordering::Relaxed))
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.since.store(self.elapsed(), Ordering::Relaxed);
    }

    /// Bytes came in. They begin a head unless a request is at work; a head that goes on keeps its time.
    pub(super) fn bytes_read(&self) {
        if matches!(self.phase(), Phase::Fresh | Phase::Idle) {
            self.enter(Phase::Head);
        }
    }

    /// Bytes went out: a slow reader that reads is not idle.
    pub(super) fn bytes_written(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Idle);
        }
    }

    /// A head that could be read in two ways came in.
    pub(super) fn found_conflict(&self) {
        self.conflict.store(true, Ordering::Relaxed);
    }

    /// Whether one did; it holds for the rest of the connection.
    pub(crate) fn has_conflict(&self) -> bool {
        self.conflict.load(Ordering::Relaxed)
    }

    /// The client may still be sending what nobody will read: read it away for a moment before closing, or
    /// the answer is lost to a reset.
    pub(crate) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// A stream is being sent.
    pub(crate) fn stay_busy(&self) {
        self.enter(Phase::Busy);
    }

    /// The stream has ended.
    pub(crate) fn rest(&self) {
        self.enter(Phase::Idle);
    }

    /// Whether the patience with this connection is over; else how long to wait before looking again.
    pub(super) fn overdue(&self, patience: &Patience) -> Result<Phase, Duration> {
        let phase = self.phase();
        let allowed = match phase {
            Phase::Fresh => patience.first_byte,
            Phase::Head => patience.head,
            // Bodies and operations have limits of their own; a stream may last.
            Phase::Busy => return Err(patience.head.min(patience.idle)),
            Phase::Idle => patience.idle,
        };
        let spent = Duration::from_millis(self.elapsed().saturating_sub(self.since.load(Ordering::Relaxed)));
        match allowed.checked_sub(spent).filter(|left| !left.is_zero()) {
            None => Ok(phase),
            // Never later than the shortest patience, since the phase may change meanwhile.
            Some(left) => Err(left.min(patience.head).max(Duration::from_millis(1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_has_its_own_patience_and_a_slow_head_keeps_its_time() {
        let short = Duration::ZERO;
        let long = Duration::from_secs(60);
        let patience = Patience { first_byte: long, head: short, idle: long, ..Patience::default() };
        let pulse = Pulse::new();
        assert!(pulse.overdue(&patience).is_err());
        pulse.bytes_read();
        assert_eq!(pulse.overdue(&patience), Ok(Phase::Head));
        pulse.enter(Phase::Busy);
        pulse.bytes_read();
        assert!(pulse.overdue(&patience).is_err(), "a body is not a head");
        pulse.enter(Phase::Idle);
        assert!(pulse.overdue(&patience).is_err());
    }
}
