//! What stands in quarantine, for those who look.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tables::WarehouseTable;
use super::target::refused;
use crate::platform::{Result, Timestamp};

/// Rows that are shown.
const SHOWN: i64 = 20;

/// Rows that the warehouse can't keep as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantine {
    /// How many there are.
    pub count: i64,
    /// The first 20 of them, by table and key.
    pub rows: Vec<QuarantinedRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantinedRow {
    /// Its table.
    pub table: WarehouseTable,
    /// Its key.
    pub key: String,
    /// Which column, and why; never the value.
    pub reason: String,
    /// When it was found so.
    pub found_at: Timestamp,
}

/// Look there; the tables exist.
pub(super) fn look(client: &mut postgres::Client) -> Result<Quarantine> {
    const COUNT: &str = "SELECT COUNT(*) FROM warehouse.quarantine";
    // Milliseconds, as everywhere in the product.
    const ROWS: &str = "SELECT table_name, row_key, reason, (extract(epoch FROM found_at) * 1000)::bigint
        FROM warehouse.quarantine ORDER BY table_name, row_key LIMIT $1";
    let failed = |error: postgres::Error| refused("show the quarantine", &error);
    let count = client.query_one(COUNT, &[]).map_err(failed)?.get(0);
    let rows = client.query(ROWS, &[&SHOWN]).map_err(failed)?;
    let row = |row: &postgres::Row| {
        let table = WarehouseTable::named(row.get(0))?;
        let found_at = Timestamp(row.get(3));
        Some(QuarantinedRow { table, key: row.get(1), reason: row.get(2), found_at })
    };
    Ok(Quarantine { count, rows: rows.iter().filter_map(row).collect() })
}
