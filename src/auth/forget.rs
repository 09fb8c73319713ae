//! What sign-in keeps about a customer, removed when they are erased.

use super::sql::{CODES_OF_ERASE, SESSIONS_OF_ERASE};
use crate::platform::{Email, Result};
use crate::store::{Tx, args};

/// Remove a customer's sessions and the codes that were sent to the address; how many rows.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, email: &Email) -> Result<u64> {
    Ok(tx.run(SESSIONS_OF_ERASE, args![customer_id])? + tx.run(CODES_OF_ERASE, args![email.as_str()])?)
}
