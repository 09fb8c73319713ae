//! What an operator would tell a colleague: an alert, a refund, a changed flag, a paused task. Never a tick,
//! a probe or a sync. Written in the transaction of the work it tells of, and copied to the warehouse.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{OPS_EVENT_ADD, OPS_EVENT_LAST, OPS_EVENTS, RUNS_MARK};
use super::{Cx, Page};
use crate::platform::{Fault, Ids, Result, Timestamp};
use crate::store::{FromRow, Row, Tx, args, row};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

    fn parse(word: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Critical].into_iter().find(|severity| severity.as_str() == word)
    }
}

/// One thing that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToldEvent {
    /// ULID.
    pub id: String,
    /// What happened, as a word with underscores: `task_paused`.
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    pub summary: String,
    /// Who did it: `operator grace`, `scheduler`, `shell` …
    pub actor: String,
    /// When.
    pub created_at: Timestamp,
}

impl FromRow for ToldEvent {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let severity: String = row.get("severity")?;
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            severity: Severity::parse(&severity)
                .ok_or_else(|| Fault::internal("an event has a severity that nobody knows"))?,
            summary: row.get("summary")?,
            actor: row.get("actor")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// A page of what was told, newest first, and one more when there are more.
pub fn told(tx: &mut Tx<'_>, page: &Page, severity: Option<Severity>) -> Result<Vec<ToldEvent>> {
    let (before, id) = (page.before.0, page.before.1.as_str());
    tx.rows(OPS_EVENTS, args![before, id, page.fetch(), severity.map(Severity::as_str)])
}

/// What changes whenever something was told, or a stored run came, began or ended: for whoever watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The newest event.
    pub told: Option<String>,
    /// The newest run.
    pub last: Option<String>,
    /// How many runs wait.
    pub queued: i64,
    /// How many are at work.
    pub running: i64,
}

struct RunsMark {
    last: Option<String>,
    queued: i64,
    running: i64,
}

row! { RunsMark { last, queued, running } }

impl Marks {
    /// As it is now; cheap enough to be asked every two seconds.
    pub fn read(tx: &mut Tx<'_>) -> Result<Self> {
        let RunsMark { last, queued, running } = tx.one(RUNS_MARK, args![])?;
        Ok(Self { told: tx.one(OPS_EVENT_LAST, args![])?, last, queued, running })
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
