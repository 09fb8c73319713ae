//! The runner: stores a run for each task that falls due, claims stored runs and executes them.
//!
//! A due time is moved on in the transaction that stores its run, so a task runs once per due time on
//! however many replicas. Times missed while nobody looked become one run. A run holds a lease of its own
//! name; one whose process died is queued again, three times at the most, hence stored operations are such
//! that may be repeated.

use std::sync::Arc;
use std::time::Duration;

use super::schedule::{SCHEDULE, Scheduled};
use super::sql::{ADVANCE, ALL_TASKS, ENSURE, FIND, STREAK};
use crate::events::{Event, Level, Log, Scrubbed};
use crate::operation::later::{self, Run};
use crate::operation::{Caller, Cx, Deps, Input};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, lease, row};

/// What the store remembers of a task.
#[derive(Debug, Clone)]
pub(super) struct TaskRow {
    pub(super) name: String,
    pub(super) next_due: Timestamp,
    pub(super) paused_at: Option<Timestamp>,
    pub(super) paused_by: Option<String>,
    pub(super) streak: i64,
}

row! { TaskRow { name, next_due, paused_at, paused_by, streak } }

/// Looks at the clock and at the store.
#[derive(Clone)]
pub struct Runner {
    deps: Arc<Deps>,
}

/// What one look found.
#[derive(Debug, Default)]
pub struct Ticked {
    /// Runs that were claimed and wait to be executed with [`Runner::execute`].
    pub claimed: Vec<Run>,
}

impl Runner {
    /// A runner on these dependencies.
    pub fn new(deps: Arc<Deps>) -> Self {
        Self { deps }
    }

    /// Store runs for what is due, queue again what died, and claim up to `capacity` waiting runs.
    pub fn tick(&self, capacity: usize) -> Result<Ticked> {
        let now = self.deps.clock.now();
        let (known, has_abandoned) =
            self.deps.store.read(|tx| Ok((rows(tx)?, later::has_abandoned(tx, now)?)))?;
        for task in SCHEDULE {
            self.look_at(task, known.iter().find(|row| row.name == task.name), now)?;
        }
        if has_abandoned {
            self.deps.store.write(move |tx| later::requeue_abandoned(tx, now))?;
        }
        let waiting = self.deps.store.read(later::queued)?;
        let mut ticked = Ticked::default();
        for run in waiting.into_iter().take(capacity) {
            let id = run.id.clone();
            if self.deps.store.write(move |tx| later::claim(tx, &id, now))? {
                ticked.claimed.push(run);
            }
        }
        Ok(ticked)
    }

    /// Execute a claimed run and write down what became of it.
    pub fn execute(&self, run: &Run) -> Result<()> {
        let lease_name = later::lease_name(&run.id);
        let held = lease::try_acquire(&self.deps.store, &lease_name, "runner", Duration::from_secs(60))?;
        let Some(held) = held else { return Ok(()) };
        if !self.deps.store.read(|tx| later::is_claimed(tx, &run.id))? {
            return held.release();
        }
        let mut cx = Cx::new(Arc::clone(&self.deps), Caller::Scheduler);
        cx.request_id.clone_from(&run.id);
        let result = match self.deps.entry(&run.operation) {
            Some(entry) => (entry.invoke)(&cx, Input::json(run.input.as_bytes())),
            None => Err(Fault::not_found(format!("The operation {}", run.operation))),
        };
        let (level, outcome) = match &result {
            Ok(_) => (Level::Info, "ok"),
            Err(fault) => (Level::Warn, fault.code.as_str()),
        };
        let event = Event::new(Log::Scheduler, "run_finished").level(level).request_id(&run.id);
        self.deps.events.emit(event.field("task", Scrubbed::text(&run.operation)).field("outcome", outcome));
        let (run, now) = (run.clone(), self.deps.clock.now());
        let succeeded = result.is_ok();
        let result = Arc::new(result);
        self.deps.store.write(move |tx| {
            later::finish(tx, &run.id, now, &result)?;
            count_streak(tx, &run.operation, succeeded)
        })?;
        held.release()
    }

    fn look_at(&self, task: &'static Scheduled, known: Option<&TaskRow>, now: Timestamp) -> Result<()> {
        let (next, after_next) = task.upcoming(now)?;
        let Some(row) = known else {
            self.deps.store.write(move |tx| tx.run(ENSURE, args![task.name, next]).map(drop))?;
            return Ok(());
        };
        if row.paused_at.is_some() {
            return Ok(());
        }
        if row.next_due > after_next {
            // The clock was ahead when the due time was set; left alone, the task would wait all that while.
            let event =
                Event::new(Log::Scheduler, "clock_stepped_back").level(Level::Warn).field("task", task.name);
            self.deps.events.emit(event.field("next_due", row.next_due));
            let due = row.next_due;
            return self.deps.store.write(move |tx| tx.run(ADVANCE, args![task.name, due, next]).map(drop));
        }
        if row.next_due > now {
            return Ok(());
        }
        let (id, due) = (self.deps.ids.ulid_at(now), row.next_due);
        self.deps.store.write(move |tx| {
            if tx.run(ADVANCE, args![task.name, due, next])? == 1 {
                later::insert(tx, &id, task.name, "{}", "schedule", now, "scheduler")?;
            }
            Ok(())
        })
    }
}

/// All rows by name.
pub(super) fn rows(tx: &mut Tx<'_>) -> Result<Vec<TaskRow>> {
    tx.rows(ALL_TASKS, args![])
}

/// Successes in a row count up from one, failures down from minus one.
fn count_streak(tx: &mut Tx<'_>, task: &str, succeeded: bool) -> Result<()> {
    let row: Option<TaskRow> = tx.maybe(FIND, args![task])?;
    if let Some(row) = row {
        let streak = match (succeeded, row.streak) {
            (true, before) => before.max(0) + 1,
            (false, before) => before.min(0) - 1,
        };
        tx.run(STREAK, args![task, streak])?;
    }
    Ok(())
}
