//! End the session that asks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sessions::{self, Sessions};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::Result;

/// End this session; its token is refused from now on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOut {}

/// The session is over.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedOut {
    /// Always true: signing out cannot half succeed.
    pub signed_out: bool,
}

impl Operation for SignOut {
    const META: Meta = Meta {
        name: "sign-out",
        route: Route::post("/api/auth/logout"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SignedOut;

    fn run(&self, cx: &Cx) -> Result<SignedOut> {
        let (session, now) = (cx.caller.customer()?.session_id.clone(), cx.now);
        cx.deps.store.write(move |tx| sessions::revoke(tx, &session, now))?;
        Sessions::refresh(&cx.deps)?;
        cx.deps.events.emit(cx.event(Log::Auth, "signed_out"));
        Ok(SignedOut { signed_out: true })
    }

    fn session(_output: &SignedOut) -> SessionChange {
        SessionChange::End
    }
}
