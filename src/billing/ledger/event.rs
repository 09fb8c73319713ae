//! An event of Stripe: what is read of it, and its row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::platform::{Code, Fault, Result, Timestamp};
use crate::store::{Cell, Column, row};

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum EventState {
    /// Stored, not yet applied.
    Received,
    /// In the mirror.
    Applied,
    /// Could not be applied; Stripe sends it again, and so can an operator.
    Failed,
    /// About something that is not mirrored, or of the other mode.
    Ignored,
}

impl EventState {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Ignored => "ignored",
        }
    }

    /// Whether there is nothing left to do.
    pub(super) const fn is_settled(self) -> bool {
        matches!(self, Self::Applied | Self::Ignored)
    }
}

impl Column for EventState {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        let Cell::Text(text) = cell else { return None };
        [Self::Received, Self::Applied, Self::Failed, Self::Ignored]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// An event in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoredEvent {
    /// Stripe's identifier.
    pub id: String,
    /// Stripe's word for what happened, such as `invoice.paid`.
    pub kind: String,
    /// The version of Stripe's API that the event has the shape of.
    pub api_version: Option<String>,
    /// Whether it is about real money.
    pub is_live: bool,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it first came.
    pub received_at: Timestamp,
    /// Where it stands.
    pub state: EventState,
    /// How often it was tried to apply it.
    pub attempts: i64,
    /// Why it could not be applied.
    pub error: Option<String>,
    /// When it was applied last.
    pub applied_at: Option<Timestamp>,
}

row! { StoredEvent {
    id, kind, api_version, is_live, created_at, received_at, state, attempts, error, applied_at
} }

/// What is read of a body that Stripe signed.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) api_version: Option<String>,
    pub(super) is_live: bool,
    /// Seconds since 1970.
    pub(super) created: i64,
    pub(super) object: Value,
}

impl Parsed {
    /// Read a body; `Malformed` when it is no event.
    pub(super) fn read(body: &str) -> Result<Self> {
        let wrong = || {
            Fault::new(Code::Malformed, "The body is no event of Stripe: expected id, type and data.object")
        };
        let mut event: Value = serde_json::from_str(body).map_err(|error| wrong().because(error))?;
        let words = |name: &str| event[name].as_str().filter(|text| !text.is_empty() && !text.contains('\0'));
        let (id, kind) = words("id").zip(words("type")).ok_or_else(wrong)?;
        if id.len() > 255 || kind.len() > 255 || !event["data"]["object"].is_object() {
            return Err(wrong());
        }
        Ok(Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            api_version: words("api_version").map(str::to_owned),
            is_live: event["livemode"] == true,
            created: event["created"].as_i64().filter(|created| *created >= 0).ok_or_else(wrong)?,
            object: event["data"]["object"].take(),
        })
    }

    /// Whether it says that its object is gone. A subscription that ends is not: it is `canceled`.
    pub(super) fn tells_deletion(&self) -> bool {
        let object = self.object["object"].as_str().unwrap_or_default();
        object != "subscription" && self.kind == format!("{object}.deleted")
    }
}
