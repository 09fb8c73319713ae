//! `echopilot billing payments` and `echopilot billing invoices`

use echopilot_core::billing::{ListCustomerInvoices, ListPayments};
use echopilot_core::platform::{Result, format_money};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::ui::Ui;

pub(super) fn list(operation: &ListPayments, global: &Global, ui: Ui) -> Result<Exit> {
    let page = boot::shell(global)?.call(operation)?;
    ui.answer::<ListPayments>(&page, |table| {
        table.head(&["created", "payment", "status", "amount", "refunded", "customer"]);
        for payment in &page.payments {
            table.row(&[
                payment.created_at.to_string(),
                payment.id.clone(),
                payment.status.clone(),
                payment.amount.clone(),
                format_money(payment.refunded_minor, &payment.currency),
                payment.customer_id.clone(),
            ]);
        }
    })?;
    for total in &page.totals {
        let refunded = format_money(total.refunded_minor, &total.currency);
        ui.say(&format!("{} in {} payments, {refunded} given back", total.volume, total.count));
    }
    if let Some(rate) = page.success_rate {
        ui.say(&format!("succeeded: {:.2} %", rate * 100.0));
    }
    more(page.next_cursor.as_deref(), ui);
    Ok(Exit::Done)
}

pub(super) fn invoices(operation: &ListCustomerInvoices, global: &Global, ui: Ui) -> Result<Exit> {
    let page = boot::shell(global)?.call(operation)?;
    ui.answer::<ListCustomerInvoices>(&page, |table| {
        table.head(&["date", "invoice", "number", "status", "amount", "description"]);
        for invoice in &page.invoices {
            table.row(&[
                invoice.date.to_string(),
                invoice.id.clone(),
                invoice.number.clone(),
                invoice.status.clone(),
                invoice.amount.clone(),
                invoice.description.clone(),
            ]);
        }
    })?;
    more(page.next_cursor.as_deref(), ui);
    Ok(Exit::Done)
}

fn more(cursor: Option<&str>, ui: Ui) {
    if let Some(cursor) = cursor {
        ui.say(&format!("There are more: --cursor {cursor}"));
    }
}
