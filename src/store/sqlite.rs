//! SQLite: how a connection is opened, and the few that read.
//!
//! WAL, so readers and the writer don't block each other; `synchronous=FULL`, so that what was acknowledged survives
//! a power cut. Readers are opened when first needed, closed when idle, and can't write. The caches are small: the
//! operating system caches the file anyway.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use r2d2::{NopErrorHandler, Pool};
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use scheduled_thread_pool::ScheduledThreadPool;

use super::stats::Counters;
use super::tx::{Inner, Tx};
use super::writer::Writer;
use super::{StoreOptions, failure};
use crate::platform::{Clock, Code, Fault, Result};

const PATIENCE: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_mins(1);
const PING: Duration = Duration::from_secs(2);

const READER: &str = "PRAGMA foreign_keys = ON; PRAGMA query_only = ON; PRAGMA cache_size = -1024;
    PRAGMA temp_store = MEMORY;";
// A checkpoint writes a page once, however often it changed since the last: one in 16 MB writes less than one in 4.
const WRITER: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2048;
    PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;";

pub(super) struct Sqlite {
    readers: Pool<SqliteConnectionManager>,
    pub(super) writer: Writer,
    counters: Arc<Counters>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, options: &StoreOptions, counters: Arc<Counters>) -> Result<Self> {
        create(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let writer = writer(path, flags).map_err(|error| cannot_open(path, error))?;
        let manager = SqliteConnectionManager::file(path).with_flags(flags).with_init(|connection| {
            connection.busy_timeout(PATIENCE)?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.execute_batch(READER)
        });
        let readers = Pool::builder()
            .max_size(options.readers.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .idle_timeout(Some(IDLE))
            .max_lifetime(None)
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(NopErrorHandler))
            .thread_pool(threads("store-readers", 1))
            .build_unchecked(manager);
        let writer = Writer::start(writer, Arc::clone(&counters))?;
        Ok(Self { readers, writer, counters })
    }

    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let start = Clock::monotonic();
        let mut reader = self.readers.get().map_err(|error| failure::unavailable().because(error))?;
        self.counters.waited(start.elapsed());
        let transaction = reader
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(|error| failure::sqlite("begin", false, error))?;
        let mut tx = Tx::new(Inner::Sqlite(&transaction), false);
        let answer = f(&mut tx);
        let (_, trouble) = tx.into_parts();
        match (answer, trouble) {
            (Ok(_), Some(_)) => Err(super::swallowed()),
            (answer, _) => answer,
        }
    }

    /// A reader sees the file and the writer answers.
    pub(super) fn ping(&self) -> Result<()> {
        let reader = self.readers.get_timeout(PING).map_err(|error| failure::unavailable().because(error))?;
        reader
            .query_row("SELECT COUNT(*) FROM sqlite_master", [], |_| Ok(()))
            .map_err(|error| failure::sqlite("ping", false, error))?;
        self.writer.ping(PING)
    }
}

/// The threads on which a pool opens and closes connections; r2d2 would start three.
pub(super) fn threads(name: &str, count: usize) -> Arc<ScheduledThreadPool> {
    Arc::new(ScheduledThreadPool::builder().num_threads(count).thread_name_pattern(name).build())
}

/// The file, readable by its owner alone; SQLite gives `-wal` and `-shm` the same mode.
fn create(path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| {
        let code = if error.kind() == ErrorKind::StorageFull { Code::StorageFull } else { Code::Unavailable };
        Fault::new(code, format!("The database {} can't be created", path.display())).because(error)
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

fn writer(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(128);
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidParameterName(format!("journal_mode is {mode}, not wal")));
    }
    connection.execute_batch(WRITER)?;
    Ok(connection)
}

fn cannot_open(path: &Path, error: rusqlite::Error) -> Fault {
    let words = format!("The database {} can't be opened", path.display());
    Fault::new(Code::Unavailable, words).because(error)
}
