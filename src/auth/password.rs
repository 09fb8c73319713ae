//! Set or change the password of an account. All other sessions end, and the customer is told by mail.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The present password; required when the account has one.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schemars(with = "Option<String>")]
    pub current: Option<Secret>,
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
        policy::check("new", &self.new, profile)?;
        let customer = profile.customer_id.clone();
        let before: Option<String> =
            cx.deps.store.read(|tx| tx.maybe(PASSWORD_OF, args![customer.as_str()]))?;
        if let Some(before) = &before {
            self.prove(cx, profile, before)?;
        }
        let made = hash::hash(&cx.deps.ids, &self.new)?;
        let changed = before.is_some();
        let (mail, ids, now) = (notice(cx, profile, changed), cx.deps.ids.clone(), cx.now);
        let revoked = cx.deps.store.write(move |tx| {
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
    /// Whether the present password is known. A wrong one counts as a wrong one at the sign-in does: a borrowed
    /// session is no way round that count.
    fn prove(&self, cx: &Cx, profile: &Profile, stored: &str) -> Result<()> {
        let Some(current) = &self.current else {
            return Err(Fault::invalid("current", "the present password, since the account has one"));
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
                outcome.map(drop)
            }
        }
    }
}

fn notice(cx: &Cx, profile: &Profile, changed: bool) -> Mail {
    let done = if changed { "changed" } else { "set" };
    let page = format!("{}/app/sessions", cx.deps.base_url);
    let at = cx.now.utc().format("%-d %b %Y, %H:%M UTC");
    let text = format!(
        "The password of your EchoPilot account was {done} on {at}. All other devices were signed out.\n\n\
         If this was you, there is nothing to do. If not, sign in with a link by mail, look at your devices at {page}, \
         and answer this mail.\n"
    );
    let html = format!(
        "<p>The password of your EchoPilot account was {done} on {at}. All other devices were signed out.</p>\
         <p>If this was you, there is nothing to do. If not, sign in with a link by mail, look at your devices at \
         <a href=\"{page}\">{page}</a>, and answer this mail.</p>"
    );
    Mail { to: profile.email.clone(), subject: format!("Your EchoPilot password was {done}"), text, html }
}
