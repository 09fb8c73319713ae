//! `echopilot warehouse status`

use echopilot_core::platform::Result;
use echopilot_core::warehouse::ShowWarehouse;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// The warehouse: how it stands
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show when it was last brought up to date, and what waits
    #[command(after_help = example!("echopilot warehouse status --json"))]
    Status(ShowWarehouse),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::Status(operation) = verb;
    let cx = boot::shell(global)?;
    let status = cx.call(operation)?;
    ui.answer::<ShowWarehouse>(&status, |table| {
        table.head(&["table", "rows"]);
        for (name, rows) in status.row_counts.iter().flatten() {
            table.row(&[name.as_str().to_owned(), rows.to_string()]);
        }
    })?;
    let last = status
        .last_sync
        .as_ref()
        .map_or_else(|| "never".to_owned(), |last| format!("{} at {}", last.status, last.started_at));
    ui.say(&format!("last sync: {last}; rows waiting: {}; stale: {}", status.lag_rows, status.stale));
    if let Some(problem) = &status.problem {
        ui.say(&format!("the warehouse does not answer: {problem}"));
    }
    Ok(Exit::Done)
}
