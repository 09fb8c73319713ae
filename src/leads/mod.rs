//! Leads: those who asked for more than the plans offer.

mod create;
mod forget;
mod lead;
mod list;
mod mail;
pub mod notion;
mod show;
mod sql;

pub use create::{COMPANY_LENGTH, CreateLead, LeadTaken, USE_CASE_LENGTH};
pub use forget::{erase_address, forget_silent};
pub use lead::Lead;
pub use list::{Leads, ListLeads, mark};
pub use notion::Mirror;
pub use show::ShowLead;
pub(crate) use sql::ALL as STATEMENTS;
