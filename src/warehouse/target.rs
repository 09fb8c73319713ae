//! The connection to the warehouse. A server that is frozen accepts connections and then says nothing, and the client
//! would wait for ever; so everything it is asked happens on a thread, and whoever waits looks at the clock.
//!
//! - [`Session`]: one transaction. [`Session::call`] runs a step of it; [`Session::feed`] streams a COPY.
//! - [`briefly`]: one short question, given up after a while.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded};
use postgres::{Client, Transaction};

use crate::platform::{Clock, Code, Fault, Result, Secret};
use crate::store::connect;

/// Connecting and beginning may take this long.
const CONNECT: Duration = Duration::from_secs(8);
/// After this long without an answer another connection asks whether the server still lives.
const SILENCE: Duration = Duration::from_secs(10);
/// How long that may take.
const PING: Duration = Duration::from_secs(3);
/// Chunks of a COPY that wait to be sent.
const QUEUE: usize = 4;
/// Threads that were given up and may still wait for a frozen server; above this nothing more is tried.
const GIVEN_UP: usize = 8;

/// A long merge is no reason to stop, a foreign lock and a vanished client are. One writer at a time, whichever store
/// it copies from. With the price of a page that PostgreSQL assumes for a spinning disk, it would read a table of a
/// million rows to find the thousand that changed; at an even price it looks them up by key, and a run that carries
/// most of a table still reads all of it. Statistics are made of staging tables alone, for one plan each, so a small
/// sample is enough; those of the copies are autovacuum's.
const BEGIN: &str = "SET statement_timeout = 0; SET lock_timeout = '10s'; SET client_min_messages = warning;
    SET idle_in_transaction_session_timeout = '10min'; SET synchronous_commit = on;
    SET random_page_cost = 1; SET seq_page_cost = 1; SET default_statistics_target = 10;
    SET application_name = 'echopilot warehouse';";
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtext('echopilot warehouse'))";

type Job = Box<dyn FnOnce(&mut Transaction<'_>) + Send>;

enum Order {
    Do(Job),
    Commit(Sender<Result<()>>),
}

/// One transaction of the warehouse; rolled back unless [`Session::commit`] is called.
pub(super) struct Session {
    orders: Sender<Order>,
    url: Secret,
}

/// What a step will answer.
pub(super) struct Pending<T> {
    answer: Receiver<Result<T>>,
    url: Secret,
}

/// A COPY under way.
pub(super) struct Feed {
    chunks: Sender<Chunk>,
    rows: Pending<u64>,
}

enum Chunk {
    Bytes(Vec<u8>),
    End,
}

impl Session {
    /// Connect and begin. `Conflict` when another EchoPilot is writing there.
    pub(super) fn open(url: &Secret, writes: bool) -> Result<Self> {
        let (orders, inbox) = bounded::<Order>(1);
        let (ready, begun) = bounded(1);
        let own = url.clone();
        thread(move || {
            let mut client = match begin(&own) {
                Ok(client) => client,
                Err(fault) => return drop(ready.send(Err(fault))),
            };
            match client.transaction() {
                Ok(transaction) => work(transaction, writes, &ready, &inbox),
                Err(error) => drop(ready.send(Err(refused("begin", &error)))),
            }
        })?;
        match begun.recv_timeout(CONNECT) {
            Ok(begun) => begun?,
            Err(_) => return Err(silent()),
        }
        Ok(Self { orders, url: url.clone() })
    }

    /// Begin a step without waiting for it.
    pub(super) fn start<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<Pending<T>> {
        let (reply, answer) = bounded(1);
        let job: Job = Box::new(move |transaction| drop(reply.send(step(transaction))));
        match self.orders.send_timeout(Order::Do(job), SILENCE) {
            Ok(()) => Ok(Pending { answer, url: self.url.clone() }),
            Err(_) => Err(silent()),
        }
    }

    /// Run a step and wait for it, as long as the server lives.
    pub(super) fn call<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.start(step)?.wait()
    }

    /// Run SQL without arguments.
    pub(super) fn execute(&self, sql: String) -> Result<()> {
        self.call(move |transaction| {
            transaction.batch_execute(&sql).map_err(|error| refused("execute", &error))
        })
    }

    /// Begin a `COPY … FROM STDIN`.
    pub(super) fn feed(&self, sql: String) -> Result<Feed> {
        let (chunks, inbox) = bounded(QUEUE);
        let rows = self.start(move |transaction| {
            let mut writer = transaction.copy_in(&sql).map_err(|error| refused("copy", &error))?;
            loop {
                match inbox.recv() {
                    Ok(Chunk::Bytes(bytes)) => writer.write_all(&bytes).map_err(|error| broken(&error))?,
                    Ok(Chunk::End) => return writer.finish().map_err(|error| refused("copy", &error)),
                    // The source failed; dropping the writer ends the COPY as an error.
                    Err(_) => return Err(Fault::internal("the rows ended before their end")),
                }
            }
        })?;
        Ok(Feed { chunks, rows })
    }

    /// Make everything visible at once.
    pub(super) fn commit(self) -> Result<()> {
        let (reply, answer) = bounded(1);
        if self.orders.send_timeout(Order::Commit(reply), SILENCE).is_err() {
            return Err(silent());
        }
        Pending { answer, url: self.url.clone() }.wait()
    }
}

impl<T> Pending<T> {
    /// The answer. While there is none, somebody looks from time to time whether the server still lives.
    pub(super) fn wait(self) -> Result<T> {
        loop {
            match self.answer.recv_timeout(SILENCE) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) => ping(&self.url)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Fault::internal("the warehouse thread stopped"));
                }
            }
        }
    }
}

impl Feed {
    /// Send a part of the stream.
    pub(super) fn send(&self, bytes: Vec<u8>) -> Result<()> {
        self.pass(Chunk::Bytes(bytes))
    }

    /// Everything is sent; how many rows the server took.
    pub(super) fn finish(self) -> Result<u64> {
        self.pass(Chunk::End)?;
        self.rows.wait()
    }

    fn pass(&self, chunk: Chunk) -> Result<()> {
        let mut chunk = chunk;
        loop {
            match self.chunks.send_timeout(chunk, SILENCE) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Timeout(back)) => {
                    ping(&self.rows.url)?;
                    chunk = back;
                }
                // The COPY has ended early: its answer says why.
                Err(SendTimeoutError::Disconnected(_)) => {
                    let why = self.rows.answer.recv_timeout(SILENCE);
                    return Err(why.ok().and_then(Result::err).unwrap_or_else(silent));
                }
            }
        }
    }
}

/// Whether the warehouse answers, within three seconds.
pub(super) fn ping(url: &Secret) -> Result<()> {
    briefly(url, PING, |client| client.batch_execute("SELECT 1").map_err(|error| refused("ping", &error)))
}

/// Ask on a connection of its own and give up after `limit`.
pub(super) fn briefly<T: Send + 'static>(
    url: &Secret,
    limit: Duration,
    question: impl FnOnce(&mut Client) -> Result<T> + Send + 'static,
) -> Result<T> {
    /// How many of these threads are alive.
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    struct Alive;
    impl Drop for Alive {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let counted = Alive;
    if ALIVE.fetch_add(1, Ordering::SeqCst) >= GIVEN_UP {
        return Err(silent().because("earlier questions still wait"));
    }
    let (reply, answer) = bounded(1);
    let own = url.clone();
    thread(move || {
        let _counted = counted;
        drop(reply.send(begin(&own).and_then(|mut client| question(&mut client))));
    })?;
    answer.recv_timeout(limit).unwrap_or_else(|_| Err(silent()))
}

fn begin(url: &Secret) -> Result<Client> {
    let mut client = connect(url).map_err(unusable)?.map_err(|error| unreachable(&error))?;
    client.batch_execute(BEGIN).map_err(|error| refused("begin", &error))?;
    Ok(client)
}

fn work(mut transaction: Transaction<'_>, writes: bool, ready: &Sender<Result<()>>, inbox: &Receiver<Order>) {
    let locked = if writes {
        transaction.query_one(LOCK, &[]).map(|row| row.get(0)).map_err(|error| refused("lock", &error))
    } else {
        // Both counts and checksums shall come from one moment.
        let snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
        transaction.batch_execute(snapshot).map(|()| true).map_err(|error| refused("begin", &error))
    };
    let locked = locked.and_then(|locked: bool| {
        let words = "Another EchoPilot is writing to the warehouse now";
        if locked { Ok(()) } else { Err(Fault::new(Code::Conflict, words)) }
    });
    let go_on = locked.is_ok();
    if ready.send(locked).is_err() || !go_on {
        return;
    }
    while let Ok(order) = inbox.recv() {
        match order {
            Order::Do(job) => job(&mut transaction),
            Order::Commit(reply) => {
                drop(reply.send(transaction.commit().map_err(|error| refused("commit", &error))));
                return;
            }
        }
    }
}

fn thread(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = std::thread::Builder::new().name("warehouse".into()).spawn(work);
    started.map(drop).map_err(|error| Fault::internal(error).because("no thread for the warehouse"))
}

fn silent() -> Fault {
    upstream("The warehouse does not answer".to_owned())
}

fn upstream(words: String) -> Fault {
    Fault::new(Code::Upstream, words).retry_after(60)
}

/// The address itself is wrong. The store's own was looked at when the store was opened, so it is the warehouse's.
fn unusable(fault: Fault) -> Fault {
    let words = fault.detail.replace("DATABASE_URL", "WAREHOUSE_URL");
    Fault::new(Code::Upstream, format!("The warehouse can't be reached: {words}"))
}

/// The warehouse can't be reached, or lets nobody in.
fn unreachable(error: &postgres::Error) -> Fault {
    let why = error.as_db_error().map_or_else(|| chain(error), |refusal| refusal.message().to_owned());
    upstream(format!("The warehouse can't be reached: {why}"))
}

/// A statement failed: the words of the classes that speak of access, resources and operation; of the others, which
/// may quote values, the code alone.
pub(super) fn refused(what: &'static str, error: &postgres::Error) -> Fault {
    let words = match error.as_db_error() {
        None => format!("The connection to the warehouse broke: {}", chain(error)),
        Some(refusal) => {
            let state = refusal.code().code();
            let speaks = ["08", "25", "28", "3D", "42", "53", "55", "57", "58"]
                .contains(&state.get(..2).unwrap_or(""));
            let message = if speaks { refusal.message() } else { "see the log" };
            format!("The warehouse refused to {what} ({state}: {message})")
        }
    };
    upstream(words).because(chain(error))
}

fn broken(error: &std::io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<postgres::Error>()) {
        Some(error) => refused("copy", error),
        None => upstream(format!("The connection to the warehouse broke: {error}")),
    }
}

/// An error with its causes. The client's errors quote neither URL nor password.
fn chain(error: &postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

/// How long something took, by a clock that never jumps.
pub(super) fn elapsed_millis(begun: std::time::Instant) -> i64 {
    let elapsed = Clock::monotonic().saturating_duration_since(begun);
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
