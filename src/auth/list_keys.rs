//! The signing keys that are published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key_rows::{self, SigningKey};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::Result;

/// List the keys that sign session tokens; private halves are never shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListKeys {}

/// The published keys.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeyList {
    /// The active one first; two at the most.
    pub keys: Vec<SigningKey>,
}

impl Operation for ListKeys {
    const META: Meta = Meta {
        name: "list-keys",
        route: Route::get("/api/auth/keys"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = KeyList;

    fn run(&self, cx: &Cx) -> Result<KeyList> {
        Ok(KeyList { keys: key_rows::examine(&cx.deps.store, &cx.deps.root_key)? })
    }
}
