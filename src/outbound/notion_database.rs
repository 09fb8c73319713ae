//! What a database of Notion must look like, how one differs from it, and its pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Notion, NotionCall, NotionFailure};
use crate::platform::{Code, Fault, Result};

/// A database that rows of ours are mirrored to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotionDatabase {
    /// What people call it.
    pub name: &'static str,
    /// The setting that says which one it is.
    pub setting: &'static str,
    /// What it must have, and what it may have.
    pub properties: &'static [Property],
}

/// A property of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its name, letter by letter.
    pub name: &'static str,
    /// Its type, as Notion calls it.
    pub kind: &'static str,
    /// What we do with it.
    pub usage: Usage,
}

/// What we do with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Written; nothing is sent where it is missing.
    Written,
    /// Belongs to the database; people fill it in.
    People,
    /// Written where it is there.
    Welcome,
}

/// A property that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Which.
    pub property: Property,
    /// The type it has; `None` when it is missing.
    pub found: Option<String>,
}

impl Drift {
    /// What is wrong.
    pub fn evidence(&self) -> String {
        let Property { name, kind, .. } = self.property;
        match &self.found {
            None => format!("\"{name}\" is missing"),
            Some(found) => format!("\"{name}\" is of type {found}, expected {kind}"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        let Property { name, kind, .. } = self.property;
        match self.found {
            None if kind == "title" => format!("rename the title property to \"{name}\""),
            None => format!("add a property \"{name}\" of type {kind}"),
            Some(_) => format!("change the type of \"{name}\" to {kind}"),
        }
    }
}

/// A database as it is.
#[derive(Debug, Clone)]
pub struct Schema {
    database: &'static str,
    sound: BTreeSet<&'static str>,
    /// How it differs.
    pub drift: Vec<Drift>,
}

impl Schema {
    /// Whether the property is there and of the right type.
    pub fn has(&self, name: &str) -> bool {
        self.sound.contains(name)
    }

    /// Refuse a database that lacks what is written.
    pub fn check(&self) -> Result<()> {
        let wrong: Vec<_> =
            self.drift.iter().filter(|drift| drift.property.usage == Usage::Written).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let evidence: Vec<_> = wrong.iter().map(|drift| drift.evidence()).collect();
        let remedies: Vec<_> = wrong.iter().map(|drift| drift.remedy()).collect();
        let (evidence, remedies) = (evidence.join("; "), remedies.join("; "));
        let name = self.database;
        let words =
            format!("The Notion database {name} is not as expected: {evidence}. To mend it, {remedies}");
        Err(Fault::new(Code::NotConfigured, words))
    }

    fn read(expected: &NotionDatabase, document: &Value) -> Option<Self> {
        let properties = document["properties"].as_object()?;
        let mut schema = Self { database: expected.name, sound: BTreeSet::new(), drift: Vec::new() };
        for property in expected.properties.iter().copied() {
            let found = properties.get(property.name).and_then(|found| found["type"].as_str());
            if found == Some(property.kind) {
                schema.sound.insert(property.name);
            } else if found.is_some() || property.usage != Usage::Welcome {
                schema.drift.push(Drift { property, found: found.map(str::to_owned) });
            }
        }
        Some(schema)
    }
}

impl NotionDatabase {
    /// Ask Notion how the database `id` is.
    pub fn examine(&self, notion: &dyn Notion, id: &str) -> Result<Schema> {
        let document = match notion.call(&NotionCall::get(format!("/v1/databases/{id}"))) {
            Err(NotionFailure::Refused { status: 403 | 404, code }) => {
                let words = "Notion shows no such database to this token: share it with the integration of \
                             NOTION_TOKEN, or mend the identifier";
                return Err(Fault::not_configured(self.setting, words).because(code));
            }
            answer => answer?,
        };
        Schema::read(self, &document).ok_or_else(|| {
            let words = format!("Notion described the database {} without its properties", self.name);
            Fault::new(Code::Upstream, words)
        })
    }
}

/// The pages of `database` whose property `property` holds this address.
pub fn pages_with_address(
    notion: &dyn Notion,
    database: &str,
    property: &str,
    address: &str,
) -> Result<Vec<Value>> {
    let body = json!({ "filter": { "property": property, "email": { "equals": address } }, "page_size": 10 });
    let answer = notion.call(&NotionCall::query(format!("/v1/databases/{database}/query"), body))?;
    answer["results"].as_array().cloned().ok_or_else(|| strange("a search without results"))
}

/// Make a page in `database`; its identifier.
pub fn create_page(notion: &dyn Notion, database: &str, properties: &Value) -> Result<String> {
    let body = json!({ "parent": { "database_id": database }, "properties": properties });
    page_id(&notion.call(&NotionCall::create("/v1/pages", body))?)
}

/// The identifier of a page that Notion described.
pub fn page_id(page: &Value) -> Result<String> {
    // It becomes part of a path.
    let sound = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let id = page["id"].as_str().filter(sound);
    id.map(str::to_owned).ok_or_else(|| strange("a page without an identifier"))
}

/// Text as the value of a title or of a rich text.
pub fn rich_text(content: &str) -> Value {
    if content.is_empty() { json!([]) } else { json!([{ "text": { "content": content } }]) }
}

fn strange(what: &str) -> Fault {
    Fault::new(Code::Upstream, format!("Notion answered with {what}; what was to be written waits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENTS: NotionDatabase = NotionDatabase {
        name: "Clients",
        setting: "NOTION_CLIENT_DB_ID",
        properties: &[
            Property { name: "Client Name", kind: "title", usage: Usage::Written },
            Property { name: "Email", kind: "email", usage: Usage::Written },
            Property { name: "Active", kind: "checkbox", usage: Usage::Written },
            Property { name: "Rate USD/min", kind: "number", usage: Usage::People },
            Property { name: "Notes", kind: "rich_text", usage: Usage::People },
            Property { name: "Plan", kind: "select", usage: Usage::Welcome },
        ],
    };

    fn database(change: impl Fn(&mut Value)) -> Schema {
        let mut document = json!({ "properties": {
            "Client Name": { "type": "title" }, "Email": { "type": "email" }, "Active": { "type": "checkbox" },
            "Rate USD/min": { "type": "number" }, "Notes": { "type": "rich_text" },
        } });
        change(&mut document["properties"]);
        Schema::read(&CLIENTS, &document).unwrap()
    }

    #[test]
    fn the_documented_database_is_fine_and_each_difference_is_named_with_its_remedy() {
        let good = database(|_| ());
        assert!(good.drift.is_empty() && good.check().is_ok());
        assert!(good.has("Email") && !good.has("Plan"));
        let typed = database(|all| all["Email"] = json!({ "type": "rich_text" }));
        let fault = typed.check().unwrap_err();
        assert!(fault.detail.contains("\"Email\" is of type rich_text, expected email"), "{fault}");
        assert!(fault.detail.contains("change the type of \"Email\" to email"), "{fault}");
        let missing = database(|all| {
            all.as_object_mut().unwrap().remove("Rate USD/min");
        });
        assert_eq!(missing.drift[0].evidence(), "\"Rate USD/min\" is missing");
        assert!(missing.check().is_ok(), "people's own property is told, and stops nothing");
        let welcome = database(|all| all["Plan"] = json!({ "type": "number" }));
        assert_eq!(welcome.drift[0].remedy(), "change the type of \"Plan\" to select");
        assert!(welcome.check().is_ok() && !welcome.has("Plan"));
    }
}
