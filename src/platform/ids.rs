//! Chance is an argument: identifiers, tokens and codes come from [`Ids`], seeded in tests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use ulid::Ulid;

use super::{Clock, Timestamp};

/// A source of randomness: the operating system's, or a seeded one whose values repeat.
#[derive(Clone)]
pub enum Chance {
    /// The operating system's generator, for everything outside tests.
    System,
    /// A generator that repeats, for tests and simulations.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Chance {
    /// The same values every time for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Fill `bytes`.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system for chance")]
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::System => rand::rng().fill_bytes(bytes),
            Self::Seeded(generator) => {
                generator.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
            }
        }
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Seeded(_) => "Seeded",
        })
    }
}

/// Makes identifiers and secrets.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    chance: Chance,
}

impl Ids {
    /// Identifiers that take their time from `clock` and their chance from `chance`.
    pub fn new(clock: Clock, chance: Chance) -> Self {
        Self { clock, chance }
    }

    /// A ULID: 26 characters, sorted by time.
    pub fn ulid(&self) -> String {
        self.ulid_at(self.clock.now())
    }

    /// A ULID whose time part is `at`.
    pub fn ulid_at(&self, at: Timestamp) -> String {
        let mut chance = [0_u8; 16];
        self.chance.fill(&mut chance);
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Ulid::from_parts(millis, u128::from_le_bytes(chance)).to_string()
    }

    /// `bytes` random bytes as URL-safe Base64 without padding.
    pub fn token(&self, bytes: usize) -> String {
        let mut buffer = vec![0_u8; bytes];
        self.chance.fill(&mut buffer);
        URL_SAFE_NO_PAD.encode(buffer)
    }

    /// A code of eight decimal digits, each code as likely as any other.
    pub fn eight_digits(&self) -> String {
        const CODES: u32 = 100_000_000;
        // Values above the largest multiple would make the low codes a little more likely.
        const FAIR: u32 = u32::MAX - u32::MAX % CODES;
        loop {
            let mut bytes = [0_u8; 4];
            self.chance.fill(&mut bytes);
            let value = u32::from_le_bytes(bytes);
            if value < FAIR {
                return format!("{:08}", value % CODES);
            }
        }
    }

    /// Raw random bytes, for keys.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.chance.fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ManualClock;

    #[test]
    fn ulids_sort_by_time_and_repeat_for_a_seed() {
        let hands = ManualClock::at(Timestamp(1_000));
        let ids = Ids::new(Clock::Manual(hands.clone()), Chance::seeded(7));
        let first = ids.ulid();
        hands.set(Timestamp(2_000));
        let second = ids.ulid();
        assert!(first < second);
        assert_eq!(first.len(), 26);
        let again = Ids::new(Clock::Manual(ManualClock::at(Timestamp(1_000))), Chance::seeded(7));
        assert_eq!(again.ulid(), first);
    }

    #[test]
    fn codes_have_eight_digits() {
        let ids = Ids::new(Clock::System, Chance::seeded(1));
        for _ in 0..1_000 {
            let code = ids.eight_digits();
            assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        }
    }
}
