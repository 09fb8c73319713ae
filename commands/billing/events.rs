//! `echopilot billing events list|show|replay`

use echopilot_core::billing::{self, ListEvents, ReplayEvent, ShowEvent};
use echopilot_core::platform::Result;
use serde::Serialize;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// The ledger of events
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List them, newest first
    #[command(after_help = example!("echopilot billing events list --state failed"))]
    List(ListEvents),
    /// Show one as Stripe wrote it
    #[command(after_help = example!("echopilot billing events show evt_1N2b3c --json"))]
    Show(ShowEvent),
    /// Apply one again, or send it elsewhere under a fresh signature
    #[command(after_help = example!(
        "echopilot billing events replay evt_1N2b3c",
        "echopilot billing events replay evt_1N2b3c --to http://127.0.0.1:8080/api/payments/webhook"
    ))]
    Replay(Replay),
}

/// What `replay` takes.
#[derive(clap::Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    operation: ReplayEvent,
    /// Send it to this address, signed anew with the first configured secret, instead of applying it here
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

/// What the receiver of an event answered.
#[derive(Serialize)]
struct Forwarded {
    id: String,
    status: u16,
    answer: String,
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::List(operation) => {
            let list = cx.call(operation)?;
            ui.answer::<ListEvents>(&list, |table| {
                table.head(&["event", "kind", "received", "state", "attempts", "error"]);
                for event in &list.events {
                    table.row(&[
                        event.id.clone(),
                        event.kind.clone(),
                        event.received_at.to_string(),
                        event.state.as_str().to_owned(),
                        event.attempts.to_string(),
                        event.error.clone().unwrap_or_default(),
                    ]);
                }
            })?;
        }
        Verb::Show(operation) => {
            let shown = cx.call(operation)?;
            ui.answer::<ShowEvent>(&shown, |_| {})?;
            if !ui.is_json() {
                let event = &shown.event;
                if shown.is_erased {
                    ui.say("What it said was erased together with its customer.");
                } else {
                    ui.data(&format!("{:#}", shown.payload));
                }
                ui.say(&format!("{} came at {}: {}", event.id, event.received_at, event.state.as_str()));
            }
        }
        Verb::Replay(Replay { operation, to: None }) => {
            let replayed = cx.call(operation)?;
            ui.answer::<ReplayEvent>(&replayed, |table| {
                table.head(&["event", "was", "is"]);
                let words = [replayed.was.as_str(), replayed.state.as_str()].map(str::to_owned);
                let [was, is] = words;
                table.row(&[replayed.id.clone(), was, is]);
            })?;
        }
        Verb::Replay(Replay { operation, to: Some(url) }) => {
            let reply = ui.working("sending the event", || billing::forward(&cx, &operation.id, url))?;
            let sent = Forwarded { id: operation.id.clone(), status: reply.status, answer: reply.body };
            ui.show(&sent, |table| {
                table.head(&["event", "status"]);
                table.row(&[sent.id.clone(), sent.status.to_string()]);
            })?;
            return Ok(if (200..300).contains(&sent.status) { Exit::Done } else { Exit::Failed });
        }
    }
    Ok(Exit::Done)
}
