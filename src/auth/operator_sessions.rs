//! Sessions of operators in a browser, beside the customers' and never mixed with them.
//!
//! The operator's key is shown once and exchanged for a random token, which the browser keeps in a cookie that no
//! script reads. The store has keyed hashes of both. A session ends at sign-out, by itself, or when its key is no
//! longer configured; memory answers for tokens seen before, and the numbered list of changes makes every replica
//! forget what was ended elsewhere.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::sql::{
    CHANGE_ADD, CHANGE_LAST, CHANGES_AFTER, OPERATOR_ADD, OPERATOR_FORGET, OPERATOR_LIVE, OPERATOR_REVOKE,
};
use crate::config::OperatorKey;
use crate::operation::Deps;
use crate::platform::{ReferenceKey, Result, Secret, Timestamp};
use crate::store::{Tx, args, row};

/// How long a session lasts: a working day.
pub(super) const LENGTH: Duration = Duration::from_secs(12 * 3600);
/// How many tokens are remembered; others cost one lookup.
const REMEMBERED: usize = 1_000;
/// The letters of a token of 32 bytes; nothing else is worth a lookup.
const TOKEN_LENGTH: usize = 43;
/// What the list of changes calls a session of an operator.
const KIND: &str = "operator_session";

/// What memory says of an operator's token.
#[derive(Debug, Clone)]
pub enum KnownOperator {
    /// A live session of the operator with this name.
    Known(Arc<str>),
    /// Never seen: ask [`look_up_operator`], which may block.
    LookUp,
    /// Over, or no token at all.
    Refused,
}

/// Sessions in memory, by the keyed hash of their token.
pub struct OperatorSessions {
    hashes: ReferenceKey,
    live: Cache<String, Arc<Session>>,
    seen: AtomicI64,
}

struct Session {
    id: String,
    operator: Arc<str>,
    expires_at: Timestamp,
}

struct Found {
    id: String,
    operator: String,
    key_digest: String,
    expires_at: Timestamp,
}

row! { Found { id, operator, key_digest, expires_at } }

struct Change {
    number: i64,
    kind: String,
    subject: String,
}

row! { Change { number, kind, subject } }

impl OperatorSessions {
    /// An empty memory that knows the number of the last change.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let last = deps.store.read(|tx| tx.one(CHANGE_LAST, args![]))?;
        let hashes = ReferenceKey::new(&deps.root_key.derive("sessions of operators"));
        Ok(Box::new(Self { hashes, live: Cache::new(REMEMBERED), seen: AtomicI64::new(last) }))
    }

    /// Read what changed since, and forget what it concerns.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        let seen = own.seen.load(Ordering::Acquire);
        let changes: Vec<Change> = deps.store.read(|tx| tx.rows(CHANGES_AFTER, args![seen]))?;
        let Some(last) = changes.last() else { return Ok(()) };
        // First the number, then the removal: a lookup under way checks the number after it has inserted.
        own.seen.store(last.number, Ordering::Release);
        let ended = |session: &Session| {
            changes.iter().any(|change| change.kind == KIND && change.subject == session.id)
        };
        own.live.retain(|_, session| !ended(session));
        Ok(())
    }

    fn remember(&self, hash: &str, session: &Arc<Session>, as_of: i64) {
        self.live.insert(hash.to_owned(), Arc::clone(session));
        if self.seen.load(Ordering::Acquire) > as_of {
            self.live.remove(hash);
        }
    }

    fn hash(&self, token: &str) -> String {
        self.hashes.reference("token", token).as_str().to_owned()
    }

    /// What stands for a configured key in the store.
    fn key_digest(&self, key: &OperatorKey) -> String {
        self.hashes.reference("key", &key.digest.to_ascii_lowercase()).as_str().to_owned()
    }
}

/// What memory says of `token`; never blocks.
pub fn recall_operator(deps: &Deps, token: &str) -> KnownOperator {
    let own = deps.resident::<OperatorSessions>();
    if token.len() != TOKEN_LENGTH {
        return KnownOperator::Refused;
    }
    match own.live.get(&own.hash(token)) {
        None => KnownOperator::LookUp,
        Some(session) if session.expires_at > deps.clock.now() => {
            KnownOperator::Known(Arc::clone(&session.operator))
        }
        Some(_) => KnownOperator::Refused,
    }
}

/// Find the session of `token` in the store and remember it for [`recall_operator`]; the operator's name.
///
/// `None` when there is no such session, when it is over, or when the key that began it is configured no longer.
pub fn look_up_operator(deps: &Deps, token: &str) -> Result<Option<Arc<str>>> {
    let own = deps.resident::<OperatorSessions>();
    let (hash, now) = (own.hash(token), deps.clock.now());
    let (as_of, found): (i64, Option<Found>) = deps.store.read(|tx| {
        let as_of = tx.one(CHANGE_LAST, args![])?;
        Ok((as_of, tx.maybe(OPERATOR_LIVE, args![hash.as_str(), now])?))
    })?;
    let keys = &deps.settings.operator_keys;
    let is_configured = |found: &Found| {
        keys.iter().any(|key| key.name == found.operator && own.key_digest(key) == found.key_digest)
    };
    let Some(found) = found.filter(is_configured) else { return Ok(None) };
    let operator: Arc<str> = found.operator.into();
    let session = Session { id: found.id, operator: Arc::clone(&operator), expires_at: found.expires_at };
    own.remember(&hash, &Arc::new(session), as_of);
    Ok(Some(operator))
}

/// A session that is about to begin.
pub(super) struct Start {
    id: String,
    hash: String,
    operator: String,
    key_digest: String,
    now: Timestamp,
    /// When it ends by itself.
    pub(super) until: Timestamp,
}

impl Start {
    pub(super) fn new(deps: &Deps, key: &OperatorKey, token: &Secret, now: Timestamp) -> Self {
        let own = deps.resident::<OperatorSessions>();
        Self {
            id: deps.ids.ulid_at(now),
            hash: own.hash(token.expose()),
            operator: key.name.clone(),
            key_digest: own.key_digest(key),
            now,
            until: now.plus(LENGTH),
        }
    }

    pub(super) fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (id, hash, operator) = (self.id.as_str(), self.hash.as_str(), self.operator.as_str());
        tx.run(OPERATOR_ADD, args![id, hash, operator, self.key_digest.as_str(), self.now, self.until])?;
        Ok(())
    }
}

/// End the session of `token`, for every replica; the name of its operator when there was one.
pub(super) fn end(deps: &Deps, token: &Secret, now: Timestamp) -> Result<Option<String>> {
    let hash = deps.resident::<OperatorSessions>().hash(token.expose());
    let ended = deps.store.write(move |tx| {
        let ended: Option<Found> = tx.maybe(OPERATOR_REVOKE, args![hash.as_str(), now])?;
        if let Some(session) = &ended {
            tx.run(CHANGE_ADD, args![KIND, session.id.as_str(), now])?;
        }
        Ok(ended.map(|session| session.operator))
    })?;
    OperatorSessions::refresh(deps)?;
    Ok(ended)
}

/// Remove what has expired; how many sessions.
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.run(OPERATOR_FORGET, args![now])
}
