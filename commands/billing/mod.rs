//! `echopilot billing …`: payments, invoices, money back, and whether the mirror is as Stripe is.

mod chaos;
mod events;
mod invoice;
mod payments;
mod reconcile;
mod refund;

use echopilot_core::billing::{
    CreateInvoice, ListCustomerInvoices, ListPayments, ReconcileBilling, VoidInvoice,
};
use echopilot_core::platform::Result;

use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Payments and invoices: list, make, void, give back, compare with Stripe
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// List payments, newest first, with what they add up to
    #[command(after_help = example!("echopilot billing payments --since 2026-03-01T00:00:00Z --json"))]
    Payments(ListPayments),
    /// List a customer's invoices, newest first
    #[command(after_help = example!("echopilot billing invoices --email ada@example.com"))]
    Invoices(ListCustomerInvoices),
    /// Make an invoice and finalise it
    #[command(after_help = example!(
        "echopilot billing invoice --email ada@example.com --amount-minor 4900 --currency usd --description 'Workshop'"
    ))]
    Invoice(CreateInvoice),
    /// Void an open invoice, so that it can't be paid any more
    #[command(after_help = example!("echopilot billing void in_1Abc"))]
    Void(VoidInvoice),
    /// Give a payment back, wholly or in part
    #[command(after_help = example!(
        "echopilot billing refund ch_1Abc --reason requested_by_customer",
        "echopilot billing refund pi_1Abc --amount-minor 500 --reason 'Late delivery' --dry-run"
    ))]
    Refund(refund::Arguments),
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
        Verb::Payments(operation) => payments::list(operation, global, ui),
        Verb::Invoices(operation) => payments::invoices(operation, global, ui),
        Verb::Invoice(operation) => invoice::create(operation, global, ui),
        Verb::Void(operation) => invoice::void(operation, global, ui),
        Verb::Refund(arguments) => refund::run(arguments, global, ui),
        Verb::Events(verb) => events::run(verb, global, ui),
        Verb::Reconcile(operation) => reconcile::run(operation, global, ui),
        Verb::Chaos(arguments) => chaos::run(arguments, ui),
    }
}
