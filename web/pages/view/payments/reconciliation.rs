//! `/payments/reconciliation`: Stripe's state and ours, side by side.

use askama::Template;

use super::PaymentMode;
use crate::pages::view::{Badge, FieldError, Moment, Part, Shell, Tone, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "payments_reconciliation.html")]
pub struct ReconciliationPage {
    /// The frame.
    pub shell: Shell,
    /// Which world is compared.
    pub mode: PaymentMode,
    /// The last comparison; none yet.
    pub last: Part<Option<LastComparison>>,
    /// The one that was just made.
    pub compared: Option<Compared>,
    /// From which day on, as it was typed.
    pub since: String,
    /// What is wrong with the fields.
    pub errors: Vec<FieldError>,
    /// Why there is no comparison.
    pub failed: Option<String>,
}

/// An earlier comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastComparison {
    /// When it ended.
    pub at: Moment,
    /// Only what was made then or later was compared; none: everything.
    pub since: Option<Moment>,
    /// How many differences it found.
    pub differences: i64,
    /// Whether they were put right.
    pub applied: bool,
    /// Whether everything could be compared.
    pub is_whole: bool,
}

/// A comparison with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Whether what differed was put right.
    pub applied: bool,
    /// How many objects were compared.
    pub objects: i64,
    /// How many differ.
    pub total: i64,
    /// What nothing is known of.
    pub unknown: Vec<String>,
    /// What differed; at most as many as a page can show.
    pub rows: Vec<DifferenceRow>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// `missing`, `stale`, `extra` or `deleted`.
    pub found: String,
    /// `invoice`, `payment` …
    pub kind: String,
    /// Stripe's identifier.
    pub id: String,
    /// What differs.
    pub detail: String,
}

impl LastComparison {
    fn badge(&self) -> Badge {
        verdict(self.differences, self.applied, self.is_whole)
    }
}

impl Compared {
    fn badge(&self) -> Badge {
        verdict(self.total, self.applied, self.unknown.is_empty())
    }

    /// Whether all of Stripe's was compared, and nothing differs.
    fn is_equal(&self) -> bool {
        self.total == 0 && self.unknown.is_empty()
    }

    fn has_more(&self) -> bool {
        i64::try_from(self.rows.len()).is_ok_and(|shown| shown < self.total)
    }
}

fn verdict(differences: i64, applied: bool, is_whole: bool) -> Badge {
    let (tone, glyph, text) = match (differences, applied) {
        (0, _) if !is_whole => (Tone::Warn, "alert", "Not all was compared".to_owned()),
        (0, _) => (Tone::Ok, "check", "No difference found".to_owned()),
        (1, true) => (Tone::Info, "check", "1 difference put right".to_owned()),
        (count, true) => (Tone::Info, "check", format!("{count} differences put right")),
        (1, false) => (Tone::Warn, "alert", "1 difference".to_owned()),
        (count, false) => (Tone::Warn, "alert", format!("{count} differences")),
    };
    Badge { tone, glyph, text }
}

impl ReconciliationPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }
}
