//! Moving what was committed from SQLite's write-ahead log into the database file.
//!
//! By default SQLite does that within a COMMIT, and everybody in that batch waits for it. Here a thread beside the writer
//! moves most of it; the writer moves the small rest between two batches, because only after all of it has been moved
//! does the log begin anew at its start. What fails is tried again: nothing is lost by a long log but room.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rusqlite::{Connection, OpenFlags};

use super::failure;
use crate::platform::Result;

/// Pages that the log may gain before the thread is asked.
const STEP: usize = 1_000;
/// From here on the writer moves the rest, once that is small. A page that is changed often is moved once, so a longer
/// log writes less.
const LONG: usize = 4_000;
/// From here on it moves whatever there is, however long that takes.
const TOO_LONG: usize = 16_000;
/// The thread keeps its connection this long.
const IDLE: Duration = Duration::from_secs(10);

thread_local! {
    /// How many pages the log has after the last commit of this thread.
    static LENGTH: Cell<usize> = const { Cell::new(0) };
}

/// The writer's part.
pub(super) struct Checkpoints {
    ask: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// How long the log was when the thread was asked last, and when the writer itself tried.
    asked: usize,
    tried: usize,
}

/// What the thread says of itself.
#[derive(Default)]
struct Shared {
    is_at_work: AtomicBool,
    /// How many pages of the log it had moved when it was done.
    moved: AtomicUsize,
}

impl Checkpoints {
    /// For the writer's connection, on the writer's thread; `path` is that of the database.
    pub(super) fn start(connection: &Connection, path: PathBuf) -> Result<Self> {
        let (ask, asked) = bounded(1);
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || beside(&path, &asked, &own))
            .map_err(|error| failure::unavailable().because(error))?;
        // It takes the place of what SQLite would do.
        connection.wal_hook(Some(|_, pages| {
            LENGTH.set(usize::try_from(pages).unwrap_or(0));
            Ok(())
        }));
        Ok(Self { ask: Some(ask), thread: Some(thread), shared, asked: 0, tried: 0 })
    }

    /// Called between two batches.
    pub(super) fn look(&mut self, connection: &Connection) {
        let length = LENGTH.get();
        if length < self.asked {
            // It has begun anew.
            (self.asked, self.tried) = (0, 0);
            self.shared.moved.store(0, Ordering::Relaxed);
        }
        if length >= self.asked + STEP
            && let Some(ask) = &self.ask
            && ask.try_send(()).is_ok()
        {
            self.asked = length;
        }
        let rest = length.saturating_sub(self.shared.moved.load(Ordering::Relaxed));
        let is_short = rest <= STEP && !self.shared.is_at_work.load(Ordering::Acquire);
        let is_due = length >= LONG && is_short || length >= TOO_LONG;
        if is_due && length >= self.tried + STEP / 4 {
            self.tried = length;
            let _ = moved(connection);
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's work, with a connection while there is any.
fn beside(path: &Path, asked: &Receiver<()>, shared: &Shared) {
    let mut connection = None;
    loop {
        match asked.recv_timeout(if connection.is_some() { IDLE } else { Duration::MAX }) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => {
                connection = None;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        shared.is_at_work.store(true, Ordering::Release);
        connection = connection.or_else(|| open(path).ok());
        let pages = connection.as_ref().and_then(|connection| moved(connection).ok());
        shared.moved.store(pages.unwrap_or(0), Ordering::Relaxed);
        shared.is_at_work.store(false, Ordering::Release);
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // What was moved is on the disk before the log may be written over.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -64;")?;
    Ok(connection)
}

/// Move what can be moved without making anybody wait; how many pages of the log are moved now.
fn moved(connection: &Connection) -> rusqlite::Result<usize> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(usize::try_from(row.get::<_, i64>(2)?).unwrap_or(0))
    })
}
