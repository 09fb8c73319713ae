//! The form for those who want more than the plans offer; it stands on two pages.

use super::{FieldError, error_at};

/// The form, or the word of thanks in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadForm {
    /// The page it stands on, which it is sent to.
    pub action: &'static str,
    /// For how long it is kept: "2 years".
    pub kept: String,
    /// The address as it was typed.
    pub email: String,
    /// The company as it was typed.
    pub company: String,
    /// The use case as it was typed.
    pub use_case: String,
    /// Whether they agreed.
    pub consent: bool,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Whether the form that was sent was too old to be trusted.
    pub old_form: bool,
    /// Whether it was taken: then thanks stand in its place.
    pub sent: bool,
}

impl LeadForm {
    /// What is wrong with a field.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }
}

#[cfg(test)]
impl LeadForm {
    /// The form in every state.
    pub(crate) fn samples(action: &'static str) -> Vec<(&'static str, Self)> {
        let empty = Self { action, kept: "2 years".into(), ..Self::default() };
        let filled = Self {
            email: "ada@example.com".into(),
            company: "\"><img src=x onerror=alert(1)>".into(),
            use_case: "</textarea><img src=x onerror=alert(2)>".into(),
            ..empty.clone()
        };
        let error = |field, text: &str| FieldError { field, text: text.to_owned() };
        let errors = vec![
            error("lead_email", "Enter an e-mail address such as name@example.com"),
            error("lead_company", "Expected 1 to 120 characters, without control characters"),
            error("lead_use_case", "Expected 1 to 2000 characters, without control characters"),
            error("lead_consent", "Tick this so that we may keep your request and answer it"),
        ];
        vec![
            ("empty", empty.clone()),
            ("wrong", Self { errors, ..filled.clone() }),
            ("old", Self { old_form: true, consent: true, ..filled }),
            ("sent", Self { sent: true, ..empty }),
        ]
    }
}
