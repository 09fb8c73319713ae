//! The state of the warehouse: told from the store, so also while the warehouse is down.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{self, Kind, Past};
use super::quarantine::{self, Quarantine};
use super::report::TableSync;
use super::tables::WarehouseTable;
use super::{LEASE, SCHEDULE, dirty, merge, target};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::lease;

/// A daily run that is two hours late is missing.
pub(super) const STALE: Duration = Duration::from_hours(26);
/// Counting may take this long.
const COUNTING: Duration = Duration::from_secs(3);
/// The most runs that are shown.
const MOST_RUNS: u32 = 30;

/// Show when the warehouse was last brought up to date, and what waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowWarehouse {
    /// How many of the latest runs to show as well, up to 30; none when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 30))]
    pub runs: Option<u32>,
}

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

/// A run that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastRun {
    /// The run.
    pub id: String,
    /// `sync` or `verify`.
    pub kind: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; null while it is at work, and when its process died.
    pub finished_at: Option<Timestamp>,
    /// `running`, `ok`, `partial`, `different`, `failed` or `interrupted`.
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
    /// The latest run that ended, or whose process died; null before the first.
    pub last_sync: Option<PastRun>,
    /// When a run last succeeded; null when none did.
    pub last_success: Option<Timestamp>,
    /// The latest comparison that ended.
    pub last_verify: Option<LastVerify>,
    /// The latest runs and comparisons, newest first, as many as were asked for.
    pub recent: Vec<PastRun>,
    /// Who copies or compares at this moment.
    pub lease_holder: Option<String>,
    /// Live rows of each copy, counted now; null when the warehouse does not say.
    pub row_counts: Option<BTreeMap<WarehouseTable, i64>>,
    /// Rows that the warehouse can't keep; null when it does not say.
    pub quarantine: Option<Quarantine>,
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
        let wanted = self.runs.unwrap_or(0);
        if wanted > MOST_RUNS || self.runs == Some(0) {
            return Err(Fault::invalid("runs", format!("expected a whole number from 1 to {MOST_RUNS}")));
        }
        let time = cx.deps.store.clock().now();
        let (sync, verify, success, lag_rows, recent, holder) = cx.deps.store.read(|tx| {
            let (recent, holder) = (history::recent(tx, wanted)?, lease::seen(tx, LEASE, time)?);
            let sync = history::last_sync(tx, holder.is_some())?;
            let verify = history::latest(tx, Kind::Verify)?;
            Ok((sync, verify, history::last_success(tx)?, dirty::count(tx)?, recent, holder))
        })?;
        let looked = cx.deps.settings.warehouse.as_ref().map(|url| target::briefly(url, COUNTING, look));
        let (warehouse, problem, copies) = match looked {
            None => (Reach::NotConfigured, None, None),
            Some(Ok(copies)) => (Reach::Ok, None, copies),
            Some(Err(fault)) => (Reach::Down, Some(fault.detail), None),
        };
        let (row_counts, quarantine) = copies.unzip();
        let is_held = holder.is_some();
        Ok(WarehouseStatus {
            warehouse,
            problem,
            last_sync: sync.map(|past| past_run(past, is_held)).transpose()?,
            last_success: success,
            last_verify: verify.map(|past| LastVerify {
                id: past.run_id,
                finished_at: past.finished_at,
                status: past.status,
            }),
            recent: recent.into_iter().map(|past| past_run(past, is_held)).collect::<Result<_>>()?,
            lease_holder: holder.map(|holder| holder.holder),
            row_counts,
            quarantine,
            lag_rows,
            next_run: if warehouse == Reach::NotConfigured { None } else { Some(next_run(cx.now)?) },
            stale: success.is_none_or(|success| cx.now.since(success) > STALE),
        })
    }
}

fn past_run(past: Past, is_held: bool) -> Result<PastRun> {
    let took = past.finished_at.map(|end| end.millis().saturating_sub(past.started_at.millis()));
    // Whoever works holds the lease; the next run writes down what is only told here.
    let is_orphan = past.finished_at.is_none() && !is_held;
    Ok(PastRun {
        tables: past.tables()?,
        id: past.run_id,
        kind: past.kind,
        started_at: past.started_at,
        finished_at: past.finished_at,
        status: if is_orphan { "interrupted".to_owned() } else { past.status },
        detail: past.detail,
        full: past.is_full,
        duration_ms: took,
    })
}

/// The counts, and what could not be kept; none before the first run has made the tables.
fn look(client: &mut postgres::Client) -> Result<Option<(BTreeMap<WarehouseTable, i64>, Quarantine)>> {
    const EXISTS: &str = "SELECT COUNT(to_regclass('warehouse.' || name)) = 5
        FROM unnest(ARRAY['customers', 'payments', 'jobs', 'ops_events', 'quarantine']) AS n (name)";
    let failed = |error: postgres::Error| target::refused("count", &error);
    client.batch_execute("SET statement_timeout = '3s'").map_err(failed)?;
    let exist: bool = client.query_one(EXISTS, &[]).map_err(failed)?.get(0);
    if !exist {
        return Ok(None);
    }
    Ok(Some((merge::row_counts(client)?.into_iter().collect(), quarantine::look(client)?)))
}

fn next_run(now: Timestamp) -> Result<Timestamp> {
    let schedule = cron::Schedule::from_str(SCHEDULE).map_err(Fault::internal)?;
    let next = schedule.after(&now.utc()).next().map(|time| Timestamp(time.timestamp_millis()));
    next.ok_or_else(|| Fault::internal("the warehouse run never falls due"))
}
