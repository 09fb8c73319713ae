//! What a comparison found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::billing::mirror::Kind;
use crate::platform::Timestamp;

/// How the mirror compares with Stripe.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReconcileReport {
    /// The identifier of this comparison.
    pub run_id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Timestamp,
    /// Only what was made then or later was compared; null: everything.
    pub since: Option<Timestamp>,
    /// Whether the mirror was made equal.
    pub applied: bool,
    /// Objects that differed, of all kinds.
    pub drift: u64,
    /// The counts of each kind.
    pub kinds: Vec<DriftedKind>,
    /// The objects that differed, 200 at the most.
    pub shown: Vec<DriftedObject>,
}

/// The counts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftedKind {
    /// Which kind.
    pub kind: Kind,
    /// Whether Stripe lists such objects; when it does not, nothing is known of them.
    pub offered: bool,
    /// Objects that Stripe has.
    pub listed: u64,
    /// Stripe has it, the mirror does not.
    pub missing: u64,
    /// Both have it, and it differs.
    pub stale: u64,
    /// The mirror has it, Stripe knows nothing of it.
    pub extra: u64,
    /// The mirror has it, and Stripe says that it was deleted.
    pub deleted: u64,
    /// Not in Stripe's list, but not asked for by itself either, since there were too many: nothing is known of them.
    pub unverified: u64,
}

impl ReconcileReport {
    /// What nothing is known of, in words; while there is any, no drift does not mean equal.
    pub fn unknown(&self) -> Vec<String> {
        self.kinds.iter().filter_map(DriftedKind::unknown).collect()
    }
}

impl DriftedKind {
    fn unknown(&self) -> Option<String> {
        let kind = self.kind.as_str();
        match (self.offered, self.unverified) {
            (false, _) => Some(format!("{kind}: Stripe lists none of them here")),
            (true, 0) => None,
            (true, count) => Some(format!("{kind}: {count} too many to ask for one by one")),
        }
    }

    /// Objects that differed.
    pub fn drift(&self) -> u64 {
        self.missing + self.stale + self.extra + self.deleted
    }
}

/// One object that differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftedObject {
    /// Which kind.
    pub kind: Kind,
    /// Stripe's identifier.
    pub id: String,
    /// `missing`, `stale`, `extra` or `deleted`.
    pub drift: String,
    /// The fields that differ, of a stale one.
    pub fields: Vec<String>,
}
