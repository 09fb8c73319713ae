//! `echopilot billing invoice` and `echopilot billing void`

use echopilot_core::billing::{AskState, CreateInvoice, VoidInvoice};
use echopilot_core::platform::{Result, format_money};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::ui::Ui;

pub(super) fn create(operation: &CreateInvoice, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let invoice = ui.working("asking Stripe", || cx.call(operation))?;
    ui.answer::<CreateInvoice>(&invoice, |table| {
        table.head(&["invoice", "number", "status", "amount", "page"]);
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let amount = format_money(invoice.amount_minor, &invoice.currency);
        table.row(&[
            text(&invoice.invoice_id),
            text(&invoice.number),
            text(&invoice.status),
            amount,
            text(&invoice.hosted_invoice_url),
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
        table.row(&[voided.invoice_id.clone(), voided.status.clone().unwrap_or_else(|| "-".to_owned())]);
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
