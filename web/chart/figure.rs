//! What lines and bars have in common: series over an axis, a threshold, a legend, and the table of the same numbers.

use askama::Template;

use super::coordinate;
use super::scale::Scale;

/// Colours there are for series.
const COLOURS: usize = 6;

/// The positions from left to right.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// What they are: "Day".
    pub name: &'a str,
    /// One for each position, oldest first: "23 Nov 2026".
    pub labels: &'a [String],
}

/// One figure at each position.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// Its name in the legend and in the table.
    pub name: &'a str,
    /// Its values, one for each position; none where there is no data, which is a gap and not a zero.
    pub values: &'a [Option<f64>],
    /// How it is drawn.
    pub kind: Kind,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line; bars are bars.
    Plain,
    /// A line with the area below it; for one series.
    Area,
    /// The series before this one, in the period before: in the same colour, thin and dashed.
    Previous,
}

/// A value that matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold<'a> {
    /// What it is: "Target".
    pub name: &'a str,
    /// The value.
    pub value: f64,
    /// On which side of it things are bad.
    pub bad: Crossed,
}

/// A side of a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossed {
    /// Below it.
    Below,
    /// Above it.
    Above,
}

/// Why a chart can't be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There is nothing to draw: say so in words.
    Empty,
    /// A value, a limit or the threshold is not a number, or a value is infinite.
    NotFinite,
    /// The lower limit is not below the upper one.
    Limits,
    /// A series has not one value for each position.
    Uneven,
    /// More series than there are colours.
    TooMany,
}

impl Threshold<'_> {
    pub(super) fn is_crossed(&self, value: f64) -> bool {
        match self.bad {
            Crossed::Below => value < self.value,
            Crossed::Above => value > self.value,
        }
    }

    fn side(&self) -> &'static str {
        match self.bad {
            Crossed::Below => "Below",
            Crossed::Above => "Above",
        }
    }
}

/// Refuse what can't be drawn.
pub(super) fn verify(
    axis: Axis<'_>,
    series: &[Series<'_>],
    (low, high): (f64, f64),
    threshold: Option<Threshold<'_>>,
) -> Result<(), Unfit> {
    if low.is_nan() || high.is_nan() || threshold.is_some_and(|threshold| !threshold.value.is_finite()) {
        return Err(Unfit::NotFinite);
    }
    if low >= high || low == f64::INFINITY || high == f64::NEG_INFINITY {
        return Err(Unfit::Limits);
    }
    if series.iter().any(|series| series.values.len() != axis.labels.len()) {
        return Err(Unfit::Uneven);
    }
    if series.iter().filter(|series| series.kind != Kind::Previous).count() > COLOURS {
        return Err(Unfit::TooMany);
    }
    if values(series).any(|value| !value.is_finite()) {
        return Err(Unfit::NotFinite);
    }
    if values(series).next().is_none() {
        return Err(Unfit::Empty);
    }
    Ok(())
}

/// All values there are.
pub(super) fn values<'a>(series: &'a [Series<'a>]) -> impl Iterator<Item = f64> + 'a {
    series.iter().flat_map(|series| series.values.iter().copied().flatten())
}

/// The classes of each series: its colour, which its previous one shares, and whether it is one.
pub(super) fn classes(series: &[Series<'_>]) -> Vec<String> {
    let mut colour: usize = 0;
    let class = |series: &Series<'_>| {
        if series.kind == Kind::Previous {
            return format!("series-{} series-before", colour.max(1));
        }
        colour += 1;
        format!("series-{colour}")
    };
    series.iter().map(class).collect()
}

/// What stands around a plot.
#[derive(Template)]
#[template(path = "chart/figure.html")]
pub(super) struct Figure<'a> {
    pub(super) id: &'a str,
    /// How positions lie: `line` from edge to edge, `bars` in the middle of their share.
    pub(super) kind: &'static str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) axis: Axis<'a>,
    pub(super) series: &'a [Series<'a>],
    pub(super) threshold: Option<Threshold<'a>>,
    pub(super) scale: Scale,
    pub(super) shown: fn(f64) -> String,
    /// What is inside the SVG.
    pub(super) plot: String,
}

impl Figure<'_> {
    fn marks(&self) -> Vec<(String, String)> {
        let mark = |value: f64| (coordinate(self.scale.down(value)), (self.shown)(value));
        self.scale.marks().into_iter().map(mark).collect()
    }

    fn is_bars(&self) -> bool {
        self.kind == "bars"
    }

    fn threshold_y(&self) -> Option<String> {
        self.threshold.map(|threshold| coordinate(self.scale.down(threshold.value)))
    }

    fn first(&self) -> &str {
        self.axis.labels.first().map_or("", String::as_str)
    }

    fn last(&self) -> &str {
        self.axis.labels.last().filter(|_| self.axis.labels.len() > 1).map_or("", String::as_str)
    }

    /// The legend: class and name of each series.
    fn legend(&self) -> Vec<(String, &str)> {
        classes(self.series).into_iter().zip(self.series.iter().map(|series| series.name)).collect()
    }

    /// The threshold in words: what is beyond it, and itself.
    fn threshold_words(&self) -> Option<(String, String)> {
        let threshold = self.threshold?;
        let name = threshold.name;
        let beyond = format!("{} the {}", threshold.side(), name.to_lowercase());
        Some((beyond, format!("{name} {}", (self.shown)(threshold.value))))
    }

    /// The rows of the table: the position, then each value.
    fn rows(&self) -> Vec<(&str, Vec<Option<String>>)> {
        let cells = |at: usize| {
            let cell = |series: &Series<'_>| series.values.get(at).copied().flatten().map(self.shown);
            self.series.iter().map(cell).collect()
        };
        self.axis.labels.iter().enumerate().map(|(at, label)| (label.as_str(), cells(at))).collect()
    }
}
