//! `/support`: help for everybody, and a form for what is not answered there.

use askama::Template;
use echopilot_core::support::Topic;

use super::{FieldError, Seo, Shell, StatusCard, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "support.html")]
pub struct ContactPage {
    /// The frame.
    pub shell: Shell,
    /// For search engines.
    pub seo: Seo,
    /// What was searched for; empty when nothing was.
    pub query: String,
    /// The help topics that match; all of them without a search.
    pub topics: Vec<HelpTopic>,
    /// How the service is doing.
    pub status: StatusCard,
    /// Where mail can be sent to.
    pub address: Option<String>,
    /// The address as it was typed; a signed-in customer's is known.
    pub email: String,
    /// The topic that is chosen, by its word.
    pub topic: String,
    /// The text so far; kept over a refusal.
    pub message: String,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Whether the form that was sent was too old to be trusted.
    pub old_form: bool,
    /// Whether it was taken: then thanks stand in place of the form.
    pub sent: bool,
    /// For how long messages of those who are not signed in are kept: "2 years".
    pub kept: String,
}

/// A question and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpTopic {
    /// Its name in addresses.
    pub id: &'static str,
    /// The question.
    pub question: &'static str,
    /// The answer.
    pub answer: &'static str,
    /// Where to go on, and what that is called.
    pub way_on: Option<(&'static str, &'static str)>,
}

impl ContactPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn choices() -> Vec<(&'static str, &'static str)> {
        Topic::ALL.iter().map(|topic| (topic.as_str(), topic.words())).collect()
    }

    /// What was found, in words.
    fn found(&self) -> String {
        match self.topics.len() {
            1 => format!("1 topic for \"{}\"", self.query),
            count => format!("{count} topics for \"{}\"", self.query),
        }
    }
}

#[cfg(test)]
impl ContactPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::Condition;
        use super::shell::samples::{signed_in, stranger};
        let topic = |id, question, way_on| HelpTopic {
            id,
            question,
            answer: "With a link that we mail you.",
            way_on,
        };
        let full = Self {
            shell: stranger("/support"),
            seo: super::seo::sample("/support"),
            query: String::new(),
            topics: vec![
                topic("sign-in", "How do I sign in?", Some(("/auth/login", "Sign in"))),
                topic("invoices", "Where are my invoices?", None),
            ],
            status: StatusCard::sample(Condition::Degraded),
            address: Some("help@example.com".into()),
            email: String::new(),
            topic: String::new(),
            message: String::new(),
            errors: Vec::new(),
            old_form: false,
            sent: false,
            kept: "2 years".into(),
        };
        let light = Shell { theme: super::Theme::Light, ..full.shell.clone() };
        let hostile = "\"><img src=x onerror=alert(1)>";
        let error = |field, text: &str| FieldError { field, text: text.to_owned() };
        let errors = vec![
            error("email", "Enter an e-mail address such as name@example.com"),
            error("topic", "Choose one of the topics"),
            error("message", "Expected 10 to 4000 characters, without control characters"),
        ];
        let unknown = StatusCard::sample(Condition::Unknown);
        vec![
            ("help", full.clone()),
            ("help-light", Self { shell: light, ..full.clone() }),
            ("help-found", Self { query: "sign".into(), topics: full.topics[..1].to_vec(), ..full.clone() }),
            (
                "help-none",
                Self { query: hostile.into(), message: hostile.into(), topics: Vec::new(), ..full.clone() },
            ),
            ("help-signed-in", Self { shell: signed_in("/support"), ..full.clone() }),
            ("help-no-address", Self { address: None, status: unknown, ..full.clone() }),
            ("help-wrong", Self { errors, email: hostile.into(), message: hostile.into(), ..full.clone() }),
            ("help-old", Self { old_form: true, message: "A text that is kept".into(), ..full.clone() }),
            ("help-sent", Self { sent: true, ..full }),
        ]
    }
}
