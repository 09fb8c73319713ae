//! Which page of Notion mirrors which row of ours. A mapping that is lost is found again by the row's own key, so
//! losing one doubles no page.

use super::sql::{PAGE_FIND, PAGE_KEEP, PAGE_LATEST};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args};

/// The page of `subject` among those of `kind`, where one is known.
pub fn page_of(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Option<String>> {
    tx.maybe(PAGE_FIND, args![kind, subject])
}

/// Remember that `page` was written for `subject` at `now`.
pub fn keep(tx: &mut Tx<'_>, kind: &str, subject: &str, page: &str, now: Timestamp) -> Result<()> {
    tx.run(PAGE_KEEP, args![kind, subject, page, now])?;
    Ok(())
}

/// When a page was last written.
pub fn latest(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    tx.one(PAGE_LATEST, args![])
}
