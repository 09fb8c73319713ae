//! `echopilot config show`

use echopilot_core::config::{Environment, SettingShown, examine};
use echopilot_core::platform::Result;
use serde::Serialize;

use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Ui, or_dash};

/// Settings and where they come from
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Print every setting, secrets masked
    #[command(after_help = example!("echopilot config show --origin", "echopilot config show --json"))]
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

#[derive(Serialize)]
struct Shown {
    settings: Vec<SettingShown>,
    problems: Vec<String>,
}

/// Do what the verb says. Wrong settings are shown too, and are a finding.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::Show { origin } = verb;
    let examined = examine(&global.overrides(), &Environment::of_process());
    let problems: Vec<String> = examined
        .checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| format!("{}: {}; {}", check.id, check.evidence, check.remedy))
        .collect();
    let shown = Shown { settings: examined.shown, problems };
    ui.show(&shown, |table| {
        let mut head = vec!["setting", "value"];
        head.extend(origin.then_some("origin"));
        table.head(&head);
        for setting in &shown.settings {
            let mut row = vec![setting.env.clone(), or_dash(setting.value.as_ref())];
            row.extend(origin.then(|| setting.origin.clone()));
            table.row(&row);
        }
    })?;
    for problem in &shown.problems {
        ui.say(&format!("problem: {problem}"));
    }
    Ok(if shown.problems.is_empty() { Exit::Done } else { Exit::Finding })
}
