//! The operation that copies, and compares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::behind::behind;
use super::carry::{self, Order};
use super::history::{self, Kind};
use super::report::{SyncReport, SyncStatus};
use super::tables::WarehouseTable;
use super::target::elapsed_millis;
use super::{LEASE, address, verify};
use crate::events::{Level, Log};
use crate::operation::later::RunState;
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, Route, Status};
use crate::platform::{Clock, Code, Fault, Result, Secret};
use crate::store::lease::{self, Lease};

/// Copy customers, payments, jobs and ops events into the warehouse.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command, and none is a state")]
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct SyncWarehouse {
    /// Count what would change and show what would be altered, but write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Compare every row instead of the changed ones.
    #[arg(long)]
    pub full: bool,
    /// Write nothing: compare counts and per-day checksums on both sides.
    #[arg(long, conflicts_with_all = ["dry_run", "full"])]
    pub verify: bool,
    /// Write and read nothing: show what would be done to the warehouse's tables.
    #[arg(long, conflicts_with_all = ["dry_run", "full", "verify", "allow_destructive"])]
    pub plan: bool,
    /// Alter columns that have another type than they should; without it a run is refused and names the statements.
    #[arg(long, conflicts_with = "verify")]
    pub allow_destructive: bool,
    /// Only these tables, separated by commas; all when nothing is said.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub tables: Vec<WarehouseTable>,
    /// Answer when done, else at once with the run's id. A shell waits.
    #[arg(skip = true)]
    pub wait: bool,
}

impl Operation for SyncWarehouse {
    const META: Meta = Meta {
        name: "warehouse-sync",
        route: Route::post("/api/warehouse/sync"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Warehouse,
    };
    type Output = SyncReport;

    fn run(&self, cx: &Cx) -> Result<SyncReport> {
        let url = address(&cx.deps)?;
        self.check()?;
        let waits = self.wait || matches!(cx.caller, Caller::Shell | Caller::Scheduler);
        if !waits {
            if let Some(holder) = lease::current(&cx.deps.store, LEASE)? {
                let words = format!("{LEASE} is being done by {}", holder.holder);
                return Err(Fault::new(Code::Conflict, words));
            }
            return Ok(SyncReport::queued(cx.later(self)?, self.dry_run));
        }
        cx.exclusively(LEASE, |lease| match cx.caller {
            // Somebody sits before it, and nobody is served by this process.
            Caller::Shell => self.work(cx, lease, url),
            _ => behind(|| self.work(cx, lease, url)),
        })
    }

    fn status(report: &SyncReport) -> Status {
        if report.state == RunState::Queued { Status::Accepted } else { Status::Ok }
    }
}

impl SyncWarehouse {
    fn work(&self, cx: &Cx, lease: &Lease, url: &Secret) -> Result<SyncReport> {
        let store = &cx.deps.store;
        // A stored run is known by the id that its caller was given.
        let run_id = match cx.caller {
            Caller::Scheduler => cx.request_id.clone(),
            _ => cx.deps.ids.ulid_at(cx.now),
        };
        let mut report = SyncReport::queued(run_id, self.dry_run);
        report.state = RunState::Succeeded;
        report.started_at = Some(cx.now);
        let begun = Clock::monotonic();
        let result = if self.dry_run || self.plan {
            // Not remembered: looking leaves no trace but its line in the log.
            self.fill(cx, lease, url, &format!("{} dry run", report.run_id), &mut report)
        } else {
            let kind = if self.verify { Kind::Verify } else { Kind::Sync };
            let id = history::begin(store, &lease.fence(), &report.run_id, kind, self.full, cx.now)?;
            let result = self.fill(cx, lease, url, &id, &mut report);
            let (status, detail) = match &result {
                Ok(status) => (status.as_str(), None),
                Err(fault) => ("failed", Some(fault.detail.clone())),
            };
            let kept = history::finish(store, &id, status, detail, &report.tables, cx.deps.clock.now());
            // The first failure is the one to tell.
            result.and_then(|status| kept.map(|()| status))
        };
        report.status = Some(result?);
        report.finished_at = Some(cx.deps.clock.now());
        report.duration_ms = Some(elapsed_millis(begun));
        tell(cx, &report);
        Ok(report)
    }

    fn fill(
        &self,
        cx: &Cx,
        lease: &Lease,
        url: &Secret,
        id: &str,
        report: &mut SyncReport,
    ) -> Result<SyncStatus> {
        let store = &cx.deps.store;
        let tables = self.chosen();
        let progress = cx.progress.as_deref();
        if self.plan {
            return Ok(report.plan(carry::plan(url)?));
        }
        if self.verify {
            report.compared = verify::compare(store, url, &tables, progress)?;
            let agrees = report.compared.iter().all(|table| table.agrees);
            return Ok(if agrees { SyncStatus::Ok } else { SyncStatus::Different });
        }
        let (full, dry_run) = (self.full, self.dry_run);
        let allow_destructive = self.allow_destructive;
        let order = Order { id: id.to_owned(), tables, full, dry_run, allow_destructive, started_at: cx.now };
        let carried = carry::carry(store, url, &lease.fence(), &cx.deps.clock, &order, progress)?;
        let status = carried.status;
        report.tables.clone_from(&carried.tables);
        report.plan(carried.plan.clone());
        if !dry_run {
            carry::settle(store, &lease.fence(), carried)?;
        }
        Ok(status)
    }

    fn check(&self) -> Result<()> {
        let (field, expected) = match self {
            Self { verify: true, dry_run, full, .. } if *dry_run || *full => {
                ("verify", "expected without dry_run and full: a comparison writes nothing")
            }
            Self { plan: true, dry_run, full, verify, allow_destructive, .. }
                if *dry_run || *full || *verify || *allow_destructive =>
            {
                ("plan", "expected alone or with tables: a plan writes nothing and reads no rows")
            }
            Self { verify: true, allow_destructive: true, .. } => {
                ("allow_destructive", "expected without verify: a comparison alters nothing")
            }
            _ => return Ok(()),
        };
        Err(Fault::invalid(field, expected))
    }

    fn chosen(&self) -> Vec<WarehouseTable> {
        let is_chosen = |table: &WarehouseTable| self.tables.is_empty() || self.tables.contains(table);
        WarehouseTable::ALL.into_iter().filter(is_chosen).collect()
    }
}

/// A line for each table.
fn tell(cx: &Cx, report: &SyncReport) {
    for table in &report.tables {
        let level = if table.quarantined > 0 { Level::Warn } else { Level::Info };
        let event =
            cx.event(Log::Warehouse, "table_synced").level(level).field("table", table.table.as_str());
        let event = event.field("inserted", table.inserted).field("updated", table.updated);
        let event = event.field("unchanged", table.unchanged).field("deleted", table.deleted);
        cx.deps.events.emit(event.field("quarantined", table.quarantined).field("dry_run", report.dry_run));
    }
    for table in &report.compared {
        let level = if table.agrees { Level::Info } else { Level::Warn };
        let event =
            cx.event(Log::Warehouse, "table_compared").level(level).field("table", table.table.as_str());
        let event = event.field("agrees", table.agrees).field("days_different", table.days_different);
        let event =
            event.field("source_rows", table.source_rows).field("warehouse_rows", table.warehouse_rows);
        cx.deps.events.emit(event.field("waiting", table.waiting));
    }
}
