//! Customers: who they are, and who brought whom.

mod add;
pub mod directory;
mod disable;
mod enable;
mod list;
pub mod notion;
mod offer;
mod plans;
pub mod referrals;
mod show;
mod sql;

pub use add::AddCustomer;
pub use directory::{Customer, Plan};
pub use disable::DisableCustomer;
pub use enable::EnableCustomer;
pub use list::{Customers, ListCustomers};
pub use notion::Mirror;
pub use offer::{Offer, Period, PriceExperiment, PriceOffer};
pub use plans::{PlanTerms, Plans, Pricing, RateOrigin, ShowTiers, Tier, Tiers};
pub use show::{ShowCustomer, ShownCustomer};
pub(crate) use sql::ALL as STATEMENTS;
