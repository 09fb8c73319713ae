//! What leads keep of an address, removed when its customer is erased.

use super::notion::KIND;
use super::sql::{FORGET, PAGES, PAGES_FORGET};
use crate::platform::{Email, Result};
use crate::store::{Tx, args};

/// The pages of Notion that were made for leads of an address.
pub fn pages_of(tx: &mut Tx<'_>, email: &Email) -> Result<Vec<String>> {
    tx.rows(PAGES, args![email.as_str(), KIND])
}

/// Remove the leads of an address, and what they know of pages; how many leads.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    tx.run(PAGES_FORGET, args![email.as_str(), KIND])?;
    tx.run(FORGET, args![email.as_str()])
}
