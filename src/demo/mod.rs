//! Demonstration data: one customer with invoices, payments, jobs, a referral and a proposal.

mod documents;
mod seed;

pub use seed::{SeedDemo, Seeded};
