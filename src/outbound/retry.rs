//! Asking again: how often, how long in all, and after which pauses. What may be repeated is the caller's to say.

use std::time::{Duration, Instant};

use crate::platform::{Chance, Clock};

/// How much patience a client has.
#[derive(Debug, Clone)]
pub(super) struct Retry {
    /// Tries in all.
    pub(super) tries: u32,
    /// No try begins later than this after the first.
    pub(super) limit: Duration,
    /// The first pause at the most; it doubles.
    pub(super) pause: Duration,
    /// Spreads the pauses.
    pub(super) chance: Chance,
}

/// A try that brought nothing.
pub(super) struct Failed<F> {
    /// What is told when it was the last one.
    pub(super) failure: F,
    /// Whether another one is safe and makes sense.
    pub(super) again: bool,
    /// How long the other side wants to be left alone.
    pub(super) after: Option<Duration>,
}

impl Retry {
    /// Try until something came of it, or patience ends.
    pub(super) fn ask<T, F>(&self, once: impl Fn() -> Result<T, Failed<F>>) -> Result<T, F> {
        let begun: Instant = Clock::monotonic();
        let mut tries = 1;
        loop {
            let failed = match once() {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let pause = failed.after.unwrap_or_else(|| self.pause(tries));
            if !failed.again || tries >= self.tries || begun.elapsed() + pause >= self.limit {
                return Err(failed.failure);
            }
            std::thread::sleep(pause);
            tries += 1;
        }
    }

    /// Half to all of what the try is due, so that many callers do not come back at once.
    fn pause(&self, tries: u32) -> Duration {
        let mut byte = [0_u8];
        self.chance.fill(&mut byte);
        let longest = self.pause * 2_u32.pow(tries.saturating_sub(1).min(4));
        longest / 2 + longest / 2 * u32::from(byte[0]) / 255
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn retry() -> Retry {
        let pause = Duration::from_millis(4);
        Retry { tries: 4, limit: Duration::from_secs(5), pause, chance: Chance::seeded(1) }
    }

    fn tries(retry: &Retry, answer: impl Fn(u32) -> Result<(), (bool, Option<Duration>)>) -> (u32, bool) {
        let count = Cell::new(0);
        let result = retry.ask(|| {
            count.set(count.get() + 1);
            answer(count.get()).map_err(|(again, after)| Failed { failure: (), again, after })
        });
        (count.get(), result.is_ok())
    }

    #[test]
    fn what_may_be_repeated_is_repeated_so_often_and_so_long() {
        assert_eq!(tries(&retry(), |count| if count < 3 { Err((true, None)) } else { Ok(()) }), (3, true));
        assert_eq!(tries(&retry(), |_| Err((true, None))), (4, false));
        assert_eq!(tries(&retry(), |_| Err((false, None))), (1, false));
        let long = Some(Duration::from_secs(60));
        assert_eq!(tries(&retry(), |_| Err((true, long))), (1, false), "nobody waits that long");
    }

    #[test]
    fn pauses_double_and_are_spread() {
        let retry = retry();
        for (count, longest) in [(1, 4), (2, 8), (3, 16), (9, 64)] {
            let longest = Duration::from_millis(longest);
            for _ in 0..20 {
                let pause = retry.pause(count);
                assert!(longest / 2 <= pause && pause <= longest, "{count}: {pause:?}");
            }
        }
    }
}
