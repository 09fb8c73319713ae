//! Whether users came in the shares that were set: for each configuration of a flag on its own, since a change of the
//! shares on the way is no fault.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{Flag, Share};
use super::report::{Assigned, count};
use super::statistics::{RATIO_ALPHA, sample_ratio};

/// One configuration of the flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatioCheck {
    /// The first version of the document that a user came under.
    pub first_version: i64,
    /// The last.
    pub last_version: i64,
    /// Whether it is how the flag is shared now: its users are the ones who are compared.
    pub is_current: bool,
    /// Each variant: users who came, and the share that was set.
    pub variants: BTreeMap<String, RatioCell>,
    /// Pearson's chi-square; `None` where there are too few users to tell.
    pub chi_square: Option<f64>,
    /// How likely so odd a ratio is by chance.
    pub p_value: Option<f64>,
    /// What follows.
    pub state: RatioState,
}

/// One variant of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RatioCell {
    /// Users who were given it first.
    pub users: u32,
    /// Its share, in percent.
    pub share: Share,
}

/// What follows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatioState {
    /// The shares are as set.
    Balanced,
    /// They are not, and chance hardly ever does that: something sorts the users, so nothing may be concluded.
    Mismatch,
    /// There are too few users to tell.
    Unknown,
}

impl RatioCheck {
    /// The versions for people: "version 3" or "versions 3 to 5".
    pub fn versions(&self) -> String {
        if self.first_version == self.last_version {
            format!("version {}", self.first_version)
        } else {
            format!("versions {} to {}", self.first_version, self.last_version)
        }
    }

    fn of(configuration: &str, rows: &[&Assigned], is_current: bool) -> Self {
        // As `Flag::configuration` writes it; what nobody can read has no shares, so that it balances nothing.
        let (_, shares): (String, BTreeMap<String, Share>) =
            serde_json::from_str(configuration).unwrap_or_default();
        let cell = |share| RatioCell { users: 0, share };
        let mut variants: BTreeMap<String, RatioCell> =
            shares.into_iter().map(|(name, share)| (name, cell(share))).collect();
        for row in rows {
            let cell = variants.entry(row.variant.clone()).or_default();
            cell.users = cell.users.saturating_add(count(row.users));
        }
        let cells: Vec<(u32, f64)> =
            variants.values().map(|cell| (cell.users, cell.share.percent())).collect();
        let ratio = sample_ratio(&cells);
        let state = match ratio {
            None => RatioState::Unknown,
            Some(ratio) if ratio.p_value < RATIO_ALPHA => RatioState::Mismatch,
            Some(_) => RatioState::Balanced,
        };
        Self {
            first_version: rows.iter().map(|row| row.first_version).min().unwrap_or_default(),
            last_version: rows.iter().map(|row| row.last_version).max().unwrap_or_default(),
            is_current,
            variants,
            chi_square: ratio.map(|ratio| ratio.chi_square),
            p_value: ratio.map(|ratio| ratio.p_value),
            state,
        }
    }
}

/// Check each configuration that users came under, in the order of their versions.
pub(super) fn check_ratios(assigned: &[Assigned], flag: &Flag) -> Vec<RatioCheck> {
    let current = flag.configuration();
    let mut by_configuration: BTreeMap<&str, Vec<&Assigned>> = BTreeMap::new();
    // How it was shared is not known of users from before that was kept: nothing can be said of their ratio.
    for row in assigned.iter().filter(|row| !row.configuration.is_empty()) {
        by_configuration.entry(&row.configuration).or_default().push(row);
    }
    let of = |(configuration, rows): (&str, Vec<&Assigned>)| {
        RatioCheck::of(configuration, &rows, configuration == current)
    };
    let mut checks: Vec<RatioCheck> = by_configuration.into_iter().map(of).collect();
    checks.sort_by_key(|check| (check.first_version, check.last_version));
    checks
}
