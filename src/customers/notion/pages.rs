//! One customer's page: found, made or written anew. Delivered at least once, so each step may be repeated: a page whose
//! mapping was lost is found by the address, and only when there is none a new one is made.

use serde_json::json;

use super::{Change, KIND, Schema, properties};
use crate::customers::{Customer, directory};
use crate::operation::outbox::Item;
use crate::operation::{Deps, notion_pages};
use crate::outbound::notion_database::{create_page, page_id, pages_with_address};
use crate::outbound::{Notion, NotionCall, NotionFailure};
use crate::platform::{Code, Fault, Result};
use crate::store::lease::Lease;

/// Bring the page of the item's customer up to date. Whoever holds `lease` is the only one who makes pages, else two could
/// both find none.
pub fn deliver(deps: &Deps, database: &str, schema: &Schema, item: &Item, lease: &Lease) -> Result<()> {
    let change: Change = serde_json::from_str(&item.payload).map_err(Fault::internal)?;
    let id = change.customer_id.as_str();
    let read = deps.store.read(|tx| Ok((directory::by_id(tx, id)?, notion_pages::page_of(tx, KIND, id)?)))?;
    let (Some(customer), known) = read else { return Ok(()) };
    let notion = deps.outside.notion()?;
    let is_erased = customer.erased_at.is_some();
    if let Some(page) = known
        && update(notion, &page, &customer, schema)?
    {
        return keep(deps, &customer, page);
    }
    let address = if is_erased { change.formerly.as_deref() } else { Some(customer.email.as_str()) };
    let found = match address {
        Some(address) => find(notion, database, address)?,
        None => None,
    };
    let page = match found {
        Some(page) if update(notion, &page, &customer, schema)? => page,
        _ if is_erased => return Ok(()),
        _ if !lease.is_held() => {
            return Err(Fault::new(Code::Conflict, "Another process writes to Notion now; the change waits"));
        }
        _ => create_page(notion, database, &properties(&customer, schema))?,
    };
    keep(deps, &customer, page)
}

fn keep(deps: &Deps, customer: &Customer, page: String) -> Result<()> {
    let (id, now) = (customer.id.clone(), deps.clock.now());
    deps.store.write(move |tx| notion_pages::keep(tx, KIND, &id, &page, now))
}

/// Write the page anew; false when it is gone. An erased customer's page goes into Notion's bin, emptied.
fn update(notion: &dyn Notion, page: &str, customer: &Customer, schema: &Schema) -> Result<bool> {
    let mut body = json!({ "properties": properties(customer, schema) });
    if customer.erased_at.is_some() {
        body["archived"] = json!(true);
    }
    let refused = match notion.call(&NotionCall::update(format!("/v1/pages/{page}"), body)) {
        Ok(_) => return Ok(true),
        Err(NotionFailure::Refused { status: 404, .. }) => return Ok(false),
        Err(refused @ NotionFailure::Refused { status: 400, .. }) => refused,
        Err(failure) => return Err(failure.into()),
    };
    // What lies in the bin can't be written. Whether it does is asked, not guessed from words.
    match notion.call(&NotionCall::get(format!("/v1/pages/{page}"))) {
        Ok(found) if found["archived"] == true || found["in_trash"] == true => {
            Ok(customer.erased_at.is_some())
        }
        Err(NotionFailure::Refused { status: 404, .. }) => Ok(false),
        Ok(_) => Err(refused.into()),
        Err(failure) => Err(failure.into()),
    }
}

/// The page with this address, the first where people made several.
fn find(notion: &dyn Notion, database: &str, address: &str) -> Result<Option<String>> {
    pages_with_address(notion, database, "Email", address)?.first().map(page_id).transpose()
}
