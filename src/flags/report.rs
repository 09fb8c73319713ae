//! What an experiment has shown so far, and whether that may be believed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BASELINE;
use super::document::{Flag, FlagsDocument, Share, is_name};
use super::evaluate::unknown;
use super::held::Flags;
use super::ratio::{RatioCheck, check_ratios};
use super::sql::{ASSIGNED, CONVERSIONS_NEWEST, CONVERTED, VERSION};
use super::statistics::{ALPHA, Arm, LEAST_EVENTS, LEAST_USERS, compare};
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
    /// What counts as success; the flag's own goal when nothing is said.
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
    /// Users who were given it first.
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
        let goal = self.goal.clone().unwrap_or_else(|| flag.goal.clone());
        let seen = cx.deps.store.read(|tx| Seen::read(tx, &self.f))?;
        Ok(seen.report(&self.f, flag, document.value.version, goal, cx.now))
    }
}

/// What the store knows of a flag.
struct Seen {
    /// Variant, version of the document, day, users, of them moved.
    assigned: Vec<(String, i64, i64, i64, i64)>,
    /// Variant, goal, day, users, value.
    converted: Vec<(String, String, i64, i64, f64)>,
    /// The flag as it was in each version, as far as that is known.
    versions: BTreeMap<i64, Option<Flag>>,
    last: Vec<FlagConversion>,
}

fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

impl Seen {
    fn read(tx: &mut Tx<'_>, name: &str) -> Result<Self> {
        let assigned: Vec<(String, i64, i64, i64, i64)> = tx.rows(ASSIGNED, args![name])?;
        let converted = tx.rows(CONVERTED, args![name])?;
        let last = tx.rows(CONVERSIONS_NEWEST, args![name, SHOWN])?;
        let numbers: BTreeSet<i64> = assigned.iter().map(|row| row.1).collect();
        let mut versions = BTreeMap::new();
        for number in numbers {
            let body: Option<String> = tx.maybe(VERSION, args![number])?;
            let document = body.and_then(|body| serde_json::from_str::<FlagsDocument>(&body).ok());
            versions.insert(number, document.and_then(|mut document| document.flags.remove(name)));
        }
        Ok(Self { assigned, converted, versions, last })
    }

    fn report(self, name: &str, flag: &Flag, version: i64, goal: String, now: Timestamp) -> FlagReport {
        let mut names: Vec<String> = vec![BASELINE.to_owned()];
        let others = flag.treatments().map(|(variant, _)| variant.to_owned());
        let gone = self.assigned.iter().map(|row| row.0.clone());
        for variant in others.chain(gone) {
            if !names.contains(&variant) {
                names.push(variant);
            }
        }
        let last_day = now.millis() / DAY;
        let arm = |variant: &str, until: i64| self.arm(variant, &goal, until);
        let variants: Vec<VariantFigures> = names
            .iter()
            .map(|variant| {
                let known = arm(variant, last_day);
                VariantFigures {
                    variant: variant.clone(),
                    share: flag.variants.get(variant).copied(),
                    users: known.users,
                    converted: known.converted,
                    rate: known.rate(),
                    interval: known.interval(ALPHA),
                    value: self.of_goal(variant, &goal, last_day).map(|row| row.4).sum(),
                }
            })
            .collect();
        // The error is shared among what is compared, so that many variants find no more than one.
        let treatments = names.len() - 1;
        let threshold = ALPHA / f64::from(u32::try_from(treatments.max(1)).unwrap_or(u32::MAX));
        let baseline = arm(BASELINE, last_day);
        let comparisons: Vec<Comparison> = names[1..]
            .iter()
            .map(|variant| {
                let compared = compare(baseline, arm(variant, last_day), threshold);
                Comparison {
                    variant: variant.clone(),
                    difference: compared.difference,
                    interval: compared.interval,
                    e_value: compared.e_value,
                    p_value: compared.p_value,
                    threshold,
                    is_enough: compared.is_enough,
                }
            })
            .collect();
        let sample_ratio = check_ratios(&self.assigned, &self.versions);
        let (verdict, winner, words) = judge(&goal, &variants, &comparisons, &sample_ratio);
        let mut other_goals = BTreeMap::new();
        for row in self.converted.iter().filter(|row| row.1 != goal) {
            let sum: &mut u32 = other_goals.entry(row.1.clone()).or_default();
            *sum = sum.saturating_add(count(row.3));
        }
        let first_day = self.assigned.iter().map(|row| row.2).min();
        let days = first_day
            .map_or(0..0, |first| first.max(last_day - 399)..last_day + 1)
            .flat_map(|day| names.iter().map(move |variant| (day, variant.clone())));
        let days = days
            .map(|(day, variant)| {
                let known = arm(&variant, day);
                let (rate, interval) = (known.rate(), known.interval(ALPHA));
                let (users, converted, day) = (known.users, known.converted, Timestamp(day * DAY));
                DayFigures { day, variant, users, converted, rate, interval }
            })
            .collect();
        FlagReport {
            flag: name.to_owned(),
            enabled: flag.enabled,
            version,
            goal,
            verdict,
            winner,
            words,
            alpha: ALPHA,
            variants,
            comparisons,
            sample_ratio,
            moved_users: count(self.assigned.iter().map(|row| row.4).sum()),
            other_goals,
            days,
            last_conversions: self.last,
        }
    }

    fn of_goal<'s>(
        &'s self,
        variant: &'s str,
        goal: &'s str,
        until: i64,
    ) -> impl Iterator<Item = &'s (String, String, i64, i64, f64)> {
        self.converted.iter().filter(move |row| row.0 == variant && row.1 == goal && row.2 <= until)
    }

    /// What is known of a variant at the end of a day.
    fn arm(&self, variant: &str, goal: &str, until: i64) -> Arm {
        let users = self.assigned.iter().filter(|row| row.0 == variant && row.2 <= until).map(|row| row.3);
        Arm {
            users: count(users.sum()),
            converted: count(self.of_goal(variant, goal, until).map(|row| row.3).sum()),
        }
    }
}

/// What is missing before anything may be concluded, in words.
pub(super) fn too_few() -> String {
    format!(
        "expected {LEAST_USERS} users in each variant, and in both together {LEAST_EVENTS} who converted and \
         {LEAST_EVENTS} who did not"
    )
}
