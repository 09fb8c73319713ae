//! `echopilot completions`

use clap::CommandFactory as _;
use clap_complete::Shell;
use echopilot_core::platform::Result;
use serde::Serialize;

use crate::Cli;
use crate::exit::Exit;
use crate::help::example;
use crate::ui::Ui;

/// Print the completion script of a shell
#[derive(clap::Args)]
#[command(after_help = example!("echopilot completions bash > /etc/bash_completion.d/echopilot"))]
pub(crate) struct Arguments {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

/// Print it; with `--json` as a member of the document.
pub(crate) fn run(arguments: &Arguments, ui: Ui) -> Result<Exit> {
    let script = script(arguments.shell);
    if ui.is_json() {
        let (shell, script) = (arguments.shell.to_string(), String::from_utf8_lossy(&script).into_owned());
        ui.show(&Script { shell, script }, |_| {})?;
    } else {
        ui.bytes(&script);
    }
    Ok(Exit::Done)
}

/// The script of `shell`.
pub(crate) fn script(shell: Shell) -> Vec<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "echopilot", &mut bytes);
    bytes
}
