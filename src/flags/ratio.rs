//! Whether users came in the shares that were set: for each configuration of a flag on its own, since a change of the
//! shares on the way is no fault.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::Flag;
use super::statistics::{RATIO_ALPHA, sample_ratio};

/// One configuration of the flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatioCheck {
    /// The first version of the document that had it.
    pub first_version: i64,
    /// The last.
    pub last_version: i64,
    /// Each variant: users who came, and the share that was set in percent.
    pub variants: BTreeMap<String, RatioCell>,
    /// Pearson's chi-square; `None` where there are too few users to tell, or the configuration is no longer known.
    pub chi_square: Option<f64>,
    /// How likely so odd a ratio is by chance.
    pub p_value: Option<f64>,
    /// What follows.
    pub state: RatioState,
}

/// One variant of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatioCell {
    /// Users who were given it first.
    pub users: u32,
    /// Its share, in percent; `None` when it is not known.
    pub share: Option<f64>,
}

/// What follows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatioState {
    /// The shares are as set.
    Balanced,
    /// They are not, and chance hardly ever does that: something sorts the users, so nothing may be concluded.
    Mismatch,
    /// There are too few users to tell, or the configuration is no longer known.
    Unknown,
}

/// Check each configuration. Versions that left the flag as it was are one.
pub(super) fn check_ratios(
    assigned: &[(String, i64, i64, i64, i64)],
    versions: &BTreeMap<i64, Option<Flag>>,
) -> Vec<RatioCheck> {
    let mut checks: Vec<(Option<&Flag>, RatioCheck)> = Vec::new();
    for (version, flag) in versions {
        let same = checks.last().is_some_and(|(known, _)| deals_alike(*known, flag.as_ref()));
        if !same {
            let shares = flag.iter().flat_map(|flag| &flag.variants);
            let cell = |share: f64| RatioCell { users: 0, share: Some(share) };
            checks.push((
                flag.as_ref(),
                RatioCheck {
                    first_version: *version,
                    last_version: *version,
                    variants: shares.map(|(name, share)| (name.clone(), cell(share.percent()))).collect(),
                    chi_square: None,
                    p_value: None,
                    state: RatioState::Unknown,
                },
            ));
        }
        let Some((_, check)) = checks.last_mut() else { continue };
        check.last_version = *version;
        for (variant, _, _, users, _) in assigned.iter().filter(|row| row.1 == *version) {
            let share = flag.as_ref().map(|_| 0.0);
            let cell = check.variants.entry(variant.clone()).or_insert(RatioCell { users: 0, share });
            cell.users = cell.users.saturating_add(u32::try_from(*users).unwrap_or(0));
        }
    }
    let count = f64::from(u32::try_from(checks.len().max(1)).unwrap_or(u32::MAX));
    checks
        .into_iter()
        .map(|(_, mut check)| {
            let cells: Option<Vec<(u32, f64)>> =
                check.variants.values().map(|cell| Some((cell.users, cell.share?))).collect();
            if let Some(ratio) = cells.and_then(|cells| sample_ratio(&cells)) {
                // Many configurations must not find a fault more often than one does.
                let is_odd = ratio.p_value < RATIO_ALPHA / count;
                check.state = if is_odd { RatioState::Mismatch } else { RatioState::Balanced };
                (check.chi_square, check.p_value) = (Some(ratio.chi_square), Some(ratio.p_value));
            }
            check
        })
        .collect()
}

/// Whether two configurations give everybody the same variant.
fn deals_alike(one: Option<&Flag>, other: Option<&Flag>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.variants == other.variants && one.salt == other.salt,
        _ => false,
    }
}
