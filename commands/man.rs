//! `echopilot man`

use clap::CommandFactory as _;
use echopilot_core::platform::{Fault, Result};
use serde::Serialize;

use crate::Cli;
use crate::exit::Exit;
use crate::help::example;
use crate::ui::Ui;

/// Print a manual page
#[derive(clap::Args)]
#[command(after_help = example!("echopilot man | man -l -", "echopilot man smoke"))]
pub(crate) struct Arguments {
    /// The command; the whole program when none is named
    command: Option<String>,
}

#[derive(Serialize)]
struct Page {
    name: String,
    page: String,
}

/// Print it; with `--json` as a member of the document.
pub(crate) fn run(arguments: &Arguments, ui: Ui) -> Result<Exit> {
    let wanted = match &arguments.command {
        None => "echopilot".to_owned(),
        Some(command) => format!("echopilot-{command}"),
    };
    let pages = pages()?;
    let page = pages.iter().find(|(name, _)| *name == wanted);
    let (_, bytes) = page.ok_or_else(|| Fault::not_found(format!("A manual page of {wanted}")))?;
    if ui.is_json() {
        ui.show(&Page { name: wanted, page: String::from_utf8_lossy(bytes).into_owned() }, |_| {})?;
    } else {
        ui.bytes(bytes);
    }
    Ok(Exit::Done)
}

/// Every page by name: the program's, and one a subcommand.
pub(crate) fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = vec![render("echopilot", &command)?];
    for subcommand in command.get_subcommands() {
        let name = format!("echopilot-{}", subcommand.get_name());
        pages.push(render(&name, subcommand)?);
    }
    Ok(pages)
}

fn render(name: &str, command: &clap::Command) -> Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    // The date stays out: a page must not change unless the command does.
    clap_mangen::Man::new(command.clone().name(name.to_owned()))
        .date("")
        .render(&mut bytes)
        .map_err(Fault::internal)?;
    Ok((name.to_owned(), bytes))
}
