//! What happened, as NDJSON: one file a [`Log`], one JSON object a line.
//!
//! - [`Event`] builds a line. What a field may hold is decided by type ([`LogValue`]): numbers, fixed words, keyed
//!   hashes and [`Scrubbed`] text, never an address or a secret.
//! - [`Events::offer`] is for async code and operations that only touch memory: it never waits and drops when the
//!   queue is full. [`Events::emit`] is for threads that may block: it waits a moment first. Neither touches the
//!   disk, so a full or unwritable one never holds a caller up. What was dropped is counted and written later.
//! - [`tail`] reads a log from its end, a [`Follower`] what comes after that.

mod document;
mod event;
mod files;
mod follow;
mod json;
mod line;
mod log;
mod place;
mod queue;
mod redact;
mod tail;
mod writer;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

pub use document::markdown;
pub use event::{Event, Level, LogValue};
pub use follow::{Followed, FollowedLine, Follower};
pub use log::Log;
pub use place::Place;
pub use redact::Scrubbed;
pub use tail::{Tail, TailQuery, tail};

use crate::platform::{Clock, Fault, Result};
use queue::Queue;

/// Where lines go and how much may pile up.
#[derive(Debug, Clone)]
pub struct EventsConfig {
    /// The folder of the log files; made when it is absent.
    pub directory: PathBuf,
    /// A file that has grown to this size is put aside as a numbered segment.
    pub max_file_bytes: u64,
    /// When all files together are larger than this, the oldest segments are removed.
    pub max_total_bytes: u64,
    /// How many lines may wait for the disk.
    pub queue: usize,
}

impl EventsConfig {
    /// The usual limits: files of 64 MiB, 2 GiB in total, 32,768 waiting lines.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            max_file_bytes: 64 << 20,
            max_total_bytes: 2 << 30,
            queue: 32_768,
        }
    }
}

/// How the logs are doing, for health and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsState {
    /// Lines that wait for the disk.
    pub waiting: usize,
    /// Lines lost since the start because the queue was full.
    pub dropped: u64,
    /// Why nothing can be written at the moment, if that is so.
    pub failing: Option<String>,
}

/// The way into the logs. Clones share one queue and one writer; the last one to go writes what is left.
#[derive(Debug, Clone)]
pub struct Events(Arc<Handle>);

#[derive(Debug)]
struct Handle {
    queue: Arc<Queue>,
    clock: Clock,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Events {
    /// Open the folder and start the writer.
    pub fn start(config: EventsConfig, clock: Clock) -> Result<Self> {
        let files = files::Files::open(&config)?;
        let queue = Arc::new(Queue::new(queue::Mode::Written, config.queue));
        let for_thread = Arc::clone(&queue);
        let thread_clock = clock.clone();
        let thread = std::thread::Builder::new()
            .name("events".into())
            .spawn(move || writer::run(&for_thread, files, &thread_clock))
            .map_err(Fault::internal)?;
        Ok(Self(Arc::new(Handle { queue, clock, thread: Mutex::new(Some(thread)) })))
    }

    /// Lines stay in memory, for tests to read with [`Events::lines`].
    pub fn sink_for_tests() -> Self {
        Self::without_thread(queue::Mode::Kept)
    }

    /// Lines go nowhere, for commands that need no log.
    pub fn none() -> Self {
        Self::without_thread(queue::Mode::Discarded)
    }

    fn without_thread(mode: queue::Mode) -> Self {
        let queue = Arc::new(Queue::new(mode, usize::MAX));
        Self(Arc::new(Handle { queue, clock: Clock::System, thread: Mutex::new(None) }))
    }

    /// Write a line; wait up to 50 ms for room in the queue, but not for a disk that is known to fail.
    pub fn emit(&self, event: Event) {
        self.0.queue.push(event, &self.0.clock, Duration::from_millis(50));
    }

    /// Write a line without ever waiting: when the queue is full the line is dropped and counted.
    pub fn offer(&self, event: Event) {
        self.0.queue.push(event, &self.0.clock, Duration::ZERO);
    }

    /// Wait until everything offered so far is on its way to the disk; false when that took longer.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.0.queue.flush(timeout)
    }

    /// How the logs are doing.
    pub fn state(&self) -> EventsState {
        self.0.queue.state()
    }

    /// What [`Events::sink_for_tests`] collected for `log`, line by line.
    pub fn lines(&self, log: Log) -> Vec<String> {
        self.0.queue.kept(log)
    }

    /// From now on a panic is written as an event `panic` with its text scrubbed, and the scrubbed text is given
    /// to `show` in place of what Rust would print.
    pub fn install_panic_hook(&self, show: impl Fn(&str) + Send + Sync + 'static) {
        let handle: Weak<Handle> = Arc::downgrade(&self.0);
        std::panic::set_hook(Box::new(move |info| {
            let message = Scrubbed::text(info.payload_as_str().unwrap_or("a panic without a text"));
            let place = info.location().map(|at| Scrubbed::text(at.file()));
            let line = info.location().map(std::panic::Location::line);
            show(&format!(
                "panic at {}:{}: {}",
                place.as_ref().map_or("?", Scrubbed::as_str),
                line.unwrap_or(0),
                message.as_str()
            ));
            if let Some(handle) = handle.upgrade() {
                let event = Event::new(Log::Http, "panic")
                    .level(Level::Error)
                    .field("message", message)
                    .field("file", place)
                    .field("line", line)
                    .field("thread", std::thread::current().name().map(Scrubbed::text));
                Events(handle).offer(event);
            }
        }));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.queue.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The panic hook may hold the last clone for a moment on the writer's own thread.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
