//! Sessions: begun at sign-in, remembered while they are used, forgotten when they are revoked.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use quick_cache::sync::Cache;
use ring::digest::{SHA256, digest};

use super::keys::Keys;
use super::sql::{
    CHANGE_ADD, CHANGE_FORGET, CHANGE_LAST, CHANGES_AFTER, SESSION_FORGET, SESSION_LIVE, SESSION_REVOKE,
    SESSION_REVOKE_OWN, SESSIONS_REVOKE_OTHERS,
};
use super::{legacy, token};
use crate::operation::{Deps, Profile, SignedIn};
use crate::platform::{Code, Email, Fault, Result, Timestamp};
use crate::store::{Row, Tx, args, row};

/// How many tokens are remembered; others cost one lookup.
const REMEMBERED: usize = 10_000;
/// How long the list of changes is kept; a replica that was away longer starts with an empty memory anyway.
const CHANGES_KEPT: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3600);

/// What memory says of a token.
#[derive(Debug, Clone)]
pub enum Recall {
    /// A live session.
    Known(Arc<SignedIn>),
    /// Never seen: ask [`look_up`], which may block.
    LookUp,
    /// Seen, and over.
    Refused,
}

/// Sessions in memory, by the digest of their token.
pub struct Sessions {
    live: Cache<[u8; 32], Arc<SignedIn>>,
    seen: AtomicI64,
}

struct Change {
    number: i64,
    kind: String,
    subject: String,
}

row! { Change { number, kind, subject } }

impl Sessions {
    /// An empty memory that knows the number of the last change.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let last = deps.store.read(|tx| tx.one(CHANGE_LAST, args![]))?;
        Ok(Box::new(Self { live: Cache::new(REMEMBERED), seen: AtomicI64::new(last) }))
    }

    /// Read what changed since, and forget what it concerns.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        let seen = own.seen.load(Ordering::Acquire);
        let changes: Vec<Change> = deps.store.read(|tx| tx.rows(CHANGES_AFTER, args![seen]))?;
        let Some(last) = changes.last() else { return Ok(()) };
        let keys_changed = changes.iter().any(|change| change.kind == KEYS);
        if keys_changed {
            // Before anything is forgotten: a lookup under way that verified with the old ones notices it afterwards.
            deps.resident::<Keys>().reload(deps)?;
        }
        // First the number, then the removal: a lookup under way checks the number after it has inserted.
        own.seen.fetch_max(last.number, Ordering::AcqRel);
        own.live.retain(|_, session| !changes.iter().any(|change| change.concerns(session)));
        if keys_changed {
            // What an older key signed is judged anew: the key may be gone.
            own.live.clear();
        }
        Ok(())
    }

    fn remember(&self, token: [u8; 32], session: &Arc<SignedIn>, as_of: i64) {
        self.live.insert(token, Arc::clone(session));
        if self.seen.load(Ordering::Acquire) > as_of {
            self.live.remove(&token);
        }
    }
}

const SESSION: &str = "session";
pub(super) const CUSTOMER: &str = "customer";
const KEYS: &str = "keys";

impl Change {
    fn concerns(&self, session: &SignedIn) -> bool {
        match self.kind.as_str() {
            SESSION => session.session_id == self.subject,
            CUSTOMER => session.profile.customer_id == self.subject,
            _ => false,
        }
    }
}

/// What memory says of `token`; never blocks.
pub fn recall(deps: &Deps, token: &str) -> Recall {
    match deps.resident::<Sessions>().live.get(&digest_of(token)) {
        None => Recall::LookUp,
        Some(session) if session.expires_at > deps.clock.now() => Recall::Known(session),
        Some(_) => Recall::Refused,
    }
}

/// Verify `token` and find its session in the store; remembers it for [`recall`].
///
/// `Unauthenticated` for a token that is not ours, has expired, or whose session or customer is revoked.
pub fn look_up(deps: &Deps, token: &str) -> Result<Arc<SignedIn>> {
    let own = deps.resident::<Sessions>();
    let keys = deps.resident::<Keys>();
    loop {
        let used = keys.current();
        let now = deps.clock.now();
        let found = match token::verify(deps, &used, token) {
            Some(claims) => Some(deps.store.read(|tx| find(tx, &claims.jti, &claims.sub, now))?),
            None => legacy::open(deps, token)?,
        };
        let Found { as_of, session } = found.ok_or_else(refused)?;
        let session = Arc::new(session.ok_or_else(refused)?);
        let digest = digest_of(token);
        own.remember(digest, &session, as_of);
        if Arc::ptr_eq(&used, &keys.current()) {
            return Ok(session);
        }
        // The keys changed meanwhile, and the one that signed this may be gone.
        own.live.remove(&digest);
    }
}

/// What the store says of a session, and the number of the last change that this answer knows of.
pub(super) struct Found {
    pub(super) as_of: i64,
    pub(super) session: Option<SignedIn>,
}

/// Find a live session within the caller's transaction.
pub(super) fn find(tx: &mut Tx<'_>, id: &str, customer_id: &str, now: Timestamp) -> Result<Found> {
    let as_of = tx.one(CHANGE_LAST, args![])?;
    Ok(Found { as_of, session: tx.maybe(SESSION_LIVE, args![id, customer_id, now])? })
}

/// End a session within the caller's transaction, for every replica.
pub(super) fn revoke(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<()> {
    if tx.run(SESSION_REVOKE, args![id, now])? == 1 {
        tx.run(CHANGE_ADD, args![SESSION, id, now])?;
    }
    Ok(())
}

/// End one session of a customer within the caller's transaction; false when it is none of theirs that lives.
pub(super) fn revoke_own(tx: &mut Tx<'_>, id: &str, customer_id: &str, now: Timestamp) -> Result<bool> {
    let ended = tx.run(SESSION_REVOKE_OWN, args![id, customer_id, now])? == 1;
    if ended {
        tx.run(CHANGE_ADD, args![SESSION, id, now])?;
    }
    Ok(ended)
}

/// End the sessions of a customer but for the one called `kept`, within the caller's transaction; how many. What
/// every replica remembers of this customer is looked up anew.
pub(super) fn revoke_others(tx: &mut Tx<'_>, customer_id: &str, kept: &str, now: Timestamp) -> Result<u64> {
    let ended = tx.run(SESSIONS_REVOKE_OTHERS, args![customer_id, kept, now])?;
    tx.run(CHANGE_ADD, args![CUSTOMER, customer_id, now])?;
    Ok(ended)
}

/// End every session of a customer within the caller's transaction, for every replica within a second; how many.
/// Call it when the customer is disabled: a session in memory is not asked whether its customer still may.
pub fn revoke_all(tx: &mut Tx<'_>, customer_id: &str, now: Timestamp) -> Result<u64> {
    // No session has an empty identifier.
    revoke_others(tx, customer_id, "", now)
}

/// Tell every replica that the signing keys changed, within the caller's transaction.
pub(super) fn announce_keys(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.run(CHANGE_ADD, args![KEYS, "", now])?;
    Ok(())
}

/// Remove what has expired; how many sessions.
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.run(CHANGE_FORGET, args![now.minus(CHANGES_KEPT)])?;
    tx.run(SESSION_FORGET, args![now])
}

impl crate::store::FromRow for SignedIn {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let email: String = row.get("email")?;
        Ok(Self {
            session_id: row.get("session_id")?,
            expires_at: row.get("expires_at")?,
            profile: Profile {
                customer_id: row.get("customer_id")?,
                email: Email::parse(&email).map_err(Fault::internal)?,
                name: row.get("name")?,
                plan: row.get("plan")?,
                created_at: row.get("created_at")?,
            },
        })
    }
}

fn digest_of(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}

fn refused() -> Fault {
    Fault::new(Code::Unauthenticated, "The session token is not valid or has ended; sign in again")
}
