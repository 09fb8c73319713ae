//! Wrong passwords, counted by account in the store, which replicas share. After so many the account is slowed down:
//! one try a minute is looked at. Never locked, since anybody can send wrong passwords for anybody; code and link
//! are not concerned. Addresses that nobody has are counted alike.

use std::time::Duration;

use ring::hmac;

use super::sql::{FAILURE_ADD, FAILURE_REMOVE, FAILURES_FORGET, FAILURES_SINCE};
use crate::config::{Limit, RateGroup};
use crate::operation::Cx;
use crate::platform::{Code, Email, Fault, Result, Timestamp, digest_hex};
use crate::store::{Tx, args};

/// How long a slowed account waits from one try to the next.
const PAUSE: Duration = Duration::from_secs(60);

/// A try at a password, counted as wrong until it has proved right: parallel ones cannot share a count.
#[derive(Clone)]
pub(super) struct Try {
    id: String,
    account_hash: String,
    email: Email,
    now: Timestamp,
    limit: Option<Limit>,
}

impl Try {
    pub(super) fn new(cx: &Cx, email: &Email) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &cx.deps.root_key.derive("accounts of wrong passwords"));
        Self {
            id: cx.deps.ids.ulid_at(cx.now),
            account_hash: digest_hex(hmac::sign(&key, email.as_str().as_bytes()).as_ref()),
            email: email.clone(),
            now: cx.now,
            limit: cx.deps.settings.rate_limits.of(RateGroup::LoginAccount),
        }
    }

    /// Count it, or say how long to wait. Commit this before the password is looked at.
    pub(super) fn count(&self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(limit) = self.limit else { return Ok(()) };
        let account = self.account_hash.as_str();
        let (count, last): (i64, Timestamp) =
            tx.one(FAILURES_SINCE, args![account, self.now.minus(limit.window)])?;
        let wait = PAUSE.saturating_sub(self.now.since(last));
        if count >= i64::from(limit.count) && !wait.is_zero() {
            return Err(slowed(wait));
        }
        tx.run(FAILURE_ADD, args![self.id.as_str(), account, self.email.as_str(), self.now])?;
        Ok(())
    }

    /// It was right, or was never looked at: count it no longer.
    pub(super) fn forgive(&self, tx: &mut Tx<'_>) -> Result<()> {
        if self.limit.is_some() {
            tx.run(FAILURE_REMOVE, args![self.id.as_str()])?;
        }
        Ok(())
    }
}

/// Remove what is older than `before`.
pub(super) fn clean_up(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(FAILURES_FORGET, args![before])
}

fn slowed(wait: Duration) -> Fault {
    let seconds = u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(1).max(1);
    let words = format!(
        "Too many wrong passwords for this account; try again in {seconds} seconds, or sign in by mail, which works now"
    );
    Fault::new(Code::Limited, words).retry_after(seconds)
}
