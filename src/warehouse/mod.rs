//! The warehouse: customers, payments, jobs and ops events copied into the schema `warehouse` of a PostgreSQL database,
//! for questions that shall not burden the product. docs/WAREHOUSE.md says what can be relied on.
//!
//! - [`SyncWarehouse`] copies what has changed, everything with `full`, and compares both sides with `verify`.
//! - [`ShowWarehouse`] tells the state; [`ping`] whether the warehouse answers; [`QueryWarehouse`] asks it something.
//!
//! `dirty.rs` knows what has changed, `carry.rs` is one run, `merge.rs` and `schema.rs` hold the SQL of the warehouse,
//! `target.rs` its connection, `tables.rs` what is copied.

mod behind;
mod carry;
mod dirty;
mod encode;
mod figures;
mod history;
mod merge;
mod quarantine;
mod query;
mod questions;
mod report;
mod schema;
mod sql;
mod status;
mod sync;
mod tables;
mod target;
#[cfg(test)]
mod tests;
mod verify;
mod watched;

pub use figures::{LOOKED_UP_EVERY, WarehouseFigures};
pub use history::mark;
pub use quarantine::{Quarantine, QuarantinedRow};
pub use query::{QueryWarehouse, WarehouseAnswer};
pub use questions::Question;
pub use report::{DayDifference, SyncReport, SyncStatus, TableComparison, TableSync};
pub use status::{LastVerify, PastRun, Reach, ShowWarehouse, WarehouseStatus};
pub use sync::SyncWarehouse;
pub use tables::WarehouseTable;

pub(crate) use sql::ALL as STATEMENTS;

use crate::operation::Deps;
use crate::platform::{Fault, Result, Secret};

/// When the schedule runs it: second, minute, hour, day, month, weekday, UTC.
pub const SCHEDULE: &str = "0 50 2 * * *";

/// Who holds this lease copies or compares.
const LEASE: &str = "warehouse-sync";

/// Whether the warehouse answers, within three seconds; `NotConfigured` without one.
pub fn ping(deps: &Deps) -> Result<()> {
    target::ping(address(deps)?)
}

fn address(deps: &Deps) -> Result<&Secret> {
    deps.settings.warehouse.as_ref().ok_or_else(|| {
        Fault::not_configured(
            "WAREHOUSE_URL",
            "the PostgreSQL database of the warehouse, for example \
            postgres://echopilot@localhost/warehouse",
        )
    })
}
