//! The statistics of an experiment, pure: always-valid comparison of two rates, and whether the shares that came are
//! the shares that were set.
//!
//! Method: asymptotic confidence sequences, which is the mixture sequential probability ratio test (mSPRT) with a normal
//! mixture (Johari et al. 2017, Waudby-Smith et al. 2021). One may look after every event and stop at any look: the
//! chance of ever calling a difference where there is none stays below [`ALPHA`]. docs/FLAGS.md says it in full.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

/// The chance of ever calling a difference that is none, over all looks and all variants of a flag together.
pub(super) const ALPHA: f64 = 0.05;
/// A sample ratio that would come about less often than this by chance is none of chance.
pub(super) const RATIO_ALPHA: f64 = 0.001;
/// The number of users at which the interval is narrowest for its kind; it is valid at every other number as well.
pub(super) const PLANNED: f64 = 5_000.0;
/// Fewer users than this in a variant say nothing.
pub(super) const LEAST_USERS: u32 = 100;
/// Fewer conversions than this in both variants together say nothing, nor fewer users who did not convert.
pub(super) const LEAST_EVENTS: u32 = 25;
/// A cell that expects fewer users than this can't be judged by chi-square.
const LEAST_EXPECTED: f64 = 5.0;

/// What is known of a variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Arm {
    /// Users who came.
    pub(super) users: u32,
    /// Those of them who converted.
    pub(super) converted: u32,
}

/// How two variants compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compared {
    /// The difference of the rates, other less baseline, as a share of 1.
    pub(super) difference: f64,
    /// The interval that holds the true difference at all looks together, but for `alpha`.
    pub(super) interval: (f64, f64),
    /// How much more likely the data are with a difference than without; 1/alpha calls it.
    pub(super) e_value: f64,
    /// The always-valid p-value: 1/e, at most 1.
    pub(super) p_value: f64,
    /// Whether there are enough users and events to say anything.
    pub(super) is_enough: bool,
}

impl Compared {
    /// Whether a difference may be called, of an error of `alpha` over all looks.
    pub(super) fn is_sure(&self, alpha: f64) -> bool {
        self.is_enough && self.p_value <= alpha
    }
}

impl Arm {
    /// The share that converted; `None` without users.
    pub(super) fn rate(self) -> Option<f64> {
        (self.users > 0).then(|| f64::from(self.converted) / f64::from(self.users))
    }

    /// Users who did not convert.
    fn others(self) -> u32 {
        self.users.saturating_sub(self.converted)
    }

    /// Rate, variance of the rate and users, with one conversion and one user who did not convert added (Agresti and
    /// Caffo 2000): without them a rare conversion in a small variant looks certain.
    fn smoothed(self) -> (f64, f64, f64) {
        let users = f64::from(self.users) + 2.0;
        let rate = (f64::from(self.converted) + 1.0) / users;
        (rate, rate * (1.0 - rate) / users, users)
    }

    /// The interval that holds the true rate at all looks together, but for `alpha`; `None` without users.
    pub(super) fn interval(self, alpha: f64) -> Option<(f64, f64)> {
        let rate = self.rate()?;
        let (_, variance, users) = self.smoothed();
        let half = half_width(variance, users, alpha);
        Some(((rate - half).max(0.0), (rate + half).min(1.0)))
    }
}

/// The spread of the mixture in units of the variance times the number of users: least width at [`PLANNED`].
fn spread(alpha: f64) -> f64 {
    let log = -2.0 * alpha.ln();
    (log + log.ln() + 1.0) / PLANNED
}

fn half_width(variance: f64, users: f64, alpha: f64) -> f64 {
    let t2 = users * spread(alpha);
    (variance * (1.0 + t2) / t2 * ((1.0 + t2).ln() - 2.0 * alpha.ln())).sqrt()
}

/// Compare `other` with `baseline`; a difference is called when the e-value reaches `1/alpha`, which is when zero lies
/// outside the interval.
pub(super) fn compare(baseline: Arm, other: Arm, alpha: f64) -> Compared {
    let ((rate, variance, users), (other_rate, other_variance, others)) =
        (baseline.smoothed(), other.smoothed());
    let (difference, variance, users) = (other_rate - rate, variance + other_variance, users + others);
    let t2 = users * spread(alpha);
    let z2 = difference * difference / variance;
    let log_e = t2 * z2 / (2.0 * (1.0 + t2)) - 0.5 * t2.ln_1p();
    let half = half_width(variance, users, alpha);
    let converted = baseline.converted.saturating_add(other.converted);
    let not = baseline.others().saturating_add(other.others());
    Compared {
        difference,
        // No two rates differ by more than one.
        interval: ((difference - half).max(-1.0), (difference + half).min(1.0)),
        // Beyond this nothing changes for anybody, and JSON knows no infinity.
        e_value: log_e.min(690.0).exp(),
        p_value: (-log_e).exp().min(1.0),
        is_enough: baseline.users.min(other.users) >= LEAST_USERS && converted.min(not) >= LEAST_EVENTS,
    }
}

/// Whether users came in the shares that were set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio {
    /// Pearson's chi-square.
    pub(super) chi_square: f64,
    /// How likely so odd a ratio is by chance.
    pub(super) p_value: f64,
}

/// Compare counts with shares (of any sum). `None` where there are too few users to tell. Somebody in a variant that has
/// no share is never chance.
pub(super) fn sample_ratio(counts: &[(u32, f64)]) -> Option<Ratio> {
    let users: f64 = counts.iter().map(|(count, _)| f64::from(*count)).sum();
    let shares: f64 = counts.iter().map(|(_, share)| share).sum();
    if counts.iter().any(|(count, share)| *share <= 0.0 && *count > 0) {
        return Some(Ratio { chi_square: f64::MAX, p_value: 0.0 });
    }
    let cells: Vec<(f64, f64)> = counts
        .iter()
        .filter(|(_, share)| *share > 0.0)
        .map(|(count, share)| (f64::from(*count), users * share / shares))
        .collect();
    if cells.len() < 2 || cells.iter().any(|(_, expected)| *expected < LEAST_EXPECTED) {
        return None;
    }
    let chi_square: f64 = cells.iter().map(|(count, expected)| (count - expected).powi(2) / expected).sum();
    let freedom = f64::from(u32::try_from(cells.len() - 1).ok()?);
    let p_value = ChiSquared::new(freedom).ok()?.sf(chi_square);
    Some(Ratio { chi_square, p_value })
}
