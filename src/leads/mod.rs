//! Leads: those who asked for more than the plans offer.

mod create;
mod forget;
mod lead;
mod list;
mod mail;
pub mod notion;
mod sql;

pub use create::{COMPANY_LENGTH, CreateLead, LeadTaken, USE_CASE_LENGTH};
pub use forget::{forget_address, pages_of};
pub use lead::Lead;
pub use list::{Leads, ListLeads};
pub use notion::Mirror;
pub(crate) use sql::ALL as STATEMENTS;
