//! One ticket, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OperatorsTicket;
use super::sql::{FIND, MARK};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};
use crate::store::{Tx, args};

/// Show one ticket, whoever wrote it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTicket {
    /// The ticket's identifier.
    pub id: String,
}

impl Operation for ShowTicket {
    const META: Meta = Meta {
        name: "show-ticket",
        route: Route::get("/api/support/tickets/{id}"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = OperatorsTicket;

    fn run(&self, cx: &Cx) -> Result<OperatorsTicket> {
        let found: Option<OperatorsTicket> =
            cx.deps.store.read(|tx| tx.maybe(FIND, args![self.id.as_str()]))?;
        found.ok_or_else(|| Fault::not_found("A ticket with this identifier"))
    }
}

/// How many tickets wait for an answer, and the latest of them: for whoever watches.
pub fn mark(tx: &mut Tx<'_>) -> Result<(i64, Option<String>)> {
    tx.one(MARK, args![])
}
