//! `echopilot leads list|show|erase`

use echopilot_core::leads::{Lead, ListLeads, ShowLead};
use echopilot_core::operation::Cx;
use echopilot_core::platform::{Email, Fault, Result};
use echopilot_core::privacy::EraseAddress;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Rows, Ui, or_dash};

/// Those who asked for more than the plans offer
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List leads, newest first, all or those that TEXT finds
    #[command(after_help = example!("echopilot leads list --limit 10", "echopilot leads list --json"))]
    List(ListLeads),
    /// Show one lead
    #[command(after_help = example!("echopilot leads show 01J9Z8Q4W7XN3V5T6Y2M1K0PBA"))]
    Show(ShowLead),
    /// Erase an address that is no customer's for good: its leads, and what it wrote to support
    #[command(after_help = example!("echopilot leads erase ada@example.com --yes"))]
    Erase(Erase),
}

/// Whom to erase.
#[derive(clap::Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    operation: EraseAddress,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::List(operation) => list(operation, &cx, ui)?,
        Verb::Show(operation) => {
            let lead = cx.call(operation)?;
            ui.answer::<ShowLead>(&lead, |table| {
                head(table);
                table.row(&row(&lead));
            })?;
        }
        Verb::Erase(wanted) => erase(wanted, global, &cx, ui)?,
    }
    Ok(Exit::Done)
}

fn list(operation: &ListLeads, cx: &Cx, ui: Ui) -> Result<()> {
    let page = cx.call(operation)?;
    ui.answer::<ListLeads>(&page, |table| {
        head(table);
        for lead in &page.leads {
            table.row(&row(lead));
        }
    })?;
    if let Some(cursor) = &page.next_cursor {
        ui.say(&format!("There are more: --cursor {cursor}"));
    }
    Ok(())
}

fn erase(wanted: &Erase, global: &Global, cx: &Cx, ui: Ui) -> Result<()> {
    if !wanted.yes {
        let question = "This can't be taken back. Type the address again to erase it:";
        let typed = if global.no_input { None } else { ui.ask(question) };
        let typed =
            typed.ok_or_else(|| Fault::invalid("--yes", "expected, since nobody is here to be asked"))?;
        if Email::parse(&typed)? != wanted.operation.email {
            return Err(Fault::invalid("email", "expected the same address twice"));
        }
    }
    let erased = cx.call(&wanted.operation)?;
    ui.answer::<EraseAddress>(&erased, |table| {
        table.head(&["removed", "rows"]);
        for (name, count) in &erased.counts {
            table.row(&[name.replace('_', " "), count.to_string()]);
        }
    })
}

fn head(table: &mut Rows) {
    table.head(&["id", "created", "address", "company", "use case"]);
}

fn row(lead: &Lead) -> [String; 5] {
    let company = or_dash(lead.company.as_ref());
    let (id, email) = (lead.id.clone(), lead.email.as_str().to_owned());
    [id, lead.created_at.to_string(), email, company, lead.use_case.clone()]
}
