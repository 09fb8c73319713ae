//! Where a customer is signed in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{PASSWORD_EXISTS, SESSIONS_OF};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args, row};

/// List the sessions of whoever asks, newest first, 200 at the most.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSessions {}

/// One session.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListedSession {
    /// ULID, the `jti` of its token.
    pub id: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// How the customer proved who they are: `code`, `link`, `password` or `demo`.
    pub method: String,
    /// What it runs on, in a few words: `Firefox on Linux`, `API`; null for sessions older than this field.
    pub device: Option<String>,
    /// Whether it is the session that asks.
    pub current: bool,
}

struct Found {
    id: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    method: String,
    device: Option<String>,
}

row! { Found { id, created_at, expires_at, method, device } }

/// Where the customer is signed in, and whether a password opens the account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionList {
    /// Newest first.
    pub sessions: Vec<ListedSession>,
    /// Whether the account has a password.
    pub has_password: bool,
}

impl Operation for ListSessions {
    const META: Meta = Meta {
        name: "list-sessions",
        route: Route::get("/api/auth/sessions"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SessionList;

    fn run(&self, cx: &Cx) -> Result<SessionList> {
        let session = cx.caller.customer()?;
        let customer = session.profile.customer_id.as_str();
        let (sessions, passwords): (Vec<ListedSession>, i64) = cx.deps.store.read(|tx| {
            let sessions = sessions_of(tx, customer, &session.session_id, cx.now)?;
            Ok((sessions, tx.one(PASSWORD_EXISTS, args![customer])?))
        })?;
        Ok(SessionList { sessions, has_password: passwords > 0 })
    }
}

/// The live sessions of a customer, newest first; `current` is the one that asks.
pub(super) fn sessions_of(
    tx: &mut Tx<'_>,
    customer: &str,
    current: &str,
    now: Timestamp,
) -> Result<Vec<ListedSession>> {
    let found: Vec<Found> = tx.rows(SESSIONS_OF, args![customer, now])?;
    let listed = found.into_iter().map(|Found { id, created_at, expires_at, method, device }| {
        let current = id == current;
        ListedSession { id, created_at, expires_at, method, device, current }
    });
    Ok(listed.collect())
}
