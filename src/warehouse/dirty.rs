//! The dirty set: which rows the warehouse has not seen as they are. Triggers put them in; a run takes out exactly the
//! entries that its snapshot showed, by their numbers. A number in between belongs to a later change or to a
//! transaction that had not committed, so it stays.

use std::collections::BTreeMap;

use super::sql::{
    DIRTY_ADD, DIRTY_BY_TABLE, DIRTY_CLEAR, DIRTY_COUNT, DIRTY_EXTENT, DIRTY_FIND, DIRTY_NUMBERS,
    DIRTY_PUT_BACK, DIRTY_REMOVE, DIRTY_SINCE, MARK, MARKS,
};
use super::tables::WarehouseTable;
use crate::platform::{Fault, Result};
use crate::store::lease::Fence;
use crate::store::{Cell, Engine, Store, Tx, args};

/// Entries removed in one transaction, so that no other write waits long.
const BATCH: i64 = 10_000;
/// Ranges removed in one transaction.
const RANGES: usize = 500;

/// First and last number of each run of numbers, ascending.
pub(super) type Ranges = Vec<(i64, i64)>;

/// What a snapshot showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// A number in a gap may belong to a transaction that has not committed yet.
    pub(super) ranges: Ranges,
    /// Whether the whole set is in the ranges.
    pub(super) is_all: bool,
}

/// How many rows wait.
pub(super) fn count(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one(DIRTY_COUNT, args![])
}

/// How many rows wait, by table.
pub(super) fn by_table(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>> {
    Ok(tx.rows(DIRTY_BY_TABLE, args![])?.into_iter().collect())
}

/// The entries of these tables.
pub(super) fn seen(tx: &mut Tx<'_>, tables: &[WarehouseTable]) -> Result<Seen> {
    let (count, first, last): (i64, i64, i64) = tx.one(DIRTY_EXTENT, args![])?;
    // Without a gap there is nothing to look for, which spares a first load the reading of every number.
    if count > 0 && last - first + 1 == count && WarehouseTable::ALL.iter().all(|one| tables.contains(one)) {
        return Ok(Seen { ranges: vec![(first, last)], is_all: true });
    }
    let mut seen = Seen { ranges: Ranges::new(), is_all: true };
    tx.each(DIRTY_NUMBERS, args![], &mut |row| {
        let number: i64 = row.at(0)?;
        if !matches!(row.cell(1)?, Cell::Text(name) if tables.iter().any(|table| table.as_str() == name)) {
            seen.is_all = false;
            return Ok(());
        }
        match seen.ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => seen.ranges.push((number, number)),
        }
        Ok(())
    })?;
    Ok(seen)
}

/// The number of one entry.
pub(super) fn find(tx: &mut Tx<'_>, table: WarehouseTable, key: &str) -> Result<Option<i64>> {
    tx.maybe(DIRTY_FIND, args![table.as_str(), key])
}

/// Leave these numbers in.
pub(super) fn without(seen: Seen, mut kept: Vec<i64>) -> Seen {
    kept.sort_unstable();
    let mut left = Ranges::with_capacity(seen.ranges.len() + kept.len());
    for (first, last) in seen.ranges {
        let mut first = first;
        let from = kept.partition_point(|number| *number < first);
        for number in kept[from..].iter().take_while(|number| **number <= last) {
            if first < *number {
                left.push((first, number - 1));
            }
            first = number + 1;
        }
        if first <= last {
            left.push((first, last));
        }
    }
    Seen { ranges: left, is_all: seen.is_all && kept.is_empty() }
}

/// Take the entries out, a batch a transaction, as long as the lease is held.
pub(super) fn remove(store: &Store, fence: &Fence, seen: &Seen) -> Result<()> {
    let entries: i64 = seen.ranges.iter().map(|(first, last)| last - first + 1).sum();
    let is_large = entries > BATCH && seen.is_all && store.engine() == Engine::Sqlite;
    if is_large && clear(store, fence, highest(&seen.ranges))? {
        return Ok(());
    }
    for batch in batches(&seen.ranges) {
        let fence = fence.clone();
        store.write(move |tx| {
            fence.check(tx)?;
            batch.iter().try_for_each(|(first, last)| tx.run(DIRTY_REMOVE, args![*first, *last]).map(drop))
        })?;
    }
    Ok(())
}

/// Empty the whole set and put back what has come since; `false` when that is too much. SQLite gives up the pages of
/// a table at once, while a million entries taken out one by one cost more than the copy of their rows. And only there
/// has a snapshot seen every number up to its highest, since one transaction writes at a time.
fn clear(store: &Store, fence: &Fence, highest: i64) -> Result<bool> {
    let fence = fence.clone();
    store.write(move |tx| {
        fence.check(tx)?;
        let since: Vec<(i64, String, String)> = tx.rows(DIRTY_SINCE, args![highest, BATCH])?;
        if i64::try_from(since.len()) == Ok(BATCH) {
            return Ok(false);
        }
        tx.run(DIRTY_CLEAR, args![])?;
        for (number, table, key) in &since {
            tx.run(DIRTY_PUT_BACK, args![*number, table, key])?;
        }
        Ok(true)
    })
}

fn batches(ranges: &Ranges) -> Vec<Ranges> {
    let mut batches = Vec::new();
    let (mut batch, mut entries) = (Ranges::new(), 0);
    for (first, last) in ranges {
        let mut first = *first;
        while first <= *last {
            let end = (*last).min(first + (BATCH - entries) - 1);
            entries += end - first + 1;
            batch.push((first, end));
            first = end + 1;
            if entries >= BATCH || batch.len() >= RANGES {
                batches.push(std::mem::take(&mut batch));
                entries = 0;
            }
        }
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// What the source remembers of a copy: the run it holds for certain, and one that may have committed there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) known: Option<String>,
    pub(super) pending: Option<String>,
}

impl Mark {
    /// Whether a copy last written by `run` has everything that is not in the dirty set.
    pub(super) fn admits(&self, run: Option<&str>) -> bool {
        run.is_some() && (self.known.as_deref() == run || self.pending.as_deref() == run)
    }
}

/// The marks by table.
pub(super) fn marks(store: &Store) -> Result<BTreeMap<WarehouseTable, Mark>> {
    let rows: Vec<(String, Option<String>, Option<String>)> = store.read(|tx| tx.rows(MARKS, args![]))?;
    let known = rows.into_iter().filter_map(|(name, known, pending)| {
        WarehouseTable::named(&name).map(|table| (table, Mark { known, pending }))
    });
    Ok(known.collect())
}

/// Write down marks, as long as the lease is held.
pub(super) fn set_marks(store: &Store, fence: &Fence, marks: Vec<(WarehouseTable, Mark)>) -> Result<()> {
    let fence = fence.clone();
    store.write(move |tx| {
        fence.check(tx)?;
        for (table, mark) in &marks {
            tx.run(MARK, args![table.as_str(), mark.known.as_deref(), mark.pending.as_deref()])?;
        }
        Ok(())
    })
}

/// Put rows in that no trigger would: they were refused although nothing had changed.
pub(super) fn add(store: &Store, rows: Vec<(WarehouseTable, String)>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    store.write(move |tx| {
        rows.iter().try_for_each(|(table, key)| tx.run(DIRTY_ADD, args![table.as_str(), key]).map(drop))
    })
}

/// The highest number in the ranges; zero when there are none.
pub(super) fn highest(ranges: &Ranges) -> i64 {
    ranges.iter().map(|(_, last)| *last).max().unwrap_or(0)
}

/// The lease was lost while working.
pub(super) fn lost() -> Fault {
    Fault::new(crate::platform::Code::Conflict, "The run lost its place to another one; nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(ranges: &Ranges) -> Vec<i64> {
        ranges.iter().flat_map(|(first, last)| *first..=*last).collect()
    }

    proptest! {
        #[test]
        fn exactly_the_kept_numbers_stay(
            gaps in proptest::collection::vec((1_i64..5, 0_i64..30), 0..20),
            kept in proptest::collection::vec(0_i64..400, 0..20),
        ) {
            let mut at = 0;
            let ranges: Ranges = gaps.iter().map(|(gap, length)| {
                let first = at + gap + 1;
                at = first + length;
                (first, at)
            }).collect();
            let expected: Vec<_> =
                numbers(&ranges).into_iter().filter(|number| !kept.contains(number)).collect();
            let is_all = !ranges.is_empty();
            let left = without(Seen { ranges, is_all }, kept.clone());
            prop_assert_eq!(left.is_all, is_all && kept.is_empty());
            prop_assert_eq!(numbers(&left.ranges), expected);
        }

        #[test]
        fn batches_cover_everything_once_and_stay_small(
            lengths in proptest::collection::vec(0_i64..25_000, 0..6), singles in 0_i64..1_200,
        ) {
            let mut at = 0;
            let mut ranges = Ranges::new();
            for length in lengths.into_iter().chain((0..singles).map(|_| 0)) {
                ranges.push((at + 2, at + 2 + length));
                at += 2 + length;
            }
            let batches = batches(&ranges);
            prop_assert!(batches.iter().all(|batch| batch.len() <= RANGES
                && batch.iter().map(|(first, last)| last - first + 1).sum::<i64>() <= BATCH));
            let covered: Vec<_> = batches.iter().flat_map(numbers).collect();
            prop_assert_eq!(covered, numbers(&ranges));
        }
    }
}
