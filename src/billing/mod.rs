//! Invoices and payments: the local mirror of what the payment provider knows, kept by webhooks and by comparing.

mod chaos;
mod history;
mod ledger;
pub mod mirror;
mod reconcile;
mod rows;
mod signature;
mod sql;
mod summary;
#[cfg(test)]
mod tests;

pub use chaos::{Chaos, Fate, Faults};
pub use history::{BillingHistory, ListInvoices, ShownInvoice};
pub use ledger::{
    EventList, EventShown, EventState, ListEvents, ReceiveWebhook, ReplayEvent, ReplayedEvent, ShowEvent,
    StoredEvent, WebhookTaken, forward,
};
pub use reconcile::{DriftedKind, DriftedObject, ReconcileBilling, ReconcileReport};
pub use rows::{Invoice, Payment, add_invoice, add_payment};
pub use signature::sign;
pub use summary::{BillingSummary, Sum, SummariseBilling};

use crate::store::Sql;

/// The statements of the slice.
pub(crate) const STATEMENTS: &[&[Sql]] = &[sql::ALL, mirror::sql::ALL, ledger::sql::ALL];
