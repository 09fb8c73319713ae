//! What sign-in keeps about a customer, removed when they are erased.

use super::sessions::CUSTOMER;
use super::sql::{
    CHANGE_ADD_AS_OF_LAST, CODES_OF, FAILURES_FORGET_OF, PASSWORD_FORGET_OF, SESSIONS_FORGET_OF,
};
use crate::platform::{Email, Result};
use crate::store::{Tx, args};

/// Remove the codes that were sent to an address, within the caller's transaction; how many.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    tx.run(CODES_OF, args![email.as_str()])
}

/// Remove sessions, password and wrong passwords of a customer and the codes sent to the address, within the caller's
/// transaction; every replica forgets them within a second. How many rows went.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, email: &Email) -> Result<u64> {
    let mut gone = tx.run(CODES_OF, args![email.as_str()])?;
    for statement in [FAILURES_FORGET_OF, PASSWORD_FORGET_OF, SESSIONS_FORGET_OF] {
        gone += tx.run(statement, args![customer_id])?;
    }
    tx.run(CHANGE_ADD_AS_OF_LAST, args![CUSTOMER, customer_id])?;
    Ok(gone)
}
