//! What is stored about a person, and its removal: the one slice that knows of every other that keeps personal data.

mod erase;
mod sql;

pub use erase::{EraseCustomer, Erased};
pub(crate) use sql::ALL as STATEMENTS;
