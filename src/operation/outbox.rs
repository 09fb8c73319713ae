//! What must reach somebody outside: stored in the transaction of the work it belongs to, delivered by
//! `scheduler/deliver.rs`, for Notion by `scheduler/notion.rs`. At least once; a row is removed when it is delivered or has expired.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sql::{
    OUTBOX_ADD, OUTBOX_CLAIM, OUTBOX_DEPTH, OUTBOX_DUE, OUTBOX_DUE_NOTION, OUTBOX_FORGET,
    OUTBOX_FORGET_ADDRESS, OUTBOX_POSTPONE, OUTBOX_REMOVE,
};
use crate::platform::{Email, Fault, Ids, Result, Timestamp};
use crate::store::{Tx, args, row};

/// A mail, as it stands in the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mail {
    /// Whom it goes to.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct Item {
    /// ULID.
    pub id: String,
    /// What it is: `mail`, or `notion_` and what is mirrored.
    pub kind: String,
    /// JSON of the kind.
    pub payload: String,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
    /// How many times delivery failed.
    pub attempts: i64,
}

row! { Item { id, kind, payload, created_at, due_at, expires_at, attempts } }

/// Put a mail in, within the caller's transaction. `worth` is how long delivering it makes sense.
pub fn send_mail(tx: &mut Tx<'_>, ids: &Ids, now: Timestamp, mail: &Mail, worth: Duration) -> Result<()> {
    put(tx, ids, now, "mail", mail, worth)
}

/// Put something of another kind in, within the caller's transaction.
pub fn put<P: Serialize>(
    tx: &mut Tx<'_>,
    ids: &Ids,
    now: Timestamp,
    kind: &str,
    payload: &P,
    worth: Duration,
) -> Result<()> {
    let payload = serde_json::to_string(payload).map_err(Fault::internal)?;
    tx.run(OUTBOX_ADD, args![ids.ulid_at(now), kind, payload, now, now.plus(worth)])?;
    Ok(())
}

/// Remove waiting mail to this address, and about it: addresses in texts stand between angle brackets.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    let address = as_pattern(email.as_str());
    tx.run(OUTBOX_FORGET_ADDRESS, args![format!("{{\"to\":\"{address}\",%"), format!("%<{address}>%")])
}

/// `text` for a LIKE whose escape is `!`: as it stands, and nothing else.
pub fn as_pattern(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Up to 100 items for Notion whose time has come.
pub fn due_for_notion(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Item>> {
    tx.rows(OUTBOX_DUE_NOTION, args![now])
}

/// Up to 100 items for anything but Notion whose time has come.
pub fn due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Item>> {
    tx.rows(OUTBOX_DUE, args![now])
}

/// Take an item for a minute; false when another process has it.
pub fn claim(tx: &mut Tx<'_>, item: &Item, now: Timestamp) -> Result<bool> {
    let until = now.plus(Duration::from_secs(60));
    Ok(tx.run(OUTBOX_CLAIM, args![item.id.as_str(), item.due_at, until])? == 1)
}

/// Delivered: forget it.
pub fn delivered(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.run(OUTBOX_REMOVE, args![id])?;
    Ok(())
}

/// Not delivered: try again later, twice as long each time, an hour at the most.
pub fn postpone(tx: &mut Tx<'_>, item: &Item, now: Timestamp, why: &str) -> Result<()> {
    let exponent = u32::try_from(item.attempts.clamp(0, 12)).unwrap_or(12);
    let wait = Duration::from_secs(2_u64.saturating_pow(exponent).min(3_600));
    tx.run(OUTBOX_POSTPONE, args![item.id.as_str(), now.plus(wait), why])?;
    Ok(())
}

/// Remove what has expired; how many.
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.run(OUTBOX_FORGET, args![now])
}

/// How many wait, and since when the oldest does.
pub fn depth(tx: &mut Tx<'_>) -> Result<(i64, Option<Timestamp>)> {
    tx.one(OUTBOX_DEPTH, args![])
}
