//! Invoices and payments: the local mirror of what the payment provider knows, kept by webhooks and by comparing, and
//! what the provider is asked to do.

mod chaos;
mod checkout;
mod create_invoice;
mod customer_invoices;
mod drift;
mod fields;
mod finish;
mod forget;
mod history;
mod last_reconciliation;
mod ledger;
pub mod mirror;
mod operations;
mod payments;
mod portal;
mod reconcile;
mod refund;
mod rows;
mod signature;
mod sql;
mod stripe_customer;
mod summary;
#[cfg(test)]
mod tests;
mod void_invoice;

pub use chaos::{Chaos, Fate, Faults};
pub use checkout::{PaidPlan, StartCheckout};
pub use create_invoice::{CreateInvoice, CreatedInvoice};
pub use customer_invoices::{CustomerInvoices, ListCustomerInvoices};
pub use drift::{DriftFigure, LOOKED_UP_EVERY};
pub use finish::{FinishStripeOperations, StripeOperationsFinished};
pub use forget::forget_customer;
pub use history::{BillingHistory, ListInvoices, ShownInvoice};
pub use last_reconciliation::{LastReconciliation, Reconciliation, ShowLastReconciliation};
pub use ledger::{
    EventList, EventShown, EventState, ListEvents, ReceiveWebhook, ReplayEvent, ReplayedEvent, ShowEvent,
    StoredEvent, WebhookTaken, forget_events, forward,
};
pub use operations::{AskState, forget_sessions as forget_payment_sessions};
pub use payments::{ListPayments, PaymentTotal, Payments, ShownPayment};
pub use portal::{OpenBillingPortal, PaymentPage};
pub use reconcile::{DriftedKind, DriftedObject, ReconcileBilling, ReconcileReport};
pub use refund::{RefundPayment, RefundedPayment};
pub use rows::{Invoice, Payment, add_invoice, add_payment};
pub use signature::sign;
pub use summary::{BillingSummary, Renewal, Sum, SummariseBilling};
pub use void_invoice::{VoidInvoice, VoidedInvoice};

use crate::store::Sql;

/// The statements of the slice.
pub(crate) const STATEMENTS: &[&[Sql]] = &[sql::ALL, mirror::sql::ALL, ledger::sql::ALL];
