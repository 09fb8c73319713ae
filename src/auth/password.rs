//! Set or change the password of an account. All other sessions end, and the customer is told by mail.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::challenge::{Attempt, Right};
use super::failures::Try;
use super::login::{optional_secret, record_failure, secret_text};
use super::sessions::{self, Sessions};
use super::sql::{PASSWORD_ADD, PASSWORD_OF, PASSWORD_REPLACE};
use super::{hash, policy};
use crate::events::Log;
use crate::operation::outbox::{self, Mail};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Profile, Route};
use crate::platform::{Code, Fault, Result, Secret};
use crate::store::args;

/// How long telling the customer makes sense.
const NOTICE_WORTH: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Set a password, or change it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The present password; required when the account has one, unless a code is sent in its place.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schemars(with = "Option<String>")]
    pub current: Option<Secret>,
    /// In place of a forgotten present password: the eight digits of a mail asked for just now.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schemars(with = "Option<String>", regex(pattern = r"^[0-9]{8}$"))]
    pub code: Option<Secret>,
    /// The new one: at least 8 characters, at most 1,024 bytes, and none that is easily guessed.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String")]
    pub new: Secret,
}

/// The password is set.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasswordSet {
    /// Whether it took the place of another.
    pub changed: bool,
    /// How many other sessions ended.
    pub revoked: u64,
}

impl Operation for SetPassword {
    const META: Meta = Meta {
        name: "set-password",
        route: Route::post("/api/auth/password"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = PasswordSet;

    fn run(&self, cx: &Cx) -> Result<PasswordSet> {
        let session = cx.caller.customer()?;
        let (profile, kept) = (&session.profile, session.session_id.clone());
        policy::check("new", &self.new, &profile.email, &profile.name)?;
        let customer = profile.customer_id.clone();
        let before: Option<String> =
            cx.deps.store.read(|tx| tx.maybe(PASSWORD_OF, args![customer.as_str()]))?;
        let right = match &before {
            Some(before) => self.prove(cx, profile, before)?,
            None => None,
        };
        let made = hash::hash(&cx.deps.ids, &self.new)?;
        let changed = before.is_some();
        let (mail, ids, now) = (notice(cx, profile, changed), cx.deps.ids.clone(), cx.now);
        let revoked = cx.deps.store.write(move |tx| {
            if let Some(right) = &right
                && !right.redeem(tx, now)?
            {
                return Err(wrong_code());
            }
            let (customer, made) = (customer.as_str(), made.as_str());
            let stored = match &before {
                None => tx.run(PASSWORD_ADD, args![customer, made, now])?,
                Some(before) => tx.run(PASSWORD_REPLACE, args![customer, made, now, before.as_str()])?,
            };
            if stored == 0 {
                let words =
                    "The password was changed by another request meanwhile; look which one is in force";
                return Err(Fault::new(Code::Conflict, words));
            }
            outbox::send_mail(tx, &ids, now, &mail, NOTICE_WORTH)?;
            sessions::revoke_others(tx, customer, &kept, now)
        })?;
        Sessions::refresh(&cx.deps)?;
        let name = if changed { "password_changed" } else { "password_set" };
        cx.deps.events.emit(cx.event(Log::Auth, name).field("revoked", revoked));
        Ok(PasswordSet { changed, revoked })
    }
}

impl SetPassword {
    /// Whether whoever asks knows the present password, or reads the mail of the account now: then the answer is the
    /// code, to be used up with the change. A borrowed session proves neither. A wrong password counts as a wrong one
    /// at the sign-in does, so that a session is no way round that count.
    fn prove(&self, cx: &Cx, profile: &Profile, stored: &str) -> Result<Option<Right>> {
        let current = match (&self.current, &self.code) {
            (Some(current), None) => current,
            (None, Some(code)) => return prove_by_mail(cx, profile, code).map(Some),
            (None, None) => {
                let words = "the present password, since the account has one, or else a code by mail";
                return Err(Fault::invalid("current", words));
            }
            (Some(_), Some(_)) => {
                return Err(Fault::invalid("code", "nothing beside the present password: send one of them"));
            }
        };
        let tried = Try::new(cx, &profile.email);
        let counted = tried.clone();
        cx.deps.store.write(move |tx| counted.count(tx))?;
        match hash::verify(current, Some(stored)) {
            Ok(false) => {
                record_failure(cx, "password", Some(&profile.email));
                Err(Fault::invalid("current", "the present password; this is not it"))
            }
            outcome => {
                cx.deps.store.write(move |tx| tried.forgive(tx))?;
                outcome.map(|_| None)
            }
        }
    }
}

fn prove_by_mail(cx: &Cx, profile: &Profile, code: &Secret) -> Result<Right> {
    let attempt = Attempt::new(&cx.deps, &profile.email, code, None, cx.now);
    cx.deps.store.write(move |tx| attempt.count(tx))?.ok_or_else(|| {
        record_failure(cx, "code", Some(&profile.email));
        wrong_code()
    })
}

fn wrong_code() -> Fault {
    Fault::invalid("code", "the code of the newest mail; this one is wrong or has ended")
}

fn notice(cx: &Cx, profile: &Profile, changed: bool) -> Mail {
    let done = if changed { "changed" } else { "set" };
    let page = format!("{}/app/sessions", cx.deps.base_url);
    let at = cx.now.utc().format("%-d %b %Y, %H:%M UTC");
    let text = format!(
        "The password of your EchoPilot account was {done} on {at}. All other devices were signed out.\n\n\
         If this was you, there is nothing to do. If not, sign in with a link by mail and set another password at \
         {page}: a code by mail stands in for the one that somebody else chose.\n"
    );
    let html = format!(
        "<p>The password of your EchoPilot account was {done} on {at}. All other devices were signed out.</p>\
         <p>If this was you, there is nothing to do. If not, sign in with a link by mail and set another password at \
         <a href=\"{page}\">{page}</a>: a code by mail stands in for the one that somebody else chose.</p>"
    );
    Mail { to: profile.email.clone(), subject: format!("Your EchoPilot password was {done}"), text, html }
}
