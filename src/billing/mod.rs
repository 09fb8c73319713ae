//! Invoices and payments: the local mirror of what the payment provider knows.

mod history;
mod mirror;
mod payment_summary;
mod sql;
mod summary;

pub use history::{BillingHistory, ListInvoices, ShownInvoice};
pub use mirror::{Invoice, Payment, add_invoice, add_payment};
pub use payment_summary::{PaymentFigures, PaymentSummary, SummarisePayments};
pub(crate) use sql::ALL as STATEMENTS;
pub use summary::{BillingSummary, Sum, SummariseBilling};
