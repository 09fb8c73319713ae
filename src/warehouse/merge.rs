//! From the staging table into the copy. Rows that are equal are left alone, down to not being locked, so a run without
//! changes writes nothing to a table.

use std::fmt::Write as _;

use postgres::Transaction;
use postgres::types::ToSql;

use super::encode;
use super::tables::WarehouseTable;
use super::target::refused;
use crate::platform::{Result, Timestamp};

/// What a staged row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Staged {
    /// A row of the source.
    Row = 0,
    /// A key that the source has no more.
    Gone = 1,
    /// A key whose row the warehouse can't keep; its last good state stays.
    Held = 2,
}

/// Where the rows of a table go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The copy was made in this transaction: straight into it.
    Created,
    /// The copy is empty: straight into it.
    Direct,
    /// Every row of the source: what is not among them is gone.
    Full,
    /// What has changed.
    Changed,
}

impl Way {
    /// Whether no staging table lies between.
    pub(super) const fn is_straight(self) -> bool {
        matches!(self, Self::Created | Self::Direct)
    }
}

/// A row that the warehouse can't keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) key: String,
    pub(super) reason: String,
}

/// What happened to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Merged {
    pub(super) inserted: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) deleted: u64,
    /// Entries of the quarantine that came, went or changed.
    pub(super) quarantine_changes: u64,
}

/// The temporary table, gone with the transaction.
pub(super) fn staging(table: WarehouseTable) -> String {
    let mut sql = format!("CREATE TEMPORARY TABLE staged_{} (", table.as_str());
    for column in table.mapping().columns {
        let _ = write!(sql, "{} {}, ", column.name, column.kind.postgres());
    }
    sql.push_str("staged_as smallint) ON COMMIT DROP");
    sql
}

/// The COPY into the staging table, or straight into the copy.
pub(super) fn copy(table: WarehouseTable, way: Way) -> String {
    let (name, columns) = (table.as_str(), table.mapping().names(""));
    match way {
        // Nobody can see the table before these rows are true, so they need not be visited again to be marked so.
        Way::Created => format!("COPY warehouse.{name} ({columns}) FROM STDIN (FORMAT binary, FREEZE)"),
        Way::Direct => format!("COPY warehouse.{name} ({columns}) FROM STDIN (FORMAT binary)"),
        Way::Full | Way::Changed => {
            format!("COPY pg_temp.staged_{name} ({columns}, staged_as) FROM STDIN (FORMAT binary)")
        }
    }
}

/// A tuple for the staging table that has a key and nothing else.
pub(super) fn key_alone(out: &mut Vec<u8>, table: WarehouseTable, key: &str, staged: Staged) {
    let columns = table.mapping().columns;
    encode::count(out, columns.len() + 1);
    encode::text(out, key);
    columns.iter().skip(1).for_each(|_| encode::null(out));
    encode::fixed(out, (staged as i16).to_be_bytes());
}

/// Move what is staged into the copy, and bring the quarantine up to date.
pub(super) fn merge(
    transaction: &mut Transaction<'_>,
    table: WarehouseTable,
    way: Way,
    copied: u64,
    refused_rows: &[Refused],
    run: (&str, Timestamp),
) -> Result<Merged> {
    let mut merged = Merged::default();
    if way.is_straight() {
        merged.inserted = copied;
    } else if copied > 0 || way == Way::Full {
        let (name, mapping) = (table.as_str(), table.mapping());
        let names = mapping.names("");
        let (target, staged) = (mapping.names("t."), mapping.names("s."));
        let set: Vec<_> =
            mapping.columns.iter().skip(1).map(|column| format!("{0} = s.{0}", column.name)).collect();
        let now = moment(run.1);
        let mut run = |sql: String, args: &[&(dyn ToSql + Sync)]| {
            transaction.execute(&sql, args).map_err(|error| refused("merge", &error))
        };
        // Nothing else is asked for by value, and the other columns would have to be sorted for nothing.
        run(format!("ANALYZE pg_temp.staged_{name} (id, staged_as)"), &[])?;
        merged.updated = run(
            format!(
                "UPDATE warehouse.{name} t SET {}, deleted_at = NULL FROM pg_temp.staged_{name} s
                WHERE s.staged_as = 0 AND t.id = s.id
                AND (t.deleted_at IS NOT NULL OR ({target}) IS DISTINCT FROM ({staged}))",
                set.join(", ")
            ),
            &[],
        )?;
        merged.inserted = run(
            format!(
                "INSERT INTO warehouse.{name} ({names}) SELECT {names} FROM pg_temp.staged_{name} s
                WHERE s.staged_as = 0 AND NOT EXISTS (SELECT 1 FROM warehouse.{name} t WHERE t.id = s.id)"
            ),
            &[],
        )?;
        let gone = if way == Way::Full {
            format!("NOT EXISTS (SELECT 1 FROM pg_temp.staged_{name} s WHERE s.id = t.id)")
        } else {
            format!("EXISTS (SELECT 1 FROM pg_temp.staged_{name} s WHERE s.id = t.id AND s.staged_as = 1)")
        };
        merged.deleted = run(
            format!(
                "UPDATE warehouse.{name} t SET deleted_at = to_timestamp($1) WHERE t.deleted_at IS NULL AND {gone}"
            ),
            &[&now],
        )?;
        let rows: i64 = transaction
            .query_one(&format!("SELECT COUNT(*) FROM pg_temp.staged_{name} WHERE staged_as = 0"), &[])
            .map_err(|error| refused("merge", &error))?
            .get(0);
        let rows = u64::try_from(rows).unwrap_or(0);
        merged.unchanged = rows.saturating_sub(merged.inserted + merged.updated);
    }
    merged.quarantine_changes = quarantine(transaction, table, way, copied, refused_rows, run)?;
    Ok(merged)
}

/// Rows that can be kept now leave the quarantine, others come in.
fn quarantine(
    transaction: &mut Transaction<'_>,
    table: WarehouseTable,
    way: Way,
    copied: u64,
    rows: &[Refused],
    (run_id, now): (&str, Timestamp),
) -> Result<u64> {
    let name = table.as_str();
    let (keys, reasons): (Vec<&str>, Vec<&str>) =
        rows.iter().map(|row| (row.key.as_str(), row.reason.as_str())).unzip();
    let failed = |error: postgres::Error| refused("quarantine", &error);
    let mut changes = match way {
        Way::Changed if copied == 0 => 0,
        Way::Changed => {
            let sql = format!(
                "DELETE FROM warehouse.quarantine q USING pg_temp.staged_{name} s
                WHERE q.table_name = $1 AND q.row_key = s.id AND s.staged_as <> 2"
            );
            transaction.execute(&sql, &[&name]).map_err(failed)?
        }
        Way::Created | Way::Direct | Way::Full => {
            let sql = "DELETE FROM warehouse.quarantine WHERE table_name = $1 AND row_key <> ALL ($2)";
            transaction.execute(sql, &[&name, &keys]).map_err(failed)?
        }
    };
    if !rows.is_empty() {
        const SQL: &str = "INSERT INTO warehouse.quarantine AS q (table_name, row_key, reason, run_id, found_at)
            SELECT $1, row_key, reason, $4, to_timestamp($5) FROM unnest($2::text[], $3::text[]) AS n (row_key, reason)
            WHERE NOT EXISTS (SELECT 1 FROM warehouse.quarantine o
                WHERE o.table_name = $1 AND o.row_key = n.row_key AND o.reason = n.reason)
            ON CONFLICT (table_name, row_key)
            DO UPDATE SET reason = excluded.reason, run_id = excluded.run_id, found_at = excluded.found_at";
        changes +=
            transaction.execute(SQL, &[&name, &keys, &reasons, &run_id, &moment(now)]).map_err(failed)?;
    }
    Ok(changes)
}

/// Seconds since 1970, as `to_timestamp` wants them.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
pub(super) fn moment(time: Timestamp) -> f64 {
    time.millis() as f64 / 1000.0
}

/// The count of live rows of every copy.
pub(super) fn row_counts(client: &mut postgres::Client) -> Result<Vec<(WarehouseTable, i64)>> {
    let mut counts = Vec::new();
    for table in WarehouseTable::ALL {
        let sql = format!("SELECT COUNT(*) FROM warehouse.{} WHERE deleted_at IS NULL", table.as_str());
        let row = client.query_one(&sql, &[]).map_err(|error| refused("count", &error))?;
        counts.push((table, row.get(0)));
    }
    Ok(counts)
}
