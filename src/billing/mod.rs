//! Invoices and payments: the local mirror of what the payment provider knows.

mod history;
mod mirror;
mod sql;
mod summary;

pub use history::{BillingHistory, ListInvoices, ShownInvoice};
pub use mirror::{Invoice, Payment, add_invoice, add_payment};
pub(crate) use sql::ALL as STATEMENTS;
pub use summary::{BillingSummary, Sum, SummariseBilling};
