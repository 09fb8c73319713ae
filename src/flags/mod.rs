//! Flags and experiments: who sees which variant, decided by a published hash and nothing else; docs/FLAGS.md has the
//! algorithm with its test vectors.
//!
//! - `document.rs` is configs/flags.json, `held.rs` keeps it in memory and its history in the store, `bucket.rs` is the
//!   pure part: flag and key in, variant out.
//! - `assignments.rs` remembers who was given what, beside the request; `statistics.rs` is the other pure part: what
//!   users and conversions say; `ratio.rs` and `verdict.rs` say whether it may be believed.
//! - Operations: [`EvaluateFlag`] answers from memory, [`ConvertFlag`] takes what came of it; [`ListFlags`], [`SetFlag`],
//!   [`RollBackFlags`], [`ExplainFlag`], [`ReportFlag`] and [`SimulateFlag`] are the operators'.

mod assignments;
mod bucket;
mod convert;
mod document;
mod evaluate;
mod evaluate_all;
mod explain;
mod held;
mod list;
mod ratio;
mod report;
mod roll_back;
mod set;
mod simulate;
mod sql;
mod statistics;
#[cfg(test)]
mod tests;
mod verdict;

pub use assignments::Assignments;
pub use bucket::{BUCKETS, Reason, bucket};
pub use convert::{ConversionTaken, ConvertFlag};
pub use document::{Flag, FlagsDocument, Share};
pub use evaluate::{EvaluateFlag, Evaluated, evaluate};
pub use evaluate_all::{AllEvaluated, EvaluateAllFlags, Given};
pub use explain::{ExplainFlag, Explained};
pub use held::{DEFAULT, Flags, forget, mark};
pub use list::{FlagList, FlagsChange, ListFlags, ListedFlag};
pub use ratio::{RatioCell, RatioCheck, RatioState};
pub use report::{Comparison, DayFigures, FlagConversion, FlagReport, ReportFlag, VariantFigures};
pub use roll_back::{RollBackFlags, RolledBack};
pub use set::{FlagSet, SetFlag};
pub use simulate::{FlagSimulated, SimulateFlag};
pub use verdict::Verdict;

pub(crate) use sql::ALL as STATEMENTS;

/// The variant of everybody who is in no other: what there was before the flag.
pub const BASELINE: &str = "A";
