//! Customers: who they are, and who brought whom.

pub mod directory;
mod plans;
pub mod referrals;
mod sql;

pub use directory::{Customer, Plan};
pub use plans::{PlanTerms, Plans, Pricing, ShowTiers, Tiers};
pub(crate) use sql::ALL as STATEMENTS;
