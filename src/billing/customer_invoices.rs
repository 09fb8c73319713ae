//! A customer's invoices, by address, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::ShownInvoice;
use super::rows::Invoice;
use super::sql::{AS_OF, HISTORY};
use crate::customers::directory;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::{Email, Fault, Result, Timestamp};
use crate::store::args;

/// List the invoices of the customer with this address, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListCustomerInvoices {
    /// The customer's address.
    #[arg(long)]
    pub email: Email,
    /// How many, 1 to 200; 50 when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[arg(long)]
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A page of a customer's invoices.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomerInvoices {
    /// Whose they are.
    pub customer_id: String,
    /// Newest first.
    pub invoices: Vec<ShownInvoice>,
    /// When the mirror last heard of them; null when it never has.
    pub as_of: Option<Timestamp>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListCustomerInvoices {
    const META: Meta = Meta {
        name: "list-customer-invoices",
        route: Route::get("/api/customer/invoices"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = CustomerInvoices;

    fn run(&self, cx: &Cx) -> Result<CustomerInvoices> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let (customer_id, mut rows, as_of): (String, Vec<Invoice>, Option<Timestamp>) =
            cx.deps.store.read(|tx| {
                let found = directory::by_email(tx, &self.email)?;
                let id = found.ok_or_else(|| Fault::not_found("A customer with this address"))?.id;
                let (before, after) = (page.before.0, page.before.1.as_str());
                let always = (Timestamp(i64::MIN), Timestamp(i64::MAX));
                let (text, sum) = (None::<String>, None::<i64>);
                let status = None::<String>;
                let wanted = args![
                    id.as_str(),
                    before,
                    after,
                    page.fetch(),
                    always.0,
                    always.1,
                    status,
                    text,
                    sum,
                    sum
                ];
                let (rows, as_of) = (tx.rows(HISTORY, wanted)?, tx.one(AS_OF, args![id.as_str()])?);
                Ok((id, rows, as_of))
            })?;
        let next_cursor = page.cut(&mut rows, |invoice| (invoice.issued_at, invoice.id.clone()));
        let invoices = rows.iter().map(ShownInvoice::from).collect();
        Ok(CustomerInvoices { customer_id, invoices, as_of, next_cursor })
    }
}
