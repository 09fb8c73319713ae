//! What the last comparison with Stripe found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::RECONCILED_LAST;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::store::{args, row};

/// Show what the last comparison of the mirror with Stripe found, whoever made it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowLastReconciliation {}

/// The last comparison.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LastReconciliation {
    /// Null when there was none.
    pub last: Option<Reconciliation>,
}

/// One comparison that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reconciliation {
    /// Its identifier.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Timestamp,
    /// Only what was made then or later was compared; null: everything.
    pub since: Option<Timestamp>,
    /// Whether the mirror was made equal.
    pub applied: bool,
    /// Objects that differed.
    pub drift: i64,
    /// Whether every kind was compared; while it was not, no drift does not mean equal.
    pub is_whole: bool,
}

row! { Reconciliation { id, started_at, finished_at, since, applied, drift, is_whole } }

impl Operation for ShowLastReconciliation {
    const META: Meta = Meta {
        name: "show-last-reconciliation",
        route: Route::get("/api/finance/reconcile"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = LastReconciliation;

    fn run(&self, cx: &Cx) -> Result<LastReconciliation> {
        Ok(LastReconciliation { last: cx.deps.store.read(|tx| tx.maybe(RECONCILED_LAST, args![]))? })
    }
}
