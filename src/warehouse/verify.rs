//! Whether source and warehouse are equal, from the rows themselves: per table and day their number and a checksum over
//! every value. Both sides make it from the same bytes, those of a binary COPY. Reads only.

use std::collections::BTreeMap;
use std::io::Read;

use postgres::Transaction;
use ring::digest::{SHA256, digest};

use super::report::{DayDifference, TableComparison};
use super::tables::{Mapping, WarehouseTable};
use super::target::{Session, refused};
use super::watched::Watched;
use super::{dirty, encode, schema};
use crate::operation::Progress;
use crate::platform::{Code, Fault, Result, Secret, Timestamp};
use crate::store::{Cell, Store};

/// Days that are listed.
const LISTED: usize = 100;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Rows of a day. The sum does not depend on the order, and two equal rows do not cancel each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    rows: u64,
    sum: u128,
}

/// By day since 1970; `None` where it is unreadable.
type Days = BTreeMap<Option<i64>, Tally>;

/// Compare these tables, each side in one snapshot.
pub(super) fn compare(
    store: &Store,
    url: &Secret,
    tables: &[WarehouseTable],
    progress: Option<&dyn Progress>,
) -> Result<Vec<TableComparison>> {
    let session = Session::open(url, false)?;
    let wanted = tables.to_vec();
    let pending = session.start(move |transaction| {
        let found = schema::existing(transaction)?;
        let one = |table: &WarehouseTable| {
            if found.has(table.as_str()) { warehouse_days(transaction, *table) } else { Ok(Days::new()) }
        };
        wanted.iter().map(one).collect::<Result<Vec<_>>>()
    })?;
    let (source, waiting) = store.read(|tx| {
        let mut all = Vec::new();
        for table in tables {
            let (mapping, mut days, mut buffer) = (table.mapping(), Days::new(), Vec::new());
            let mut watched = Watched::begin(progress, table.as_str(), || tx.one(mapping.count, &[]))?;
            tx.each(mapping.all, &[], &mut |row| {
                watched.one();
                buffer.clear();
                // A row that the warehouse can't keep has a checksum that no row there can have.
                if let Err(reason) = encode::fields(&mut buffer, mapping, row, 0) {
                    buffer.extend_from_slice(reason.as_bytes());
                }
                let day = match row.cell(mapping.day_column()) {
                    Ok(Cell::Integer(millis)) => Some(millis.div_euclid(DAY)),
                    _ => None,
                };
                add(&mut days, day, &buffer);
                Ok(())
            })?;
            watched.end();
            all.push(days);
        }
        Ok((all, dirty::by_table(tx)?))
    })?;
    let warehouse = pending.wait()?;
    let rows = tables.iter().zip(source.iter().zip(&warehouse));
    Ok(rows
        .map(|(table, (source, warehouse))| {
            let waiting = waiting.get(table.as_str()).copied().unwrap_or(0);
            report(*table, source, warehouse, u64::try_from(waiting).unwrap_or(0))
        })
        .collect())
}

fn add(days: &mut Days, day: Option<i64>, fields: &[u8]) {
    let hash = digest(&SHA256, fields);
    let half = hash.as_ref().first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    let tally = days.entry(day).or_default();
    tally.rows += 1;
    tally.sum = tally.sum.wrapping_add(half);
}

fn warehouse_days(transaction: &mut Transaction<'_>, table: WarehouseTable) -> Result<Days> {
    let mapping = table.mapping();
    let sql = format!(
        "COPY (SELECT {} FROM warehouse.{} WHERE deleted_at IS NULL) TO STDOUT (FORMAT binary)",
        mapping.names(""),
        table.as_str()
    );
    let mut stream = transaction.copy_out(&sql).map_err(|error| refused("compare", &error))?;
    tally(&mut stream, mapping).map_err(|error| {
        Fault::new(Code::Upstream, "The connection to the warehouse broke while comparing").because(error)
    })
}

/// Read a binary COPY to its end.
fn tally(stream: &mut impl Read, mapping: &Mapping) -> std::io::Result<Days> {
    let wrong = || std::io::Error::other("not the rows that were asked for");
    let mut head = [0; encode::HEAD.len()];
    stream.read_exact(&mut head)?;
    if head != *encode::HEAD {
        return Err(wrong());
    }
    let (mut days, mut fields, mut short, mut long) = (Days::new(), Vec::new(), [0; 2], [0; 4]);
    loop {
        stream.read_exact(&mut short)?;
        match i16::from_be_bytes(short) {
            -1 => return Ok(days),
            count if usize::try_from(count) == Ok(mapping.columns.len()) => {}
            _ => return Err(wrong()),
        }
        fields.clear();
        let mut day = None;
        for index in 0..mapping.columns.len() {
            stream.read_exact(&mut long)?;
            fields.extend_from_slice(&long);
            let Ok(length) = usize::try_from(i32::from_be_bytes(long)) else { continue };
            let start = fields.len();
            fields.resize(start + length, 0);
            stream.read_exact(&mut fields[start..])?;
            if index == mapping.day_column() {
                let micros = fields[start..].first_chunk().map(|bytes| i64::from_be_bytes(*bytes));
                day = micros.map(|micros| encode::moment(micros).millis().div_euclid(DAY));
            }
        }
        add(&mut days, day, &fields);
    }
}

fn report(table: WarehouseTable, source: &Days, warehouse: &Days, waiting: u64) -> TableComparison {
    let of = |days: &Days, day| days.get(day).copied().unwrap_or_default();
    let mut all: Vec<_> = source.keys().chain(warehouse.keys()).collect();
    all.sort_unstable();
    all.dedup();
    let different: Vec<_> =
        all.into_iter().rev().filter(|day| of(source, day) != of(warehouse, day)).collect();
    let name = |day: &Option<i64>| match day {
        Some(day) => Timestamp(day.saturating_mul(DAY)).utc().format("%Y-%m-%d").to_string(),
        None => "unknown".to_owned(),
    };
    TableComparison {
        table,
        agrees: different.is_empty(),
        source_rows: source.values().map(|tally| tally.rows).sum(),
        warehouse_rows: warehouse.values().map(|tally| tally.rows).sum(),
        waiting,
        days_different: different.len() as u64,
        days: different
            .iter()
            .take(LISTED)
            .map(|day| DayDifference {
                day: name(day),
                source_rows: of(source, day).rows,
                warehouse_rows: of(warehouse, day).rows,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_rows_are_not_none() {
        let (mut twice, mut other) = (Days::new(), Days::new());
        for (days, rows) in [(&mut twice, ["a", "a"]), (&mut other, ["b", "b"])] {
            for row in rows {
                add(days, Some(1), row.as_bytes());
            }
        }
        let found = report(WarehouseTable::Jobs, &twice, &other, 0);
        assert!(!found.agrees);
        assert_eq!(
            found.days,
            [DayDifference { day: "1970-01-02".into(), source_rows: 2, warehouse_rows: 2 }]
        );
        assert!(report(WarehouseTable::Jobs, &twice, &twice, 0).agrees);
    }

    #[test]
    fn a_stream_that_ends_early_is_an_error() {
        let mapping = WarehouseTable::OpsEvents.mapping();
        let mut whole = encode::HEAD.to_vec();
        whole.extend_from_slice(encode::TAIL);
        assert!(tally(&mut &whole[..], mapping).unwrap().is_empty());
        for length in 0..whole.len() {
            assert!(tally(&mut &whole[..length], mapping).is_err(), "{length}");
        }
    }
}
