//! `echopilot keys list|rotate|retire`

use echopilot_core::auth::{ListKeys, RetireKey, RotateKeys, SigningKey};
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Rows, Ui};

/// The keys that sign session tokens: list, rotate, retire
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List the published keys
    #[command(after_help = example!("echopilot keys list --json"))]
    List(ListKeys),
    /// Sign with a new key; the one before it is still accepted, the one before that no more
    #[command(after_help = example!("echopilot keys rotate"))]
    Rotate(RotateKeys),
    /// Drop the previous key now: what it signed is refused within a second
    #[command(after_help = example!("echopilot keys retire 0123456789abcdef"))]
    Retire(RetireKey),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::List(operation) => {
            let list = cx.call(operation)?;
            ui.answer::<ListKeys>(&list, |table| show(table, &list.keys))?;
        }
        Verb::Rotate(operation) => {
            let rotated = ui.working("publishing the new key", || cx.call(operation))?;
            ui.answer::<RotateKeys>(&rotated, |table| show(table, &rotated.keys))?;
            ui.say(&format!("{} signs now; {} dropped", rotated.active, rotated.dropped.len()));
        }
        Verb::Retire(operation) => {
            let retired = cx.call(operation)?;
            ui.answer::<RetireKey>(&retired, |table| show(table, &retired.keys))?;
            ui.say(&format!("{} is retired; its tokens are refused", retired.retired));
        }
    }
    Ok(Exit::Done)
}

fn show(table: &mut Rows, keys: &[SigningKey]) {
    table.head(&["key", "algorithm", "state", "made", "opens here"]);
    for key in keys {
        let opens =
            if key.usable { "yes" } else { "no: AUTH_JWT_SECRET is not the one it was wrapped under" };
        let state = key.state.as_str().to_owned();
        table.row(&[
            key.kid.clone(),
            key.algorithm.clone(),
            state,
            key.created_at.to_string(),
            opens.to_owned(),
        ]);
    }
}
