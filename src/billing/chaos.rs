//! What a proxy between Stripe and us does to deliveries, so that one sees whether a receiver bears it. Which delivery
//! suffers what follows from the seed and the delivery's number alone, so that a run can be repeated.

use std::time::Duration;

/// How likely each fault is, 0 to 1, and the longest delay.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    /// The delivery comes a second time.
    pub duplicate: f64,
    /// It is overtaken by later ones.
    pub reorder: f64,
    /// It never comes.
    pub drop: f64,
    /// One byte of its body is another.
    pub corrupt: f64,
    /// Its signature is of an hour ago.
    pub old: f64,
    /// Every delivery waits for up to so long.
    pub delay: Duration,
}

/// A seed and the faults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chaos {
    /// Another seed makes another run.
    pub seed: u64,
    /// What may happen.
    pub faults: Faults,
}

/// What becomes of one copy of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// It is sent on after this time.
    pub after: Duration,
    /// With a byte changed.
    pub is_corrupt: bool,
    /// With a time of an hour ago.
    pub is_old: bool,
    /// It waits so long that later ones overtake it.
    pub is_late: bool,
}

/// How long an overtaken delivery waits at the least; as long again at the most.
const OVERTAKEN: Duration = Duration::from_millis(1500);
/// More than any receiver bears.
const OLD: i64 = 3600;

impl Chaos {
    /// What becomes of the delivery of this number: a fate for each copy that is sent on, none when it is dropped.
    pub fn fates(&self, number: u64) -> Vec<Fate> {
        let faults = &self.faults;
        if self.happens(faults.drop, number, 0) {
            return Vec::new();
        }
        let copies = if self.happens(faults.duplicate, number, 1) { 2 } else { 1 };
        let fate = |copy: u64| {
            let place = 16 * (copy + 1);
            let is_late = self.happens(faults.reorder, number, place);
            let mut after = faults.delay.mul_f64(self.share(number, place + 1));
            if is_late {
                after += OVERTAKEN + OVERTAKEN.mul_f64(self.share(number, place + 2));
            }
            let is_corrupt = self.happens(faults.corrupt, number, place + 3);
            Fate { after, is_corrupt, is_old: self.happens(faults.old, number, place + 4), is_late }
        };
        (0..copies).map(fate).collect()
    }

    /// The header `Stripe-Signature` and the body of a copy, as they are sent on.
    pub fn damage(&self, number: u64, fate: Fate, signature: &str, body: &str) -> (String, String) {
        let signature = if fate.is_old { older(signature) } else { signature.to_owned() };
        let body = if fate.is_corrupt { self.corrupted(number, body) } else { body.to_owned() };
        (signature, body)
    }

    fn corrupted(&self, number: u64, body: &str) -> String {
        let letters: Vec<usize> =
            body.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
        let Some(len) = std::num::NonZeroUsize::new(letters.len()) else { return body.to_owned() };
        let Ok(chosen) = usize::try_from(self.random(number, 2) % len.get() as u64) else {
            return body.to_owned();
        };
        let at = letters[chosen];
        let other = if body[at..].starts_with('x') { "y" } else { "x" };
        format!("{}{other}{}", &body[..at], &body[at + 1..])
    }

    fn happens(&self, likelihood: f64, number: u64, question: u64) -> bool {
        self.share(number, question) < likelihood
    }

    /// 0 to 1, evenly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float keeps whole")]
    fn share(&self, number: u64, question: u64) -> f64 {
        (self.random(number, question) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// SplitMix64 over seed, delivery and question.
    fn random(&self, number: u64, question: u64) -> u64 {
        let mut bits = self.seed;
        for part in [number, question] {
            bits = bits
                .wrapping_add(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(part.wrapping_mul(0xd134_2543_de82_ef95));
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bits ^= bits >> 31;
        }
        bits
    }
}

fn older(signature: &str) -> String {
    let part = |part: &str| match part.trim().strip_prefix("t=").and_then(|time| time.parse::<i64>().ok()) {
        Some(time) => format!("t={}", time.saturating_sub(OLD)),
        None => part.to_owned(),
    };
    signature.split(',').map(part).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_same_seed_makes_the_same_run_and_faults_stay_within_their_bounds(
            seed in any::<u64>(),
            number in 0_u64..10_000,
            delay in 0_u64..5_000,
            shares in prop::array::uniform5(0.0_f64..=1.0),
        ) {
            let [duplicate, reorder, drop, corrupt, old] = shares;
            let faults = Faults { duplicate, reorder, drop, corrupt, old, delay: Duration::from_millis(delay) };
            let chaos = Chaos { seed, faults };
            let fates = chaos.fates(number);
            prop_assert_eq!(&fates, &chaos.fates(number));
            prop_assert!(fates.len() <= 2);
            for fate in fates {
                let longest = faults.delay + if fate.is_late { OVERTAKEN * 2 } else { Duration::ZERO };
                prop_assert!(fate.after <= longest);
                let (signature, body) = chaos.damage(number, fate, "t=10000,v1=00", "{\"id\":\"evt_1\"}");
                prop_assert_eq!(signature == "t=10000,v1=00", !fate.is_old);
                prop_assert_eq!(body == "{\"id\":\"evt_1\"}", !fate.is_corrupt);
                prop_assert_eq!(body.len(), 14);
            }
        }
    }

    #[test]
    fn faults_are_as_likely_as_they_are_said_to_be() {
        let faults = Faults { drop: 0.2, duplicate: 0.5, ..Faults::default() };
        for seed in 0..4 {
            let chaos = Chaos { seed, faults };
            let copies: Vec<usize> = (0..5_000).map(|number| chaos.fates(number).len()).collect();
            let share = |wanted| copies.iter().filter(|count| **count == wanted).count();
            assert!((900..1_100).contains(&share(0)), "{} of 5000 were dropped", share(0));
            assert!((1_850..2_150).contains(&share(2)), "{} of 5000 came twice", share(2));
        }
        let calm = Chaos { seed: 1, faults: Faults::default() };
        let whole = Fate { after: Duration::ZERO, is_corrupt: false, is_old: false, is_late: false };
        assert!((0..1_000).all(|number| calm.fates(number) == [whole]));
    }
}
