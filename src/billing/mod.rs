//! Invoices and payments: the local mirror of what the payment provider knows, and what it is asked to do.

mod checkout;
mod create_invoice;
mod customer_invoices;
mod fields;
mod finish;
mod history;
mod mirror;
mod operations;
mod payments;
mod portal;
mod refund;
mod sql;
mod stripe_customer;
mod summary;
mod void_invoice;

pub use checkout::{PaidPlan, Period, StartCheckout};
pub use create_invoice::{CreateInvoice, CreatedInvoice};
pub use customer_invoices::{CustomerInvoices, ListCustomerInvoices};
pub use finish::{FinishStripeOperations, StripeOperationsFinished};
pub use history::{BillingHistory, ListInvoices, ShownInvoice};
pub use mirror::{Invoice, Payment, add_invoice, add_payment};
pub use operations::{AskState, forget_sessions as forget_payment_sessions};
pub use payments::{ListPayments, PaymentTotal, Payments, ShownPayment};
pub use portal::{OpenBillingPortal, PaymentPage};
pub use refund::{RefundPayment, RefundedPayment};
pub(crate) use sql::ALL as STATEMENTS;
pub use summary::{BillingSummary, Sum, SummariseBilling};
pub use void_invoice::{VoidInvoice, VoidedInvoice};
