//! `echopilot billing invoice` and `echopilot billing void`

use echopilot_core::billing::{AskState, CreateInvoice, VoidInvoice};
use echopilot_core::platform::{Result, format_money};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::ui::{Ui, or_dash};

pub(super) fn create(operation: &CreateInvoice, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let invoice = ui.working("asking Stripe", || cx.call(operation))?;
    ui.answer::<CreateInvoice>(&invoice, |table| {
        table.head(&["invoice", "number", "status", "amount", "page"]);
        let amount = format_money(invoice.amount_minor, &invoice.currency);
        table.row(&[
            or_dash(invoice.invoice_id.as_ref()),
            or_dash(invoice.number.as_ref()),
            or_dash(invoice.status.as_ref()),
            amount,
            or_dash(invoice.hosted_invoice_url.as_ref()),
        ]);
    })?;
    undecided(invoice.state, &invoice.operation_id, ui);
    Ok(Exit::Done)
}

pub(super) fn void(operation: &VoidInvoice, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let voided = ui.working("asking Stripe", || cx.call(operation))?;
    ui.answer::<VoidInvoice>(&voided, |table| {
        table.head(&["invoice", "status"]);
        table.row(&[voided.invoice_id.clone(), or_dash(voided.status.as_ref())]);
    })?;
    undecided(voided.state, &voided.operation_id, ui);
    Ok(Exit::Done)
}

/// Say that the end is open, and who brings it about.
pub(super) fn undecided(state: AskState, operation_id: &str, ui: Ui) {
    if state == AskState::Started {
        ui.say(&format!(
            "Stripe has not decided (operation {operation_id}); a running server asks again, with growing pauses, for 23 hours"
        ));
    }
}
