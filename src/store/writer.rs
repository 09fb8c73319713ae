//! SQLite's single writer: one thread, one connection, group commit.
//!
//! It takes what is queued into one `BEGIN IMMEDIATE`, commits once and answers after the commit returned, so one fsync
//! serves many callers. A closure that fails after it has touched something spoils its batch: all of it is undone and run
//! anew, each closure in a savepoint. That is rare, so the others need none. A lone write waits for nothing. When the batch
//! before was shared, its callers are probably about to come back, so the writer waits for them, but never longer than the
//! last commit took or [`LINGER`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rusqlite::Connection;

use super::stats::Counters;
use super::tx::{Inner, Tx};
use super::{failure, nested};
use crate::platform::{Clock, Fault, Result};

const BATCH: usize = 256;
const LINGER: Duration = Duration::from_millis(2);
const QUEUE: usize = 1024;

type Panic = Box<dyn Any + Send>;

/// A closure on its way to the writer.
trait Task: Send {
    /// Run it, perhaps not for the first time; whether its changes stay.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answer the caller: with what the closure gave, or with why it was not stored.
    fn settle(self: Box<Self>, failed: Option<Fault>);
    fn queued_at(&self) -> Instant;
    /// The fault it ended with, if it did.
    fn fault(&self) -> Option<&Fault>;
}

struct Typed<T, F> {
    closure: F,
    queued_at: Instant,
    outcome: Option<std::result::Result<Result<T>, Panic>>,
    reply: Sender<std::result::Result<Result<T>, Panic>>,
}

impl<T: Send, F: Fn(&mut Tx<'_>) -> Result<T> + Send> Task for Typed<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let mut outcome = catch_unwind(AssertUnwindSafe(|| (self.closure)(tx)));
        if tx.take_trouble().is_some() && matches!(outcome, Ok(Ok(_))) {
            outcome = Ok(Err(super::swallowed()));
        }
        let keep = matches!(outcome, Ok(Ok(_)));
        self.outcome = Some(outcome);
        keep
    }

    fn settle(self: Box<Self>, failed: Option<Fault>) {
        let answer = match (failed, self.outcome) {
            (Some(fault), _) => Ok(Err(fault)),
            (None, Some(outcome)) => outcome,
            (None, None) => Ok(Err(failure::unavailable())),
        };
        // A caller that no longer waits (a ping that ran out of time) needs no answer.
        let _ = self.reply.send(answer);
    }

    fn queued_at(&self) -> Instant {
        self.queued_at
    }

    fn fault(&self) -> Option<&Fault> {
        match &self.outcome {
            Some(Ok(Err(fault))) => Some(fault),
            _ => None,
        }
    }
}

pub(super) struct Writer {
    queue: Option<Sender<Box<dyn Task>>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
}

impl Writer {
    pub(super) fn start(connection: Connection, counters: Arc<Counters>) -> Result<Self> {
        let (queue, tasks) = bounded(QUEUE);
        let own = Arc::clone(&counters);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                let _inside = nested::enter();
                work(&connection, &tasks, &own);
            })
            .map_err(|error| failure::unavailable().because(error))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), counters })
    }

    pub(super) fn write<T, F>(&self, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let answer = self.enqueue(closure)?.recv();
        match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(failure::unavailable().because("the writer has ended")),
        }
    }

    /// An empty transaction within `patience`; it touches no disk.
    pub(super) fn ping(&self, patience: Duration) -> Result<()> {
        match self.enqueue(|_| Ok(()))?.recv_timeout(patience) {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(RecvTimeoutError::Timeout) => Err(failure::busy().because("the writer is busy")),
            Err(RecvTimeoutError::Disconnected) => {
                Err(failure::unavailable().because("the writer has ended"))
            }
        }
    }

    fn enqueue<T, F>(&self, closure: F) -> Result<Receiver<std::result::Result<Result<T>, Panic>>>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = bounded(1);
        let task = Typed { closure, queued_at: Clock::monotonic(), outcome: None, reply };
        self.counters.queue_depth.fetch_add(1, Relaxed);
        let sent = match &self.queue {
            Some(queue) => queue.send(Box::new(task)).is_ok(),
            None => false,
        };
        if !sent {
            self.counters.queue_depth.fetch_sub(1, Relaxed);
            return Err(failure::unavailable().because("the writer has ended"));
        }
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // Its panic, if any, has been told to the callers as Unavailable.
            let _ = thread.join();
        }
    }
}

/// What the writer remembers from one batch to the next.
struct Pace {
    size: usize,
    commit: Duration,
    is_apart: bool,
}

fn work(connection: &Connection, tasks: &Receiver<Box<dyn Task>>, counters: &Counters) {
    let mut pace = Pace { size: 1, commit: Duration::ZERO, is_apart: false };
    while let Ok(first) = tasks.recv() {
        pace = batch(connection, first, tasks, &pace, counters);
    }
}

fn batch(
    connection: &Connection,
    first: Box<dyn Task>,
    tasks: &Receiver<Box<dyn Task>>,
    before: &Pace,
    counters: &Counters,
) -> Pace {
    let start = Clock::monotonic();
    let mut done: Vec<Box<dyn Task>> = Vec::with_capacity(before.size);
    let mut next = Some(first);
    let mut failed = begin(connection).err();
    // Where one batch was spoilt the next may be, too: it has savepoints from its beginning.
    let (mut is_apart, mut is_spoilt) = (before.is_apart, false);
    while let Some(mut task) = next.take() {
        counters.queue_depth.fetch_sub(1, Relaxed);
        counters.waited(task.queued_at().elapsed());
        if failed.is_none() {
            match one(connection, task.as_mut(), is_apart) {
                Ok(Left::Clean) => {}
                Ok(Left::Undone) => is_spoilt = true,
                Ok(Left::Changed) => {
                    (is_spoilt, is_apart) = (true, true);
                    let own = std::iter::once(&mut task);
                    failed = anew(connection, done.iter_mut().chain(own)).err();
                }
                Err(fault) => failed = Some(fault),
            }
        }
        done.push(task);
        if done.len() < BATCH && start.elapsed() < LINGER {
            let longest = before.commit.min(LINGER);
            next = tasks.try_recv().ok().or_else(|| {
                let missing = failed.is_none() && done.len() < before.size;
                let rest = longest.checked_sub(start.elapsed()).filter(|_| missing)?;
                tasks.recv_timeout(rest).ok()
            });
        }
    }
    let committing = Clock::monotonic();
    if failed.is_none() {
        failed = execute(connection, "COMMIT").err();
    }
    if failed.is_none() {
        Counters::add(&counters.commits);
    } else if !connection.is_autocommit() {
        // The outcome is the same if this fails: the next BEGIN would say so.
        let _ = execute(connection, "ROLLBACK");
    }
    let pace = Pace { size: done.len(), commit: committing.elapsed(), is_apart: is_spoilt };
    for task in done {
        Counters::add(&counters.writes);
        task.settle(failed.as_ref().map(again));
    }
    pace
}

fn begin(connection: &Connection) -> Result<()> {
    execute(connection, "BEGIN IMMEDIATE")
}

fn execute(connection: &Connection, sql: &'static str) -> Result<()> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]))
        .map(drop)
        .map_err(|error| failure::sqlite(sql, true, error))
}

/// What a closure left in the transaction of its batch.
enum Left {
    /// What it wanted to leave; nothing when it failed before it touched anything.
    Clean,
    /// It failed, and what it had touched was undone.
    Undone,
    /// It failed, and what it had touched is still there.
    Changed,
}

/// One closure, in its savepoint when `is_apart`. Fails only when the whole transaction is lost.
fn one(connection: &Connection, task: &mut dyn Task, is_apart: bool) -> Result<Left> {
    if is_apart {
        execute(connection, "SAVEPOINT one")?;
    }
    let mut tx = Tx::new(Inner::Sqlite(connection), true);
    let keep = task.run(&mut tx);
    let is_clean = keep || !tx.has_touched();
    if connection.is_autocommit() {
        // A full disk or an I/O error makes SQLite roll everything back, the others' changes included.
        return Err(task
            .fault()
            .map_or_else(|| failure::busy().because("the engine rolled the batch back"), again));
    }
    if !is_apart {
        return Ok(if is_clean { Left::Clean } else { Left::Changed });
    }
    if !is_clean {
        execute(connection, "ROLLBACK TO one")?;
    }
    execute(connection, "RELEASE one")?;
    Ok(if is_clean { Left::Clean } else { Left::Undone })
}

/// Undo a spoilt batch and run all of it again, each in a savepoint.
fn anew<'a>(connection: &Connection, tasks: impl Iterator<Item = &'a mut Box<dyn Task>>) -> Result<()> {
    execute(connection, "ROLLBACK")?;
    begin(connection)?;
    for task in tasks {
        one(connection, task.as_mut(), true)?;
    }
    Ok(())
}

/// The same fault for another caller.
fn again(fault: &Fault) -> Fault {
    let mut copy = Fault::new(fault.code, fault.detail.clone());
    copy.retry_after = fault.retry_after;
    match fault.cause() {
        Some(cause) => copy.because(cause),
        None => copy,
    }
}
