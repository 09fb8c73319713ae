//! The tables, step by step. A step is a file `migrations/NNNN_name.sql`, or two with one number
//! (`NNNN_name.lite.sql`, `NNNN_name.pg.sql`) where the engines must differ, and a line in `list.rs`. Steps are never
//! edited once released: what was applied is kept with its checksum, and a difference is refused.

mod list;

use super::{Store, Tx, args, row, statements};
use crate::platform::{Code, Fault, Result, Timestamp, digest_hex};

pub use list::MIGRATIONS;

statements! {
    /// SQLite has a single writer, so there is nothing to lock.
    LOCK = lite "SELECT 1" pg "LOCK TABLE schema_migrations IN EXCLUSIVE MODE";
    HAS_TABLE = lite "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
        pg "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_migrations')";
    APPLIED = "SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number";
    RECORD = "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
}

const OWN_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL,
    checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place in the order, from 1 without gaps.
    pub number: u32,
    /// The file's name without number and ending.
    pub name: &'static str,
    /// What SQLite is given.
    pub lite: &'static str,
    /// What PostgreSQL is given.
    pub pg: &'static str,
}

impl Migration {
    /// SHA-256 over both texts, so that it is the same on every engine.
    pub fn checksum(&self) -> String {
        digest_hex(format!("{}\n--\n{}", self.lite, self.pg).as_bytes())
    }
}

/// A step that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its place in the order.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its checksum then.
    pub checksum: String,
    /// When.
    pub applied_at: Timestamp,
}

row! { Applied { number, name, checksum, applied_at } }

/// How a database compares with this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// What is still to be applied: number and name.
    pub pending: Vec<(u32, &'static str)>,
    /// Why this program must not touch the database, in words; empty when it may.
    pub refusals: Vec<String>,
}

impl Status {
    /// `Refused` when this program does not fit the database.
    pub fn admit(&self) -> Result<()> {
        match self.refusals.first() {
            None => Ok(()),
            Some(words) => Err(Fault::new(Code::Refused, words.clone())),
        }
    }

    /// Whether everything is applied and nothing is refused.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.refusals.is_empty()
    }
}

/// Bring the tables up to date; answers what was applied by this call.
pub fn migrate(store: &Store) -> Result<Vec<Applied>> {
    apply(store, MIGRATIONS)
}

/// How the database compares with this program. Changes nothing.
pub fn status(store: &Store) -> Result<Status> {
    compare(store, MIGRATIONS)
}

pub(super) fn compare(store: &Store, list: &'static [Migration]) -> Result<Status> {
    store.read(|tx| {
        let exists: i64 = tx.one(HAS_TABLE, args![])?;
        let applied = if exists == 0 { Vec::new() } else { tx.rows(APPLIED, args![])? };
        Ok(judge(applied, list))
    })
}

fn judge(applied: Vec<Applied>, list: &'static [Migration]) -> Status {
    let mut refusals = Vec::new();
    let pending: Vec<_> = list
        .iter()
        .filter(|step| applied.iter().all(|old| old.number != step.number))
        .map(|step| (step.number, step.name))
        .collect();
    for old in &applied {
        let (number, name) = (old.number, &old.name);
        match list.iter().find(|step| step.number == number) {
            None => refusals.push(format!(
                "The database has migration {number:04} ({name}), which this program does not know: it was made by \
                 a newer version; use that one"
            )),
            Some(step) if step.checksum() != old.checksum => refusals.push(format!(
                "Migration {number:04} ({name}) is not the one that was applied to the database; use the program it \
                 was made with, or restore a backup"
            )),
            Some(_) => {}
        }
    }
    let newest = applied.last().map_or(0, |old| old.number);
    if let Some((number, name)) = pending.first().filter(|(number, _)| *number < newest) {
        refusals.push(format!(
            "Migration {number:04} ({name}) is missing although {newest:04} was applied; restore a backup"
        ));
    }
    Status { applied, pending, refusals }
}

pub(super) fn apply(store: &Store, list: &'static [Migration]) -> Result<Vec<Applied>> {
    create_own_table(store)?;
    compare(store, list)?.admit()?;
    let mut done = Vec::new();
    for step in list {
        let now = store.clock().now();
        done.extend(store.write(move |tx| apply_one(tx, list, step, now))?);
    }
    Ok(done)
}

/// One step in its transaction; `None` when it was applied already, perhaps a moment ago by another replica.
fn apply_one(
    tx: &mut Tx<'_>,
    list: &'static [Migration],
    step: &'static Migration,
    now: Timestamp,
) -> Result<Option<Applied>> {
    tx.script("migrate", "", "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")?;
    // Before anything is read: PostgreSQL takes the snapshot afterwards, so it shows what the rival did.
    tx.rows::<i64>(LOCK, args![])?;
    let status = judge(tx.rows(APPLIED, args![])?, list);
    status.admit()?;
    if status.pending.iter().all(|(number, _)| *number != step.number) {
        return Ok(None);
    }
    tx.script(step.name, step.lite, step.pg)?;
    let record = Applied {
        number: step.number,
        name: step.name.to_owned(),
        checksum: step.checksum(),
        applied_at: now,
    };
    tx.run(RECORD, args![record.number, &record.name, &record.checksum, record.applied_at])?;
    Ok(Some(record))
}

/// `IF NOT EXISTS` does not keep two replicas from making it at once: one of them fails, and finds it on looking again.
fn create_own_table(store: &Store) -> Result<()> {
    let has_table = || store.read(|tx| tx.one::<i64>(HAS_TABLE, args![]));
    if has_table()? == 1 {
        return Ok(());
    }
    let made = store.write(|tx| tx.script("schema_migrations", OWN_TABLE, OWN_TABLE));
    match made {
        Err(fault) if has_table()? == 0 => Err(fault),
        _ => Ok(()),
    }
}
