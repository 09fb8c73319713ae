//! `echopilot logs tail`

use std::thread::sleep;
use std::time::Duration;

use echopilot_core::audit::{LogTail, TailLog};
use echopilot_core::events::{Follower, Place};
use echopilot_core::operation::Cx;
use echopilot_core::platform::{Code, Fault, Result};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Ui, is_heard};

/// Read the logs
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show the last lines of a log
    #[command(after_help = example!("echopilot logs tail http -n 20", "echopilot logs tail auth --level warn --json", "echopilot logs tail jobs --follow"))]
    Tail(Tail),
}

#[derive(clap::Args)]
pub(crate) struct Tail {
    #[command(flatten)]
    operation: TailLog,
    /// Go on with the lines that come, one JSON object a line, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
}

/// How often a followed log is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::Tail(asked) = verb;
    let cx = boot::shell(global)?;
    let tail = cx.call(&asked.operation)?;
    if ui.is_json() && !asked.follow {
        ui.answer::<TailLog>(&tail, |_| {})?;
    } else {
        for line in &tail.lines {
            ui.data(&line.to_string());
        }
    }
    if tail.truncated {
        ui.say("Cut short by the limit on bytes; ask for fewer lines.");
    }
    if asked.follow {
        follow(&cx, &asked.operation, &tail, ui)?;
    }
    Ok(Exit::Done)
}

/// Tell what comes after the tail. Ends with the process, with its reader at the next line, or with a fault when the log
/// can't be read any more.
fn follow(cx: &Cx, operation: &TailLog, tail: &LogTail, ui: Ui) -> Result<()> {
    let end = Place::parse(&tail.end).unwrap_or_default();
    let follower = Follower::start(&cx.deps.settings.log_dir, operation.query()?, &end)?;
    let mut follower = follower.ok_or_else(|| {
        Fault::new(Code::Conflict, "so much came meanwhile that the place is lost; ask once more")
    })?;
    while is_heard() {
        let part = follower.read()?;
        for followed in &part.lines {
            ui.data(followed.line.get());
        }
        if !part.more {
            sleep(EVERY);
        }
    }
    Ok(())
}
