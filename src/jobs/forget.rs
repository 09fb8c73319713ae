//! What jobs keep in a customer's words, removed when the customer is erased; times, cost and scores stay as figures.

use super::sql::TEXTS_FORGET;
use crate::platform::Result;
use crate::store::{Tx, args};

/// Empty the texts of a customer's jobs; how many jobs had one.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str) -> Result<u64> {
    tx.run(TEXTS_FORGET, args![customer_id])
}
