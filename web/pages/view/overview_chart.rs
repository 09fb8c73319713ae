//! The chart of the overview: which figure, of how many days, and beside which.

use super::Link;
use crate::chart::bars::Bars;
use crate::chart::line::Line;
use crate::chart::{Axis, Kind, Series};

/// The figure that the chart shows, by a link of the figures above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The mean QA score of each day.
    Quality,
    /// The jobs of each day.
    Jobs,
}

impl Metric {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Quality, Self::Jobs];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Jobs => "jobs",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Quality => "QA score by day",
            Self::Jobs => "Jobs by day",
        }
    }
}

/// The ranges of the chart, in days.
const RANGES: [u32; 3] = [7, USUAL_RANGE, 90];
/// The one that is shown when nothing is said.
const USUAL_RANGE: u32 = 30;

/// What the chart is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartChoice {
    /// The figure.
    pub metric: Metric,
    /// How many days.
    pub days: u32,
    /// Whether the days before stand beside them.
    pub compared: bool,
}

impl Default for ChartChoice {
    fn default() -> Self {
        Self { metric: Metric::Quality, days: USUAL_RANGE, compared: false }
    }
}

impl ChartChoice {
    /// From the words of an address; a word that is none of ours changes nothing.
    pub fn parse<'a>(query: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut choice = Self::default();
        for (name, word) in query {
            match name {
                "metric" => {
                    let found = Metric::ALL.into_iter().find(|metric| metric.as_str() == word);
                    choice.metric = found.unwrap_or(choice.metric);
                }
                "range" => {
                    let found = RANGES.into_iter().find(|days| format!("{days}d") == word);
                    choice.days = found.unwrap_or(choice.days);
                }
                "compare" => choice.compared = word == "previous",
                _ => {}
            }
        }
        choice
    }

    /// Its address.
    pub fn address(self) -> String {
        let compare = if self.compared { "&compare=previous" } else { "" };
        format!("/app?metric={}&range={}d{compare}#chart", self.metric.as_str(), self.days)
    }

    pub(super) fn ranges(self) -> Vec<Link> {
        let link = |days: u32| Link {
            label: format!("{days} days"),
            href: Self { days, ..self }.address(),
            current: days == self.days,
        };
        RANGES.into_iter().map(link).collect()
    }

    pub(super) fn comparing(self) -> Vec<Link> {
        let label = format!("Compare with {} days before", self.days);
        vec![Link {
            label,
            href: Self { compared: !self.compared, ..self }.address(),
            current: self.compared,
        }]
    }
}

/// What to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct DayChart {
    /// The names of the days, oldest first.
    pub days: Vec<String>,
    /// The figure of each day; none where there is nothing to compute it from.
    pub values: Vec<Option<f64>>,
    /// The same days of the time before, where they are compared.
    pub before: Option<Vec<Option<f64>>>,
}

impl DayChart {
    /// The chart; none when there is nothing that can be drawn.
    pub(super) fn draw(&self, choice: ChartChoice) -> Option<String> {
        let known: Vec<f64> = self.values.iter().copied().flatten().collect();
        let has_something =
            known.iter().chain(self.before.iter().flatten().flatten()).any(|value| *value > 0.0);
        if !has_something {
            return None;
        }
        let description = self.description(choice, &known);
        let before_name = format!("{} days before", choice.days);
        let name = match choice.metric {
            Metric::Quality => "QA score",
            Metric::Jobs => "Jobs",
        };
        let axis = Axis { name: "Day", labels: &self.days };
        let mut series = vec![Series { name, values: &self.values, kind: Kind::Area }];
        if let Some(before) = &self.before {
            series.push(Series { name: &before_name, values: before, kind: Kind::Previous });
        }
        let (id, title) = ("day-chart", choice.metric.title());
        match choice.metric {
            Metric::Quality => Line {
                id,
                title,
                description: &description,
                axis,
                series: &series,
                limits: (0.0, 100.0),
                threshold: None,
                whole: false,
                shown: |value| format!("{value:.1}").trim_end_matches(".0").to_owned(),
            }
            .render(),
            Metric::Jobs => Bars {
                id,
                title,
                description: &description,
                axis,
                series: &series,
                threshold: None,
                whole: true,
                shown: |value| format!("{value:.0}"),
            }
            .render(),
        }
        .ok()
    }

    /// What the chart says, in a sentence.
    fn description(&self, choice: ChartChoice, known: &[f64]) -> String {
        let days = choice.days;
        let before: Option<Vec<f64>> =
            self.before.as_ref().map(|before| before.iter().copied().flatten().collect());
        match choice.metric {
            Metric::Jobs => {
                let sum = |values: &[f64]| values.iter().sum::<f64>();
                let most = known.iter().copied().fold(0.0, f64::max);
                let compared = before.map_or_else(String::new, |before| {
                    format!(", {} in the {days} days before", sum(&before))
                });
                format!("{} jobs in {days} days, at most {most} a day{compared}.", sum(known))
            }
            Metric::Quality => {
                let count = known.len();
                let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
                let highest = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let here = match count {
                    0 => format!("No scores in {days} days"),
                    1 => format!("Scores on one of {days} days, {lowest:.1}"),
                    _ => format!("Scores on {count} of {days} days, from {lowest:.1} to {highest:.1}"),
                };
                let compared = before.map_or_else(String::new, |before| {
                    format!("; on {} of the {days} days before", before.len())
                });
                format!("{here}{compared}.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_and_other_words_change_nothing() {
        for metric in Metric::ALL {
            for days in RANGES {
                for compared in [false, true] {
                    let choice = ChartChoice { metric, days, compared };
                    let address = choice.address();
                    let query = address.trim_start_matches("/app?").trim_end_matches("#chart");
                    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                    assert_eq!(ChartChoice::parse(pairs), choice, "{address}");
                }
            }
        }
        let other = [("metric", "money"), ("range", "8d"), ("compare", "yes"), ("x", "y")];
        assert_eq!(ChartChoice::parse(other.into_iter()), ChartChoice::default());
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let chart = DayChart {
            days: vec!["1 Nov".into(), "2 Nov".into()],
            values: vec![Some(3.0), Some(1.0)],
            before: Some(vec![Some(2.0), None]),
        };
        let jobs = ChartChoice { metric: Metric::Jobs, days: 7, compared: true };
        let html = chart.draw(jobs).unwrap();
        assert!(html.contains("4 jobs in 7 days, at most 3 a day, 2 in the 7 days before."), "{html}");
        let quality = ChartChoice { days: 7, ..ChartChoice::default() };
        let html = chart.draw(quality).unwrap();
        assert!(html.contains("Scores on 2 of 7 days, from 1.0 to 3.0; on 1 of the 7 days before."));
        let nothing = DayChart { values: vec![Some(0.0), None], before: None, ..chart };
        assert_eq!((nothing.draw(jobs), nothing.draw(quality)), (None, None));
    }
}
