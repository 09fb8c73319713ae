//! What an experiment has shown so far, and whether that may be believed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BASELINE;
use super::document::{Flag, Share, is_name};
use super::evaluate::unknown;
use super::held::Flags;
use super::ratio::{RatioCheck, check_ratios};
use super::sql::{ASSIGNED, CONVERSIONS_NEWEST, CONVERTED};
use super::statistics::{ALPHA, Arm, compare};
use super::verdict::{Verdict, judge};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// Conversions that are shown.
const SHOWN: i64 = 20;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Report what a flag has brought about: users, conversions, difference and what may be concluded, however often one
/// looks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ReportFlag {
    /// The name of the flag.
    #[arg(value_name = "FLAG")]
    pub f: String,
    /// What counts as success; when nothing is said the flag's own goal, or the only one that was reached.
    #[arg(long)]
    #[serde(default)]
    pub goal: Option<String>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlagReport {
    /// The flag.
    pub flag: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The version of the document.
    pub version: i64,
    /// What counts as success; empty when nothing does.
    pub goal: String,
    /// What may be concluded.
    pub verdict: Verdict,
    /// The variant that is better than the baseline, if one is.
    pub winner: Option<String>,
    /// The same in a few sentences.
    pub words: String,
    /// The chance of ever calling a difference that is none, however often one looks.
    pub alpha: f64,
    /// Each variant, the baseline first.
    pub variants: Vec<VariantFigures>,
    /// Each other variant beside the baseline.
    pub comparisons: Vec<Comparison>,
    /// Whether users came in the shares that were set, for each configuration of the flag.
    pub sample_ratio: Vec<RatioCheck>,
    /// Users who saw another variant later; they count where they began.
    pub moved_users: u32,
    /// Conversions of all other goals by users of the flag: shown, never judged.
    pub other_goals: BTreeMap<String, u32>,
    /// Day by day, from the first user on.
    pub days: Vec<DayFigures>,
    /// The newest conversions, newest first.
    pub last_conversions: Vec<FlagConversion>,
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantFigures {
    /// Its name.
    pub variant: String,
    /// Its share now, in percent; `None` when it is no longer there.
    pub share: Option<Share>,
    /// Users who were given it first, since the flag is shared as it is now.
    pub users: u32,
    /// Those of them who converted afterwards.
    pub converted: u32,
    /// The share that converted, 0 to 1.
    pub rate: Option<f64>,
    /// The interval that holds the true rate, however often one looks.
    pub interval: Option<(f64, f64)>,
    /// The sum of the conversions' values.
    pub value: f64,
}

/// Another variant beside the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The variant.
    pub variant: String,
    /// Its rate less the baseline's, as a share of 1 and, where rates are small, a little drawn to nothing.
    pub difference: f64,
    /// The interval that holds the true difference, however often one looks.
    pub interval: (f64, f64),
    /// How much more likely the data are with a difference than without.
    pub e_value: f64,
    /// The always-valid p-value.
    pub p_value: f64,
    /// The p-value below which a difference is called: alpha shared among the variants.
    pub threshold: f64,
    /// Whether there are enough users and events to say anything.
    pub is_enough: bool,
    /// Whether the difference may be called.
    pub is_sure: bool,
}

/// What stood at the end of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayFigures {
    /// Its first moment, UTC.
    pub day: Timestamp,
    /// The variant.
    pub variant: String,
    /// Users until then.
    pub users: u32,
    /// Those of them who had converted until then.
    pub converted: u32,
    /// The share that converted.
    pub rate: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// One conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlagConversion {
    /// What was reached.
    pub goal: String,
    /// The keyed hash of the user.
    pub user_hash: String,
    /// What it is worth.
    pub value: Option<f64>,
    /// When.
    pub converted_at: Timestamp,
}

row! { FlagConversion { goal, user_hash, value, converted_at } }

impl Operation for ReportFlag {
    const META: Meta = Meta {
        name: "report-flag",
        route: Route::get("/api/flags/report"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Ab,
    };
    type Output = FlagReport;

    fn run(&self, cx: &Cx) -> Result<FlagReport> {
        if self.goal.as_deref().is_some_and(|goal| !is_name(goal)) {
            return Err(Fault::invalid("goal", "expected the name of a goal, or nothing for the flag's own"));
        }
        let document = cx.deps.resident::<Flags>().get();
        let flag = document.value.flags.get(&self.f).ok_or_else(|| unknown(&self.f))?;
        let seen = cx.deps.store.read(|tx| Seen::read(tx, &self.f))?;
        let goal = self.goal.clone().unwrap_or_else(|| seen.goal_of(flag));
        Ok(seen.report(&self.f, flag, document.value.version, goal, cx.now))
    }
}

/// Users who were first given a variant on a day.
pub(super) struct Assigned {
    pub(super) variant: String,
    pub(super) configuration: String,
    day: i64,
    pub(super) users: i64,
    moved: i64,
    pub(super) first_version: i64,
    pub(super) last_version: i64,
}

row! { Assigned { variant, configuration, day, users, moved, first_version, last_version } }

/// Users who reached a goal on a day.
struct Converted {
    variant: String,
    configuration: String,
    goal: String,
    day: i64,
    users: i64,
    value: f64,
}

row! { Converted { variant, configuration, goal, day, users, value } }

/// What the store knows of a flag.
struct Seen {
    assigned: Vec<Assigned>,
    converted: Vec<Converted>,
    last: Vec<FlagConversion>,
}

pub(super) fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

impl Seen {
    fn read(tx: &mut Tx<'_>, name: &str) -> Result<Self> {
        Ok(Self {
            assigned: tx.rows(ASSIGNED, args![name])?,
            converted: tx.rows(CONVERTED, args![name])?,
            last: tx.rows(CONVERSIONS_NEWEST, args![name, SHOWN])?,
        })
    }

    /// The goal of the flag; where it names none and one was reached, that one.
    fn goal_of(&self, flag: &Flag) -> String {
        let mut seen = self.converted.iter().map(|row| row.goal.as_str());
        match seen.next() {
            Some(only) if flag.goal.is_empty() && seen.all(|goal| goal == only) => only.to_owned(),
            _ => flag.goal.clone(),
        }
    }

    fn report(self, name: &str, flag: &Flag, version: i64, goal: String, now: Timestamp) -> FlagReport {
        let configuration = flag.configuration();
        let sample_ratio = check_ratios(&self.assigned, flag);
        // Only users who came while the flag was shared as it is now: a rate that drifts while shares change would look
        // like a difference between variants, and the method needs users who come in fixed shares.
        let came: Vec<&Assigned> =
            self.assigned.iter().filter(|row| row.configuration == configuration).collect();
        let reached: Vec<&Converted> = self
            .converted
            .iter()
            .filter(|row| row.configuration == configuration && row.goal == goal)
            .collect();
        let mut names: Vec<String> = vec![BASELINE.to_owned()];
        let others = flag.treatments().map(|(variant, _)| variant.to_owned());
        for variant in others.chain(came.iter().map(|row| row.variant.clone())) {
            if !names.contains(&variant) {
                names.push(variant);
            }
        }
        let arms: Vec<Arm> = names
            .iter()
            .map(|name| Arm {
                users: count(came.iter().filter(|row| row.variant == *name).map(|row| row.users).sum()),
                converted: count(
                    reached.iter().filter(|row| row.variant == *name).map(|row| row.users).sum(),
                ),
            })
            .collect();
        let variants: Vec<VariantFigures> = names
            .iter()
            .zip(&arms)
            .map(|(variant, known)| VariantFigures {
                variant: variant.clone(),
                share: flag.variants.get(variant).copied(),
                users: known.users,
                converted: known.converted,
                rate: known.rate(),
                interval: known.interval(ALPHA),
                // Not `sum`: that of nothing is a negative zero.
                value: reached
                    .iter()
                    .filter(|row| row.variant == *variant)
                    .fold(0.0, |sum, row| sum + row.value),
            })
            .collect();
        // The error is shared among what is compared, so that many variants find no more than one.
        let treatments = names.len() - 1;
        let threshold = ALPHA / f64::from(u32::try_from(treatments.max(1)).unwrap_or(u32::MAX));
        let comparisons: Vec<Comparison> = names
            .iter()
            .zip(&arms)
            .skip(1)
            .map(|(variant, known)| {
                let compared = compare(arms[0], *known, threshold);
                Comparison {
                    variant: variant.clone(),
                    difference: compared.difference,
                    interval: compared.interval,
                    e_value: compared.e_value,
                    p_value: compared.p_value,
                    threshold,
                    is_enough: compared.is_enough,
                    is_sure: compared.is_sure(threshold),
                }
            })
            .collect();
        let (verdict, winner, words) = judge(&goal, &variants, &comparisons, &sample_ratio);
        let mut other_goals = BTreeMap::new();
        for row in self.converted.iter().filter(|row| row.goal != goal) {
            let sum: &mut u32 = other_goals.entry(row.goal.clone()).or_default();
            *sum = sum.saturating_add(count(row.users));
        }
        FlagReport {
            flag: name.to_owned(),
            enabled: flag.enabled,
            version,
            goal,
            verdict,
            winner,
            words,
            alpha: ALPHA,
            days: days(&names, &came, &reached, now),
            variants,
            comparisons,
            moved_users: count(self.assigned.iter().map(|row| row.moved).sum()),
            sample_ratio,
            other_goals,
            last_conversions: self.last,
        }
    }
}

/// What stood at the end of each day, from the first user on.
fn days(names: &[String], came: &[&Assigned], reached: &[&Converted], now: Timestamp) -> Vec<DayFigures> {
    let mut by_day: BTreeMap<(i64, &str), (i64, i64)> = BTreeMap::new();
    for row in came {
        by_day.entry((row.day, &row.variant)).or_default().0 += row.users;
    }
    for row in reached {
        by_day.entry((row.day, &row.variant)).or_default().1 += row.users;
    }
    let (Some(first), Some(last)) = (by_day.keys().next(), by_day.keys().next_back()) else {
        return Vec::new();
    };
    let (first, last) = (first.0, last.0.max(now.millis() / DAY));
    let mut sums = vec![(0, 0); names.len()];
    let mut days = Vec::new();
    for day in first..=last {
        for (variant, (users, converted)) in names.iter().zip(&mut sums) {
            let (more, also) = by_day.get(&(day, variant.as_str())).copied().unwrap_or_default();
            (*users, *converted) = (*users + more, *converted + also);
            let known = Arm { users: count(*users), converted: count(*converted) };
            days.push(DayFigures {
                day: Timestamp(day * DAY),
                variant: variant.clone(),
                users: known.users,
                converted: known.converted,
                rate: known.rate(),
                interval: known.interval(ALPHA),
            });
        }
    }
    days
}
