//! `echopilot migrate status|apply`

use echopilot_core::platform::{Clock, Result};
use echopilot_core::store::{Store, StoreOptions, migrate};
use serde::Serialize;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// The tables of the store, step by step
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show which steps are applied and which are not
    #[command(after_help = example!("echopilot migrate status --json"))]
    Status,
    /// Apply what is missing (`serve` does the same when it starts)
    #[command(after_help = example!("echopilot migrate apply"))]
    Apply,
}

#[derive(Serialize)]
struct Steps {
    applied: Vec<Step>,
    pending: Vec<Step>,
    refusals: Vec<String>,
}

#[derive(Serialize)]
struct Step {
    number: u32,
    name: String,
}

/// Do what the verb says; pending steps and refusals are a finding.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let settings = boot::settings(&global.overrides())?;
    let url = boot::database_url(&settings);
    boot::make_folder(&settings.data_dir, "DATA_DIR")?;
    let store = Store::open(&url, Clock::System, StoreOptions::default())?;
    if matches!(verb, Verb::Apply) {
        migrate::migrate(&store)?;
    }
    let status = migrate::status(&store)?;
    let steps = Steps {
        applied: status
            .applied
            .iter()
            .map(|one| Step { number: one.number, name: one.name.clone() })
            .collect(),
        pending: status
            .pending
            .iter()
            .map(|(number, name)| Step { number: *number, name: (*name).to_owned() })
            .collect(),
        refusals: status.refusals.clone(),
    };
    ui.show(&steps, |table| {
        table.head(&["step", "name", "state"]);
        for (list, state) in [(&steps.applied, "applied"), (&steps.pending, "pending")] {
            for step in list {
                table.row(&[step.number.to_string(), step.name.clone(), state.to_owned()]);
            }
        }
    })?;
    for refusal in &status.refusals {
        ui.say(&format!("problem: {refusal}"));
    }
    Ok(if status.is_current() { Exit::Done } else { Exit::Finding })
}
