//! How an experiment would go before it begins: how likely it is to find a difference, and after how many users.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::statistics::{ALPHA, Arm, compare};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};

/// Looks in all runs together: about two seconds of work.
const MOST_LOOKS: u64 = 40_000_000;

/// Simulate an experiment with two variants: many made-up ones, each looked at after every user.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct SimulateFlag {
    /// The shares of A and B, such as 90,10.
    #[arg(long, value_name = "A,B", value_delimiter = ',', default_values_t = [50.0, 50.0])]
    pub weights: Vec<f64>,
    /// Users in each made-up experiment.
    #[arg(long, value_name = "USERS", default_value_t = 10_000)]
    pub n: u32,
    /// The share of users who convert with A, 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    pub rate: f64,
    /// How much larger that share is with B: 0.2 is a fifth more, 0 is no difference at all.
    #[arg(long, default_value_t = 0.2, allow_negative_numbers = true)]
    pub lift: f64,
    /// How many experiments are made up.
    #[arg(long, default_value_t = 500)]
    pub runs: u32,
    /// Users a day, to tell how many days it takes.
    #[arg(long, value_name = "USERS")]
    #[serde(default)]
    pub per_day: Option<u32>,
}

/// How it would go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlagSimulated {
    /// The share of runs that found the difference.
    pub power: f64,
    /// The share of runs that found a difference where there was none.
    pub false_positives: f64,
    /// What that share stays below, whatever happens.
    pub alpha: f64,
    /// Users until half of the runs had found it; `None` when fewer than half did.
    pub median_users: Option<u32>,
    /// The same in days.
    pub median_days: Option<f64>,
    /// Days until all users have come.
    pub days: Option<f64>,
    /// The same in a sentence.
    pub words: String,
}

impl Operation for SimulateFlag {
    const META: Meta = Meta {
        name: "simulate-flag",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Ab,
    };
    type Output = FlagSimulated;

    fn run(&self, _: &Cx) -> Result<FlagSimulated> {
        self.check()?;
        let share = self.weights[1] / (self.weights[0] + self.weights[1]);
        let with = |rate: f64| -> Vec<Option<u32>> {
            // The same numbers every time, so that two settings differ by the settings only.
            let mut random = StdRng::seed_from_u64(1);
            (0..self.runs).map(|_| first_call(&mut random, share, (self.rate, rate), self.n)).collect()
        };
        let found = with(self.rate * (1.0 + self.lift));
        let false_positives = part(&with(self.rate));
        let mut users: Vec<u32> = found.iter().map(|at| at.unwrap_or(u32::MAX)).collect();
        users.sort_unstable();
        let median_users = users.get(users.len() / 2).copied().filter(|users| *users < u32::MAX);
        let days = |users: u32| self.per_day.map(|per_day| f64::from(users) / f64::from(per_day));
        let power = part(&found);
        let words = match median_users {
            Some(users) => format!(
                "{:.0} % of such experiments find it among {} users, half of them after {users}",
                power * 100.0,
                self.n
            ),
            None => format!(
                "{:.0} % of such experiments find it among {} users: too few to count on it",
                power * 100.0,
                self.n
            ),
        };
        Ok(FlagSimulated {
            power,
            false_positives,
            alpha: ALPHA,
            median_users,
            median_days: median_users.and_then(days),
            days: days(self.n),
            words,
        })
    }
}

impl SimulateFlag {
    fn check(&self) -> Result<()> {
        let is_share = |share: f64| share > 0.0 && share < 1.0;
        if self.weights.len() != 2 || self.weights.iter().any(|weight| !(0.001..=1e6).contains(weight)) {
            return Err(Fault::invalid("weights", "expected two shares above zero, such as 90,10"));
        }
        if !is_share(self.rate) {
            return Err(Fault::invalid("rate", "expected a share between 0 and 1, such as 0.05"));
        }
        if !is_share(self.rate * (1.0 + self.lift)) {
            return Err(Fault::invalid("lift", "expected one that leaves a share between 0 and 1 for B"));
        }
        if self.per_day == Some(0) {
            return Err(Fault::invalid("per_day", "expected at least 1"));
        }
        if self.n == 0 || self.runs == 0 || 2 * u64::from(self.n) * u64::from(self.runs) > MOST_LOOKS {
            let words = format!("expected at least 1 and, times the users, at most {}", MOST_LOOKS / 2);
            return Err(Fault::invalid("runs", words));
        }
        Ok(())
    }
}

fn part(found: &[Option<u32>]) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    count(found.iter().flatten().count()) / count(found.len().max(1))
}

/// After how many users a difference is called first, when one looks after every one of them.
pub(super) fn first_call(random: &mut StdRng, share: f64, rates: (f64, f64), users: u32) -> Option<u32> {
    let mut arms = [Arm::default(); 2];
    (1..=users).find(|_| {
        let is_other = random.random_bool(share);
        let converts = random.random_bool(if is_other { rates.1 } else { rates.0 });
        let arm = &mut arms[usize::from(is_other)];
        arm.users += 1;
        arm.converted += u32::from(converts);
        compare(arms[0], arms[1], ALPHA).is_sure(ALPHA)
    })
}
