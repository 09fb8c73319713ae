//! `/auth/login`: the address first, then the code that was sent to it; or address and password at once.

use askama::Template;

use super::{Link, Moment, Shell, Tone};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// The frame.
    pub shell: Shell,
    /// What is asked for.
    pub step: LoginStep,
    /// The address as it was typed; kept over a refusal.
    pub email: String,
    /// Where to go afterwards: a path from the list of allowed ones, or empty.
    pub next: String,
    /// Why the visitor is here, when there is a reason to tell.
    pub notice: Option<LoginNotice>,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Set when there were too many tries.
    pub limit: Option<LoginLimit>,
}

/// Which of the forms is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStep {
    /// Asks for the address.
    Email,
    /// Asks for the code.
    Code,
    /// Asks for address and password.
    Password,
}

/// Why somebody sees this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginNotice {
    /// They signed out.
    SignedOut,
    /// Their session ended.
    SessionExpired,
    /// They asked for a page that needs a session.
    SignInFirst,
    /// A form was too old to be trusted.
    FormExpired,
    /// Another code is on its way.
    CodeSentAgain,
}

impl LoginNotice {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::SignedOut, Self::SessionExpired, Self::SignInFirst, Self::FormExpired, Self::CodeSentAgain];

    const fn row(self) -> (Tone, &'static str, &'static str, &'static str) {
        match self {
            Self::SignedOut => (Tone::Ok, "check", "You are signed out", "See you soon."),
            Self::SessionExpired => {
                (Tone::Info, "clock", "Your session has ended", "Sign in again to go on where you were.")
            }
            Self::SignInFirst => {
                (Tone::Info, "info", "Sign in first", "That page needs to know who you are.")
            }
            Self::FormExpired => (Tone::Info, "clock", "That form was too old", "Please send it once more."),
            Self::CodeSentAgain => {
                (Tone::Ok, "mail", "A new code is on its way", "Earlier links and codes no longer work.")
            }
        }
    }

    /// Its colour.
    pub fn tone(&self) -> Tone {
        self.row().0
    }

    /// Its icon.
    pub fn glyph(&self) -> &'static str {
        self.row().1
    }

    /// What happened.
    pub fn title(&self) -> &'static str {
        self.row().2
    }

    /// What to do.
    pub fn text(&self) -> &'static str {
        self.row().3
    }
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// `email`, `code`, `password` …: the field's name and id.
    pub field: &'static str,
    /// What to do about it, the same words in the summary and at the field.
    pub text: String,
}

/// What is wrong with a field, where something is.
pub(super) fn error_at<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
}

/// Too many tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginLimit {
    /// How long to wait: "42 seconds".
    pub wait: String,
    /// Until when.
    pub until: Moment,
    /// What else can be done, or empty.
    pub advice: String,
}

impl LoginPage {
    fn is_code_step(&self) -> bool {
        self.step == LoginStep::Code
    }

    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn is_password_step(&self) -> bool {
        self.step == LoginStep::Password
    }

    /// Whether somebody whose password is not looked at can have a mail instead, at the address that stands in the form.
    fn offers_mail(&self) -> bool {
        self.is_password_step() && self.limit.is_some() && !self.email.is_empty()
    }

    /// The ways to sign in that one may choose from.
    fn ways(&self) -> Vec<Link> {
        let way = |label: &str, with: Option<&str>, current| Link {
            label: label.to_owned(),
            href: login_path(with, &self.next),
            current,
        };
        let by_password = self.is_password_step();
        vec![way("E-mail", None, !by_password), way("Password", Some("password"), by_password)]
    }

    /// The first form again, with the way back kept.
    fn start_again(&self) -> String {
        login_path(None, &self.next)
    }
}

/// The address of the sign-in `with` something else than mail, which leads to `next` afterwards.
pub(super) fn login_path(with: Option<&str>, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(with) = with {
        query.append_pair("with", with);
    }
    if !next.is_empty() {
        query.append_pair("next", next);
    }
    let query = query.finish();
    if query.is_empty() { "/auth/login".to_owned() } else { format!("/auth/login?{query}") }
}

#[cfg(test)]
impl LoginPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            shell: super::shell::samples::stranger("/auth/login"),
            step: LoginStep::Email,
            email: String::new(),
            next: "/app/invoices".to_owned(),
            notice: None,
            errors: Vec::new(),
            limit: None,
        };
        let code = Self { step: LoginStep::Code, email: "ada@example.com".to_owned(), ..plain.clone() };
        let password =
            Self { step: LoginStep::Password, email: "ada@example.com".to_owned(), ..plain.clone() };
        let error = |field, text: &str| vec![FieldError { field, text: text.to_owned() }];
        let demo = Shell { demo: true, test_mode: true, ..plain.shell.clone() };
        let light = Shell { theme: super::Theme::Light, ..plain.shell.clone() };
        let system = Shell { theme: super::Theme::System, ..plain.shell.clone() };
        let limit = LoginLimit {
            wait: "42 seconds".to_owned(),
            until: Moment::new("2026-11-23T12:03:00Z", "12:03 UTC"),
            advice: "The code in your e-mail still works then.".to_owned(),
        };
        let mut samples = vec![
            ("login", plain.clone()),
            ("login-light", Self { shell: light, ..plain.clone() }),
            ("login-system", Self { shell: system, ..plain.clone() }),
            ("login-demo", Self { shell: demo, ..plain.clone() }),
            ("login-code", code.clone()),
            (
                "login-email-wrong",
                Self {
                    email: "ada@".to_owned(),
                    errors: error("email", "Enter an address like name@example.com"),
                    ..plain.clone()
                },
            ),
            (
                "login-code-wrong",
                Self {
                    errors: error("code", "This code is wrong or too old. Ask for a new one"),
                    ..code.clone()
                },
            ),
            ("login-limited", Self { limit: Some(limit.clone()), ..code.clone() }),
            ("login-password", password.clone()),
            (
                "login-password-wrong",
                Self {
                    errors: error("password", "The address or the password is not right"),
                    ..password.clone()
                },
            ),
            (
                "login-password-no-address",
                Self {
                    email: "ada@".to_owned(),
                    errors: error("email", "Enter an address like name@example.com"),
                    ..password.clone()
                },
            ),
            ("login-password-limited", Self { limit: Some(limit), ..password }),
            (
                "login-hostile",
                Self {
                    email: "\"><img src=x onerror=alert(1)>".to_owned(),
                    next: "\"><script>alert(1)</script>".to_owned(),
                    ..code
                },
            ),
        ];
        let names = ["login-signed-out", "login-expired", "login-first", "login-old-form", "login-again"];
        for (name, notice) in names.into_iter().zip(LoginNotice::ALL) {
            samples.push((name, Self { notice: Some(notice), ..plain.clone() }));
        }
        samples
    }
}
