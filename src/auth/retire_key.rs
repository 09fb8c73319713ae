//! Retiring: the previous key is dropped before a rotation would, when its tokens must end now.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key_rows::{self, KeyState, SigningKey};
use super::sessions::Sessions;
use crate::events::{Log, Scrubbed};
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Code, Fault, Result};

/// Drop the previous signing key: the tokens it signed are refused within a second, on every replica.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RetireKey {
    /// The identifier of the previous key, as `keys list` shows it.
    #[schemars(length(min = 1, max = 64))]
    pub kid: String,
}

/// What is left.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeyRetired {
    /// The key whose tokens are refused from now on.
    pub retired: String,
    /// The keys that stay published, the active one first.
    pub keys: Vec<SigningKey>,
}

impl Operation for RetireKey {
    const META: Meta = Meta {
        name: "retire-key",
        route: Route::post("/api/auth/keys/retire"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = KeyRetired;

    fn run(&self, cx: &Cx) -> Result<KeyRetired> {
        if self.kid.is_empty() || self.kid.len() > 64 || self.kid.contains('\0') {
            return Err(Fault::invalid("kid", "the identifier of a key, as `echopilot keys list` shows it"));
        }
        let (kid, now) = (self.kid.clone(), cx.now);
        let summary = format!("The signing key {kid} was retired; its tokens are refused");
        let told = OpsEvent::by(cx, "key_retired", Severity::Warning, summary);
        cx.deps.store.write(move |tx| {
            if key_rows::retire(tx, &kid, now)? {
                return told.store(tx);
            }
            let row = key_rows::all(tx)?.into_iter().find(|row| row.kid == kid);
            Err(row.map_or_else(
                || {
                    Fault::not_found(
                        "A signing key of this identifier (`echopilot keys list` shows those there are)",
                    )
                },
                |row| not_idle(row.state),
            ))
        })?;
        Sessions::refresh(&cx.deps)?;
        cx.deps.events.emit(cx.event(Log::Auth, "key_retired").field("kid", Scrubbed::text(&self.kid)));
        let keys = key_rows::examine(&cx.deps.store, &cx.deps.root_key)?;
        Ok(KeyRetired { retired: self.kid.clone(), keys })
    }
}

fn not_idle(state: KeyState) -> Fault {
    let words = match state {
        KeyState::Next => "This key is about to sign: a rotation is under way; finish it with `keys rotate`",
        KeyState::Active | KeyState::Previous => {
            "This key signs now; rotate first, then it is the previous one and can be retired"
        }
    };
    Fault::new(Code::Refused, words)
}
