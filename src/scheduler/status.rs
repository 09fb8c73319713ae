//! What the scheduler knows of its tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runner::{TaskRow, rows};
use super::schedule::{SCHEDULE, Scheduled};
use crate::events::Log;
use crate::operation::later::{self, Run};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, lease};

/// The most runs of a task that are shown.
const MOST_RUNS: u32 = 30;

/// Show the scheduled tasks: when they run, and how it went.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowScheduler {
    /// How many of the latest runs of each task to show as well, up to 30; none when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 30))]
    pub runs: Option<u32>,
}

/// Every task.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SchedulerStatus {
    /// In the order of the schedule.
    pub tasks: Vec<TaskStatus>,
}

/// One task.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaskStatus {
    /// The operation it runs.
    pub name: String,
    /// Second, minute, hour, day, month, weekday; UTC.
    pub schedule: String,
    /// The same in words.
    pub words: String,
    /// When it runs next; null while it is paused.
    pub next: Option<Timestamp>,
    /// Its latest run that began; null when there was none.
    pub last_run: Option<LastRun>,
    /// Its latest runs that began, newest first, as many as were asked for.
    pub recent: Vec<LastRun>,
    /// What outside of this service it changes; null when nothing.
    pub writes_to: Option<String>,
    /// Successes in a row, or failures in a row as a negative number; 0 before the first run.
    pub streak: i64,
    /// Whether it is paused.
    pub paused: bool,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// Who is running it at this moment.
    pub lease_holder: Option<String>,
}

/// How a run went.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LastRun {
    /// ULID; also the request id of its log lines.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took; null while it is at work.
    pub duration_ms: Option<u64>,
    /// `running`, `ok`, or the code of the fault.
    pub result: String,
    /// The fault's words.
    pub detail: Option<String>,
}

impl Operation for ShowScheduler {
    const META: Meta = Meta {
        name: "scheduler-status",
        route: Route::get("/api/scheduler/status").aliases(&["/api/automations/status"]),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = SchedulerStatus;

    fn run(&self, cx: &Cx) -> Result<SchedulerStatus> {
        let wanted = self.runs.unwrap_or(0);
        if wanted > MOST_RUNS || self.runs == Some(0) {
            return Err(Fault::invalid("runs", format!("expected a whole number from 1 to {MOST_RUNS}")));
        }
        let (known, runs) = cx.deps.store.read(|tx| Ok((rows(tx)?, latest_runs(tx, wanted)?)))?;
        let mut tasks = Vec::new();
        for (task, mut runs) in SCHEDULE.iter().zip(runs) {
            let holder = lease::current(&cx.deps.store, task.name)?.map(|holder| holder.holder);
            let row = known.iter().find(|row| row.name == task.name);
            let last = runs.first().cloned();
            runs.truncate(wanted as usize);
            tasks.push(status(task, row, (last, runs), holder, cx.now)?);
        }
        Ok(SchedulerStatus { tasks })
    }
}

/// The latest runs of each task that began; a few more are read, since some may wait.
fn latest_runs(tx: &mut Tx<'_>, wanted: u32) -> Result<Vec<Vec<LastRun>>> {
    SCHEDULE
        .iter()
        .map(|task| {
            let runs = later::latest(tx, task.name, i64::from(wanted) + 5)?;
            Ok(runs.into_iter().filter_map(last_run).collect())
        })
        .collect()
}

fn status(
    task: &Scheduled,
    row: Option<&TaskRow>,
    (last_run, recent): (Option<LastRun>, Vec<LastRun>),
    lease_holder: Option<String>,
    now: Timestamp,
) -> Result<TaskStatus> {
    let paused = row.is_some_and(|row| row.paused_at.is_some());
    let next = match row {
        _ if paused => None,
        Some(row) => Some(row.next_due),
        None => Some(task.next(now)?),
    };
    Ok(TaskStatus {
        name: task.name.to_owned(),
        schedule: task.expression.to_owned(),
        words: task.words()?,
        next,
        last_run,
        recent,
        writes_to: task.outside.map(str::to_owned),
        streak: row.map_or(0, |row| row.streak),
        paused,
        paused_by: row.and_then(|row| row.paused_by.clone()),
        lease_holder,
    })
}

fn last_run(run: Run) -> Option<LastRun> {
    let started_at = run.started_at?;
    let took = run.finished_at.map(|finished| finished.since(started_at).as_millis());
    Some(LastRun {
        id: run.id,
        started_at,
        duration_ms: took.and_then(|millis| u64::try_from(millis).ok()),
        result: run.outcome.unwrap_or(run.state),
        detail: run.detail,
    })
}
