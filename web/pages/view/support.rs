//! `/app/support`: a form, and what became of earlier messages.

use askama::Template;
use echopilot_core::support::{MESSAGE_LENGTH, Topic};

use super::{Badge, FieldError, Moment, Part, Shell, Tone, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "app_support.html")]
pub struct SupportPage {
    /// The frame.
    pub shell: Shell,
    /// The topic that is chosen, by its word.
    pub topic: String,
    /// The text so far; kept over a refusal.
    pub message: String,
    /// The job that it is about, as it was typed.
    pub job_id: String,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Whether the form that was sent was too old to be trusted.
    pub old_form: bool,
    /// Earlier messages of this page, newest first.
    pub tickets: Part<Vec<TicketRow>>,
    /// Whether this is the first page.
    pub first_page: bool,
    /// The cursor of the next page, when there is one.
    pub older: Option<String>,
}

/// An earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// What it is about, in words.
    pub topic: &'static str,
    /// What was written.
    pub message: String,
    /// The job that it is about.
    pub job_id: Option<String>,
    /// How far it is.
    pub state: TicketState,
    /// When it was sent.
    pub sent: Moment,
    /// When it was answered.
    pub answered: Option<Moment>,
    /// The answer.
    pub answer: Option<String>,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// Not answered yet.
    Open,
    /// Answered.
    Answered,
    /// Done with.
    Closed,
}

impl TicketState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Answered, Self::Closed];

    /// How it is shown.
    pub fn badge(&self) -> Badge {
        let (tone, glyph, text) = match self {
            Self::Open => (Tone::Info, "clock", "Open"),
            Self::Answered => (Tone::Ok, "check", "Answered"),
            Self::Closed => (Tone::Neutral, "dash", "Closed"),
        };
        Badge { tone, glyph, text: text.to_owned() }
    }
}

impl SupportPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn topics() -> Vec<(&'static str, &'static str)> {
        Topic::ALL.iter().map(|topic| (topic.as_str(), topic.words())).collect()
    }

    /// How long a message may be, and how long this one is.
    fn count_hint(&self) -> String {
        let (least, most) = (MESSAGE_LENGTH.start(), MESSAGE_LENGTH.end());
        let words = format!("{least} to {most} characters");
        match self.message.chars().count() {
            0 => words,
            count => format!("{words}; {count} so far"),
        }
    }

    fn older_link(&self) -> Option<String> {
        let cursor = self.older.as_deref()?;
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", cursor).finish();
        Some(format!("/app/support?{query}"))
    }
}

#[cfg(test)]
impl SupportPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let row = |message: &str, state| TicketRow {
            topic: Topic::Billing.words(),
            message: message.to_owned(),
            job_id: None,
            state,
            sent: Moment::new("2026-11-20T10:00:00.000Z", "20 Nov 2026, 10:00 UTC"),
            answered: (state != TicketState::Open)
                .then(|| Moment::new("2026-11-20T14:30:00.000Z", "20 Nov 2026, 14:30 UTC")),
            answer: (state != TicketState::Open).then(|| "It was corrected today.".to_owned()),
        };
        let mut rows: Vec<_> = TicketState::ALL
            .into_iter()
            .map(|state| row("The invoice of November has the wrong address on it", state))
            .collect();
        rows.push(TicketRow {
            job_id: Some("\"><img src=x onerror=alert(1)>".into()),
            answer: Some("<img src=x onerror=alert(2)>".into()),
            ..row("\"><img src=x onerror=alert(3)>", TicketState::Answered)
        });
        let full = Self {
            shell: super::shell::samples::signed_in("/app/support"),
            topic: "job".into(),
            message: String::new(),
            job_id: String::new(),
            errors: Vec::new(),
            old_form: false,
            tickets: Part::Ready(rows),
            first_page: true,
            older: Some("c2&=x".into()),
        };
        let error = |field, text: &str| FieldError { field, text: text.to_owned() };
        let light = Shell { theme: super::Theme::Light, ..full.shell.clone() };
        let sent = Shell { toast: Some("Your message was sent".into()), ..full.shell.clone() };
        let empty = Self { tickets: Part::Ready(Vec::new()), older: None, ..full.clone() };
        let failure = super::Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into() };
        vec![
            ("support", full.clone()),
            ("support-light", Self { shell: light, ..full.clone() }),
            ("support-sent", Self { shell: sent, ..full.clone() }),
            ("support-later-page", Self { first_page: false, older: None, ..full.clone() }),
            ("support-none", empty.clone()),
            ("support-job", Self { job_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into(), ..empty.clone() }),
            (
                "support-wrong",
                Self {
                    message: "Help".into(),
                    job_id: "nobody's".into(),
                    errors: vec![
                        error("message", "Expected 10 to 4000 characters"),
                        error("job_id", "Expected one of your own jobs, or none"),
                    ],
                    ..full.clone()
                },
            ),
            (
                "support-old-form",
                Self { message: "A text that is kept".into(), old_form: true, ..empty.clone() },
            ),
            (
                "support-hostile",
                Self {
                    topic: "\"><img src=x>".into(),
                    message: "</textarea><img src=x onerror=alert(1)>".into(),
                    job_id: "\"><img src=x onerror=alert(1)>".into(),
                    ..full.clone()
                },
            ),
            ("support-failed", Self { tickets: Part::Failed(failure), older: None, ..full }),
        ]
    }
}
