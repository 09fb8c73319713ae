//! Which variant somebody sees: from memory, by the hash alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assignments::Assignments;
use super::bucket::{Reason, decide};
use super::held::Flags;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 256;

/// Ask which variant of a flag a key gets.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct EvaluateFlag {
    /// The key of a user or visitor, at most 256 bytes; it is stored and logged as a keyed hash only.
    #[arg(short, long = "key")]
    #[schemars(length(min = 1, max = 256))]
    pub k: String,
    /// The name of the flag.
    #[arg(value_name = "FLAG")]
    pub f: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evaluated {
    /// The flag.
    pub flag: String,
    /// The variant.
    pub variant: String,
    /// What it stands for.
    pub value: Value,
    /// Why.
    pub reason: Reason,
    /// The version of the document that decided.
    pub version: i64,
}

impl Operation for EvaluateFlag {
    const META: Meta = Meta {
        name: "evaluate-flag",
        route: Route::get("/api/flags/eval"),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Evaluated;

    fn run(&self, cx: &Cx) -> Result<Evaluated> {
        evaluate(cx, &self.f, &self.k)
    }
}

/// The variant of `key`, for whoever decides within the product: pages, checkout. Who is given it is remembered.
pub fn evaluate(cx: &Cx, name: &str, key: &str) -> Result<Evaluated> {
    check_key(key)?;
    let document = cx.deps.resident::<Flags>().get();
    let flag = document.value.flags.get(name).ok_or_else(|| unknown(name))?;
    let (variant, reason) = decide(name, flag, key);
    cx.deps.resident::<Assignments>().keeper(cx, &document, key).remember(name, variant, reason);
    let (flag, value, variant) = (name.to_owned(), flag.value(variant), variant.to_owned());
    Ok(Evaluated { flag, variant, value, reason, version: document.value.version })
}

pub(super) fn unknown(name: &str) -> Fault {
    let shown: String = name.chars().filter(|char| !char.is_control()).take(64).collect();
    Fault::not_found(format_args!("The flag {shown}"))
}

pub(super) fn check_key(key: &str) -> Result<()> {
    if key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control) {
        let expected = format!("expected 1 to {LONGEST_KEY} bytes of text without control characters");
        return Err(Fault::invalid("k", expected));
    }
    Ok(())
}
