//! The one thread that touches the log files. It takes what has gathered and appends each log's lines by one
//! write; a batch that can't be written is kept and tried again, while newer lines wait and, in the end, drop.

use std::time::Duration;

use super::files::Files;
use super::queue::{Batch, Queue};
use super::{Event, Level, Log};
use crate::platform::Clock;

/// Lines gather for this long before they are written together.
const GATHER: Duration = Duration::from_millis(10);
/// How long to leave a failing disk alone.
const RETRY: Duration = Duration::from_millis(250);
/// A buffer that once had to hold more than this is given back.
const KEEP: usize = 1 << 20;

/// Write until the queue stops, and then what is left.
pub(super) fn run(queue: &Queue, mut files: Files, clock: &Clock) {
    let mut batch = Batch::default();
    loop {
        let goes_on = queue.take(&mut batch);
        add_drops(&mut batch, clock);
        while let Err(reason) = write(&mut batch, &mut files) {
            queue.failing(reason);
            files.close();
            if !queue.gather(RETRY) {
                // Stopping: one last try, then the lines are lost rather than the stop delayed.
                let _ = write(&mut batch, &mut files);
                break;
            }
        }
        queue.finished();
        if !goes_on {
            break;
        }
        queue.gather(GATHER);
    }
}

/// Say in each log how many of its lines were lost.
fn add_drops(batch: &mut Batch, clock: &Clock) {
    for log in Log::ALL {
        let dropped = std::mem::take(&mut batch.dropped[log.index()]);
        if dropped > 0 {
            Event::new(log, "events_dropped")
                .level(Level::Warn)
                .field("count", dropped)
                .write_to(clock.now(), &mut batch.lines[log.index()]);
        }
    }
}

/// Append every log's lines; those that were written are gone from the batch even when a later log fails.
fn write(batch: &mut Batch, files: &mut Files) -> Result<(), String> {
    let mut failure = None;
    for log in Log::ALL {
        let lines = &mut batch.lines[log.index()];
        if lines.is_empty() {
            continue;
        }
        match files.append(log, lines) {
            Ok(()) => {
                lines.clear();
                if lines.capacity() > KEEP {
                    *lines = Vec::new();
                }
                batch.counts[log.index()] = 0;
            }
            Err(error) => failure = Some(format!("{}: {error}", log.file_name())),
        }
    }
    failure.map_or(Ok(()), Err)
}
