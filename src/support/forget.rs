//! What support keeps about a customer, removed when they are erased.

use super::sql::FORGET;
use crate::platform::{Email, Result};
use crate::store::{Tx, args};

/// Remove a customer's tickets, and those from the same address; how many.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, email: &Email) -> Result<u64> {
    tx.run(FORGET, args![customer_id, email.as_str()])
}
