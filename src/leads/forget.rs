//! What leads keep of an address, removed when its customer is erased.

use super::sql::FORGET;
use crate::platform::{Email, Result};
use crate::store::{Tx, args};

/// Remove the leads of an address; how many.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    tx.run(FORGET, args![email.as_str()])
}
