//! `echopilot jobs list|show`

use echopilot_core::jobs::{Job, ListJobs, ShowJob};
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// The AI work that customers pay for
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List jobs, newest first
    #[command(after_help = example!("echopilot jobs list --limit 10", "echopilot jobs list --status failed --json"))]
    List(ListJobs),
    /// Show one job
    #[command(after_help = example!("echopilot jobs show 01HDEM0J0B0000000000000001"))]
    Show(ShowJob),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::List(operation) => {
            let page = cx.call(operation)?;
            ui.answer::<ListJobs>(&page, |table| {
                table.head(&HEAD);
                for job in &page.jobs {
                    table.row(&row(job));
                }
            })?;
            if let Some(cursor) = &page.next_cursor {
                ui.say(&format!("There are more: --cursor {cursor}"));
            }
        }
        Verb::Show(operation) => {
            let job = cx.call(operation)?;
            ui.answer::<ShowJob>(&job, |table| {
                table.head(&HEAD);
                table.row(&row(&job));
            })?;
        }
    }
    Ok(Exit::Done)
}

const HEAD: [&str; 6] = ["created", "kind", "status", "QA", "cost", "task"];

fn row(job: &Job) -> [String; 6] {
    let score =
        job.qa_score.map_or_else(|| "-".to_owned(), |score| format!("{score:.1} of {:.0}", job.qa_target));
    let dollars = format!("USD {}.{:06}", job.cost_micro / 1_000_000, job.cost_micro % 1_000_000);
    [job.created_at.to_string(), job.kind.clone(), job.status.clone(), score, dollars, job.task.clone()]
}
