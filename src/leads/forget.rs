//! What leads keep of an address, and its end: by an erasure, or because the address has been silent for too long.

use super::Mirror;
use super::notion::KIND;
use super::sql::{FORGET, PAGES, PAGES_FORGET, SILENT};
use crate::operation::Deps;
use crate::platform::{Email, Fault, Result, Timestamp};
use crate::store::{Tx, args};

/// Addresses of one transaction: others write in between.
const BATCH: u32 = 200;

/// Remove the leads of an address, what they know of pages, and through the outbox the pages themselves, within the
/// caller's transaction; how many leads.
pub fn erase_address(tx: &mut Tx<'_>, mirror: &Mirror, email: &Email, now: Timestamp) -> Result<u64> {
    let pages = tx.rows(PAGES, args![email.as_str(), KIND])?;
    tx.run(PAGES_FORGET, args![email.as_str(), KIND])?;
    let gone = tx.run(FORGET, args![email.as_str()])?;
    if gone > 0 {
        mirror.erased(tx, email, pages, now)?;
    }
    Ok(gone)
}

/// Erase the addresses that sent their last lead before `before`; how many leads. An address goes as a whole: a page of
/// Notion belongs to all of its leads.
pub fn forget_silent(deps: &Deps, before: Timestamp, now: Timestamp) -> Result<u64> {
    let mut gone = 0;
    loop {
        let mirror = Mirror::of(deps);
        let (addresses, leads) = deps.store.write(move |tx| {
            let silent: Vec<String> = tx.rows(SILENT, args![before, BATCH])?;
            let mut leads = 0;
            for address in &silent {
                let email = Email::parse(address).map_err(Fault::internal)?;
                leads += erase_address(tx, &mirror, &email, now)?;
            }
            Ok((silent.len(), leads))
        })?;
        gone += leads;
        if addresses < BATCH as usize {
            return Ok(gone);
        }
    }
}
