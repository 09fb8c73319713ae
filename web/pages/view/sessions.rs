//! `/app/sessions`: where the customer is signed in, and the password.

use askama::Template;

use super::{Badge, FieldError, LoginLimit, Moment, Part, Shell, Tone, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "app_sessions.html")]
pub struct SessionsPage {
    /// The frame.
    pub shell: Shell,
    /// Sessions and password.
    pub devices: Part<Devices>,
    /// What has just been done.
    pub notice: Option<SessionsNotice>,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Whether a code by mail is asked for in place of the present password.
    pub by_code: bool,
    /// Set when there were too many wrong passwords.
    pub limit: Option<LoginLimit>,
}

/// How one gets into the account.
#[derive(Debug, Clone, PartialEq)]
pub struct Devices {
    /// Newest first.
    pub sessions: Vec<SessionRow>,
    /// Whether there is a password.
    pub has_password: bool,
}

/// A session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// Its identifier.
    pub id: String,
    /// What it runs on.
    pub device: String,
    /// How it began: "By password".
    pub method: &'static str,
    /// Since when.
    pub began: Moment,
    /// Until when.
    pub ends: Moment,
    /// Whether it is the one that shows this page.
    pub current: bool,
}

impl SessionRow {
    fn badge() -> Badge {
        Badge { tone: Tone::Ok, glyph: "check", text: "This device".to_owned() }
    }
}

impl Devices {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.current)
    }
}

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsNotice {
    /// One or all others were signed out.
    Ended,
    /// The one to be signed out was not there any more.
    Gone,
    /// The password is set.
    PasswordSet,
    /// A code is on its way, to be used in place of a forgotten password.
    CodeSent,
    /// A form was too old to be trusted.
    FormExpired,
}

impl SessionsNotice {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Ended, Self::Gone, Self::PasswordSet, Self::CodeSent, Self::FormExpired];

    const fn row(self) -> (&'static str, Tone, &'static str, &'static str, &'static str) {
        match self {
            Self::Ended => {
                ("ended", Tone::Ok, "check", "Signed out", "What was signed out has to sign in again.")
            }
            Self::Gone => {
                ("gone", Tone::Info, "info", "Nothing to sign out", "That device was not signed in any more.")
            }
            Self::PasswordSet => (
                "password",
                Tone::Ok,
                "check",
                "Your password is set",
                "All other devices were signed out, and an e-mail about it is on its way.",
            ),
            Self::CodeSent => (
                "code",
                Tone::Ok,
                "mail",
                "A code is on its way",
                "Enter it below in place of the password you have forgotten. It works for 10 minutes.",
            ),
            Self::FormExpired => {
                ("form", Tone::Info, "clock", "That form was too old", "Please send it once more.")
            }
        }
    }

    /// Its word in the address of the page.
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// The notice of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }

    /// Its colour.
    pub fn tone(&self) -> Tone {
        self.row().1
    }

    /// Its icon.
    pub fn glyph(&self) -> &'static str {
        self.row().2
    }

    /// What happened.
    pub fn title(&self) -> &'static str {
        self.row().3
    }

    /// What it means.
    pub fn text(&self) -> &'static str {
        self.row().4
    }
}

impl SessionsPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn email(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| &account.email)
    }
}

#[cfg(test)]
impl SessionsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let row = |id: &str, device: &str, method, current| SessionRow {
            id: id.to_owned(),
            device: device.to_owned(),
            method,
            began: Moment::new("2026-11-23T09:30:00Z", "23 Nov 2026, 09:30 UTC"),
            ends: Moment::new("2026-11-24T09:30:00Z", "24 Nov 2026, 09:30 UTC"),
            current,
        };
        let one = row("01JD9Z8Q4W7XN3V5T6Y2M1K0PB", "Firefox on Linux", "By code", true);
        let two = row("01JD9Z8Q4W7XN3V5T6Y2M1K0PC", "Safari on iPhone", "By link", false);
        let odd = row("\"><img src=x onerror=alert(1)>", "\"><img src=x>", "By password", false);
        let make = |sessions: &[&SessionRow], has_password| Self {
            shell: super::shell::samples::signed_in("/app/sessions"),
            devices: Part::Ready(Devices {
                sessions: sessions.iter().copied().cloned().collect(),
                has_password,
            }),
            notice: None,
            errors: Vec::new(),
            by_code: false,
            limit: None,
        };
        let error = |field, text: &str| vec![FieldError { field, text: text.to_owned() }];
        let several = make(&[&one, &two], true);
        let limit = LoginLimit {
            wait: "42 seconds".to_owned(),
            until: Moment::new("2026-11-23T12:03:00Z", "12:03 UTC"),
            advice: String::new(),
        };
        let failed = Part::Failed(super::Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".to_owned() });
        let mut samples = vec![
            ("sessions", make(&[&one], false)),
            ("sessions-several", several.clone()),
            ("sessions-hostile", make(&[&one, &odd], false)),
            ("sessions-failed", Self { devices: failed, ..several.clone() }),
            (
                "sessions-current-wrong",
                Self { errors: error("current", "The present password; this is not it"), ..several.clone() },
            ),
            (
                "sessions-code-wrong",
                Self {
                    errors: error("code", "The code of the newest mail"),
                    by_code: true,
                    ..several.clone()
                },
            ),
            ("sessions-new-short", Self { errors: error("new", "At least 8 characters"), ..several.clone() }),
            ("sessions-limited", Self { limit: Some(limit), ..several.clone() }),
        ];
        let names = [
            "sessions-ended",
            "sessions-gone",
            "sessions-password-set",
            "sessions-code",
            "sessions-old-form",
        ];
        for (name, notice) in names.into_iter().zip(SessionsNotice::ALL) {
            let by_code = notice == SessionsNotice::CodeSent;
            samples.push((name, Self { notice: Some(notice), by_code, ..several.clone() }));
        }
        samples
    }
}
