//! The rows of the signing keys and the steps between their states. Two are published at the most: the active one,
//! and beside it the next one or the previous one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sessions;
use super::sql::{
    KEY_ADD, KEY_RETIRE, KEY_TURN, KEYS_ALL, KEYS_DROP_IDLE, KEYS_DROP_IDLE_BUT, KEYS_STEP_DOWN,
};
use super::wrap::Wrapper;
use crate::operation::Deps;
use crate::platform::{Code, Fault, Result, RootKey, Timestamp, digest_hex};
use crate::store::{FromRow, Row, Store, Tx, args};

/// PKCS #8 version 1 around a 32-byte Ed25519 seed (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Where a signing key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and signs as soon as every replica has published it.
    Next,
    /// Signs.
    Active,
    /// Signs no more; what it signed is still accepted.
    Previous,
}

impl KeyState {
    /// As stored and as shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Previous => "previous",
        }
    }
}

/// A published key, without its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKey {
    /// The identifier that its tokens carry.
    pub kid: String,
    /// `EdDSA`.
    pub algorithm: String,
    /// Where it stands.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether this process can sign with it: false when AUTH_JWT_SECRET is not the one it was wrapped under.
    pub usable: bool,
}

/// A row.
pub(super) struct KeyRow {
    pub(super) kid: String,
    pub(super) algorithm: String,
    pub(super) public_key: String,
    wrapped_key: String,
    wrapped_by: String,
    pub(super) state: KeyState,
    pub(super) created_at: Timestamp,
}

impl FromRow for KeyRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let state: String = row.get("state")?;
        let known = [KeyState::Next, KeyState::Active, KeyState::Previous];
        let state = known.into_iter().find(|known| known.as_str() == state);
        Ok(Self {
            kid: row.get("kid")?,
            algorithm: row.get("algorithm")?,
            public_key: row.get("public_key")?,
            wrapped_key: row.get("wrapped_key")?,
            wrapped_by: row.get("wrapped_by")?,
            state: state.ok_or_else(|| Fault::internal("a signing key in an unknown state"))?,
            created_at: row.get("created_at")?,
        })
    }
}

impl KeyRow {
    /// The private half, if `wrapper` opens it.
    pub(super) fn open(&self, wrapper: &Wrapper) -> Option<Vec<u8>> {
        wrapper.unwrap(&self.kid, &self.wrapped_key)
    }

    /// Why `wrapper` does not open it.
    pub(super) fn cause(&self, wrapper: &Wrapper) -> &'static str {
        if self.wrapped_by == wrapper.id() { "damaged" } else { "auth_jwt_secret_changed" }
    }

    /// What may be shown of it.
    pub(super) fn shown(&self, wrapper: &Wrapper) -> SigningKey {
        SigningKey {
            kid: self.kid.clone(),
            algorithm: self.algorithm.clone(),
            state: self.state,
            created_at: self.created_at,
            usable: self.open(wrapper).is_some(),
        }
    }
}

/// All rows: the active one, then the previous one, then the next one.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<KeyRow>> {
    tx.rows(KEYS_ALL, args![])
}

/// The published keys as a process with this secret would use them; changes nothing.
pub fn examine(store: &Store, root: &RootKey) -> Result<Vec<SigningKey>> {
    let wrapper = Wrapper::new(root)?;
    Ok(store.read(all)?.iter().map(|row| row.shown(&wrapper)).collect())
}

/// A key that is not stored yet.
#[derive(Clone)]
pub(super) struct NewKey {
    pub(super) kid: String,
    public_key: String,
    wrapped_key: String,
    wrapped_by: String,
}

impl NewKey {
    /// Make one.
    pub(super) fn make(deps: &Deps, wrapper: &Wrapper) -> Result<Self> {
        let seed: [u8; 32] = deps.ids.bytes();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| Fault::internal("an Ed25519 seed was refused"))?;
        let kid = digest_hex(pair.public_key().as_ref())[..16].to_owned();
        let private = [PKCS8_HEAD.as_slice(), seed.as_slice()].concat();
        Ok(Self {
            public_key: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            wrapped_key: wrapper.wrap(&deps.ids, &kid, &private)?,
            wrapped_by: wrapper.id().to_owned(),
            kid,
        })
    }

    fn add(&self, tx: &mut Tx<'_>, state: KeyState, now: Timestamp) -> Result<()> {
        let (kid, public_key) = (self.kid.as_str(), self.public_key.as_str());
        let (wrapped, by) = (self.wrapped_key.as_str(), self.wrapped_by.as_str());
        tx.run(KEY_ADD, args![kid, public_key, wrapped, by, state.as_str(), now])?;
        Ok(())
    }

    /// Make it the active one in place of what `seen` could not offer: the active key stays for what it signed, the
    /// others go. Nothing is done when the keys are no longer those in `seen`: another process was first.
    pub(super) fn take_over(&self, tx: &mut Tx<'_>, seen: &[String], now: Timestamp) -> Result<()> {
        let kids: Vec<String> = all(tx)?.into_iter().map(|row| row.kid).collect();
        if kids != seen {
            return Ok(());
        }
        tx.run(KEYS_DROP_IDLE, args![])?;
        tx.run(KEYS_STEP_DOWN, args![])?;
        self.add(tx, KeyState::Active, now)?;
        sessions::announce_keys(tx, now)
    }

    /// Publish it without signing with it. The keys beside the active one make room; their identifiers.
    pub(super) fn publish(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<String>> {
        let dropped = make_room(tx, None)?;
        self.add(tx, KeyState::Next, now)?;
        sessions::announce_keys(tx, now)?;
        Ok(dropped)
    }
}

/// Go on with the key `kid`, which an interrupted rotation has published already; the identifiers of what made room.
pub(super) fn resume(tx: &mut Tx<'_>, kid: &str, now: Timestamp) -> Result<Vec<String>> {
    let dropped = make_room(tx, Some(kid))?;
    sessions::announce_keys(tx, now)?;
    Ok(dropped)
}

fn make_room(tx: &mut Tx<'_>, keep: Option<&str>) -> Result<Vec<String>> {
    let idle = all(tx)?.into_iter().filter(|row| row.state != KeyState::Active);
    let dropped = idle.map(|row| row.kid).filter(|kid| Some(kid.as_str()) != keep).collect();
    tx.run(KEYS_DROP_IDLE_BUT, args![keep.unwrap_or_default()])?;
    Ok(dropped)
}

/// Let the next key `kid` sign; the active one becomes the previous one.
pub(super) fn activate(tx: &mut Tx<'_>, kid: &str, now: Timestamp) -> Result<()> {
    tx.run(KEYS_STEP_DOWN, args![])?;
    if tx.run(KEY_TURN, args![kid])? != 1 {
        let words = "Another process changed the signing keys meanwhile; look at `echopilot keys list` and rotate again";
        return Err(Fault::new(Code::Conflict, words));
    }
    sessions::announce_keys(tx, now)
}

/// Remove the previous key `kid`; false when it is not the previous one.
pub(super) fn retire(tx: &mut Tx<'_>, kid: &str, now: Timestamp) -> Result<bool> {
    if tx.run(KEY_RETIRE, args![kid])? != 1 {
        return Ok(false);
    }
    sessions::announce_keys(tx, now)?;
    Ok(true)
}
