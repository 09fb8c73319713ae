//! End other sessions of a customer, or one by its identifier.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::sessions::{self, Sessions};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::{Fault, Result};

/// End all other sessions of whoever asks, or the one that `id` names.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeSessions {
    /// The session to end (its identifier); without it, all but the one that asks.
    #[serde(default, deserialize_with = "a_name", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1))]
    pub id: Option<String>,
}

/// An empty text in a query counts as absent elsewhere; here that would end all other sessions in place of one.
fn a_name<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let id = String::deserialize(input)?;
    if id.is_empty() {
        return Err(D::Error::custom("expected the id of a session; leave it out to end all others"));
    }
    Ok(Some(id))
}

/// What ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionsRevoked {
    /// How many sessions ended.
    pub revoked: u64,
    /// Whether the session that asked was the one.
    pub signed_out: bool,
}

impl Operation for RevokeSessions {
    const META: Meta = Meta {
        name: "revoke-sessions",
        route: Route::delete("/api/auth/sessions"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SessionsRevoked;

    fn run(&self, cx: &Cx) -> Result<SessionsRevoked> {
        let session = cx.caller.customer()?;
        let (own, customer, now) = (session.session_id.clone(), session.profile.customer_id.clone(), cx.now);
        let signed_out = self.id.as_ref() == Some(&own);
        let wanted = self.id.clone();
        let revoked = cx.deps.store.write(move |tx| match &wanted {
            None => sessions::revoke_others(tx, &customer, &own, now),
            Some(id) if sessions::revoke_own(tx, id, &customer, now)? => Ok(1),
            Some(_) => Err(Fault::not_found("A live session of yours with this id")),
        })?;
        Sessions::refresh(&cx.deps)?;
        cx.deps.events.emit(cx.event(Log::Auth, "sessions_revoked").field("revoked", revoked));
        Ok(SessionsRevoked { revoked, signed_out })
    }

    fn session(output: &SessionsRevoked) -> SessionChange {
        if output.signed_out { SessionChange::End } else { SessionChange::Keep }
    }
}
