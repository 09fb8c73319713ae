//! Somebody did what a flag is to bring about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assignments::user_hash;
use super::document::{NAME_CHARACTERS, is_name};
use super::evaluate::{check_key, unknown};
use super::held::Flags;
use super::sql::{CONVERSION_ADD, GOAL_KNOWN, GOALS_OF_OTHERS};
use crate::events::{Log, Scrubbed};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};
use crate::store::{Tx, args};

/// Goals of a flag that names none.
const MOST_GOALS: i64 = 10;
/// Larger values are taken for mistakes.
const LARGEST: f64 = 1e12;

/// Say that a user reached a goal; it counts once for a user, flag and goal, and for those only whom the flag was
/// evaluated for before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvertFlag {
    /// The key of a user or visitor, the same that the flag is evaluated for.
    #[schemars(length(min = 1, max = 256))]
    pub k: String,
    /// The name of the flag.
    pub f: String,
    /// What was reached: the flag's goal, where it has one; 1 to 64 letters, digits, `_`, `-` and `.`.
    #[schemars(length(min = 1, max = 64))]
    pub goal: String,
    /// What it is worth, in a unit of yours, at most a million millions.
    #[serde(default)]
    pub value: Option<f64>,
}

/// It is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConversionTaken {
    /// The flag.
    pub flag: String,
    /// What was reached.
    pub goal: String,
    /// False when it was known already.
    pub is_new: bool,
}

impl Operation for ConvertFlag {
    const META: Meta = Meta {
        name: "convert-flag",
        route: Route::post("/api/flags/convert"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Http,
    };
    type Output = ConversionTaken;

    fn run(&self, cx: &Cx) -> Result<ConversionTaken> {
        check_key(&self.k)?;
        if !is_name(&self.goal) {
            return Err(Fault::invalid("goal", format!("expected 1 to 64 of {NAME_CHARACTERS}")));
        }
        if self.value.is_some_and(|value| !value.is_finite() || value.abs() > LARGEST) {
            return Err(Fault::invalid("value", "expected a number of at most a million millions"));
        }
        let document = cx.deps.resident::<Flags>().get();
        let flag = document.value.flags.get(&self.f).ok_or_else(|| unknown(&self.f))?;
        // Everybody may ask this, so only what somebody means to measure is kept; of a flag that names nothing, a few.
        if !flag.goal.is_empty() && flag.goal != self.goal {
            return Err(Fault::invalid("goal", format!("expected the flag's goal, {}", flag.goal)));
        }
        let user = user_hash(&cx.deps.references, &self.k);
        let (hash, is_open) = (user.clone(), flag.goal.is_empty());
        let (flag, goal, value, now) = (self.f.clone(), self.goal.clone(), self.value, cx.now);
        let is_new = cx.deps.store.write(move |tx| {
            if is_open && is_one_too_many(tx, &flag, &goal)? {
                let words =
                    format!("expected one of the first {MOST_GOALS} of this flag, which names none itself");
                return Err(Fault::invalid("goal", words));
            }
            let row = args![flag.as_str(), goal.as_str(), hash.as_str(), value, now];
            Ok(tx.run(CONVERSION_ADD, row)? == 1)
        })?;
        if is_new {
            let event = cx
                .event(Log::Ab, "flag_converted")
                .field("flag", Scrubbed::text(&self.f))
                .field("goal", Scrubbed::text(&self.goal));
            cx.deps.events.emit(event.field("user", user).field("value", self.value));
        }
        Ok(ConversionTaken { flag: self.f.clone(), goal: self.goal.clone(), is_new })
    }
}

/// Whether the goal is new and there are enough of them.
fn is_one_too_many(tx: &mut Tx<'_>, flag: &str, goal: &str) -> Result<bool> {
    let known: i64 = tx.one(GOAL_KNOWN, args![flag, goal])?;
    Ok(known == 0 && tx.one::<i64>(GOALS_OF_OTHERS, args![flag, goal, MOST_GOALS])? >= MOST_GOALS)
}
