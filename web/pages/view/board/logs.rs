//! `/dashboard/v2/logs`: the end of a log.

use askama::Template;

use super::badge;
use crate::pages::view::{Badge, FieldError, Link, Moment, Part, Shell, Tone, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "board_logs.html")]
pub struct LogsPage {
    /// The frame.
    pub shell: Shell,
    /// Where this page is, for another try and to be passed on.
    pub here: String,
    /// The logs to choose from; the address is the word.
    pub files: Vec<Link>,
    /// What the chosen one holds.
    pub purpose: String,
    /// The levels to choose from; the address is the word.
    pub levels: Vec<Link>,
    /// The text that is looked for.
    pub text: String,
    /// The request that is looked for.
    pub request_id: String,
    /// How many lines are asked for, as it was typed.
    pub n: String,
    /// What is wrong with that.
    pub errors: Vec<FieldError>,
    /// Whether anything is left out.
    pub is_filtered: bool,
    /// Newest first; none when what was asked for is wrong.
    pub lines: Option<Part<Vec<LogLine>>>,
    /// Whether a limit ended the reading before enough lines were found.
    pub truncated: bool,
    /// Lines that could not be read.
    pub broken: usize,
    /// Where the stream is of the lines that come after these.
    pub follow: Option<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Moment,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// What happened.
    pub event: String,
    /// The request it belongs to.
    pub request_id: Option<String>,
    /// All lines of that request.
    pub request_link: Option<String>,
    /// The most telling of its fields: "outcome ok, duration_ms 3".
    pub summary: String,
    /// The whole line, as JSON in several lines.
    pub json: String,
}

impl LogLine {
    /// How its level is shown.
    pub fn badge(&self) -> Badge {
        let (tone, glyph) = match self.level.as_str() {
            "error" => (Tone::Bad, "cross"),
            "warn" => (Tone::Warn, "alert"),
            "info" => (Tone::Info, "info"),
            _ => (Tone::Neutral, "dash"),
        };
        badge(tone, glyph, &self.level)
    }
}

impl LogsPage {
    /// A line with nothing in it, for the script to fill.
    fn blank() -> LogLine {
        LogLine {
            at: Moment::new(String::new(), String::new()),
            level: String::new(),
            event: String::new(),
            request_id: None,
            request_link: Some("/dashboard/v2/logs".to_owned()),
            summary: String::new(),
            json: String::new(),
        }
    }

    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }
}
