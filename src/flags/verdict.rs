//! What may be concluded from an experiment, in plain words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BASELINE;
use super::ratio::{RatioCheck, RatioState};
use super::report::{Comparison, VariantFigures};
use super::statistics::{LEAST_EVENTS, LEAST_USERS};

/// What may be concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The flag has no goal, or nothing beside the baseline: there is nothing to compare.
    NotMeasured,
    /// Users did not come in the shares that were set, so figures can't be believed, whatever they say.
    Blocked,
    /// There are too few users or events.
    Collecting,
    /// No difference is sure yet.
    Undecided,
    /// A variant is better than the baseline.
    Better,
    /// A variant is worse than the baseline, and none is better.
    Worse,
}

/// The verdict, the variant that won, and the reasons.
pub(super) fn judge(
    goal: &str,
    variants: &[VariantFigures],
    comparisons: &[Comparison],
    ratios: &[RatioCheck],
) -> (Verdict, Option<String>, String) {
    if goal.is_empty() {
        let words =
            "The flag has no goal, so nothing is measured: set one with `flags set FLAG --goal NAME`.";
        return (Verdict::NotMeasured, None, words.to_owned());
    }
    if comparisons.is_empty() {
        let words = format!("There is nothing beside {BASELINE} to compare it with.");
        return (Verdict::NotMeasured, None, words);
    }
    if let Some(odd) = ratios.iter().find(|check| check.is_current && check.state == RatioState::Mismatch) {
        return (Verdict::Blocked, None, mismatch(odd));
    }
    if comparisons.iter().all(|compared| !compared.is_enough) {
        let counts: Vec<String> = variants
            .iter()
            .map(|known| {
                format!("{} has {} users and {} conversions", known.variant, known.users, known.converted)
            })
            .collect();
        let words =
            format!("Too little has been seen to say anything ({}): {}.", too_few(), counts.join(", "));
        return (Verdict::Collecting, None, words);
    }
    let sure = |compared: &&Comparison| compared.is_sure;
    let best = comparisons
        .iter()
        .filter(sure)
        .filter(|compared| compared.difference > 0.0)
        .max_by(|one, other| one.difference.total_cmp(&other.difference));
    if let Some(best) = best {
        let words = format!("{} You may stop and give everybody {}.", sentence(variants, best), best.variant);
        return (Verdict::Better, Some(best.variant.clone()), words);
    }
    if let Some(worst) =
        comparisons.iter().filter(sure).min_by(|one, other| one.difference.total_cmp(&other.difference))
    {
        let words = format!("{} You may stop and stay with {BASELINE}.", sentence(variants, worst));
        return (Verdict::Worse, None, words);
    }
    let said: Vec<String> = comparisons
        .iter()
        .map(|compared| {
            let (low, high) = compared.interval;
            format!(
                "{} less {BASELINE} lies between {} and {} points",
                compared.variant,
                points(low),
                points(high)
            )
        })
        .collect();
    let words = format!(
        "No difference is sure yet: {}. Go on, look as often as you like, and stop when you have seen enough.",
        said.join("; ")
    );
    (Verdict::Undecided, None, words)
}

fn sentence(variants: &[VariantFigures], compared: &Comparison) -> String {
    let rate = |name: &str| {
        let known = variants.iter().find(|known| known.variant == name);
        known
            .and_then(|known| known.rate)
            .map_or_else(|| "nothing".to_owned(), |rate| format!("{:.2} %", rate * 100.0))
    };
    let (low, high) = compared.interval;
    format!(
        "{} converts {} of its users, {BASELINE} {}: a difference of {} to {} points, sure to {} % however often one \
         looks.",
        compared.variant,
        rate(&compared.variant),
        rate(BASELINE),
        points(low),
        points(high),
        trimmed((1.0 - compared.threshold) * 100.0),
    )
}

fn mismatch(odd: &RatioCheck) -> String {
    let cells: Vec<String> = odd
        .variants
        .iter()
        .map(|(name, cell)| format!("{name} has {} users where {} % was set", cell.users, cell.share))
        .collect();
    format!(
        "Users did not come in the shares that were set ({}; {}), and chance does that less than once in a \
         thousand times: something sorts them, such as a cache, a robot or a variant that fails to load. Nothing may be \
         concluded until it is found; then begin anew with another salt.",
        cells.join(", "),
        odd.versions()
    )
}

/// A share of 1 in points of a percent, with its sign.
fn points(share: f64) -> String {
    format!("{:+.2}", share * 100.0)
}

/// A percentage without zeros at its end.
fn trimmed(percent: f64) -> String {
    let text = format!("{percent:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is missing before anything may be concluded.
fn too_few() -> String {
    format!(
        "expected {LEAST_USERS} users in each variant, and in both together {LEAST_EVENTS} who converted and \
         {LEAST_EVENTS} who did not"
    )
}
