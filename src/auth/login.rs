//! Sign in with a code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::challenge::Attempt;
use super::keys::Keys;
use super::{sessions, token};
use crate::config::SignupMode;
use crate::customers::{Mirror, directory};
use crate::events::{Level, Log};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::{Code, Email, Fault, Result, Secret, Timestamp};

/// Sign in with the code that was mailed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The address that the code was sent to.
    pub email: Email,
    /// Eight digits.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String", regex(pattern = r"^[0-9]{8}$"))]
    pub code: Secret,
    /// The browser's part of a code asked for on a page; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub browser: Option<Secret>,
}

/// A session token and until when it is good.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignInAnswer {
    /// A JWT; send it as `Authorization: Bearer`.
    pub token: String,
    /// `Bearer`.
    pub token_type: String,
    /// When the session ends.
    pub expires_at: Timestamp,
}

impl Operation for SignIn {
    const META: Meta = Meta {
        name: "sign-in",
        route: Route::post("/api/auth/login"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SignInAnswer;

    fn run(&self, cx: &Cx) -> Result<SignInAnswer> {
        let attempt = Attempt::new(&cx.deps, &self.email, &self.code, self.browser.as_ref(), cx.now);
        let Some(right) = cx.deps.store.write(move |tx| attempt.count(tx))? else {
            let address = cx.deps.references.reference("address", self.email.as_str());
            let event = cx.event(Log::Auth, "sign_in_failed").level(Level::Warn).field("address", address);
            cx.deps.events.emit(event);
            return Err(refused());
        };
        let start = Start::new(cx, "code");
        let (email, now, open) =
            (self.email.clone(), cx.now, cx.deps.settings.signup_mode == SignupMode::Open);
        let new_id = cx.deps.ids.ulid_at(now);
        let (begun, mirror) = (start.clone(), Mirror::of(&cx.deps));
        let customer = cx.deps.store.write(move |tx| {
            if !right.redeem(tx, now)? {
                return Err(refused());
            }
            let customer = directory::signed_in(tx, &email, &new_id, open, now)?.ok_or_else(refused)?;
            if customer == new_id {
                mirror.changed(tx, &customer, now)?;
            }
            begun.store(tx, &customer)?;
            Ok(customer)
        })?;
        start.answer(cx, &customer)
    }

    fn session(output: &SignInAnswer) -> SessionChange {
        SessionChange::Start { token: Secret::new(output.token.as_str()), expires_at: output.expires_at }
    }
}

/// A session that is about to begin, however its customer proved who they are.
#[derive(Clone)]
pub(super) struct Start {
    session_id: String,
    method: &'static str,
    now: Timestamp,
    until: Timestamp,
}

impl Start {
    pub(super) fn new(cx: &Cx, method: &'static str) -> Self {
        let until = cx.now.plus(cx.deps.settings.session_length);
        Self { session_id: cx.deps.ids.ulid_at(cx.now), method, now: cx.now, until }
    }

    pub(super) fn store(&self, tx: &mut crate::store::Tx<'_>, customer_id: &str) -> Result<()> {
        sessions::begin(tx, &self.session_id, customer_id, self.method, self.now, self.until)
    }

    pub(super) fn answer(&self, cx: &Cx, customer_id: &str) -> Result<SignInAnswer> {
        let keys = cx.deps.resident::<Keys>().current();
        let token = token::issue(&cx.deps, &keys, &self.session_id, customer_id, self.until)?;
        let event = cx
            .event(Log::Auth, "sign_in_succeeded")
            .field("method", self.method)
            .field("cust_ref", cx.deps.references.reference("customer", customer_id));
        cx.deps.events.emit(event);
        Ok(SignInAnswer { token, token_type: "Bearer".into(), expires_at: self.until })
    }
}

fn refused() -> Fault {
    Fault::new(
        Code::Unauthenticated,
        "The address or the code is not right, or the code has ended; ask for a new one",
    )
}

fn secret_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
