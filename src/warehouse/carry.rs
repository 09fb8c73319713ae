//! One run: a snapshot of the source becomes visible in one transaction of the warehouse. Killed anywhere, the next run
//! converges: the warehouse commits first, and only then does the source forget what was carried ([`settle`]).
//!
//! Whether the dirty set suffices is decided by marks: the source remembers which run a copy holds, the copy remembers
//! which run wrote it. Do they differ (another warehouse, one restored from a backup, a restored source), the table
//! is compared in full.

use std::collections::BTreeMap;

use postgres::Transaction;

use super::dirty::{self, Mark, Seen};
use super::encode;
use super::merge::{self, Merged, Refused, Staged, Way};
use super::report::{SyncStatus, TableSync};
use super::schema::{self, Plan};
use super::tables::WarehouseTable;
use super::target::{Feed, Session, refused};
use super::watched::Watched;
use crate::operation::Progress;
use crate::platform::{Clock, Code, Fault, Result, Secret, Timestamp};
use crate::store::lease::Fence;
use crate::store::{Cell, Row, Store, Tx};

/// A chunk is sent when it has this many bytes.
const CHUNK: usize = 128 * 1024;
/// More refused rows in one table are no bad rows, but a misunderstanding.
const REFUSED: usize = 10_000;

/// What a run shall do.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// Unique among all runs: the mark that the copies carry afterwards.
    pub(super) id: String,
    pub(super) tables: Vec<WarehouseTable>,
    pub(super) full: bool,
    pub(super) dry_run: bool,
    /// Whether columns of another type may be altered.
    pub(super) allow_destructive: bool,
    pub(super) started_at: Timestamp,
}

/// What a run did, and what the source may forget now.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) tables: Vec<TableSync>,
    pub(super) status: SyncStatus,
    /// What changed the warehouse's tables, or would have.
    pub(super) plan: Plan,
    removable: Seen,
    again: Vec<(WarehouseTable, String)>,
    marks: Vec<(WarehouseTable, Mark)>,
}

/// What is known of a copy before the run.
struct Before {
    run_id: Option<String>,
    is_empty: bool,
}

/// What became of reading one table.
struct Staging {
    table: WarehouseTable,
    way: Way,
    copied: u64,
    refused: Vec<Refused>,
    /// A refused row has a key that can't be looked up.
    has_odd_key: bool,
}

/// Bring the copies up to date and commit. Call [`settle`] with the answer.
pub(super) fn carry(
    store: &Store,
    url: &Secret,
    fence: &Fence,
    clock: &Clock,
    order: &Order,
    progress: Option<&dyn Progress>,
) -> Result<Carried> {
    let session = Session::open(url, true)?;
    let allow_destructive = order.allow_destructive;
    let (plan, before) = session.call(move |transaction| prepare(transaction, allow_destructive))?;
    let known = dirty::marks(store)?;
    let mut ways = Vec::new();
    let mut marks = Vec::new();
    for table in &order.tables {
        let copy = before.get(table).ok_or_else(|| Fault::internal("a copy was not looked at"))?;
        let mark = known.get(table).cloned().unwrap_or_default();
        let admitted = mark.admits(copy.run_id.as_deref());
        let way = match admitted && !order.full && !plan.widened.contains(table) {
            _ if plan.created.contains(table) => Way::Created,
            _ if copy.is_empty => Way::Direct,
            true => Way::Changed,
            false => Way::Full,
        };
        ways.push((*table, way));
        let held = if admitted { copy.run_id.clone() } else { mark.known };
        marks.push((*table, admitted, held));
    }
    if !order.dry_run {
        let pending = |held: &Option<String>| Mark { known: held.clone(), pending: Some(order.id.clone()) };
        dirty::set_marks(
            store,
            fence,
            marks.iter().map(|(table, _, held)| (*table, pending(held))).collect(),
        )?;
    }
    let read = store.read(|tx| read(tx, &session, &ways, progress))?;
    let mut carried = Carried {
        tables: Vec::new(),
        status: SyncStatus::Ok,
        plan: plan.clone(),
        removable: read.removable,
        again: read.again,
        marks: Vec::new(),
    };
    for (staging, (table, admitted, held)) in read.tables.into_iter().zip(marks) {
        let quarantined = staging.refused.len() as u64;
        let merged = move_in(&session, staging, order)?;
        let quiet = merged == Merged { unchanged: merged.unchanged, ..Merged::default() };
        let mark = if quiet && admitted {
            Mark { known: held, pending: None }
        } else {
            write_state(&session, table, order, read.highest)?;
            Mark { known: Some(order.id.clone()), pending: None }
        };
        carried.marks.push((table, mark));
        carried.tables.push(TableSync::new(table, &merged, quarantined));
        if quarantined > 0 {
            carried.status = SyncStatus::Partial;
        }
    }
    if order.dry_run {
        return Ok(carried);
    }
    plan.after.into_iter().try_for_each(|sql| session.execute(sql))?;
    write_run(&session, order, &carried, clock.now())?;
    if !fence.is_held() {
        return Err(dirty::lost());
    }
    session.commit()?;
    Ok(carried)
}

/// The warehouse has committed: the source forgets what was carried.
pub(super) fn settle(store: &Store, fence: &Fence, carried: Carried) -> Result<()> {
    dirty::remove(store, fence, &carried.removable)?;
    dirty::add(store, carried.again)?;
    dirty::set_marks(store, fence, carried.marks)
}

/// What would be done to the tables of the warehouse; nothing is.
pub(super) fn plan(url: &Secret) -> Result<Plan> {
    Session::open(url, false)?.call(|transaction| Ok(schema::plan(&schema::existing(transaction)?)))
}

/// Make the tables what they should be, and look at the copies.
fn prepare(
    transaction: &mut Transaction<'_>,
    allow_destructive: bool,
) -> Result<(Plan, BTreeMap<WarehouseTable, Before>)> {
    let plan = schema::plan(&schema::existing(transaction)?);
    if !allow_destructive {
        plan.adds_only()?;
    }
    for sql in plan.destructive.iter().chain(&plan.ddl) {
        transaction.batch_execute(sql).map_err(|error| refused("change its tables", &error))?;
    }
    let mut before = BTreeMap::new();
    for table in WarehouseTable::ALL {
        let name = table.as_str();
        let sql = format!(
            "SELECT (SELECT run_id FROM warehouse.sync_state WHERE table_name = $1),
            NOT EXISTS (SELECT 1 FROM warehouse.{name})"
        );
        let row = transaction.query_one(&sql, &[&name]).map_err(|error| refused("show its state", &error))?;
        before.insert(table, Before { run_id: row.get(0), is_empty: row.get(1) });
    }
    Ok((plan, before))
}

/// What was read in one snapshot.
struct Snapshot {
    tables: Vec<Staging>,
    highest: i64,
    removable: Seen,
    again: Vec<(WarehouseTable, String)>,
}

fn read(
    tx: &mut Tx<'_>,
    session: &Session,
    ways: &[(WarehouseTable, Way)],
    progress: Option<&dyn Progress>,
) -> Result<Snapshot> {
    let chosen: Vec<_> = ways.iter().map(|(table, _)| *table).collect();
    let seen = dirty::seen(tx, &chosen)?;
    let highest = dirty::highest(&seen.ranges);
    let (mut tables, mut kept, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for (table, way) in ways {
        let mut reader = Reader::new(session, *table, *way)?;
        let mapping = table.mapping();
        let sql = if *way == Way::Changed { mapping.changed } else { mapping.all };
        let mut watched = Watched::begin(progress, table.as_str(), || rows(tx, *table, *way))?;
        tx.each(sql, &[], &mut |row| {
            watched.one();
            reader.take(row)
        })?;
        watched.end();
        let numbers = std::mem::take(&mut reader.numbers);
        let staging = reader.finish()?;
        if *way == Way::Changed {
            kept.extend(numbers);
        } else {
            for row in staging.refused.iter().filter(|_| !staging.has_odd_key) {
                match dirty::find(tx, *table, &row.key)? {
                    Some(number) => kept.push(number),
                    None => again.push((*table, row.key.clone())),
                }
            }
        }
        tables.push(staging);
    }
    // Where a refused row can't be looked up, everything stays dirty: the next run reads it with its numbers.
    let settled: Vec<_> =
        tables.iter().filter(|staging| !staging.has_odd_key).map(|staging| staging.table).collect();
    let removable = if settled == chosen { seen } else { dirty::seen(tx, &settled)? };
    Ok(Snapshot { tables, removable: dirty::without(removable, kept), highest, again })
}

/// How many rows will be read.
fn rows(tx: &mut Tx<'_>, table: WarehouseTable, way: Way) -> Result<i64> {
    match way {
        Way::Changed => Ok(dirty::by_table(tx)?.get(table.as_str()).copied().unwrap_or(0)),
        Way::Created | Way::Direct | Way::Full => tx.one(table.mapping().count, &[]),
    }
}

/// Turns rows of the source into a COPY.
struct Reader<'a> {
    session: &'a Session,
    staging: Staging,
    feed: Option<Feed>,
    buffer: Vec<u8>,
    /// The change numbers of refused rows.
    numbers: Vec<i64>,
}

impl<'a> Reader<'a> {
    fn new(session: &'a Session, table: WarehouseTable, way: Way) -> Result<Self> {
        let staging = Staging { table, way, copied: 0, refused: Vec::new(), has_odd_key: false };
        let mut reader = Self { session, staging, feed: None, buffer: Vec::new(), numbers: Vec::new() };
        if way != Way::Changed {
            reader.open()?;
        }
        Ok(reader)
    }

    fn open(&mut self) -> Result<()> {
        if !self.staging.way.is_straight() {
            self.session.execute(merge::staging(self.staging.table))?;
        }
        self.feed = Some(self.session.feed(merge::copy(self.staging.table, self.staging.way))?);
        self.buffer = Vec::with_capacity(CHUNK + 4096);
        self.buffer.extend_from_slice(encode::HEAD);
        Ok(())
    }

    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        if self.feed.is_none() {
            self.open()?;
        }
        let (table, way) = (self.staging.table, self.staging.way);
        let first = if way == Way::Changed { 2 } else { 0 };
        if way == Way::Changed && matches!(row.cell(first), Ok(Cell::Null)) {
            // An entry without a row: the row is gone.
            merge::key_alone(&mut self.buffer, table, &key(row), Staged::Gone);
            return self.send();
        }
        let start = self.buffer.len();
        let mapping = table.mapping();
        encode::count(&mut self.buffer, mapping.columns.len() + usize::from(!way.is_straight()));
        match encode::fields(&mut self.buffer, mapping, row, first) {
            Ok(()) if way.is_straight() => {}
            Ok(()) => encode::fixed(&mut self.buffer, (Staged::Row as i16).to_be_bytes()),
            Err(reason) => {
                self.buffer.truncate(start);
                self.refuse(row, reason)?;
            }
        }
        self.send()
    }

    fn refuse(&mut self, row: &Row<'_>, reason: String) -> Result<()> {
        let (table, key) = (self.staging.table, key(row));
        if self.staging.refused.len() == REFUSED {
            let words = format!("More than {REFUSED} rows of {} can't be kept: {reason}", table.as_str());
            return Err(Fault::new(Code::Refused, words));
        }
        if !self.staging.way.is_straight() {
            merge::key_alone(&mut self.buffer, table, &key, Staged::Held);
        }
        if self.staging.way == Way::Changed {
            self.numbers.push(row.at(1)?);
        } else {
            self.staging.has_odd_key |= !matches!(row.cell(0), Ok(Cell::Text(own)) if own == key);
        }
        self.staging.refused.push(Refused { key, reason });
        Ok(())
    }

    fn send(&mut self) -> Result<()> {
        if self.buffer.len() < CHUNK {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK + 4096));
        self.feed.as_ref().map_or(Ok(()), |feed| feed.send(full))
    }

    fn finish(mut self) -> Result<Staging> {
        if let Some(feed) = self.feed.take() {
            self.buffer.extend_from_slice(encode::TAIL);
            feed.send(self.buffer)?;
            self.staging.copied = feed.finish()?;
        }
        Ok(self.staging)
    }
}

/// The key in words that PostgreSQL can keep.
fn key(row: &Row<'_>) -> String {
    match row.cell(0) {
        Ok(Cell::Text(key)) => key.replace('\0', "\u{2400}"),
        _ => "(unreadable key)".to_owned(),
    }
}

fn move_in(session: &Session, staging: Staging, order: &Order) -> Result<Merged> {
    let (id, at) = (order.id.clone(), order.started_at);
    session.call(move |transaction| {
        let Staging { table, way, copied, refused: rows, .. } = staging;
        merge::merge(transaction, table, way, copied, &rows, (&id, at))
    })
}

fn write_state(session: &Session, table: WarehouseTable, order: &Order, number: i64) -> Result<()> {
    const SQL: &str =
        "INSERT INTO warehouse.sync_state AS s (table_name, run_id, change_number) VALUES ($1, $2, $3)
        ON CONFLICT (table_name) DO UPDATE SET run_id = $2, change_number = greatest(s.change_number, $3)";
    let id = order.id.clone();
    session.call(move |transaction| {
        let ran = transaction.execute(SQL, &[&table.as_str(), &id, &number]);
        ran.map(drop).map_err(|error| refused("keep its state", &error))
    })
}

fn write_run(session: &Session, order: &Order, carried: &Carried, now: Timestamp) -> Result<()> {
    const SQL: &str =
        "INSERT INTO warehouse.sync_runs (run_id, started_at, finished_at, status, is_full, tables)
        VALUES ($1, to_timestamp($2), to_timestamp($3), $4, $5, $6::text::jsonb)";
    let tables = serde_json::to_string(&carried.tables).map_err(Fault::internal)?;
    let (order, status) = (order.clone(), carried.status);
    session.call(move |transaction| {
        let (started, finished) = (merge::moment(order.started_at), merge::moment(now));
        let ran = transaction
            .execute(SQL, &[&order.id, &started, &finished, &status.as_str(), &order.full, &tables]);
        ran.map(drop).map_err(|error| refused("keep its run", &error))
    })
}
