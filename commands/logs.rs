//! `echopilot logs tail`

use echopilot_core::audit::TailLog;
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Read the logs
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show the last lines of a log
    #[command(after_help = example!("echopilot logs tail http -n 20", "echopilot logs tail auth --level warn --json"))]
    Tail(TailLog),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::Tail(operation) = verb;
    let cx = boot::shell(global)?;
    let tail = cx.call(operation)?;
    if ui.is_json() {
        ui.answer::<TailLog>(&tail, |_| {})?;
    } else {
        for line in &tail.lines {
            ui.data(&line.to_string());
        }
    }
    if tail.truncated {
        ui.say("Cut short by the limit on bytes; ask for fewer lines.");
    }
    Ok(Exit::Done)
}
