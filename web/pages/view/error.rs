//! The page for everything that went wrong: it says what, shows ways on, and names the request.

use askama::Template;

use super::nav::{Audience, PLACES, Place};
use super::{Shell, nearest};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame; its path is the one that was asked for.
    pub shell: Shell,
    /// The status of the answer.
    pub status: u16,
    /// What the problem document says as its detail.
    pub detail: String,
    /// How long to wait, where waiting helps: "42 seconds".
    pub retry: Option<String>,
    /// The id of the request, as it stands in the log.
    pub request_id: String,
}

impl ErrorPage {
    /// What happened, in a few words.
    pub fn heading(&self) -> &'static str {
        match self.status {
            400 => "This request can't be read",
            401 => "Sign in to see this page",
            403 => "This page is not for you",
            404 => "Page not found",
            405 => "That can't be done here",
            408 => "The request took too long",
            409 => "Somebody was faster",
            413 => "That is too large",
            415 => "That format is not understood",
            422 => "Something in the form is wrong",
            429 => "Too many requests",
            431 => "The headers are too large",
            502 => "A service we need failed",
            503 => "Not available right now",
            507 => "No space left",
            status if (400..500).contains(&status) => "This request can't be answered",
            _ => "Something went wrong",
        }
    }

    /// The path as text, without its query, which may hold what should not be on a screen.
    fn shown_path(&self) -> String {
        let path = self.shell.path.split(['?', '#']).next().unwrap_or("");
        let mut shown: String = path.chars().take(120).collect();
        if shown.len() < path.len() {
            shown.push('…');
        }
        shown
    }

    /// Everything there is for customers and strangers: who asks is not known here, and a page that needs a session
    /// leads to the sign-in itself. Operators know their way.
    fn places() -> Vec<&'static Place> {
        PLACES.iter().filter(|place| !place.is_for(Audience::Operator)).collect()
    }

    /// Too many tries to sign in: mail has a limit of its own, so it is the way on.
    fn offers_mail(&self) -> bool {
        self.status == 429 && self.shown_path() == "/auth/login"
    }

    fn nearest(&self) -> Vec<&'static Place> {
        if self.status == 404 { nearest(&self.shown_path(), &Self::places()) } else { Vec::new() }
    }
}

#[cfg(test)]
impl ErrorPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::shell::samples::{signed_in, stranger};
        let make = |shell: Shell, status: u16, detail: &str| Self {
            shell,
            status,
            detail: detail.to_owned(),
            retry: None,
            request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".to_owned(),
        };
        let missing = make(signed_in("/app/invoyces?token=secret"), 404, "There is nothing at this address.");
        let light = Shell { theme: super::Theme::Light, ..missing.shell.clone() };
        let mut limited = make(stranger("/app"), 429, "You asked more often than is allowed.");
        limited.retry = Some("42 seconds".to_owned());
        let mut sign_in = make(stranger("/auth/login"), 429, "Too many requests; try again in 42 seconds");
        sign_in.retry = Some("42 seconds".to_owned());
        let hostile = format!("/<img src=x onerror=alert(1)>{}", "x".repeat(4000));
        vec![
            ("error-404", missing.clone()),
            ("error-404-light", Self { shell: light, ..missing }),
            ("error-404-stranger", make(stranger("/auth/logn"), 404, "There is nothing at this address.")),
            ("error-404-hostile", make(stranger(&hostile), 404, "There is nothing at this address.")),
            ("error-400", make(stranger("/app"), 400, "The query is not valid UTF-8.")),
            ("error-401", make(stranger("/app"), 401, "This page needs to know who you are.")),
            ("error-403", make(signed_in("/dashboard/v2"), 403, "This page is for operators.")),
            ("error-405", make(stranger("/auth/demo"), 405, "Only POST is possible here.")),
            ("error-413", make(stranger("/app"), 413, "At most 1 MiB is taken.")),
            ("error-429", limited),
            ("error-429-sign-in", sign_in),
            ("error-500", make(signed_in("/app"), 500, "We know about it. Tell us the request if it stays.")),
            ("error-503", make(stranger("/app"), 503, "The store is busy. Try again in a moment.")),
            ("error-418", make(stranger("/app"), 418, "An unusual refusal.")),
        ]
    }
}
