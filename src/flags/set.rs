//! Changing a flag, or making one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BASELINE;
use super::document::{Flag, FlagsDocument, Share};
use super::held::Flags;
use super::list::ListedFlag;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Code, Fault, Result};

/// Change a flag: what is not said stays. A flag that does not exist is made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct SetFlag {
    /// Its name.
    #[arg(value_name = "FLAG")]
    pub flag: String,
    /// Whether it is on; while it is off everybody gets A.
    #[arg(long)]
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The share of each variant in percent, together 100: on the command line A=90,B=10.
    #[arg(long, value_name = "A=90,B=10", value_parser = shares, conflicts_with = "rollout_pct")]
    #[serde(default)]
    pub variants: Option<BTreeMap<String, Share>>,
    /// The share of B in percent; A gets the rest.
    #[arg(long, value_name = "PERCENT")]
    #[serde(default)]
    pub rollout_pct: Option<Share>,
    /// What variants stand for, by name; on the command line a JSON object.
    #[arg(long, value_name = "JSON", value_parser = values)]
    #[serde(default)]
    pub values: Option<BTreeMap<String, Value>>,
    /// What it is for.
    #[arg(long)]
    #[serde(default)]
    pub description: Option<String>,
    /// What counts as success.
    #[arg(long)]
    #[serde(default)]
    pub goal: Option<String>,
    /// Mixed into the hash: another salt deals everybody anew.
    #[arg(long)]
    #[serde(default)]
    pub salt: Option<String>,
    /// The version of the document that was looked at; another one since is a conflict.
    #[arg(long)]
    #[serde(default)]
    pub expected_version: Option<i64>,
}

/// The flag as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlagSet {
    /// The version of the document that the change made.
    pub version: i64,
    /// Whether the flag is new.
    pub is_new: bool,
    /// The flag.
    pub flag: ListedFlag,
}

fn shares(text: &str) -> Result<BTreeMap<String, Share>, String> {
    text.split(',')
        .map(|part| {
            let (name, share) = part.split_once('=').ok_or("expected pairs such as A=90,B=10")?;
            Ok((name.trim().to_owned(), share.parse::<Share>()?))
        })
        .collect()
}

fn values(text: &str) -> Result<BTreeMap<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("expected a JSON object by variant: {error}"))
}

impl Operation for SetFlag {
    const META: Meta = Meta {
        name: "set-flag",
        route: Route::post("/api/flags/set"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Ab,
    };
    type Output = FlagSet;

    fn run(&self, cx: &Cx) -> Result<FlagSet> {
        if self.variants.is_some() && self.rollout_pct.is_some() {
            return Err(Fault::invalid("rollout_pct", "expected without variants: it stands for A and B"));
        }
        let flags = cx.deps.resident::<Flags>();
        let before = flags.get();
        expect(self.expected_version, &before.value)?;
        let mut next = before.value.clone();
        next.version += 1;
        let known = next.flags.get(&self.flag).cloned();
        let is_new = known.is_none();
        let flag = self.changed(known)?;
        flag.check(&self.flag).map_err(|(field, reason)| {
            let field = if field == "variants" && self.rollout_pct.is_some() { "rollout_pct" } else { field };
            Fault::invalid(field, reason)
        })?;
        next.flags.insert(self.flag.clone(), flag.clone());
        let (version, shown) = (next.version, ListedFlag::of(&self.flag, &flag));
        let state = if shown.enabled { "on" } else { "off" };
        let words = format!("Flag {} is {state}: {} (version {version})", self.flag, shown.shares());
        flags.put(cx, &before, next, OpsEvent::by(cx, "flag_changed", Severity::Info, words))?;
        Ok(FlagSet { version, is_new, flag: shown })
    }
}

impl SetFlag {
    fn changed(&self, known: Option<Flag>) -> Result<Flag> {
        let variants = match (&self.variants, self.rollout_pct) {
            (Some(variants), _) => Some(variants.clone()),
            (None, Some(share)) => {
                let pair = [(BASELINE.to_owned(), share.rest()), ("B".to_owned(), share)];
                Some(BTreeMap::from(pair))
            }
            (None, None) => None,
        };
        let mut flag = match (known, &variants) {
            (Some(flag), _) => flag,
            (None, Some(variants)) => Flag {
                enabled: true,
                description: String::new(),
                salt: String::new(),
                variants: variants.clone(),
                values: BTreeMap::new(),
                goal: String::new(),
            },
            (None, None) => {
                let words = "expected for a new flag: the share of each variant, or rollout_pct";
                return Err(Fault::invalid("variants", words));
            }
        };
        let set = |own: &mut String, said: &Option<String>| {
            if let Some(said) = said {
                said.trim().clone_into(own);
            }
        };
        if let Some(variants) = variants {
            flag.variants = variants;
            flag.values.retain(|variant, _| flag.variants.contains_key(variant));
        }
        flag.enabled = self.enabled.unwrap_or(flag.enabled);
        set(&mut flag.description, &self.description);
        set(&mut flag.goal, &self.goal);
        set(&mut flag.salt, &self.salt);
        if let Some(values) = &self.values {
            flag.values.clone_from(values);
        }
        Ok(flag)
    }
}

/// `Conflict` when the document is not the one that was looked at.
pub(super) fn expect(expected: Option<i64>, document: &FlagsDocument) -> Result<()> {
    match expected {
        Some(..1) => Err(Fault::invalid("expected_version", "expected the number of a version, from 1")),
        Some(expected) if expected != document.version => {
            let words = format!(
                "The flags are at version {}, not {expected}: read them again and repeat your change",
                document.version
            );
            Err(Fault::new(Code::Conflict, words))
        }
        _ => Ok(()),
    }
}
