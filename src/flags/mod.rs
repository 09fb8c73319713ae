//! Flags and experiments: who sees which variant, decided by a published hash and nothing else; docs/FLAGS.md has the
//! algorithm with its test vectors.
//!
//! - `document.rs` is configs/flags.json, `held.rs` keeps it in memory and its history in the store, `bucket.rs` is the
//!   pure part: flag and key in, variant out.
//! - Operations: [`EvaluateFlag`] answers from memory, [`ListFlags`], [`SetFlag`], [`RollBackFlags`] and
//!   [`ExplainFlag`] are the operators'.

mod bucket;
mod document;
mod evaluate;
mod evaluate_all;
mod explain;
mod held;
mod list;
mod roll_back;
mod set;
mod sql;
#[cfg(test)]
mod tests;

pub use bucket::{BUCKETS, Reason, bucket};
pub use document::{Flag, FlagsDocument, Share};
pub use evaluate::{EvaluateFlag, Evaluated, evaluate};
pub use evaluate_all::{AllEvaluated, EvaluateAllFlags};
pub use explain::{ExplainFlag, Explained};
pub use held::{DEFAULT, Flags, forget_versions};
pub use list::{FlagList, ListFlags, ListedFlag};
pub use roll_back::{RollBackFlags, RolledBack};
pub use set::{FlagSet, SetFlag};

pub(crate) use sql::ALL as STATEMENTS;

/// The variant of everybody who is in no other: what there was before the flag.
pub const BASELINE: &str = "A";
