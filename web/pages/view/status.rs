//! How the service is doing, for everybody.

use super::{Badge, Moment, Tone};

/// The card of the public status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCard {
    /// All of it in a badge.
    pub overall: Badge,
    /// Its parts: what people call them, and how each is.
    pub parts: Vec<(String, Badge)>,
    /// When the oldest finding was made.
    pub checked: Option<Moment>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Looked at, and well.
    Well,
    /// Works, but badly.
    Degraded,
    /// Does not work.
    Down,
    /// Nobody knows.
    Unknown,
    /// Not in use here.
    Unused,
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Well, Self::Degraded, Self::Down, Self::Unknown, Self::Unused];

    const fn row(self) -> (Tone, &'static str, &'static str, &'static str) {
        match self {
            Self::Well => (Tone::Ok, "check", "Works", "Everything works"),
            Self::Degraded => (Tone::Warn, "alert", "Disturbed", "Partly disturbed"),
            Self::Down => (Tone::Bad, "cross", "Down", "A part is down"),
            Self::Unknown => (Tone::Neutral, "dash", "Unknown", "Status unavailable"),
            Self::Unused => (Tone::Neutral, "dash", "Not in use", "Not in use"),
        }
    }

    /// How a part is shown.
    pub fn badge(self) -> Badge {
        let (tone, glyph, text, _) = self.row();
        Badge { tone, glyph, text: text.to_owned() }
    }

    /// How the whole is shown.
    pub fn overall(self) -> Badge {
        let (tone, glyph, _, text) = self.row();
        Badge { tone, glyph, text: text.to_owned() }
    }
}

#[cfg(test)]
impl StatusCard {
    /// A card whose whole is in this condition.
    pub(crate) fn sample(condition: Condition) -> Self {
        let parts = ["Website and API", "Mail", "Payments", "Scheduled work", "Reporting and notes"];
        let part = |(at, title): (usize, &&str)| ((*title).to_owned(), Condition::ALL[at].badge());
        Self {
            overall: condition.overall(),
            parts: parts.iter().enumerate().map(part).collect(),
            checked: (condition != Condition::Unknown)
                .then(|| Moment::new("2026-11-23T10:00:00.000Z", "23 Nov 2026, 10:00 UTC")),
        }
    }
}
