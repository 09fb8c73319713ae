//! `echopilot scheduler status|run|pause|resume`

use echopilot_core::platform::Result;
use echopilot_core::scheduler::{PauseTask, ResumeTask, RunTask, ShowScheduler, TaskStatus, TaskSwitched};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// What runs by the clock: status, run now, pause, resume
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show every task: when it runs and how it went
    #[command(after_help = example!("echopilot scheduler status --json"))]
    Status(ShowScheduler),
    /// Run a task now, by the running server
    #[command(after_help = example!("echopilot scheduler run warehouse-sync"))]
    Run(RunTask),
    /// Pause a task until it is resumed
    #[command(after_help = example!("echopilot scheduler pause warehouse-sync"))]
    Pause(PauseTask),
    /// Let a paused task go on at its next time
    #[command(after_help = example!("echopilot scheduler resume warehouse-sync"))]
    Resume(ResumeTask),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::Status(operation) => {
            let status = cx.call(operation)?;
            ui.answer::<ShowScheduler>(&status, |table| {
                table.head(&["task", "when", "next", "last result", "streak"]);
                for task in &status.tasks {
                    table.row(&row(task));
                }
            })?;
        }
        Verb::Run(operation) => {
            let started = cx.call(operation)?;
            ui.answer::<RunTask>(&started, |table| {
                table.head(&["task", "run"]);
                table.row(&[started.task.clone(), started.run_id.clone()]);
            })?;
        }
        Verb::Pause(operation) => show_switched(ui, &cx.call(operation)?)?,
        Verb::Resume(operation) => show_switched(ui, &cx.call(operation)?)?,
    }
    Ok(Exit::Done)
}

fn row(task: &TaskStatus) -> [String; 5] {
    let next = task.next.map_or_else(|| "paused".to_owned(), |next| next.to_string());
    let last = task
        .last_run
        .as_ref()
        .map_or_else(|| "no run yet".to_owned(), |run| format!("{} at {}", run.result, run.started_at));
    [task.name.clone(), task.words.clone(), next, last, task.streak.to_string()]
}

fn show_switched(ui: Ui, switched: &TaskSwitched) -> Result<()> {
    ui.show(switched, |table| {
        table.head(&["task", "paused", "next"]);
        let next = switched.next.map_or_else(|| "-".to_owned(), |next| next.to_string());
        table.row(&[switched.task.clone(), switched.paused.to_string(), next]);
    })
}
