//! `echopilot sentinel`

use echopilot_core::platform::Result;
use echopilot_core::sentinel::{Look, ShowSentinel, State};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Look at the machine, the store and the queue; the service's own speed only a running server knows
#[derive(clap::Args)]
#[command(after_help = example!("echopilot sentinel", "echopilot sentinel --json"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    operation: ShowSentinel,
}

/// Show what was seen; something that is degraded or critical is a finding.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let sentinel = cx.call(&arguments.operation)?;
    ui.answer::<ShowSentinel>(&sentinel, |table| {
        table.head(&["check", "state", "seen", "degraded at", "critical at", "why"]);
        for check in &sentinel.checks {
            table.row(&row(check));
        }
    })?;
    Ok(if sentinel.status >= State::Degraded { Exit::Finding } else { Exit::Done })
}

fn row(check: &Look) -> [String; 6] {
    let seen = check.value.map_or_else(|| "-".to_owned(), |value| format!("{value} {}", check.unit));
    let [degraded, critical] = [check.degraded_at, check.critical_at].map(|bound| bound.to_string());
    [check.name.clone(), check.state.as_str().to_owned(), seen, degraded, critical, check.reason.clone()]
}
