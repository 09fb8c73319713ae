//! The keys that sign session tokens, in memory. Public halves are published as a JWKS (RFC 7517); private halves lie
//! wrapped in the store (`key_rows.rs`).
//!
//! A process signs with the newest key that it can open. One is made where there is none at all, and by a starting
//! `serve` that can open none: a reload or a command with a wrong secret changes nothing.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;

use super::key_rows::{self, KeyRow, KeyState, NewKey};
use super::wrap::Wrapper;
use crate::events::{Event, Level, Log, Scrubbed};
use crate::operation::Deps;
use crate::platform::{Code, Fault, Result, digest_hex};

/// What is amiss is reported under this name.
const TROUBLE: &str = "signing keys";
/// Each try is lost only to another process that made a key of its own.
const TRIES: usize = 4;

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
    signer: Option<Signer>,
    pub(super) verifies: HashMap<String, DecodingKey>,
    kids: Vec<String>,
    shut: Option<Shut>,
    jwks: Arc<Jwks>,
}

/// The key that this process signs with.
pub(super) struct Signer {
    pub(super) kid: String,
    pub(super) signs: EncodingKey,
}

/// The active key, where this process can't open it.
#[derive(Clone, PartialEq, Eq)]
struct Shut {
    kid: String,
    cause: &'static str,
}

/// The keys in memory.
pub struct Keys {
    set: ArcSwap<KeySet>,
    /// The key that this process replaced at its start. The lock lets one at a time reread, so that what was read
    /// earlier never takes the place of what was read later.
    replaced: Mutex<Option<String>>,
}

impl Keys {
    /// Read the keys, making the first one where there is none.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let mut set = load(deps)?;
        if set.kids.is_empty() {
            take_over(deps, &set)?;
            set = load(deps)?;
        }
        Ok(Box::new(Self { set: ArcSwap::from_pointee(set), replaced: Mutex::new(None) }))
    }

    /// Read them again; makes none.
    pub fn refresh(deps: &Deps) -> Result<()> {
        deps.resident::<Self>().reload(deps)
    }

    pub(super) fn reload(&self, deps: &Deps) -> Result<()> {
        let replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let set = load(deps)?;
        if let Some(shut) = set.shut.as_ref().filter(|shut| self.set.load().shut.as_ref() != Some(shut)) {
            shut.tell(deps);
        }
        deps.troubles.report(TROUBLE, set.trouble(replaced.as_deref()));
        self.set.store(Arc::new(set));
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<KeySet> {
        self.set.load_full()
    }
}

/// The public keys, as they are published.
pub fn jwks(deps: &Deps) -> Arc<Jwks> {
    Arc::clone(&deps.resident::<Keys>().set.load().jwks)
}

/// Make a new key if none of those in the store can be opened. A starting `serve` calls this and nobody else: of two
/// replicas with different secrets each makes one at most, and a command with a wrong one makes none.
pub fn ensure_signing_key(deps: &Deps) -> Result<()> {
    let own = deps.resident::<Keys>();
    if let Some(shut) = &own.current().shut {
        shut.tell(deps);
    }
    for _ in 0..TRIES {
        let set = own.current();
        if set.signer.is_some() {
            return own.reload(deps);
        }
        if let Some(shut) = &set.shut {
            *own.replaced.lock().unwrap_or_else(PoisonError::into_inner) = Some(shut.kid.clone());
        }
        take_over(deps, &set)?;
        own.reload(deps)?;
    }
    own.current().signer().map(drop)
}

impl Shut {
    fn tell(&self, deps: &Deps) {
        let event = Event::new(Log::Auth, "signing_key_unusable").level(Level::Error);
        deps.events.emit(event.field("cause", self.cause).field("kid", Scrubbed::text(&self.kid)));
    }
}

impl KeySet {
    /// The key to sign with.
    pub(super) fn signer(&self) -> Result<&Signer> {
        self.signer.as_ref().ok_or_else(|| {
            let words = "No signing key opens with the present AUTH_JWT_SECRET; an operator must set the right one, or \
                         start `echopilot serve` anew with this one";
            Fault::new(Code::Unavailable, words)
        })
    }

    fn trouble(&self, replaced: Option<&str>) -> Option<String> {
        if let Some(Shut { kid, cause }) = &self.shut {
            return Some(format!("the active key {kid} can't be opened with this AUTH_JWT_SECRET: {cause}"));
        }
        let kid = replaced.filter(|replaced| self.kids.iter().any(|kid| kid == replaced))?;
        Some(format!(
            "the key {kid} could not be opened and was replaced; rotate the keys to see the last of it"
        ))
    }
}

fn take_over(deps: &Deps, set: &KeySet) -> Result<()> {
    let key = NewKey::make(deps, &Wrapper::new(&deps.root_key)?)?;
    let (seen, now) = (set.kids.clone(), deps.clock.now());
    deps.store.write(move |tx| key.take_over(tx, &seen, now))
}

fn load(deps: &Deps) -> Result<KeySet> {
    key_set(&Wrapper::new(&deps.root_key)?, &deps.store.read(key_rows::all)?)
}

fn key_set(wrapper: &Wrapper, rows: &[KeyRow]) -> Result<KeySet> {
    let mut verifies = HashMap::new();
    for row in rows {
        let key = DecodingKey::from_ed_components(&row.public_key).map_err(Fault::internal)?;
        verifies.insert(row.kid.clone(), key);
    }
    // The rows begin with the active one; the next one is the last resort.
    let signer = rows.iter().find_map(|row| {
        let private = row.open(wrapper)?;
        Some(Signer { kid: row.kid.clone(), signs: EncodingKey::from_ed_der(&private) })
    });
    let active = rows.iter().find(|row| row.state == KeyState::Active);
    let shut = active.filter(|row| row.open(wrapper).is_none());
    Ok(KeySet {
        signer,
        verifies,
        kids: rows.iter().map(|row| row.kid.clone()).collect(),
        shut: shut.map(|row| Shut { kid: row.kid.clone(), cause: row.cause(wrapper) }),
        jwks: Arc::new(publish(rows)?),
    })
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
