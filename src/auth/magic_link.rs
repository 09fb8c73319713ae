//! Ask for a sign-in mail, which holds a link and a code. The answer is the same whoever asks for whomever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::challenge::{Challenge, Fate, LIFETIME, Shares};
use super::login;
use crate::config::SignupMode;
use crate::customers::directory;
use crate::events::{Level, Log};
use crate::operation::outbox::{self, Mail};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, Status};
use crate::platform::{Email, Result, Secret};

/// Send a sign-in link and a code to an address.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    /// Where the mail goes.
    pub email: Email,
    /// Binds the code to the browser that asked on a page; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub browser: Option<Secret>,
    /// The page of ours that the link leads to afterwards; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub next: Option<&'static str>,
}

/// The answer, whether or not the address is known.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CodeSent {
    /// What happens now, in words.
    pub message: String,
}

impl Operation for RequestCode {
    const META: Meta = Meta {
        name: "request-code",
        route: Route::post("/api/auth/magic-link"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = CodeSent;
    const SUCCESS: &'static [Status] = &[Status::Accepted];

    fn run(&self, cx: &Cx) -> Result<CodeSent> {
        let challenge = Challenge::new(&cx.deps, &self.email, self.browser.as_ref(), cx.now);
        let mail = self.mail(cx, &challenge);
        let (email, now, ids) = (self.email.clone(), cx.now, cx.deps.ids.clone());
        let open = cx.deps.settings.signup_mode == SignupMode::Open;
        let may = login::may_sign_in_here(cx, &self.email);
        let shares = Shares::of(&cx.deps.settings.rate_limits);
        let fate = cx.deps.store.write(move |tx| {
            let welcome = directory::may_sign_in(tx, &email, open)? && may;
            let fate = challenge.store(tx, shares, welcome)?;
            if fate == Fate::Mailed {
                outbox::send_mail(tx, &ids, now, &mail, LIFETIME)?;
            }
            Ok(fate)
        })?;
        let address = cx.deps.references.reference("address", self.email.as_str());
        let level = if fate == Fate::HouseLimited { Level::Warn } else { Level::Info };
        let event = cx
            .event(Log::Auth, "code_requested")
            .level(level)
            .field("address", address)
            .field("sent", fate == Fate::Mailed)
            .field("outcome", fate.as_str());
        cx.deps.events.emit(event);
        Ok(CodeSent {
            message: "If this address may sign in, a link and a code are on their way; they are good for 10 minutes".into(),
        })
    }
}

impl RequestCode {
    fn mail(&self, cx: &Cx, challenge: &Challenge) -> Mail {
        let (base, code) = (cx.deps.base_url.as_str(), challenge.code.as_str());
        let mut link = format!("{base}/auth/verify?token={}", challenge.link);
        if let Some(next) = self.next {
            link = format!("{link}&next={next}");
        }
        let text = format!(
            "Sign in to EchoPilot with this link:\n{link}\n\n\
             Or enter this sign-in code on the page where you asked for it: {code}\n\n\
             Either works once, within 10 minutes. If you did not ask for this, ignore this mail: nobody can sign in \
             without it.\n"
        );
        let html = format!(
            "<p><a href=\"{link}\">Sign in to EchoPilot</a></p>\
             <p>Or enter this sign-in code on the page where you asked for it: <strong>{code}</strong></p>\
             <p>Either works once, within 10 minutes. If you did not ask for this, ignore this mail: nobody can sign \
             in without it.</p>",
            link = link.replace('&', "&amp;"),
        );
        Mail { to: self.email.clone(), subject: "Your EchoPilot sign-in link and code".into(), text, html }
    }
}
