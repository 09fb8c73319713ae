//! `echopilot billing events|reconcile|chaos`

mod chaos;
mod events;
mod reconcile;

use echopilot_core::billing::ReconcileBilling;
use echopilot_core::platform::Result;

use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Payments: what Stripe sent, and whether the mirror is as Stripe is
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// The events that Stripe sent: list, show, replay
    #[command(subcommand)]
    Events(events::Verb),
    /// Compare the mirror with Stripe; with --apply make it equal
    #[command(after_help = example!(
        "echopilot billing reconcile",
        "echopilot billing reconcile --since 2026-03-01T00:00:00Z --apply --json"
    ))]
    Reconcile(ReconcileBilling),
    /// Stand between Stripe and a receiver of webhooks, and disturb what passes
    #[command(after_help = example!(
        "echopilot billing chaos --target http://127.0.0.1:8080/webhook/stripe --reorder 0.3",
        "echopilot billing chaos --target http://127.0.0.1:8080/webhook/stripe --seed 7"
    ))]
    Chaos(chaos::Arguments),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    match verb {
        Verb::Events(verb) => events::run(verb, global, ui),
        Verb::Reconcile(operation) => reconcile::run(operation, global, ui),
        Verb::Chaos(arguments) => chaos::run(arguments, ui),
    }
}
