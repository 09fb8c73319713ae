//! `echopilot billing refund`

use echopilot_core::billing::RefundPayment;
use echopilot_core::platform::{Result, format_money};

use super::invoice::undecided;
use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::ui::{Ui, confirm, or_dash};

/// What to give back, and whether anybody is asked first.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    operation: RefundPayment,
    /// Do not ask, although real money moves
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let operation = &arguments.operation;
    let cx = boot::shell(global)?;
    if cx.deps.settings.stripe.is_live() && !arguments.yes && !operation.dry_run {
        confirm(global, "This gives back real money", &operation.payment_id)?;
    }
    let refunded = ui.working("asking Stripe", || cx.call(operation))?;
    ui.answer::<RefundPayment>(&refunded, |table| {
        table.head(&["payment", "refund", "status", "amount"]);
        let amount = match (refunded.amount_minor, &refunded.currency) {
            (Some(minor), Some(currency)) => format_money(minor, currency),
            _ => "all that is left".to_owned(),
        };
        let status =
            if operation.dry_run { "looked at only".to_owned() } else { or_dash(refunded.status.as_ref()) };
        table.row(&[refunded.payment_id.clone(), or_dash(refunded.refund_id.as_ref()), status, amount]);
    })?;
    undecided(refunded.state, refunded.operation_id.as_deref().unwrap_or_default(), ui);
    Ok(Exit::Done)
}
