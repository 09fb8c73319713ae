//! A lead, as it is stored and shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::{Email, Fault, Result, Timestamp};
use crate::store::{FromRow, Row};

/// Somebody who asked for more than the plans offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lead {
    /// ULID.
    pub id: String,
    /// Where the answer goes.
    pub email: Email,
    /// For whom they ask; null when they did not say.
    pub company: Option<String>,
    /// What they want to use it for.
    pub use_case: String,
    /// When they agreed that this is kept; null where the form was not ours.
    pub consented_at: Option<Timestamp>,
    /// When it came.
    pub created_at: Timestamp,
}

impl FromRow for Lead {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let email: String = row.get("email")?;
        Ok(Self {
            id: row.get("id")?,
            email: Email::parse(&email).map_err(Fault::internal)?,
            company: row.get("company")?,
            use_case: row.get("use_case")?,
            consented_at: row.get("consented_at")?,
            created_at: row.get("created_at")?,
        })
    }
}
