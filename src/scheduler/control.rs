//! What operators do to tasks: run one now, pause one, let it go on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runner::TaskRow;
use super::schedule::Scheduled;
use super::sql::{ENSURE, FIND, PAUSE, RESUME};
use crate::events::Log;
use crate::operation::later;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, Status};
use crate::platform::{Result, Timestamp};
use crate::store::args;

/// Run a scheduled task now; its own time is not moved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RunTask {
    /// The task's name.
    pub task: String,
}

/// The run that was stored; the scheduler of a running server takes it up within seconds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaskStarted {
    /// ULID; also the request id of its log lines.
    pub run_id: String,
    /// The task's name.
    pub task: String,
}

impl Operation for RunTask {
    const META: Meta = Meta {
        name: "run-task",
        route: Route::post("/api/scheduler/run").aliases(&["/api/automations/start"]),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = TaskStarted;
    const SUCCESS: &'static [Status] = &[Status::Accepted];

    fn run(&self, cx: &Cx) -> Result<TaskStarted> {
        let task = Scheduled::named(&self.task)?;
        let (id, now, by) = (cx.deps.ids.ulid_at(cx.now), cx.now, cx.caller.kind());
        let told = OpsEvent::by(
            cx,
            "task_run_requested",
            Severity::Info,
            format!("{} was started by hand", task.name),
        );
        let run_id = id.clone();
        cx.deps.store.write(move |tx| {
            later::insert(tx, &id, task.name, "{}", "request", now, by)?;
            told.store(tx)
        })?;
        Ok(TaskStarted { run_id, task: self.task.clone() })
    }
}

/// Pause a scheduled task until it is resumed; on every replica, and over restarts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct PauseTask {
    /// The task's name.
    pub task: String,
}

/// Let a paused task go on at its next time; what it missed meanwhile is not made up for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ResumeTask {
    /// The task's name.
    pub task: String,
}

/// How the task stands now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaskSwitched {
    /// The task's name.
    pub task: String,
    /// Whether it is paused now.
    pub paused: bool,
    /// Whether this call changed that.
    pub changed: bool,
    /// When it runs next; null while it is paused.
    pub next: Option<Timestamp>,
}

impl Operation for PauseTask {
    const META: Meta = Meta {
        name: "pause-task",
        route: Route::post("/api/scheduler/pause").aliases(&["/api/automations/stop"]),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = TaskSwitched;

    fn run(&self, cx: &Cx) -> Result<TaskSwitched> {
        switch(cx, &self.task, true)
    }
}

impl Operation for ResumeTask {
    const META: Meta = Meta {
        name: "resume-task",
        route: Route::post("/api/scheduler/resume"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = TaskSwitched;

    fn run(&self, cx: &Cx) -> Result<TaskSwitched> {
        switch(cx, &self.task, false)
    }
}

fn switch(cx: &Cx, task: &str, pause: bool) -> Result<TaskSwitched> {
    let task = Scheduled::named(task)?;
    let (now, next) = (cx.now, task.next(cx.now)?);
    let (kind, words) = if pause { ("task_paused", "paused") } else { ("task_resumed", "resumed") };
    let told = OpsEvent::by(cx, kind, Severity::Warning, format!("{} was {words}", task.name));
    let by = cx
        .caller
        .identity()
        .filter(|(_, id)| !id.is_empty())
        .map_or(cx.caller.kind(), |(_, id)| id)
        .to_owned();
    cx.deps.store.write(move |tx| {
        tx.run(ENSURE, args![task.name, next])?;
        let changed = if pause {
            tx.run(PAUSE, args![task.name, now, by.as_str()])?
        } else {
            tx.run(RESUME, args![task.name, next])?
        };
        if changed == 1 {
            told.store(tx)?;
        }
        let row: TaskRow = tx.one(FIND, args![task.name])?;
        Ok(TaskSwitched {
            task: task.name.to_owned(),
            paused: pause,
            changed: changed == 1,
            next: (!pause).then_some(row.next_due),
        })
    })
}
