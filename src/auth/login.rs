//! Sign in with a code or a password. Whoever tries learns nothing about the address: the same answer, after the
//! same work, for one that nobody has, one without a password and one that is disabled.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::challenge::Attempt;
use super::demo_sign_in::DEMO_EMAIL;
use super::failures::Try;
use super::keys::Keys;
use super::sql::{PASSWORD_BY_EMAIL, SESSION_ADD};
use super::{hash, token};
use crate::config::SignupMode;
use crate::customers::{Mirror, directory};
use crate::events::{Level, Log};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::{Code, Email, Fault, Result, Secret, Timestamp};
use crate::store::{Tx, args, row};

/// Sign in with the code that was mailed, or with a password: exactly one of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The address of the account.
    pub email: Email,
    /// The eight digits that were mailed.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schemars(with = "Option<String>", regex(pattern = r"^[0-9]{8}$"))]
    pub code: Option<Secret>,
    /// The password of the account.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schemars(with = "Option<String>")]
    pub password: Option<Secret>,
    /// The browser's part of a code asked for on a page; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub browser: Option<Secret>,
    /// What the page says it runs on; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub device: Option<String>,
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
        match (&self.code, &self.password) {
            (Some(code), None) => self.by_code(cx, code),
            (None, Some(password)) => self.by_password(cx, password),
            (None, None) => Err(Fault::invalid("code", "the code that was mailed, or else a password")),
            (Some(_), Some(_)) => Err(Fault::invalid("password", "nothing beside a code: send one of them")),
        }
    }

    fn session(output: &SignInAnswer) -> SessionChange {
        SessionChange::Start { token: Secret::new(output.token.as_str()), expires_at: output.expires_at }
    }
}

struct Stored {
    customer_id: String,
    hash: String,
}

row! { Stored { customer_id, hash } }

impl SignIn {
    fn by_code(&self, cx: &Cx, code: &Secret) -> Result<SignInAnswer> {
        let refused = || {
            Fault::new(
                Code::Unauthenticated,
                "The address or the code is not right, or the code has ended; ask for a new one",
            )
        };
        let attempt = Attempt::new(&cx.deps, &self.email, code, self.browser.as_ref(), cx.now);
        let Some(right) = cx.deps.store.write(move |tx| attempt.count(tx))? else {
            record_failure(cx, "code", Some(&self.email));
            return Err(refused());
        };
        let start = Start::new(cx, "code", self.device.as_deref());
        let arrival = Arrival::new(cx);
        let (email, now, begun) = (self.email.clone(), cx.now, start.clone());
        let customer = cx.deps.store.write(move |tx| {
            if !right.redeem(tx, now)? {
                return Err(refused());
            }
            let customer = arrival.customer(tx, &email)?.ok_or_else(refused)?;
            begun.store(tx, &customer)?;
            Ok(customer)
        });
        let customer = customer.inspect_err(|fault| {
            if fault.code == Code::Unauthenticated {
                record_failure(cx, "code", Some(&self.email));
            }
        })?;
        start.answer(cx, &customer)
    }

    fn by_password(&self, cx: &Cx, password: &Secret) -> Result<SignInAnswer> {
        let tried = Try::new(cx, &self.email);
        let counted = tried.clone();
        cx.deps.store.write(move |tx| counted.count(tx)).inspect_err(|fault| {
            if fault.code == Code::Limited {
                let address = cx.deps.references.reference("address", self.email.as_str());
                let event =
                    cx.event(Log::Auth, "account_slowed").level(Level::Warn).field("address", address);
                cx.deps.events.emit(event);
            }
        })?;
        let email = self.email.clone();
        let stored: Option<Stored> =
            cx.deps.store.read(move |tx| tx.maybe(PASSWORD_BY_EMAIL, args![email.as_str()]))?;
        let stored = stored.filter(|_| may_sign_in_here(cx, &self.email));
        let right = hash::verify(password, stored.as_ref().map(|stored| stored.hash.as_str()));
        let customer = match (right, stored) {
            (Ok(true), Some(stored)) => stored.customer_id,
            (Ok(_), _) => {
                record_failure(cx, "password", Some(&self.email));
                return Err(Fault::new(
                    Code::Unauthenticated,
                    "The address or the password is not right; try again, or sign in by mail",
                ));
            }
            (Err(fault), _) => {
                // Nobody has looked at it, so it was not wrong.
                cx.deps.store.write(move |tx| tried.forgive(tx))?;
                return Err(fault);
            }
        };
        let start = Start::new(cx, "password", self.device.as_deref());
        let (begun, id) = (start.clone(), customer.clone());
        cx.deps.store.write(move |tx| {
            tried.forgive(tx)?;
            begun.store(tx, &id)
        })?;
        start.answer(cx, &customer)
    }
}

/// Somebody who has proved an address, with or without an account.
#[derive(Clone)]
pub(super) struct Arrival {
    new_id: String,
    open: bool,
    demo: bool,
    mirror: Mirror,
    now: Timestamp,
}

impl Arrival {
    pub(super) fn new(cx: &Cx) -> Self {
        let settings = &cx.deps.settings;
        let open = settings.signup_mode == SignupMode::Open;
        let mirror = Mirror::of(&cx.deps);
        Self { new_id: cx.deps.ids.ulid_at(cx.now), open, demo: settings.demo, mirror, now: cx.now }
    }

    /// Whose account it is, made where anybody may sign up; `None` when they may not sign in.
    pub(super) fn customer(&self, tx: &mut Tx<'_>, email: &Email) -> Result<Option<String>> {
        if email.as_str() == DEMO_EMAIL && !self.demo {
            return Ok(None);
        }
        let customer = directory::signed_in(tx, email, &self.new_id, self.open, self.now)?;
        if customer.as_deref() == Some(self.new_id.as_str()) {
            self.mirror.changed(tx, &self.new_id, self.now)?;
        }
        Ok(customer)
    }
}

/// The demo account is nobody's outside the demonstration, also where its data was seeded.
pub(super) fn may_sign_in_here(cx: &Cx, email: &Email) -> bool {
    cx.deps.settings.demo || email.as_str() != DEMO_EMAIL
}

/// Write down that somebody did not get in, by which way, and at which address when one was named.
pub(super) fn record_failure(cx: &Cx, method: &'static str, email: Option<&Email>) {
    let address = email.map(|email| cx.deps.references.reference("address", email.as_str()));
    let event = cx
        .event(Log::Auth, "sign_in_failed")
        .level(Level::Warn)
        .field("method", method)
        .field("address", address);
    cx.deps.events.emit(event);
}

/// A session that is about to begin, however its customer proved who they are.
#[derive(Clone)]
pub(super) struct Start {
    session_id: String,
    method: &'static str,
    device: String,
    now: Timestamp,
    until: Timestamp,
}

impl Start {
    /// `device` is what a page says it runs on; a program says nothing.
    pub(super) fn new(cx: &Cx, method: &'static str, device: Option<&str>) -> Self {
        let until = cx.now.plus(cx.deps.settings.session_length);
        let device = device.unwrap_or("API").to_owned();
        Self { session_id: cx.deps.ids.ulid_at(cx.now), method, device, now: cx.now, until }
    }

    pub(super) fn store(&self, tx: &mut Tx<'_>, customer_id: &str) -> Result<()> {
        let (id, device) = (self.session_id.as_str(), self.device.as_str());
        tx.run(SESSION_ADD, args![id, customer_id, self.method, device, self.now, self.until])?;
        Ok(())
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

/// A text that must not be shown.
pub(super) fn secret_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The same where it may be absent.
pub(super) fn optional_secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(Secret::new))
}
