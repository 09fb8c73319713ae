//! Who is signed in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Profile, Route};
use crate::platform::{Email, Result, Timestamp};

/// Who is signed in with this token.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhoAmI {}

/// The customer and when the session ends.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// ULID.
    pub customer_id: String,
    /// Where sign-in mail goes.
    pub email: Email,
    /// What to call them.
    pub name: String,
    /// `free`, `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the session ends, in seconds since 1970 (the token's `exp`).
    pub exp: i64,
}

impl Operation for WhoAmI {
    const META: Meta = Meta {
        name: "who-am-i",
        route: Route::get("/api/me"),
        access: Access::Customer,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Me;

    fn run(&self, cx: &Cx) -> Result<Me> {
        let session = cx.caller.customer()?;
        let Profile { customer_id, email, name, plan, created_at } = session.profile.clone();
        Ok(Me { customer_id, email, name, plan, created_at, exp: session.expires_at.seconds() })
    }
}
