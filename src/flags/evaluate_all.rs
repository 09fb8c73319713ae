//! Every flag at once for one key, as a client keeps them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assignments::Assignments;
use super::evaluate::{Evaluated, check_key, give};
use super::held::Flags;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::Result;

/// Ask which variants of all flags a key gets. There is no route of its own: OFREP asks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateAllFlags {
    /// The key of a user or visitor, at most 256 bytes.
    pub k: String,
}

/// The answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllEvaluated {
    /// The version of the document that decided.
    pub version: i64,
    /// By name.
    pub flags: Vec<Evaluated>,
}

impl Operation for EvaluateAllFlags {
    const META: Meta = Meta {
        name: "evaluate-all-flags",
        route: Route::none(),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = AllEvaluated;

    fn run(&self, cx: &Cx) -> Result<AllEvaluated> {
        check_key(&self.k)?;
        let document = cx.deps.resident::<Flags>().get();
        let version = document.value.version;
        let assignments = cx.deps.resident::<Assignments>();
        let flags = document.value.flags.iter();
        let flags = flags.map(|(name, flag)| give(cx, assignments, (name, version), flag, &self.k));
        Ok(AllEvaluated { version, flags: flags.collect() })
    }
}
