//! Pricing: what the work of the last weeks says about the rate.

mod optimize;
mod sql;

pub use optimize::{OptimizePricing, PricingAdvice, PricingFactors, PricingRecommendation};
pub(crate) use sql::ALL as STATEMENTS;
