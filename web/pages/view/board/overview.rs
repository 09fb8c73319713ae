//! `/dashboard/v2`: what is broken first, then the figures, the charts, the dependencies and what happened.

use askama::Template;

use super::{badge, beat_counts};
use crate::chart::line::Line;
use crate::chart::strip::{Beat, Strip};
use crate::chart::{Axis, Crossed, Kind, Series, Threshold};
use crate::pages::view::{Badge, Link, Moment, Part, Shell, Stat, Tone};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "board_overview.html")]
pub struct BoardOverviewPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// Where this page is, for another try.
    pub here: String,
    /// What is broken.
    pub incidents: Part<Incidents>,
    /// The spans to choose from.
    pub ranges: Vec<Link>,
    /// How long ago something was last measured, when it is longer than it should be.
    pub stale: Option<String>,
    /// Availability, budget, latency, load, errors.
    pub traffic: Part<Vec<Stat>>,
    /// Jobs that wait.
    pub queue: Part<Stat>,
    /// What was paid today.
    pub revenue: Part<Stat>,
    /// Latency over the span.
    pub latency: Part<Course>,
    /// Errors over the span.
    pub errors: Part<Course>,
    /// The services this one stands on.
    pub dependencies: Part<Vec<DependencyRow>>,
    /// What happened lately.
    pub events: Part<Vec<EventRow>>,
}

/// What is broken, and what could not be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incidents {
    /// The worst first.
    pub open: Vec<Incident>,
    /// What nobody could see, in words.
    pub unseen: Vec<String>,
    /// When the oldest look was that is still believed.
    pub looked: Moment,
}

/// Something that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What.
    pub title: String,
    /// Why one thinks so.
    pub detail: String,
    /// Since when, where that is known.
    pub since: Option<Moment>,
    /// Whether it is down rather than slow.
    pub is_critical: bool,
    /// Where the runbook says what to do.
    pub runbook: String,
}

impl Incident {
    fn tone(&self) -> Tone {
        if self.is_critical { Tone::Bad } else { Tone::Warn }
    }
}

/// A figure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Unique in the page.
    pub id: &'static str,
    /// What it is: "95 of 100 answers within".
    pub title: &'static str,
    /// Its unit: "ms", "%".
    pub unit: &'static str,
    /// What was promised.
    pub target: f64,
    /// What the promise is called: "Promise: 800 ms".
    pub promise: String,
    /// Oldest first.
    pub points: Vec<CoursePoint>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct CoursePoint {
    /// When it begins.
    pub at: Moment,
    /// Its value; none where nothing was measured.
    pub value: Option<f64>,
    /// That of the span before, at the same place.
    pub before: Option<f64>,
}

/// With as many digits as matter.
fn digits(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 1.0 => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}

impl Course {
    /// The chart with its table; none when nothing was measured.
    fn chart(&self) -> Option<String> {
        let measured: Vec<f64> = self.points.iter().filter_map(|point| point.value).collect();
        let highest = measured.iter().copied().fold(0.0, f64::max);
        let labels: Vec<String> = self.points.iter().map(|point| point.at.text.clone()).collect();
        let values: Vec<Option<f64>> = self.points.iter().map(|point| point.value).collect();
        let before: Vec<Option<f64>> = self.points.iter().map(|point| point.before).collect();
        let name = format!("{}, {}", self.title, self.unit);
        let mut series = vec![Series { name: &name, values: &values, kind: Kind::Area }];
        if before.iter().any(Option::is_some) {
            series.push(Series { name: "Span before", values: &before, kind: Kind::Previous });
        }
        let promise = Threshold { name: "Promise", value: self.target, bad: Crossed::Above };
        let line = Line {
            id: self.id,
            title: self.title,
            description: &self.sentence(&measured)?,
            axis: Axis { name: "From", labels: &labels },
            series: &series,
            limits: (0.0, f64::INFINITY),
            // Far above the figures its line would press them flat.
            threshold: (highest * 3.0 >= self.target).then_some(promise),
            whole: false,
            shown: digits,
        };
        line.render().ok()
    }

    fn sentence(&self, values: &[f64]) -> Option<String> {
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(0.0, f64::max);
        let over = values.iter().filter(|value| **value > self.target).count();
        Some(format!(
            "{} points from {} to {} {}, the latest {}; {over} above the promise.",
            values.len(),
            digits(lowest),
            digits(highest),
            self.unit,
            digits(*values.last()?),
        ))
    }
}

/// A service this one stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyRow {
    /// Its name for people: "Store".
    pub name: String,
    /// `ok`, `degraded`, `down`, `not_configured` or `unknown`.
    pub status: &'static str,
    /// Since when it has been broken.
    pub since: Option<Moment>,
    /// When it was last looked at.
    pub checked: Option<Moment>,
    /// How long ago that was, when it is too long to be believed.
    pub stale: Option<String>,
    /// The last day, oldest first; empty for what is not configured.
    pub beats: Vec<Beat>,
}

impl DependencyRow {
    fn badge(&self) -> Badge {
        match (self.stale.is_some(), self.status) {
            (true, _) => badge(Tone::Neutral, "clock", "stale"),
            (_, "ok") => badge(Tone::Ok, "check", "well"),
            (_, "degraded") => badge(Tone::Warn, "alert", "degraded"),
            (_, "down") => badge(Tone::Bad, "cross", "down"),
            (_, "not_configured") => badge(Tone::Neutral, "dash", "not configured"),
            _ => badge(Tone::Neutral, "dash", "unknown"),
        }
    }

    fn strip(&self) -> Option<String> {
        let label = format!("{}, last 24 hours by half hours: {}", self.name, beat_counts(&self.beats));
        Strip { label: &label, list: &self.list(), beats: &self.beats, places: self.beats.len() }.render()
    }

    /// The id of the list of its beats.
    fn list(&self) -> String {
        format!("beats-{}", self.name.to_lowercase().replace(' ', "-"))
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// What.
    pub summary: String,
    /// Who did it.
    pub actor: String,
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// When.
    pub at: Moment,
}

impl EventRow {
    fn badge(&self) -> Badge {
        match self.severity {
            "critical" => badge(Tone::Bad, "alert", "critical"),
            "warning" => badge(Tone::Warn, "alert", "warning"),
            _ => badge(Tone::Info, "info", "info"),
        }
    }
}

impl BoardOverviewPage {
    /// Those that are in use, or were during the last day.
    fn used(rows: &[DependencyRow]) -> Vec<&DependencyRow> {
        rows.iter().filter(|row| !row.beats.is_empty()).collect()
    }

    /// The names of the others.
    fn unused(rows: &[DependencyRow]) -> String {
        let names = rows.iter().filter(|row| row.beats.is_empty()).map(|row| row.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    fn single_stats(&self) -> [(&'static str, &Part<Stat>); 2] {
        [("Queue", &self.queue), ("Revenue today", &self.revenue)]
    }

    fn courses(&self) -> [(&'static str, &'static str, &Part<Course>); 2] {
        [("latency", "Latency", &self.latency), ("errors", "Errors", &self.errors)]
    }
}

#[cfg(test)]
#[path = "overview_samples.rs"]
mod samples;
