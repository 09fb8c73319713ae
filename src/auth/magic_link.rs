//! Ask for a sign-in code by mail. The answer is the same whoever asks for whomever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::challenge::{Challenge, LIFETIME};
use crate::config::SignupMode;
use crate::customers::directory;
use crate::events::Log;
use crate::operation::outbox::{self, Mail};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, Status};
use crate::platform::{Email, Result, Secret};

/// Send a sign-in code to an address.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    /// Where the code goes.
    pub email: Email,
    /// Binds the code to the browser that asked on a page; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub browser: Option<Secret>,
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
        let mail = mail(cx, &self.email, &challenge.code);
        let (email, now, ids) = (self.email.clone(), cx.now, cx.deps.ids.clone());
        let open = cx.deps.settings.signup_mode == SignupMode::Open;
        let sent = cx.deps.store.write(move |tx| {
            let welcome = directory::may_sign_in(tx, &email, open)?;
            // The code is stored for a stranger too, so that both ways cost the same.
            let fresh = challenge.store(tx)?;
            if welcome && fresh {
                outbox::send_mail(tx, &ids, now, &mail, LIFETIME)?;
            }
            Ok(welcome && fresh)
        })?;
        let address = cx.deps.references.reference("address", self.email.as_str());
        cx.deps
            .events
            .emit(cx.event(Log::Auth, "code_requested").field("address", address).field("sent", sent));
        Ok(CodeSent {
            message: "If this address may sign in, a code is on its way; it is good for 10 minutes".into(),
        })
    }
}

fn mail(cx: &Cx, to: &Email, code: &str) -> Mail {
    let page = format!("{}/auth/login", cx.deps.base_url.as_str());
    let text = format!(
        "Your sign-in code is {code}\n\nEnter it at {page}. It is good for 10 minutes and works once.\n\
         If you did not ask for it, ignore this mail: nobody can sign in without the code.\n"
    );
    let html = format!(
        "<p>Your sign-in code is <strong>{code}</strong></p>\
         <p>Enter it at <a href=\"{page}\">{page}</a>. It is good for 10 minutes and works once.</p>\
         <p>If you did not ask for it, ignore this mail: nobody can sign in without the code.</p>"
    );
    Mail { to: to.clone(), subject: "Your EchoPilot sign-in code".into(), text, html }
}
