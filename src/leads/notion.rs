//! Leads as pages of the Notion database Partners. Whoever is in there already, as a lead or as a partner, has a page that
//! belongs to people and is left alone; for everybody else a page is made that is not active.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Lead;
use super::sql::FIND;
use crate::operation::outbox::Item;
use crate::operation::{Deps, notion_pages, outbox};
use crate::outbound::notion_database::{
    Property, Schema, Usage, create_page, page_id, pages_with_address, rich_text,
};
use crate::outbound::{NotionCall, NotionDatabase, NotionFailure};
use crate::platform::{Code, Email, Fault, Ids, Result, Timestamp};
use crate::store::lease::Lease;
use crate::store::{Tx, args};

/// The database Partners.
pub const PARTNERS: NotionDatabase = NotionDatabase {
    name: "Partners",
    setting: "NOTION_PARTNERS_DB_ID",
    properties: &[
        Property { name: "Partner Name", kind: "title", usage: Usage::Written },
        Property { name: "Contact Email", kind: "email", usage: Usage::Written },
        Property { name: "Active", kind: "checkbox", usage: Usage::Written },
        Property { name: "Notes", kind: "rich_text", usage: Usage::Welcome },
    ],
};

/// The kind of the outbox's items, and of the pages.
pub const KIND: &str = "notion_lead";
/// An outage of Notion may last this long before a lead is given up there; it stays in the store.
const WORTH: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A rich text of Notion takes no more characters in one piece.
const LONGEST_NOTE: usize = 2_000;

/// What an item says. A lead is read at delivery; an erased address is in the item and gone with it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Arrived(String),
    /// As an earlier version wrote it.
    Erased(String),
    Forgotten {
        address: String,
        pages: Vec<String>,
    },
}

/// Puts leads into the outbox, where Notion is configured.
#[derive(Debug, Clone)]
pub struct Mirror(Option<Ids>);

impl Mirror {
    /// As configured.
    pub fn of(deps: &Deps) -> Self {
        let configured = deps.outside.notion.is_some() && deps.settings.notion.partners.is_some();
        Self(configured.then(|| deps.ids.clone()))
    }

    /// A lead came, in the caller's transaction.
    pub fn arrived(&self, tx: &mut Tx<'_>, lead_id: &str, now: Timestamp) -> Result<()> {
        self.put(tx, &Change::Arrived(lead_id.to_owned()), now)
    }

    /// The leads of this address were erased, for which `pages` had been made, in the caller's transaction.
    pub(super) fn erased(
        &self,
        tx: &mut Tx<'_>,
        formerly: &Email,
        pages: Vec<String>,
        now: Timestamp,
    ) -> Result<()> {
        self.put(tx, &Change::Forgotten { address: formerly.as_str().to_owned(), pages }, now)
    }

    fn put(&self, tx: &mut Tx<'_>, change: &Change, now: Timestamp) -> Result<()> {
        match &self.0 {
            Some(ids) => outbox::put(tx, ids, now, KIND, change, WORTH),
            None => Ok(()),
        }
    }
}

/// Bring Notion up to date. Whoever holds `lease` is the only one who makes pages, else two could both find none.
pub fn deliver(deps: &Deps, database: &str, schema: &Schema, item: &Item, lease: &Lease) -> Result<()> {
    match serde_json::from_str(&item.payload).map_err(Fault::internal)? {
        Change::Arrived(id) => arrive(deps, database, schema, &id, lease),
        Change::Erased(address) => erase(deps, database, &address, &[]),
        Change::Forgotten { address, pages } => erase(deps, database, &address, &pages),
    }
}

fn arrive(deps: &Deps, database: &str, schema: &Schema, id: &str, lease: &Lease) -> Result<()> {
    let lead: Option<Lead> = deps.store.read(|tx| tx.maybe(FIND, args![id]))?;
    // Erased meanwhile: there is nothing to tell any more.
    let Some(lead) = lead else { return Ok(()) };
    let notion = deps.outside.notion()?;
    if !pages_with_address(notion, database, ADDRESS, lead.email.as_str())?.is_empty() {
        return Ok(());
    }
    if !lease.is_held() {
        return Err(Fault::new(Code::Conflict, "Another process writes to Notion now; the lead waits"));
    }
    let page = create_page(notion, database, &properties(&lead, schema))?;
    let now = deps.clock.now();
    deps.store.write(move |tx| notion_pages::keep(tx, KIND, &lead.id, &page, now))
}

/// Where the address stands.
const ADDRESS: &str = "Contact Email";

/// Put the pages of an erased address into the bin, emptied: those that bear it, and those that were made for it and bear
/// another by now. An active one is a partner's, who is no lead any more.
fn erase(deps: &Deps, database: &str, address: &str, made: &[String]) -> Result<()> {
    let notion = deps.outside.notion()?;
    let mut found = pages_with_address(notion, database, ADDRESS, address)?;
    for id in made {
        if found.iter().any(|page| page["id"] == id.as_str()) {
            continue;
        }
        match notion.call(&NotionCall::get(format!("/v1/pages/{id}"))) {
            Ok(page) if page["archived"] == true || page["in_trash"] == true => {}
            Ok(page) => found.push(page),
            Err(NotionFailure::Refused { status: 404, .. }) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let is_lead = |page: &&Value| page["properties"]["Active"]["checkbox"] != true;
    for page in found.iter().filter(is_lead) {
        let mut emptied = json!({ "Partner Name": { "title": rich_text("Erased lead") } });
        emptied[ADDRESS] = json!({ "email": null });
        if !page["properties"]["Notes"].is_null() {
            emptied["Notes"] = json!({ "rich_text": [] });
        }
        let path = format!("/v1/pages/{}", page_id(page)?);
        let body = json!({ "properties": emptied, "archived": true });
        match notion.call(&NotionCall::update(path, body)) {
            // Gone meanwhile is as good.
            Ok(_) | Err(NotionFailure::Refused { status: 404, .. }) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}

/// The page of a lead as Notion takes it; what `schema` does not have is left out.
fn properties(lead: &Lead, schema: &Schema) -> Value {
    let mut properties = serde_json::Map::new();
    let name = lead.company.as_deref().unwrap_or_else(|| lead.email.as_str());
    properties.insert("Partner Name".into(), json!({ "title": rich_text(name) }));
    properties.insert(ADDRESS.into(), json!({ "email": lead.email.as_str() }));
    properties.insert("Active".into(), json!({ "checkbox": false }));
    if schema.has("Notes") {
        let note: String = lead.use_case.chars().take(LONGEST_NOTE).collect();
        properties.insert("Notes".into(), json!({ "rich_text": rich_text(&note) }));
    }
    Value::Object(properties)
}
