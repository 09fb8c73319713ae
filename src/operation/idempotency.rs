//! `Idempotency-Key`: a key is claimed by (caller, operation, key) before the work, the answer kept and
//! replayed; the same key with another request is `Invalid`, one still at work is `Conflict`.
//!
//! A failed attempt releases its key, since it may be tried again. A claim without an answer after
//! [`AT_WORK`] belongs to a process that died: the next request with the key takes it over.

use std::time::Duration;

use ring::hmac;

use super::outbox::as_pattern;
use super::sql::{
    KEY_ANSWER, KEY_CLAIM, KEY_FIND, KEY_FORGET, KEY_FORGET_CALLER, KEY_RELEASE, KEY_TAKE_OVER,
};
use super::{Answer, Cx, Entry, Input, SessionChange, Status};
use crate::platform::{Code, Email, Fault, Result, Timestamp, digest_hex};
use crate::store::{Tx, args, row};

/// How long an answer is kept for replay.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than any request may take; what takes longer is a stored run, whose request answers at once.
const AT_WORK: Duration = Duration::from_secs(10 * 60);

struct Kept {
    request_digest: String,
    status: Option<i64>,
    body: Option<String>,
}

row! { Kept { request_digest, status, body } }

/// Invoke `entry`, or replay the answer that `key` has from before.
///
/// `key` is 1 to 255 visible ASCII characters. Anonymous callers have no key space of their own: theirs
/// are ignored, so that nobody can read another's answer by guessing.
pub fn invoke_once(entry: &Entry, cx: &Cx, input: Input<'_>, key: &str) -> Result<Answer> {
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::invalid("Idempotency-Key", "expected 1 to 255 visible ASCII characters"));
    }
    let Some((kind, id)) = cx.caller.identity() else {
        return (entry.invoke)(cx, input);
    };
    entry.meta.access.admit(&cx.caller)?;
    let place = Place { caller: format!("{kind}:{id}"), operation: entry.meta.name, key: key.to_owned() };
    let digest = digest_of(cx, input);
    let now = cx.now;
    let (claim, wanted) = (place.clone(), digest.clone());
    let before = cx.deps.store.write(move |tx| {
        let claimed = tx.run(
            KEY_CLAIM,
            args![claim.caller.as_str(), claim.operation, claim.key.as_str(), wanted.as_str(), now],
        )?;
        if claimed == 1 {
            return Ok(None);
        }
        let kept = claim.find(tx)?;
        if kept.request_digest == wanted && claim.take_over(tx, now)? {
            return Ok(None);
        }
        Ok(Some(kept))
    })?;
    match before {
        None => work(entry, cx, input, place),
        Some(kept) => replay(kept, &digest),
    }
}

/// Remove keys that are older than [`KEPT`].
pub fn clean_up(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    tx.run(KEY_FORGET, args![now.minus(KEPT)])
}

/// Remove the kept answers of a customer, and those to others that hold the address.
pub fn forget_customer(tx: &mut Tx<'_>, customer_id: &str, email: &Email) -> Result<u64> {
    let holds = format!("%\"{}\"%", as_pattern(email.as_str()));
    tx.run(KEY_FORGET_CALLER, args![format!("customer:{customer_id}"), holds])
}

/// Remove the kept answers that hold an address; how many.
pub fn forget_address(tx: &mut Tx<'_>, email: &Email) -> Result<u64> {
    forget_customer(tx, "", email)
}

#[derive(Clone)]
struct Place {
    caller: String,
    operation: &'static str,
    key: String,
}

impl Place {
    /// Claim a key whose first claimant died; true when it is ours now.
    fn take_over(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
        let (caller, key) = (self.caller.as_str(), self.key.as_str());
        let taken = tx.run(KEY_TAKE_OVER, args![caller, self.operation, key, now, now.minus(AT_WORK)])?;
        Ok(taken == 1)
    }

    /// One text for the three parts, which says nothing about them.
    fn digest(&self) -> String {
        digest_hex(format!("{}\n{}\n{}", self.caller, self.operation, self.key).as_bytes())
    }

    fn find(&self, tx: &mut Tx<'_>) -> Result<Kept> {
        tx.one(KEY_FIND, args![self.caller.as_str(), self.operation, self.key.as_str()])
    }
}

fn work(entry: &Entry, cx: &Cx, input: Input<'_>, place: Place) -> Result<Answer> {
    let cx = &Cx { repeat_key: Some(place.digest().into()), ..cx.clone() };
    match (entry.invoke)(cx, input) {
        Ok(answer) => {
            let status = i64::from(answer.status.http());
            let body = String::from_utf8(answer.body.clone()).map_err(Fault::internal)?;
            cx.deps.store.write(move |tx| {
                let key =
                    args![place.caller.as_str(), place.operation, place.key.as_str(), status, body.as_str()];
                tx.run(KEY_ANSWER, key)
            })?;
            Ok(answer)
        }
        Err(fault) => {
            cx.deps.store.write(move |tx| {
                tx.run(KEY_RELEASE, args![place.caller.as_str(), place.operation, place.key.as_str()])
            })?;
            Err(fault)
        }
    }
}

/// `Invalid`: a key belongs to the request that it came with first.
pub(crate) fn used_otherwise() -> Fault {
    Fault::invalid("Idempotency-Key", "expected a new key: this one was used with another request")
}

fn replay(kept: Kept, digest: &str) -> Result<Answer> {
    if kept.request_digest != digest {
        return Err(used_otherwise());
    }
    match (kept.status, kept.body) {
        (Some(status), Some(body)) => {
            let status = match status {
                201 => Status::Created,
                202 => Status::Accepted,
                _ => Status::Ok,
            };
            Ok(Answer { status, session: SessionChange::Keep, body: body.into_bytes() })
        }
        _ => Err(Fault::new(Code::Conflict, "The first request with this Idempotency-Key is still at work")
            .retry_after(1)),
    }
}

/// Keyed: a request may hold a password, and a bare hash of it would be worth guessing at.
fn digest_of(cx: &Cx, input: Input<'_>) -> String {
    let mut bytes = Vec::with_capacity(input.query.len() + input.body.len() + 64);
    for (name, value) in input.path {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes.extend_from_slice(input.query.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(input.body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &cx.deps.root_key.derive("digests of requests"));
    digest_hex(hmac::sign(&key, &bytes).as_ref())
}
