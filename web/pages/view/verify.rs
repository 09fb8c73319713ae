//! `/auth/verify`: the page of the link in a mail. It shows one button, since scanners of mail open links too.

use askama::Template;

use super::Shell;
use super::login::login_path;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage {
    /// The frame.
    pub shell: Shell,
    /// The secret of the link, to be sent with the button.
    pub token: String,
    /// Where to go afterwards: a path from the list of allowed ones, or empty.
    pub next: String,
    /// What can be done.
    pub state: VerifyState,
}

/// What can be done with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyState {
    /// It may be used; whether it is good is not known before.
    Ready,
    /// A part of it is missing.
    Incomplete,
    /// It was tried, and is used up or too old.
    Ended,
}

impl VerifyState {
    /// What the page is about.
    pub fn heading(&self) -> &'static str {
        match self {
            Self::Ready => "Sign in to EchoPilot",
            Self::Incomplete => "This link is not whole",
            Self::Ended => "This link no longer works",
        }
    }

    /// What to do.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Ready => "One more step, so that nothing but you can use the link from your e-mail.",
            Self::Incomplete => {
                "A part of it is missing. Copy all of it from the e-mail, or ask for a new one."
            }
            Self::Ended => {
                "It was used already, is older than 10 minutes, or a newer one was sent. Ask for a new one."
            }
        }
    }
}

impl VerifyPage {
    fn is_ready(&self) -> bool {
        self.state == VerifyState::Ready
    }

    fn start_again(&self) -> String {
        login_path(None, &self.next)
    }
}

#[cfg(test)]
impl VerifyPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let ready = Self {
            shell: super::shell::samples::stranger("/auth/verify"),
            token: "kZ0u5yJ4mYc3nq9wq8yZr1oK2d7sT6vXb0aQeWfGhIj".to_owned(),
            next: "/app/invoices".to_owned(),
            state: VerifyState::Ready,
        };
        let signed_in = super::shell::samples::signed_in("/auth/verify");
        vec![
            ("verify", ready.clone()),
            ("verify-signed-in", Self { shell: signed_in, ..ready.clone() }),
            ("verify-incomplete", Self { state: VerifyState::Incomplete, ..ready.clone() }),
            ("verify-ended", Self { state: VerifyState::Ended, next: String::new(), ..ready.clone() }),
            ("verify-hostile", Self { token: "\"><img src=x onerror=alert(1)>".to_owned(), ..ready }),
        ]
    }
}
