//! A histogram of durations that can be merged: percentiles over an hour come from the counts of its minutes, never
//! from the minutes' percentiles.
//!
//! The cells are those of an HDR histogram with 64 steps for each doubling, so a quantile is at most 1.6 % above the
//! true one. Stored, it takes two or three bytes for each cell that has a count.

use std::time::Duration;

use crate::platform::{Fault, Result};

/// Steps for each doubling of the value.
pub(super) const STEPS: u64 = 1 << STEP_BITS;
const STEP_BITS: u32 = 6;
/// Longer times count as this long: about 71 minutes.
pub(super) const LONGEST_MICROS: u64 = (1 << 32) - 1;
/// How many cells there are.
pub(super) const CELLS: usize = (32 - STEP_BITS as usize + 1) << STEP_BITS;
/// The first byte of a stored histogram: how the rest is written.
const FORMAT: u8 = 1;

/// How often durations fell into each cell. Empty, it takes no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Histogram {
    /// One that holds these counts by cell.
    pub(super) fn of(counts: impl Iterator<Item = u64>) -> Self {
        let mut own = Self::default();
        for (cell, count) in counts.take(CELLS).enumerate() {
            own.add(cell, count);
        }
        own
    }

    /// Count one duration.
    pub fn record(&mut self, duration: Duration) {
        self.add(cell_of(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)), 1);
    }

    fn add(&mut self, cell: usize, count: u64) {
        if count == 0 {
            return;
        }
        if self.counts.is_empty() {
            self.counts = vec![0; CELLS];
        }
        self.counts[cell] = self.counts[cell].saturating_add(count);
    }

    /// Take in what another counted.
    pub fn merge(&mut self, other: &Self) {
        for (cell, count) in other.counts.iter().enumerate() {
            self.add(cell, *count);
        }
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// A quantile such as 0.95; `None` when nothing was counted.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let total = self.count();
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
        let mut seen = 0_u64;
        for (cell, count) in self.counts.iter().enumerate() {
            seen = seen.saturating_add(*count);
            if seen >= rank {
                return Some(Duration::from_micros(highest(cell)));
            }
        }
        None
    }

    /// As it is stored.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        let mut before = 0;
        for (cell, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            put(&mut bytes, (cell - before) as u64);
            put(&mut bytes, *count);
            before = cell;
        }
        bytes
    }

    /// What [`encode`](Self::encode) wrote; a fault for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut own = Self::default();
        own.merge_stored(bytes)?;
        Ok(own)
    }

    /// Take in what another counted, as it was stored.
    pub fn merge_stored(&mut self, bytes: &[u8]) -> Result<()> {
        let strange = || Fault::internal("a stored histogram of durations can't be read");
        let mut rest = bytes.strip_prefix(&[FORMAT]).ok_or_else(strange)?;
        let mut cell = 0_usize;
        while !rest.is_empty() {
            let step = take(&mut rest).and_then(|step| usize::try_from(step).ok()).ok_or_else(strange)?;
            cell = cell.checked_add(step).filter(|cell| *cell < CELLS).ok_or_else(strange)?;
            self.add(cell, take(&mut rest).ok_or_else(strange)?);
        }
        Ok(())
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(0x80 | (value & 0x7f).to_le_bytes()[0]);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (first, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The cell of a value.
pub(super) fn cell_of(micros: u64) -> usize {
    let micros = micros.min(LONGEST_MICROS);
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(STEP_BITS + 1);
    // Below 2 * STEPS each value has a cell of its own; above, each doubling has STEPS of them.
    let index = u64::from(shift) * STEPS + (micros >> shift);
    usize::try_from(index).unwrap_or(CELLS - 1).min(CELLS - 1)
}

/// The largest value that falls into a cell.
pub(super) fn highest(cell: usize) -> u64 {
    let cell = cell as u64;
    if cell < 2 * STEPS {
        return cell;
    }
    let shift = cell / STEPS - 1;
    ((cell - shift * STEPS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_millis(millis: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in millis {
            histogram.record(Duration::from_millis(*value));
        }
        histogram
    }

    proptest! {
        #[test]
        fn a_cell_holds_its_value_within_its_precision(micros in 0..=LONGEST_MICROS) {
            let top = highest(cell_of(micros));
            prop_assert!(top >= micros && top - micros <= micros / STEPS, "{} {}", micros, top);
            prop_assert_eq!(cell_of(top), cell_of(micros));
        }

        #[test]
        fn what_was_stored_comes_back_and_merging_is_counting_together(
            one in prop::collection::vec(0_u64..5_000_000, 0..200),
            other in prop::collection::vec(0_u64..5_000_000, 0..200),
        ) {
            let (first, second) = (of_millis(&one), of_millis(&other));
            prop_assert_eq!(&Histogram::decode(&first.encode()).unwrap(), &first);
            let mut merged = first;
            merged.merge(&second);
            prop_assert_eq!(merged, of_millis(&[one, other].concat()));
        }

        #[test]
        fn strange_bytes_are_a_fault_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Histogram::decode(&bytes);
        }
    }

    #[test]
    fn a_percentile_of_two_minutes_is_not_the_mean_of_their_percentiles() {
        // 99 fast ones in the first minute, one slow one in the second.
        let mut hour = of_millis(&[10; 99]);
        hour.merge(&of_millis(&[2_000]));
        let p95 = hour.quantile(0.95).unwrap();
        assert!(p95 < Duration::from_millis(11), "the mean of both would be a second: {p95:?}");
    }

    #[test]
    fn nothing_is_no_quantile_and_broken_bytes_are_refused() {
        let empty = Histogram::default();
        assert_eq!((empty.count(), empty.quantile(0.5), empty.encode()), (0, None, vec![FORMAT]));
        assert_eq!(Histogram::decode(&[FORMAT]).unwrap(), empty);
        let whole = of_millis(&[1, 20, 300]).encode();
        for bad in [&[][..], &[9], &whole[..whole.len() - 1], &[FORMAT, 0xff, 0xff, 0x7f, 1], &[FORMAT, 0x80]]
        {
            assert!(Histogram::decode(bad).is_err(), "{bad:?}");
        }
    }
}
