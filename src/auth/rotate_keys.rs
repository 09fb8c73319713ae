//! Rotation: a new key is published, and signs once every replica has published it. A rotation that was interrupted
//! leaves a published key that signs nothing; the next one goes on with it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key_rows::{self, KeyState, NewKey, SigningKey};
use super::sessions::Sessions;
use super::wrap::Wrapper;
use crate::events::{Log, Scrubbed};
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Code, Fault, Result};
use crate::store::lease::Fence;

/// Replicas reread what changed every 500 ms; after this time each has published the new key.
const PUBLISHED_AFTER: Duration = Duration::from_secs(1);

/// Sign session tokens with a new key. The key before it goes on being accepted; the one before that is dropped, and
/// its tokens are refused.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RotateKeys {}

/// What came of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeysRotated {
    /// The key that signs now.
    pub active: String,
    /// The keys whose tokens are refused from now on.
    pub dropped: Vec<String>,
    /// The published keys, the active one first.
    pub keys: Vec<SigningKey>,
}

impl Operation for RotateKeys {
    const META: Meta = Meta {
        name: "rotate-keys",
        route: Route::post("/api/auth/keys/rotate"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = KeysRotated;

    fn run(&self, cx: &Cx) -> Result<KeysRotated> {
        cx.exclusively("rotate-keys", |lease| rotate(cx, &lease.fence()))
    }
}

fn rotate(cx: &Cx, fence: &Fence) -> Result<KeysRotated> {
    let (kid, dropped) = publish(cx, fence)?;
    let event = cx.event(Log::Auth, "signing_key_published").field("kid", Scrubbed::text(&kid));
    cx.deps.events.emit(event.field("dropped", dropped.len()));
    Sessions::refresh(&cx.deps)?;
    std::thread::sleep(PUBLISHED_AFTER);

    let now = cx.deps.clock.now();
    let summary = format!("Session tokens are signed with the key {kid} now; {} dropped", words(&dropped));
    let told = OpsEvent::by(cx, "keys_rotated", Severity::Warning, summary).at(&cx.deps.ids, now);
    let (fence, new) = (fence.clone(), kid.clone());
    cx.deps.store.write(move |tx| {
        fence.check(tx)?;
        key_rows::activate(tx, &new, now)?;
        told.store(tx)
    })?;
    Sessions::refresh(&cx.deps)?;
    cx.deps.events.emit(cx.event(Log::Auth, "keys_rotated").field("kid", Scrubbed::text(&kid)));
    let keys = key_rows::examine(&cx.deps.store, &cx.deps.root_key)?;
    Ok(KeysRotated { active: kid, dropped, keys })
}

/// Publish a key that will sign; it and those that made room for it.
fn publish(cx: &Cx, fence: &Fence) -> Result<(String, Vec<String>)> {
    let wrapper = Wrapper::new(&cx.deps.root_key)?;
    let rows = cx.deps.store.read(key_rows::all)?;
    if !rows.is_empty() && rows.iter().all(|row| row.open(&wrapper).is_none()) {
        // A shell with another secret than the servers: the new key would be one that they can't sign with.
        let words = "None of the signing keys opens with the present AUTH_JWT_SECRET; rotate with the secret that \
                     the server has, or start the server anew with this one first";
        return Err(Fault::new(Code::Refused, words));
    }
    let left = rows.iter().find(|row| row.state == KeyState::Next && row.open(&wrapper).is_some());
    let (fence, now) = (fence.clone(), cx.now);
    if let Some(left) = left {
        let kid = left.kid.clone();
        return cx.deps.store.write(move |tx| {
            fence.check(tx)?;
            Ok((kid.clone(), key_rows::resume(tx, &kid, now)?))
        });
    }
    let key = NewKey::make(&cx.deps, &wrapper)?;
    cx.deps.store.write(move |tx| {
        fence.check(tx)?;
        Ok((key.kid.clone(), key.publish(tx, now)?))
    })
}

fn words(dropped: &[String]) -> String {
    if dropped.is_empty() { "none was".to_owned() } else { format!("{} was", dropped.join(", ")) }
}
