//! What is stored about a person, and its removal: the one slice that knows of every other that keeps personal data.

mod erase;
mod erase_address;
mod sql;

pub use erase::{EraseCustomer, Erased};
pub use erase_address::{EraseAddress, ErasedAddress};
pub(crate) use sql::ALL as STATEMENTS;
