//! What support keeps about people, and its end: by an erasure, or after the time that strangers' messages are kept.

use super::sql::{FORGET, FORGET_ADDRESS, FORGET_OLD};
use crate::platform::{Email, Result, Timestamp};
use crate::store::{Tx, args};

/// Remove a customer's tickets, and those from the same address; how many.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, email: &Email) -> Result<u64> {
    tx.run(FORGET, args![customer_id, email.as_str()])
}

/// Remove what was written from this address by somebody who was not signed in; how many tickets.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    tx.run(FORGET_ADDRESS, args![email.as_str()])
}

/// Remove what people wrote who were not signed in, and what was answered to them, when all of it lies before `before`; how
/// many tickets.
pub fn forget_old(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(FORGET_OLD, args![before])
}
