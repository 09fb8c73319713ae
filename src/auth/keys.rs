//! The keys that sign session tokens: one active, at most one previous that still verifies. Public halves are
//! published as a JWKS (RFC 7517); private halves lie wrapped in the store.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::Serialize;

use super::sql::{KEY_ADD, KEYS_ALL, KEYS_DROP_OLD, KEYS_STEP_DOWN};
use super::{sessions, wrap::Wrapper};
use crate::events::{Event, Level, Log};
use crate::operation::Deps;
use crate::platform::{Fault, Result, Timestamp, digest_hex};
use crate::store::{Tx, Value, args, row};

/// PKCS #8 version 1 around a 32-byte Ed25519 seed (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The published document, ready to be sent.
#[derive(Debug)]
pub struct Jwks {
    /// JSON of RFC 7517.
    pub body: Vec<u8>,
    /// Changes with the body.
    pub etag: String,
}

/// What is in force.
pub(super) struct KeySet {
    pub(super) kid: String,
    pub(super) signs: EncodingKey,
    pub(super) verifies: HashMap<String, DecodingKey>,
    jwks: Arc<Jwks>,
}

/// The keys in memory.
pub struct Keys(ArcSwap<KeySet>);

struct KeyRow {
    kid: String,
    public_key: String,
    wrapped_key: String,
    wrapped_by: String,
    state: String,
}

row! { KeyRow { kid, public_key, wrapped_key, wrapped_by, state } }

impl Keys {
    /// Read the keys, making the first one where there is none.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self(ArcSwap::from_pointee(load_or_create(deps)?))))
    }

    /// Read them again.
    pub(super) fn reload(&self, deps: &Deps) -> Result<()> {
        self.0.store(Arc::new(load_or_create(deps)?));
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<KeySet> {
        self.0.load_full()
    }
}

/// The public keys, as they are published.
pub fn jwks(deps: &Deps) -> Arc<Jwks> {
    Arc::clone(&deps.resident::<Keys>().0.load().jwks)
}

fn load_or_create(deps: &Deps) -> Result<KeySet> {
    let wrapper = Wrapper::new(&deps.root_key)?;
    let rows: Vec<KeyRow> = deps.store.read(|tx| tx.rows(KEYS_ALL, args![]))?;
    if let Some(set) = key_set(&wrapper, &rows)? {
        return Ok(set);
    }
    if let Some(active) = rows.iter().find(|row| row.state == "active") {
        // The public half still verifies what it signed; a new key signs from now on.
        let cause = if active.wrapped_by == wrapper.id() { "damaged" } else { "auth_jwt_secret_changed" };
        deps.events
            .emit(Event::new(Log::Auth, "signing_key_unusable").level(Level::Error).field("cause", cause));
    }
    create(deps, &wrapper)?;
    let rows: Vec<KeyRow> = deps.store.read(|tx| tx.rows(KEYS_ALL, args![]))?;
    key_set(&wrapper, &rows)?.ok_or_else(|| Fault::internal("a new signing key does not unwrap"))
}

/// Make a new active key; the one before it becomes the previous one, an older one is dropped.
fn create(deps: &Deps, wrapper: &Wrapper) -> Result<()> {
    let seed: [u8; 32] = deps.ids.bytes();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
        .map_err(|_| Fault::internal("an Ed25519 seed was refused"))?;
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let kid = digest_hex(pair.public_key().as_ref())[..16].to_owned();
    let private = [PKCS8_HEAD.as_slice(), seed.as_slice()].concat();
    let wrapped = wrapper.wrap(&deps.ids, &kid, &private)?;
    let (by, now) = (wrapper.id().to_owned(), deps.clock.now());
    deps.store.write(move |tx| {
        let (kid, public) = (kid.as_str(), public.as_str());
        insert(tx, args![kid, public, wrapped.as_str(), by.as_str(), now], now)
    })
}

fn insert(tx: &mut Tx<'_>, key: &[Value], now: Timestamp) -> Result<()> {
    tx.run(KEYS_DROP_OLD, args![])?;
    tx.run(KEYS_STEP_DOWN, args![])?;
    tx.run(KEY_ADD, key)?;
    sessions::announce_keys(tx, now)
}

fn key_set(wrapper: &Wrapper, rows: &[KeyRow]) -> Result<Option<KeySet>> {
    let Some(active) = rows.iter().find(|row| row.state == "active") else { return Ok(None) };
    let Some(private) = wrapper.unwrap(&active.kid, &active.wrapped_key) else { return Ok(None) };
    let mut verifies = HashMap::new();
    for row in rows {
        let key = DecodingKey::from_ed_components(&row.public_key).map_err(Fault::internal)?;
        verifies.insert(row.kid.clone(), key);
    }
    let jwks = publish(rows)?;
    let signs = EncodingKey::from_ed_der(&private);
    Ok(Some(KeySet { kid: active.kid.clone(), signs, verifies, jwks: Arc::new(jwks) }))
}

#[derive(Serialize)]
struct Jwk<'a> {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    purpose: &'static str,
    kid: &'a str,
    x: &'a str,
}

#[derive(Serialize)]
struct JwksDocument<'a> {
    keys: Vec<Jwk<'a>>,
}

fn publish(rows: &[KeyRow]) -> Result<Jwks> {
    let keys = rows
        .iter()
        .map(|row| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            purpose: "sig",
            kid: &row.kid,
            x: &row.public_key,
        })
        .collect();
    let body = serde_json::to_vec(&JwksDocument { keys }).map_err(Fault::internal)?;
    let etag = format!("\"{}\"", &digest_hex(&body)[..16]);
    Ok(Jwks { body, etag })
}
