//! `echopilot leads list`

use echopilot_core::leads::{Lead, ListLeads};
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Ui, or_dash};

/// Those who asked for more than the plans offer
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List leads, newest first
    #[command(after_help = example!("echopilot leads list --limit 10", "echopilot leads list --json"))]
    List(ListLeads),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::List(operation) = verb;
    let cx = boot::shell(global)?;
    let page = cx.call(operation)?;
    ui.answer::<ListLeads>(&page, |table| {
        table.head(&["created", "address", "company", "use case"]);
        for lead in &page.leads {
            table.row(&row(lead));
        }
    })?;
    if let Some(cursor) = &page.next_cursor {
        ui.say(&format!("There are more: --cursor {cursor}"));
    }
    Ok(Exit::Done)
}

fn row(lead: &Lead) -> [String; 4] {
    let company = or_dash(lead.company.as_ref());
    [lead.created_at.to_string(), lead.email.as_str().to_owned(), company, lead.use_case.clone()]
}
