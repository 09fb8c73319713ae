//! Back to how it was: everybody to the baseline, or flags as they were in an earlier version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::FlagsDocument;
use super::evaluate::unknown;
use super::held::Flags;
use super::set::expect;
use super::sql::VERSION;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Fault, Result};
use crate::store::args;

/// Take flags back: to the baseline when no version is named, else to how they were in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct RollBackFlags {
    /// Only this flag; all when nothing is said.
    #[arg(value_name = "FLAG")]
    pub flag: Option<String>,
    /// As in this version of the document; without one flags are switched off, so that everybody gets A.
    #[arg(long, value_name = "VERSION")]
    pub to_version: Option<i64>,
    /// The version of the document that was looked at; another one since is a conflict.
    #[arg(long)]
    pub expected_version: Option<i64>,
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RolledBack {
    /// The version of the document now; the same as before when nothing had to change.
    pub version: i64,
    /// The flags that are another now.
    pub changed: Vec<String>,
}

impl Operation for RollBackFlags {
    const META: Meta = Meta {
        name: "roll-back-flags",
        route: Route::post("/api/flags/rollback"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Ab,
    };
    type Output = RolledBack;

    fn run(&self, cx: &Cx) -> Result<RolledBack> {
        let earlier = self.to_version.map(|version| earlier(cx, version)).transpose()?;
        let flags = cx.deps.resident::<Flags>();
        let before = flags.get();
        expect(self.expected_version, &before.value)?;
        let mut next = before.value.clone();
        match (&self.flag, &earlier) {
            (None, None) => next.flags.values_mut().for_each(|flag| flag.enabled = false),
            (Some(name), None) => next.flags.get_mut(name).ok_or_else(|| unknown(name))?.enabled = false,
            (None, Some(earlier)) => next.flags.clone_from(&earlier.flags),
            (Some(name), Some(earlier)) => {
                let flag = earlier.flags.get(name).ok_or_else(|| unknown(name))?;
                next.flags.insert(name.clone(), flag.clone());
            }
        }
        let names = before.value.flags.keys().chain(next.flags.keys());
        let mut changed: Vec<String> =
            names.filter(|name| before.value.flags.get(*name) != next.flags.get(*name)).cloned().collect();
        changed.sort();
        changed.dedup();
        if changed.is_empty() {
            return Ok(RolledBack { version: before.value.version, changed });
        }
        next.version += 1;
        let version = next.version;
        let to =
            self.to_version.map_or_else(|| "the baseline".to_owned(), |version| format!("version {version}"));
        let words = format!("Flags went back to {to}: {} (version {version})", changed.join(", "));
        flags.put(cx, &before, next, OpsEvent::by(cx, "flags_rolled_back", Severity::Warning, words))?;
        Ok(RolledBack { version, changed })
    }
}

fn earlier(cx: &Cx, version: i64) -> Result<FlagsDocument> {
    if version < 1 {
        return Err(Fault::invalid("to_version", "expected the number of a version, from 1"));
    }
    let body: Option<String> = cx.deps.store.read(|tx| tx.maybe(VERSION, args![version]))?;
    let body = body.ok_or_else(|| Fault::not_found(format_args!("The version {version} of the flags")))?;
    serde_json::from_str(&body).map_err(Fault::internal)
}
