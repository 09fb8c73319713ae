//! What the ledger forgets: the bodies of events about erased customers, and settled events in time.

use std::collections::BTreeSet;

use super::sql::{EVENTS_EMPTY, EVENTS_FORGET};
use crate::operation::outbox::as_pattern;
use crate::platform::{Email, Result, Timestamp};
use crate::store::{Tx, args};

/// Empty the bodies of events that name one of these identifiers of Stripe's, or the address; how many.
pub(in crate::billing) fn forget_bodies(
    tx: &mut Tx<'_>,
    named: &BTreeSet<String>,
    email: &Email,
) -> Result<u64> {
    let mut rows = 0;
    for name in named.iter().map(String::as_str).chain([email.as_str()]) {
        let pattern = format!("%\"{}\"%", as_pattern(&name.to_lowercase()));
        rows += tx.run(EVENTS_EMPTY, args![pattern])?;
    }
    Ok(rows)
}

/// Remove events that came before `before` and are settled; how many. What failed waits for an operator.
pub fn forget_events(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(EVENTS_FORGET, args![before])
}
