//! `/app/invoices.csv`: the list as a file, with the filters of the page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::billing::{ListInvoices, ShownInvoice};
use echopilot_core::operation::Cx;
use echopilot_core::platform::Result;
use http::Response;

use super::csv::{Cell, Csv};
use super::invoices::Wanted;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// More rows than anybody reads; what is beyond them is reached by the filter of the year, and the file says so.
const MOST: usize = 10_000;
/// Rows asked for at a time.
const PAGE: u32 = 200;

const COLUMNS: [&str; 9] = [
    "number",
    "date",
    "due",
    "description",
    "amount_minor",
    "refunded_minor",
    "currency",
    "amount",
    "status",
];

/// The file.
pub(super) async fn file(
    State(site): State<Arc<Site>>,
    visit: Visit,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let wanted = match Wanted::parse(uri.query().unwrap_or("")) {
        Ok(wanted) => wanted,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let cx = visit.cx(&site);
    match site.offload(move || all(&cx, &wanted, MOST)).await.and_then(|file| file) {
        Ok(file) => file.answer("invoices.csv"),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

/// Page after page until there are no more, or `most` rows.
fn all(cx: &Cx, wanted: &Wanted, most: usize) -> Result<Csv> {
    let mut file = Csv::new(&COLUMNS);
    let mut operation = ListInvoices {
        limit: Some(PAGE),
        cursor: None,
        status: wanted.status.map(|status| status.as_str().to_owned()),
        year: wanted.year,
        q: None,
    };
    let mut written = 0;
    loop {
        let page = cx.call(&operation)?;
        for invoice in &page.invoices {
            if written == most {
                let words = format!("Only the newest {most} invoices are here: export one year at a time");
                file.line([Cell::Text(&words)].into_iter().chain((1..COLUMNS.len()).map(|_| Cell::Text(""))));
                return Ok(file);
            }
            write(&mut file, invoice);
            written += 1;
        }
        match page.next_cursor {
            Some(cursor) => operation.cursor = Some(cursor),
            None => return Ok(file),
        }
    }
}

fn write(file: &mut Csv, invoice: &ShownInvoice) {
    let day = |time: echopilot_core::platform::Timestamp| time.utc().format("%Y-%m-%d").to_string();
    file.line([
        Cell::Text(&invoice.number),
        Cell::Text(&day(invoice.date)),
        Cell::Text(&invoice.due_at.map(day).unwrap_or_default()),
        Cell::Text(&invoice.description),
        Cell::Number(invoice.amount_minor),
        Cell::Number(invoice.refunded_minor),
        Cell::Text(&invoice.currency.to_ascii_uppercase()),
        Cell::Text(&invoice.amount),
        Cell::Text(&invoice.status),
    ]);
}
