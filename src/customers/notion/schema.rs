//! What the database Clients must look like, and how one differs from it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::outbound::{Notion, NotionCall};
use crate::platform::{Code, Fault, Result};

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

/// The database Clients.
pub(super) const CLIENTS: [Property; 7] = [
    Property { name: "Client Name", kind: "title", usage: Usage::Written },
    Property { name: "Email", kind: "email", usage: Usage::Written },
    Property { name: "Active", kind: "checkbox", usage: Usage::Written },
    Property { name: "Rate USD/min", kind: "number", usage: Usage::People },
    Property { name: "Notes", kind: "rich_text", usage: Usage::People },
    Property { name: "Plan", kind: "select", usage: Usage::Welcome },
    Property { name: "Stripe ID", kind: "rich_text", usage: Usage::Welcome },
];

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
#[derive(Debug, Clone, Default)]
pub struct Schema {
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
        let words =
            format!("The Notion database Clients is not as expected: {evidence}. To mend it, {remedies}");
        Err(Fault::new(Code::NotConfigured, words))
    }

    fn read(document: &Value) -> Option<Self> {
        let properties = document["properties"].as_object()?;
        let mut schema = Self::default();
        for property in CLIENTS {
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

/// Ask Notion how the database is.
pub fn examine(notion: &dyn Notion, database: &str) -> Result<Schema> {
    let document = notion.call(&NotionCall::get(format!("/v1/databases/{database}")))?;
    Schema::read(&document).ok_or_else(|| {
        Fault::new(Code::Upstream, "Notion described the database Clients without its properties")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn database(change: impl Fn(&mut Value)) -> Schema {
        let mut document = json!({ "properties": {
            "Client Name": { "type": "title" }, "Email": { "type": "email" }, "Active": { "type": "checkbox" },
            "Rate USD/min": { "type": "number" }, "Notes": { "type": "rich_text" },
        } });
        change(&mut document["properties"]);
        Schema::read(&document).unwrap()
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
