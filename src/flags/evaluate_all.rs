//! Every flag at once for one key, as a client keeps them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BASELINE;
use super::assignments::Assignments;
use super::bucket::{Reason, decide};
use super::document::FlagsDocument;
use super::evaluate::check_key;
use super::held::Flags;
use crate::config::Loaded;
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

/// The answers. Names and values stay where they are, in the document: there may be a thousand flags.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AllEvaluated {
    /// The version of the document that decided.
    pub version: i64,
    /// By the flags' names: the place of the variant among those of its flag, and why.
    decided: Vec<(usize, Reason)>,
    #[serde(skip)]
    document: Option<Arc<Loaded<FlagsDocument>>>,
}

/// One answer, as it lies in the document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given<'a> {
    /// The flag.
    pub flag: &'a str,
    /// The variant.
    pub variant: &'a str,
    /// What it stands for; none when that is its name.
    pub value: Option<&'a Value>,
    /// Why.
    pub reason: Reason,
}

impl AllEvaluated {
    /// Each flag, by name.
    pub fn each(&self) -> impl Iterator<Item = Given<'_>> {
        let flags = self.document.iter().flat_map(|document| &document.value.flags);
        flags.zip(&self.decided).map(|((name, flag), (place, reason))| {
            let variant = flag.variants.keys().nth(*place).map_or(BASELINE, String::as_str);
            Given { flag: name, variant, value: flag.values.get(variant), reason: *reason }
        })
    }

    /// Names what was decided by which document: the same text with other answers, or another text, has another one.
    pub fn digest(&self) -> Vec<u8> {
        let mut bytes =
            self.document.iter().flat_map(|document| document.version.bytes()).collect::<Vec<_>>();
        for (place, reason) in &self.decided {
            bytes.extend_from_slice(&place.to_le_bytes());
            bytes.extend_from_slice(reason.as_str().as_bytes());
        }
        bytes
    }
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
        let document = Arc::clone(&cx.deps.resident::<Flags>().get());
        let mut keeper = cx.deps.resident::<Assignments>().keeper(cx, &document, &self.k);
        let is_known = keeper.knows_all();
        let decided = document.value.flags.iter().map(|(name, flag)| {
            let (variant, reason) = decide(name, flag, &self.k);
            if !is_known {
                keeper.remember(name, variant, reason);
            }
            (flag.variants.keys().position(|own| own == variant).unwrap_or(0), reason)
        });
        let decided = decided.collect();
        if !is_known {
            keeper.was_all();
        }
        Ok(AllEvaluated { version: document.value.version, decided, document: Some(document) })
    }
}
