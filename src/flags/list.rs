//! What flags there are, and how they came to be so.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{Flag, Share};
use super::held::Flags;
use super::sql::VERSIONS;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::store::{args, row};

/// Changes that are shown.
const SHOWN: i64 = 20;

/// List the flags, and the last changes of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListFlags {}

/// The flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlagList {
    /// The version of the document: send it as `expected_version` with a change.
    pub version: i64,
    /// Since when this version is in use here.
    pub since: Timestamp,
    /// Why a newer text is not in use, if that is so.
    pub degraded: Option<String>,
    /// By name.
    pub flags: Vec<ListedFlag>,
    /// The last changes, newest first.
    pub changes: Vec<FlagsChange>,
}

/// One flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListedFlag {
    /// Its name.
    pub flag: String,
    /// Whether it is on.
    pub enabled: bool,
    /// What it is for.
    pub description: String,
    /// The share of each variant in percent.
    pub variants: BTreeMap<String, Share>,
    /// What each variant stands for.
    pub values: BTreeMap<String, Value>,
    /// What counts as success.
    pub goal: String,
    /// What the hash is mixed with.
    pub salt: String,
}

/// One change of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlagsChange {
    /// The version that it made.
    pub version: i64,
    /// When it was first seen.
    pub changed_at: Timestamp,
    /// Who made it: an operator by the name of the key, the shell, or a hand that edited the file.
    pub changed_by: String,
}

row! { FlagsChange { version, changed_at, changed_by } }

impl ListedFlag {
    /// Its shares for people: "A 90 %, B 10 %".
    pub fn shares(&self) -> String {
        let shares: Vec<String> =
            self.variants.iter().map(|(name, share)| format!("{name} {share} %")).collect();
        shares.join(", ")
    }

    pub(super) fn of(name: &str, flag: &Flag) -> Self {
        Self {
            flag: name.to_owned(),
            enabled: flag.enabled,
            description: flag.description.clone(),
            variants: flag.variants.clone(),
            values: flag.values.clone(),
            goal: flag.goal.clone(),
            salt: flag.salt.clone(),
        }
    }
}

impl Operation for ListFlags {
    const META: Meta = Meta {
        name: "list-flags",
        route: Route::get("/api/flags").aliases(&["/api/flags/get"]),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Ab,
    };
    type Output = FlagList;

    fn run(&self, cx: &Cx) -> Result<FlagList> {
        let changes = cx.deps.store.read(|tx| tx.rows(VERSIONS, args![SHOWN]))?;
        let flags = cx.deps.resident::<Flags>();
        let document = flags.get();
        Ok(FlagList {
            version: document.value.version,
            since: document.since,
            degraded: flags.degraded(),
            flags: document.value.flags.iter().map(|(name, flag)| ListedFlag::of(name, flag)).collect(),
            changes,
        })
    }
}
