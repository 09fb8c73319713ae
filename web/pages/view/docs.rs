//! `/docs`: every operation of the API, made from its description.

use std::sync::Arc;

use askama::Template;

use super::{Seo, Shell};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    /// The frame.
    pub shell: Shell,
    /// For search engines.
    pub seo: Seo,
    /// The address that the examples ask.
    pub base_url: String,
    /// All operations.
    pub reference: Arc<Reference>,
}

/// All operations, in groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The groups.
    pub groups: Vec<DocGroup>,
    /// How many operations there are.
    pub count: usize,
}

/// Operations about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocGroup {
    /// Its anchor.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its operations.
    pub operations: Vec<DocOperation>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocOperation {
    /// Its anchor.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Older paths that still answer.
    pub aliases: Vec<String>,
    /// Who may ask.
    pub access: &'static str,
    /// What it does.
    pub text: String,
    /// What it takes.
    pub parameters: Vec<DocParameter>,
    /// The statuses and members of a success: "201: id".
    pub answers: String,
    /// What to type after the address of the server, as `curl` takes it.
    pub example: DocExample,
}

/// One thing that an operation takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocParameter {
    /// Its name.
    pub name: String,
    /// Where it stands: `path`, `query` or `body`.
    pub place: &'static str,
    /// What it is: "whole number from 1 to 200".
    pub kind: String,
    /// Whether it may be left out.
    pub required: bool,
    /// What it says.
    pub text: String,
}

/// A request to try.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocExample {
    /// Options before the address, each with a space behind it.
    pub options: String,
    /// The path, filled in.
    pub path: String,
    /// The body, on a line of its own.
    pub body: Option<String>,
}

#[cfg(test)]
impl DocsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::shell::samples::stranger;
        let parameter = |name: &str, place, required| DocParameter {
            name: name.into(),
            place,
            kind: "whole number from 1 to 200".into(),
            required,
            text: "How many <img src=x onerror=alert(1)>.".into(),
        };
        let operation = DocOperation {
            id: "create-lead".into(),
            method: "POST".into(),
            path: "/api/lead/{id}".into(),
            aliases: vec!["/api/old".into()],
            access: "everybody",
            text: "Ask for more than the plans offer.".into(),
            parameters: vec![parameter("id", "path", true), parameter("limit", "body", false)],
            answers: "201: id".into(),
            example: DocExample {
                options: "-X POST -H 'Content-Type: application/json' ".into(),
                path: "/api/lead/01J".into(),
                body: Some("{\"limit\":1}".into()),
            },
        };
        let plain = DocOperation {
            id: "health".into(),
            method: "GET".into(),
            path: "/health".into(),
            aliases: Vec::new(),
            parameters: Vec::new(),
            example: DocExample { path: "/health".into(), ..DocExample::default() },
            ..operation.clone()
        };
        let group =
            DocGroup { id: "leads".into(), title: "Leads".into(), operations: vec![operation, plain] };
        let full = Self {
            shell: stranger("/docs"),
            seo: super::seo::sample("/docs"),
            base_url: "https://echopilot.example".into(),
            reference: Arc::new(Reference { groups: vec![group], count: 2 }),
        };
        let light = Shell { theme: super::Theme::Light, ..full.shell.clone() };
        let none = Arc::new(Reference::default());
        vec![
            ("docs", full.clone()),
            ("docs-light", Self { shell: light, ..full.clone() }),
            ("docs-starting", Self { reference: none, ..full }),
        ]
    }
}
