//! One lead, as operators see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Lead;
use super::sql::FIND;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};
use crate::store::args;

/// Show one lead.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowLead {
    /// The lead's identifier.
    pub id: String,
}

impl Operation for ShowLead {
    const META: Meta = Meta {
        name: "show-lead",
        route: Route::get("/api/leads/{id}"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Leads,
    };
    type Output = Lead;

    fn run(&self, cx: &Cx) -> Result<Lead> {
        let found: Option<Lead> = cx.deps.store.read(|tx| tx.maybe(FIND, args![self.id.as_str()]))?;
        found.ok_or_else(|| Fault::not_found("A lead with this identifier"))
    }
}
