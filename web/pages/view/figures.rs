//! Single figures with what became of them since the period before.

use crate::chart::meter::Meter;

/// One figure of a page's top row.
#[derive(Debug, Clone, PartialEq)]
pub struct Stat {
    /// What it is: "Jobs this month".
    pub label: String,
    /// Its value.
    pub figure: Figure,
    /// How much of a limit it uses, where there is one.
    pub usage: Option<Usage>,
    /// Where it leads: to its chart, or to what it counts.
    pub link: Option<StatLink>,
}

/// Where a figure leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatLink {
    /// The address.
    pub href: String,
    /// Whether what it leads to is what is shown.
    pub current: bool,
}

impl Stat {
    /// A figure without a limit that leads nowhere.
    pub fn new(label: impl Into<String>, figure: Figure) -> Self {
        Self { label: label.into(), figure, usage: None, link: None }
    }

    /// The same, leading there.
    #[must_use]
    pub fn leads_to(mut self, href: String, current: bool) -> Self {
        self.link = Some(StatLink { href, current });
        self
    }
}

/// A value, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// It was computed from stored data.
    Known {
        /// Formatted: "312", "99.00".
        value: String,
        /// "USD", "of 100", or empty.
        unit: String,
        /// What became of it.
        change: Change,
    },
    /// There is nothing to compute it from.
    Unknown {
        /// Why, in words: "No job has been scored yet".
        reason: String,
    },
}

/// The change against the period before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It moved.
    Known {
        /// Up or down.
        direction: Direction,
        /// By how much: "12 %".
        by: String,
        /// Whether that is good.
        judgement: Judgement,
        /// What it is compared with: "October".
        against: String,
    },
    /// It did not move.
    Same {
        /// What it is compared with: "October".
        against: String,
    },
    /// There is nothing to compare with.
    Unknown {
        /// Why: "Nothing in October to compare with".
        reason: String,
    },
}

/// Which way a figure went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It grew.
    Up,
    /// It shrank.
    Down,
}

impl Direction {
    /// Its icon.
    pub fn glyph(&self) -> &'static str {
        self.pick("up", "down")
    }

    /// Its word, for those who do not see the icon.
    pub fn word(&self) -> &'static str {
        self.pick("Up", "Down")
    }

    fn pick(self, up: &'static str, down: &'static str) -> &'static str {
        if self == Self::Up { up } else { down }
    }
}

/// Whether a change is good; decides the colour, and stands in words for those who do not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Good.
    Better,
    /// Bad.
    Worse,
    /// Neither: spending more is not by itself bad.
    Neutral,
}

impl std::fmt::Display for Judgement {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Neutral => "neutral",
        })
    }
}

/// A part of a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// How much is used.
    pub used: u64,
    /// How much the plan holds.
    pub limit: u64,
    /// The same in words: "312 of 1,000 in your plan".
    pub text: String,
}

impl Usage {
    /// The bar, none without a limit.
    pub fn meter(&self) -> Option<String> {
        Meter { used: self.used, limit: self.limit, label: &self.text }.render()
    }
}
