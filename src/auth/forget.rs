//! Everything that sign-in keeps about one customer, removed: for erasure.

use super::sessions::announce_customer;
use super::sql::{CODES_OF, FAILURES_FORGET_OF, PASSWORD_FORGET_OF, SESSIONS_FORGET_OF};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args};

/// Remove sessions, sign-in codes, password and counted failures of a customer within the caller's transaction, and
/// make every replica forget them within a second; how many rows went. Call it while the customer's own row still
/// stands, since codes are found by its address.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, now: Timestamp) -> Result<u64> {
    let mut gone = 0;
    for statement in [CODES_OF, FAILURES_FORGET_OF, PASSWORD_FORGET_OF, SESSIONS_FORGET_OF] {
        gone += tx.run(statement, args![customer_id])?;
    }
    announce_customer(tx, customer_id, now)?;
    Ok(gone)
}
