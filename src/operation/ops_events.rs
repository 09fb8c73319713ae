//! What an operator would tell a colleague: an alert, a refund, a changed flag, a paused task. Never a tick,
//! a probe or a sync. Written in the transaction of the work it tells of, and copied to the warehouse.

use super::Cx;
use super::sql::OPS_EVENT_ADD;
use crate::platform::{Ids, Result, Timestamp};
use crate::store::{Tx, args};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it soon.
    Warning,
    /// Look at it now.
    Critical,
}

impl Severity {
    /// As stored: `info`, `warning` or `critical`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One thing to tell. The summary names no person.
#[derive(Debug, Clone)]
pub struct OpsEvent {
    /// What happened, as a word with underscores: `task_paused`.
    pub kind: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    pub summary: String,
    id: String,
    actor: String,
    at: Timestamp,
}

impl OpsEvent {
    /// Something that `cx`'s caller did.
    pub fn by(cx: &Cx, kind: &'static str, severity: Severity, summary: impl Into<String>) -> Self {
        let actor = match cx.caller.identity() {
            Some(("operator", name)) => format!("operator {name}"),
            _ => cx.caller.kind().to_owned(),
        };
        Self { kind, severity, summary: summary.into(), id: cx.deps.ids.ulid_at(cx.now), actor, at: cx.now }
    }

    /// The same at another time, under an identifier of that time.
    #[must_use]
    pub fn at(mut self, ids: &Ids, at: Timestamp) -> Self {
        self.id = ids.ulid_at(at);
        self.at = at;
        self
    }

    /// Write it down within the caller's transaction.
    pub fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (id, summary, actor) = (self.id.as_str(), self.summary.as_str(), self.actor.as_str());
        tx.run(OPS_EVENT_ADD, args![id, self.kind, self.severity.as_str(), summary, actor, self.at])?;
        Ok(())
    }
}
