//! An operator's key exchanged for a session in a browser, and the end of it. Pages call these; there is no route to
//! them, since whoever speaks JSON sends the key in its header.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::operator_sessions::{self, Start};
use crate::config::OperatorKey;
use crate::events::{Level, Log};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Code, Fault, Result, Secret, Timestamp, digest_hex};

/// Exchange an operator's key for a session in this browser.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInOperator {
    /// The key, one of DASHBOARD_KEY.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String")]
    pub key: Secret,
}

/// A session of an operator.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OperatorSignedIn {
    /// What the browser keeps.
    pub token: String,
    /// Whose key it was.
    pub operator: String,
    /// When the session ends.
    pub expires_at: Timestamp,
}

impl Operation for SignInOperator {
    const META: Meta = Meta {
        name: "sign-in-operator",
        route: Route::none(),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = OperatorSignedIn;

    fn run(&self, cx: &Cx) -> Result<OperatorSignedIn> {
        let keys = &cx.deps.settings.operator_keys;
        if keys.is_empty() {
            return Err(Fault::not_configured("DASHBOARD_KEY", "operators sign in with it"));
        }
        let Some(key) = holder(keys, &self.key) else {
            cx.deps.events.emit(cx.event(Log::Auth, "operator_sign_in_failed").level(Level::Warn));
            return Err(Fault::new(Code::Unauthenticated, "This is not the key of an operator"));
        };
        let token = Secret::new(cx.deps.ids.token(32));
        let start = Start::new(&cx.deps, key, &token, cx.now);
        let expires_at = start.until;
        cx.deps.store.write(move |tx| start.store(tx))?;
        let operator = cx.deps.references.reference("operator", &key.name);
        cx.deps.events.emit(cx.event(Log::Auth, "operator_signed_in").field("operator", operator));
        Ok(OperatorSignedIn { token: token.expose().to_owned(), operator: key.name.clone(), expires_at })
    }
}

/// End an operator's session; its token is refused from now on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutOperator {
    /// What the browser kept.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String")]
    pub token: Secret,
}

/// What became of the session.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OperatorSignedOut {
    /// Whether there was a session to end.
    pub ended: bool,
}

impl Operation for SignOutOperator {
    const META: Meta = Meta {
        name: "sign-out-operator",
        route: Route::none(),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = OperatorSignedOut;

    fn run(&self, cx: &Cx) -> Result<OperatorSignedOut> {
        let ended = operator_sessions::end(&cx.deps, &self.token, cx.now)?;
        if let Some(name) = &ended {
            let operator = cx.deps.references.reference("operator", name);
            cx.deps.events.emit(cx.event(Log::Auth, "operator_signed_out").field("operator", operator));
        }
        Ok(OperatorSignedOut { ended: ended.is_some() })
    }
}

/// Whose key it is. Every digest is compared, and each in constant time.
fn holder<'k>(keys: &'k [OperatorKey], key: &Secret) -> Option<&'k OperatorKey> {
    let digest = digest_hex(key.expose().as_bytes());
    keys.iter().fold(None, |found, own| {
        let same: bool = own.digest.to_ascii_lowercase().as_bytes().ct_eq(digest.as_bytes()).into();
        if same { Some(own) } else { found }
    })
}

fn secret_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
