//! What a run and a comparison report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::merge::Merged;
use super::schema::Plan;
use super::tables::WarehouseTable;
use crate::operation::later::RunState;
use crate::platform::Timestamp;

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// Everything is in the warehouse; compared: everything is equal.
    Ok,
    /// Everything but the rows that were quarantined.
    Partial,
    /// Compared: source and warehouse differ.
    Different,
    /// Planned: the warehouse needs changes that are made with `allow_destructive` only.
    Blocked,
}

impl SyncStatus {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Different => "different",
            Self::Blocked => "blocked",
        }
    }

    /// Whether somebody has to look: the command ends with 3 then.
    pub const fn is_finding(self) -> bool {
        !matches!(self, Self::Ok)
    }
}

/// What a run did, would do, or what a comparison found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SyncReport {
    /// The run.
    pub run_id: String,
    /// `queued` when it runs later, else `succeeded`.
    pub state: RunState,
    /// Null while it is queued.
    pub status: Option<SyncStatus>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// What happened to the copies.
    pub tables: Vec<TableSync>,
    /// Statements that changed the warehouse's tables, or would have.
    pub ddl: Vec<String>,
    /// Those of them that alter what is there: they run with `allow_destructive` only.
    pub destructive: Vec<String>,
    /// What a comparison found, by table; empty for a run.
    pub compared: Vec<TableComparison>,
}

impl SyncReport {
    /// What is to be done to the tables, or was; `Blocked` when some of it needs consent.
    pub(super) fn plan(&mut self, plan: Plan) -> SyncStatus {
        self.ddl = plan.statements();
        self.destructive = plan.destructive;
        if self.destructive.is_empty() { SyncStatus::Ok } else { SyncStatus::Blocked }
    }

    /// A run that is stored and has not begun.
    pub(super) fn queued(run_id: String, dry_run: bool) -> Self {
        Self {
            run_id,
            state: RunState::Queued,
            status: None,
            dry_run,
            started_at: None,
            finished_at: None,
            duration_ms: None,
            tables: Vec::new(),
            ddl: Vec::new(),
            destructive: Vec::new(),
            compared: Vec::new(),
        }
    }
}

/// What happened to one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableSync {
    /// The table.
    pub table: WarehouseTable,
    /// Rows that are new.
    pub inserted: u64,
    /// Rows that changed.
    pub updated: u64,
    /// Rows that were read and found equal.
    pub unchanged: u64,
    /// Rows that the source has no more.
    pub deleted: u64,
    /// Rows that the warehouse can't keep as they are.
    pub quarantined: u64,
}

impl TableSync {
    pub(super) fn new(table: WarehouseTable, merged: &Merged, quarantined: u64) -> Self {
        let Merged { inserted, updated, unchanged, deleted, .. } = *merged;
        Self { table, inserted, updated, unchanged, deleted, quarantined }
    }
}

/// One table on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableComparison {
    /// The table.
    pub table: WarehouseTable,
    /// Whether counts and checksums of every day are equal.
    pub agrees: bool,
    /// Rows of the source.
    pub source_rows: u64,
    /// Rows of the warehouse, those gone from the source left out.
    pub warehouse_rows: u64,
    /// Rows that changed since the last run: they differ until the next one.
    pub waiting: u64,
    /// Days that differ, the newest 100.
    pub days: Vec<DayDifference>,
    /// How many days differ.
    pub days_different: u64,
}

/// A day whose rows differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DayDifference {
    /// The day of `created_at` in UTC, or `unknown` where that is unreadable.
    pub day: String,
    /// Rows of the source.
    pub source_rows: u64,
    /// Rows of the warehouse. As many as in the source: their contents differ.
    pub warehouse_rows: u64,
}
