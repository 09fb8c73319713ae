//! `/dashboard/v2/warehouse`: how the copy in PostgreSQL stands, what was done to it and what it can't keep.

use askama::Template;

use super::badge;
use crate::pages::view::{Badge, Moment, Part, Shell, Stat, Tone};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "board_warehouse.html")]
pub struct WarehousePage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// What an action that led here did.
    pub notice: Option<WarehouseNotice>,
    /// Why an action did nothing.
    pub refused: Option<String>,
    /// How it stands.
    pub state: Part<WarehouseState>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct WarehouseState {
    /// What there is to know, the gravest first; never empty.
    pub findings: Vec<WarehouseFinding>,
    /// Whether there is a warehouse at all.
    pub is_configured: bool,
    /// Whether somebody copies or compares at this moment: nothing can be begun then.
    pub at_work: bool,
    /// The figures of the top row; none without a warehouse.
    pub stats: Vec<Stat>,
    /// The copies; empty without a warehouse.
    pub copies: Vec<CopyRow>,
    /// The latest runs, newest first.
    pub runs: Vec<SyncRow>,
    /// What can't be kept; none when the warehouse does not say.
    pub quarantine: Option<QuarantineRows>,
}

/// One thing to know, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseFinding {
    /// How grave it is.
    pub tone: Tone,
    /// What.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Where to do it: words and address.
    pub act: Option<(&'static str, String)>,
}

/// One copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The table.
    pub name: &'static str,
    /// Its live rows; none when the warehouse does not say.
    pub rows: Option<String>,
    /// What the last run did to it: inserted, updated, deleted, quarantined; none when there was no run.
    pub last: Option<[String; 4]>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRow {
    /// When it began.
    pub at: Moment,
    /// "Changed rows", "Every row" or "Comparison".
    pub kind: &'static str,
    /// `running`, `ok`, `partial`, `different`, `failed` or `interrupted`.
    pub status: String,
    /// How long it took.
    pub took: Option<String>,
    /// What it did, or why it failed.
    pub words: String,
}

/// What can't be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRows {
    /// How many there are.
    pub count: i64,
    /// The first of them: table, key, reason and since when.
    pub rows: Vec<(&'static str, String, String, Moment)>,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarehouseNotice {
    /// A run was stored.
    Syncing,
    /// A comparison was stored.
    Comparing,
}

impl WarehouseNotice {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Syncing, Self::Comparing];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::Comparing => "comparing",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    /// What was asked for.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Syncing => "A sync was asked for",
            Self::Comparing => "A comparison was asked for",
        }
    }
}

impl SyncRow {
    fn badge(&self) -> Badge {
        match self.status.as_str() {
            "ok" => badge(Tone::Ok, "check", "ok"),
            "running" => badge(Tone::Info, "bolt", "running"),
            "partial" | "different" => badge(Tone::Warn, "alert", &self.status),
            other => badge(Tone::Bad, "cross", other),
        }
    }
}

impl WarehouseFinding {
    fn glyph(&self) -> &'static str {
        match self.tone {
            Tone::Ok => "check",
            Tone::Warn | Tone::Bad => "alert",
            Tone::Info => "bolt",
            Tone::Neutral => "info",
        }
    }
}

impl QuarantineRows {
    fn has_more(&self) -> bool {
        i64::try_from(self.rows.len()).is_ok_and(|shown| shown < self.count)
    }
}

/// How much shall be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncAct {
    /// Carry what has changed.
    Changed,
    /// Compare every row.
    Full,
}

impl SyncAct {
    /// Its word in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "sync",
            Self::Full => "full",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Changed => "Sync the warehouse now?",
            Self::Full => "Compare every row and sync now?",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Changed => "What has changed since the last success is copied there in one transaction.",
            Self::Full => {
                "Every row of the store is held against its copy, and what differs is written there in one \
                 transaction. It takes longer than a sync of what has changed."
            }
        }
    }
}

/// "Sync now?", since it writes to another database.
#[derive(Debug, Clone, Template)]
#[template(path = "board_confirm_sync.html")]
pub struct ConfirmSyncPage {
    /// The frame.
    pub shell: Shell,
    /// How much.
    pub act: SyncAct,
    /// When it runs by itself.
    pub words: String,
}
