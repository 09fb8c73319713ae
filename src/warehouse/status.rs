//! The state of the warehouse: told from the store, so also while the warehouse is down.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{self, Kind, Past};
use super::report::TableSync;
use super::tables::WarehouseTable;
use super::{SCHEDULE, dirty, merge, target};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};

/// A daily run that is two hours late is missing.
pub(super) const STALE: Duration = Duration::from_hours(26);
/// Counting may take this long.
const COUNTING: Duration = Duration::from_secs(3);

/// Show when the warehouse was last brought up to date, and what waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowWarehouse {}

/// Whether the warehouse answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It answered just now.
    Ok,
    /// It did not; `problem` says why.
    Down,
    /// There is none: WAREHOUSE_URL is not set.
    NotConfigured,
}

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastSync {
    /// The run.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// `ok`, `partial`, `failed` or `interrupted`.
    pub status: String,
    /// Why it failed.
    pub detail: Option<String>,
    /// Whether every row was compared.
    pub full: bool,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// What happened to the copies.
    pub tables: Vec<TableSync>,
}

/// A comparison that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastVerify {
    /// The run.
    pub id: String,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// `ok`, `different`, `failed` or `interrupted`.
    pub status: String,
}

/// The state of the warehouse.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WarehouseStatus {
    /// Whether it answers now.
    pub warehouse: Reach,
    /// Why it does not.
    pub problem: Option<String>,
    /// The latest run that ended; null before the first.
    pub last_sync: Option<LastSync>,
    /// The latest comparison that ended.
    pub last_verify: Option<LastVerify>,
    /// Live rows of each copy, counted now; null when the warehouse does not say.
    pub row_counts: Option<BTreeMap<WarehouseTable, i64>>,
    /// Rows that changed since they were last carried, and those that can't be.
    pub lag_rows: i64,
    /// When the schedule falls due next; a paused task is seen in the scheduler's status. Null without a warehouse.
    pub next_run: Option<Timestamp>,
    /// Whether the last success is older than 26 hours, or there was none.
    pub stale: bool,
}

impl Operation for ShowWarehouse {
    const META: Meta = Meta {
        name: "warehouse-status",
        route: Route::get("/api/warehouse/status"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Warehouse,
    };
    type Output = WarehouseStatus;

    fn run(&self, cx: &Cx) -> Result<WarehouseStatus> {
        let (sync, verify, success, lag_rows) = cx.deps.store.read(|tx| {
            let (sync, verify) = (history::latest(tx, Kind::Sync)?, history::latest(tx, Kind::Verify)?);
            Ok((sync, verify, history::last_success(tx)?, dirty::count(tx)?))
        })?;
        let counted = cx.deps.settings.warehouse.as_ref().map(|url| target::briefly(url, COUNTING, count));
        let (warehouse, problem, row_counts) = match counted {
            None => (Reach::NotConfigured, None, None),
            Some(Ok(counts)) => (Reach::Ok, None, counts),
            Some(Err(fault)) => (Reach::Down, Some(fault.detail), None),
        };
        Ok(WarehouseStatus {
            warehouse,
            problem,
            last_sync: sync.map(last_sync).transpose()?,
            last_verify: verify.map(|past| LastVerify {
                id: past.run_id,
                finished_at: past.finished_at,
                status: past.status,
            }),
            row_counts,
            lag_rows,
            next_run: if warehouse == Reach::NotConfigured { None } else { Some(next_run(cx.now)?) },
            stale: success.is_none_or(|success| cx.now.since(success) > STALE),
        })
    }
}

fn last_sync(past: Past) -> Result<LastSync> {
    let took = past.finished_at.map(|end| end.millis().saturating_sub(past.started_at.millis()));
    Ok(LastSync {
        tables: past.tables()?,
        id: past.run_id,
        started_at: past.started_at,
        finished_at: past.finished_at,
        status: past.status,
        detail: past.detail,
        full: past.is_full,
        duration_ms: took,
    })
}

/// The counts; none before the first run has made the tables.
fn count(client: &mut postgres::Client) -> Result<Option<BTreeMap<WarehouseTable, i64>>> {
    const EXISTS: &str = "SELECT COUNT(to_regclass('warehouse.' || name)) = 4
        FROM unnest(ARRAY['customers', 'payments', 'jobs', 'ops_events']) AS n (name)";
    let failed = |error: postgres::Error| target::refused("count", &error);
    client.batch_execute("SET statement_timeout = '3s'").map_err(failed)?;
    let exist: bool = client.query_one(EXISTS, &[]).map_err(failed)?.get(0);
    if exist { Ok(Some(merge::row_counts(client)?.into_iter().collect())) } else { Ok(None) }
}

fn next_run(now: Timestamp) -> Result<Timestamp> {
    let schedule = cron::Schedule::from_str(SCHEDULE).map_err(Fault::internal)?;
    let next = schedule.after(&now.utc()).next().map(|time| Timestamp(time.timestamp_millis()));
    next.ok_or_else(|| Fault::internal("the warehouse run never falls due"))
}
