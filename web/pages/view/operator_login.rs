//! `/dashboard/login`: an operator's key, exchanged once for a session.

use askama::Template;

use super::{FieldError, LoginNotice, Shell};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "operator_login.html")]
pub struct OperatorLoginPage {
    /// The frame.
    pub shell: Shell,
    /// Whether there is any key that could be right.
    pub is_configured: bool,
    /// Where to go afterwards: a path from the list of allowed ones, or empty.
    pub next: String,
    /// Why the visitor is here, when there is a reason to tell.
    pub notice: Option<LoginNotice>,
    /// What is wrong with the key. The key itself is never shown again.
    pub errors: Vec<FieldError>,
}

impl OperatorLoginPage {
    fn error(&self) -> Option<&str> {
        self.errors.first().map(|error| error.text.as_str())
    }
}

#[cfg(test)]
impl OperatorLoginPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            shell: super::shell::samples::stranger("/dashboard/login"),
            is_configured: true,
            next: "/payments".to_owned(),
            notice: None,
            errors: Vec::new(),
        };
        let wrong = FieldError { field: "key", text: "This is not the key of an operator".to_owned() };
        let light = Shell { theme: super::Theme::Light, ..plain.shell.clone() };
        vec![
            ("operator-login", plain.clone()),
            ("operator-login-light", Self { shell: light, ..plain.clone() }),
            ("operator-login-wrong", Self { errors: vec![wrong], ..plain.clone() }),
            ("operator-login-signed-out", Self { notice: Some(LoginNotice::SignedOut), ..plain.clone() }),
            ("operator-login-not-configured", Self { is_configured: false, ..plain }),
        ]
    }
}
