//! Where a customer is signed in, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::session_list::{ListedSession, SessionList, sessions_of};
use super::sql::PASSWORD_EXISTS;
use crate::customers::directory;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::Result;
use crate::store::args;

/// List where a customer is signed in, newest first, 200 at the most.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCustomerSessions {
    /// The customer's identifier.
    pub id: String,
}

impl Operation for ListCustomerSessions {
    const META: Meta = Meta {
        name: "list-customer-sessions",
        route: Route::get("/api/customers/{id}/sessions"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SessionList;

    fn run(&self, cx: &Cx) -> Result<SessionList> {
        let id = self.id.as_str();
        let (sessions, passwords): (Vec<ListedSession>, i64) = cx.deps.store.read(|tx| {
            directory::found(tx, id)?;
            Ok((sessions_of(tx, id, "", cx.now)?, tx.one(PASSWORD_EXISTS, args![id])?))
        })?;
        Ok(SessionList { sessions, has_password: passwords > 0 })
    }
}
