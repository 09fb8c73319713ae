//! configs/flags.json: what flags there are and how their variants share the buckets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::BASELINE;
use crate::config::Validate;

/// Variants of one flag beside the baseline.
const MOST_TREATMENTS: usize = 15;
/// A name, a salt, a description may be this long.
const LONGEST: usize = 200;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsDocument {
    /// One more with each change.
    pub version: i64,
    /// By name.
    pub flags: BTreeMap<String, Flag>,
}

/// One flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// While it is off everybody gets the baseline.
    pub enabled: bool,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Mixed into the hash: another salt deals everybody anew.
    #[serde(default)]
    pub salt: String,
    /// The share of each variant in percent; together 100. `A` is the baseline.
    pub variants: BTreeMap<String, Share>,
    /// What a variant stands for; the variant's name where nothing is said.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// What counts as success; empty when nothing is measured.
    #[serde(default)]
    pub goal: String,
}

/// A share of all keys: percent in steps of a thousandth, so that it is a whole number of buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Share(u32);

impl Share {
    /// Everybody.
    pub const ALL: Self = Self(100_000);

    /// A number of buckets, at most all of them.
    pub const fn of_buckets(buckets: u32) -> Option<Self> {
        if buckets <= Self::ALL.0 { Some(Self(buckets)) } else { None }
    }

    /// A percentage, such as 10 or 0.125; none outside 0 to 100 or finer than a thousandth.
    pub fn of_percent(percent: f64) -> Option<Self> {
        let buckets = percent * 1_000.0;
        let whole = buckets.round();
        let is_whole = (buckets - whole).abs() < 1e-6;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be 0 to 100,000"
        )]
        ((0.0..=100_000.0).contains(&whole) && is_whole).then_some(Self(whole as u32))
    }

    /// How many of the 100,000 buckets it is.
    pub const fn buckets(self) -> u32 {
        self.0
    }

    /// In percent.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }

    /// What is left of everybody.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(Self::ALL.0 - self.0)
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = text.trim().parse().ok().and_then(Self::of_percent);
        percent.ok_or_else(|| format!("`{text}` is no share: {EXPECTED}"))
    }
}

const EXPECTED: &str = "expected percent from 0 to 100 in steps of 0.001";

impl std::fmt::Display for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.percent())
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole percents as people write them.
        if self.0.is_multiple_of(1_000) {
            serializer.serialize_u32(self.0 / 1_000)
        } else {
            serializer.serialize_f64(self.percent())
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(deserializer)?;
        Self::of_percent(percent).ok_or_else(|| de::Error::custom(EXPECTED))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.001 })
    }
}

impl Flag {
    /// The variants beside the baseline, by name.
    pub(super) fn treatments(&self) -> impl Iterator<Item = (&str, Share)> {
        self.variants
            .iter()
            .filter(|(name, _)| *name != BASELINE)
            .map(|(name, share)| (name.as_str(), *share))
    }

    /// What a variant stands for.
    pub fn value(&self, variant: &str) -> Value {
        self.values.get(variant).cloned().unwrap_or_else(|| Value::String(variant.to_owned()))
    }

    /// How it is shared: salt and shares as JSON. Users who came while it was the same may be counted together.
    pub(super) fn configuration(&self) -> String {
        serde_json::json!([self.salt, self.variants]).to_string()
    }

    /// What is wrong with it: the field, and in words.
    pub(super) fn check(&self, name: &str) -> Result<(), (&'static str, String)> {
        if !is_name(name) {
            return Err(("flag", format!("expected 1 to 64 of {NAME_CHARACTERS}")));
        }
        self.check_variants().map_err(|reason| ("variants", reason))?;
        if let Some(odd) = self.values.keys().find(|variant| !self.variants.contains_key(*variant)) {
            return Err(("values", format!("`{odd}` is none of its variants")));
        }
        if let Some((odd, _)) = self.values.iter().find(|(_, value)| value.is_null()) {
            return Err((
                "values",
                format!("expected for `{odd}` a text, a number, true, false, a list or an object"),
            ));
        }
        for (field, text, longest) in [
            ("salt", &self.salt, LONGEST),
            ("goal", &self.goal, 64),
            ("description", &self.description, 10 * LONGEST),
        ] {
            if text.len() > longest || text.chars().any(char::is_control) {
                return Err((field, format!("expected at most {longest} bytes in one line")));
            }
        }
        Ok(())
    }

    fn check_variants(&self) -> Result<(), String> {
        if let Some(odd) = self.variants.keys().find(|variant| !is_name(variant)) {
            return Err(format!("`{odd}` is no name of a variant: expected 1 to 64 of {NAME_CHARACTERS}"));
        }
        if !self.variants.contains_key(BASELINE) {
            return Err(format!("expected the baseline `{BASELINE}` among them"));
        }
        let sum: u32 = self.variants.values().map(|share| share.buckets()).fold(0, u32::saturating_add);
        if sum != Share::ALL.buckets() {
            return Err(format!("expected shares that are 100 together, not {}", f64::from(sum) / 1_000.0));
        }
        let treatments = self.variants.len() - 1;
        if treatments > MOST_TREATMENTS {
            return Err(format!("expected at most {MOST_TREATMENTS} beside the baseline"));
        }
        // With three or more, none may grow out of its own part: no rule without a memory could keep everybody where
        // they are then. docs/FLAGS.md has the proof.
        let is_large = |share: Share| share.buckets() as usize * treatments > Share::ALL.buckets() as usize;
        match self.treatments().find(|(_, share)| treatments >= 3 && is_large(*share)) {
            Some((variant, _)) => Err(format!(
                "with {treatments} beside the baseline, expected at most 1/{treatments} of all for `{variant}`; end \
                 the others first"
            )),
            None => Ok(()),
        }
    }
}

pub(super) const NAME_CHARACTERS: &str = "letters, digits, `_`, `-` and `.`";

pub(super) fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

impl FlagsDocument {
    /// Read a document; what is wrong with it, in words for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        document.validate().map(|()| document)
    }

    /// What is right but odd: an experiment that measures nothing, a variant that nobody gets, a flag that has done its
    /// work.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (name, flag) in &self.flags {
            let shared = flag.variants.values().filter(|share| share.buckets() > 0).count();
            if flag.enabled && shared > 1 && flag.goal.is_empty() {
                notes.push(format!(
                    "{name} shares its variants and has no goal: nothing will tell which is better"
                ));
            }
            for (variant, share) in flag.treatments().filter(|(_, share)| share.buckets() == 0) {
                notes.push(format!("{name}: nobody gets {variant} ({share} %)"));
            }
            if flag.enabled && shared == 1 {
                notes.push(format!("{name} gives everybody the same: its variant can become the product"));
            }
        }
        notes
    }
}

impl Validate for FlagsDocument {
    fn validate(&self) -> Result<(), String> {
        if self.version < 1 {
            return Err("the version is smaller than 1".to_owned());
        }
        self.flags.iter().try_for_each(|(name, flag)| {
            flag.check(name).map_err(|(field, reason)| format!("flag {name}, {field}: {reason}"))
        })
    }
}
