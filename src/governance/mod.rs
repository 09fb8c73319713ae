//! Governance: actions that were proposed to the operators, and what they decided.

mod items;
mod sql;

pub use items::{GovernanceItem, GovernanceItems, ListGovernanceItems, add};
pub(crate) use sql::ALL as STATEMENTS;
