//! Customers as pages of the Notion database Clients. The store is the truth, Notion a copy for people to read: a
//! change puts an item into the outbox, delivery reads the customer as they are then and writes the whole page.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

mod pages;

use std::time::Duration;

use crate::operation::{Deps, outbox};
use crate::platform::{Email, Ids, Result, Timestamp};
use crate::store::Tx;

pub use pages::deliver;

use super::Customer;
use crate::outbound::NotionDatabase;
use crate::outbound::notion_database::{Property, Schema, Usage, rich_text};

/// The database Clients.
pub const CLIENTS: NotionDatabase = NotionDatabase {
    name: "Clients",
    setting: "NOTION_CLIENT_DB_ID",
    properties: &[
        Property { name: "Client Name", kind: "title", usage: Usage::Written },
        Property { name: "Email", kind: "email", usage: Usage::Written },
        Property { name: "Active", kind: "checkbox", usage: Usage::Written },
        Property { name: "Rate USD/min", kind: "number", usage: Usage::People },
        Property { name: "Notes", kind: "rich_text", usage: Usage::People },
        Property { name: "Plan", kind: "select", usage: Usage::Welcome },
        Property { name: "Stripe ID", kind: "rich_text", usage: Usage::Welcome },
    ],
};
/// The kind of the outbox's items, and of the pages.
pub const KIND: &str = "notion_client";
/// An outage of Notion may last this long before a change is given up.
const WORTH: Duration = Duration::from_secs(30 * 24 * 3_600);

/// What an item says. The customer is read at delivery, so items may come late or in any order.
#[derive(Debug, Serialize, Deserialize)]
struct Change {
    customer_id: String,
    /// Where an erased customer's page is found although no mapping was kept; gone with the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    formerly: Option<String>,
}

/// Puts changes of customers into the outbox, where Notion is configured.
#[derive(Debug, Clone)]
pub struct Mirror(Option<Ids>);

impl Mirror {
    /// As configured.
    pub fn of(deps: &Deps) -> Self {
        let configured = deps.outside.notion.is_some() && deps.settings.notion.clients.is_some();
        Self(configured.then(|| deps.ids.clone()))
    }

    /// A customer was made or changed, in the caller's transaction.
    pub fn changed(&self, tx: &mut Tx<'_>, customer_id: &str, now: Timestamp) -> Result<()> {
        self.put(tx, Change { customer_id: customer_id.to_owned(), formerly: None }, now)
    }

    /// A customer was erased, whose address was `formerly`.
    pub fn erased(&self, tx: &mut Tx<'_>, customer_id: &str, formerly: &Email, now: Timestamp) -> Result<()> {
        let formerly = Some(formerly.as_str().to_owned());
        self.put(tx, Change { customer_id: customer_id.to_owned(), formerly }, now)
    }

    fn put(&self, tx: &mut Tx<'_>, change: Change, now: Timestamp) -> Result<()> {
        match &self.0 {
            Some(ids) => outbox::put(tx, ids, now, KIND, &change, WORTH),
            None => Ok(()),
        }
    }
}

/// The page of a customer as Notion takes it; what `schema` does not have is left out. Rate and notes are people's own
/// and never written.
fn properties(customer: &Customer, schema: &Schema) -> Value {
    let mut properties = serde_json::Map::new();
    let is_erased = customer.erased_at.is_some();
    let name = if is_erased { "Erased customer" } else { customer.name.as_str() };
    properties.insert("Client Name".into(), json!({ "title": rich_text(name) }));
    let email = (!is_erased).then(|| customer.email.as_str());
    properties.insert("Email".into(), json!({ "email": email }));
    properties.insert("Active".into(), json!({ "checkbox": customer.disabled_at.is_none() }));
    if schema.has("Plan") {
        properties.insert("Plan".into(), json!({ "select": { "name": customer.plan } }));
    }
    if schema.has("Stripe ID") {
        let stripe = customer.stripe_customer_id.as_deref().filter(|_| !is_erased).unwrap_or_default();
        properties.insert("Stripe ID".into(), json!({ "rich_text": rich_text(stripe) }));
    }
    Value::Object(properties)
}
