//! How much it was in each hour or day, and of which parts: bars, stacked where there are several series.

use std::fmt::Write as _;

use askama::Template;

use super::figure::{Axis, Figure, Kind, Series, Threshold, Unfit, classes, verify};
use super::scale::Scale;
use super::{coordinate, share};

/// How much of its share of the width a bar takes.
const FILLED: f64 = 0.7;

/// What to draw. Several series stand on each other, what is below zero under the line of zero; a series of the period before
/// is a mark across the bar.
#[derive(Debug, Clone, Copy)]
pub struct Bars<'a> {
    /// Unique in the page; the names of title and description start with it.
    pub id: &'a str,
    /// What is shown, in a few words.
    pub title: &'a str,
    /// What it says, in a sentence, for those who do not see it.
    pub description: &'a str,
    /// The positions.
    pub axis: Axis<'a>,
    /// The figures, the lowest part of a stack first.
    pub series: &'a [Series<'a>],
    /// A value not to be on the wrong side of.
    pub threshold: Option<Threshold<'a>>,
    /// Whether it is something counted.
    pub whole: bool,
    /// A value in the words of the scale, of the table and of the crosshair.
    pub shown: fn(f64) -> String,
}

#[derive(Template)]
#[template(path = "chart/bars.html")]
struct Plot {
    /// Class and path: all parts of a series are one path, those beyond the threshold another.
    parts: Vec<(String, String)>,
    marks: String,
    missing: String,
    zero: String,
}

/// From where to where a part of a stack reaches.
struct Span {
    series: usize,
    at: usize,
    from: f64,
    to: f64,
}

impl Bars<'_> {
    /// The chart as HTML, with its table.
    pub fn render(&self) -> Result<String, Unfit> {
        verify(self.axis, self.series, (f64::NEG_INFINITY, f64::INFINITY), self.threshold)?;
        let spans = self.spans();
        if spans.iter().any(|span| !(span.from.is_finite() && span.to.is_finite())) {
            return Err(Unfit::NotFinite);
        }
        let before = self.series.iter().filter(|series| series.kind == Kind::Previous);
        let before = before.flat_map(|series| series.values.iter().copied().flatten());
        let ends = spans.iter().flat_map(|span| [span.from, span.to]).chain(before);
        let threshold = self.threshold.map(|threshold| threshold.value);
        let scale =
            Scale::of(ends.chain(threshold).chain([0.0]), (f64::NEG_INFINITY, f64::INFINITY), self.whole);
        let plot = self.plot(&spans, scale).render().map_err(|_| Unfit::NotFinite)?;
        let figure = Figure {
            id: self.id,
            kind: "bars",
            title: self.title,
            description: self.description,
            axis: self.axis,
            series: self.series,
            threshold: self.threshold,
            scale,
            shown: self.shown,
            plot,
        };
        figure.render().map_err(|_| Unfit::NotFinite)
    }

    /// The parts of all stacks: what is above zero upwards, what is below it downwards.
    fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for at in 0..self.axis.labels.len() {
            let (mut above, mut below) = (0.0, 0.0);
            for (index, series) in self.series.iter().enumerate() {
                let Some(value) = series.values.get(at).copied().flatten() else { continue };
                if series.kind == Kind::Previous {
                    continue;
                }
                let end = if value < 0.0 { &mut below } else { &mut above };
                let from = *end;
                *end += value;
                spans.push(Span { series: index, at, from, to: *end });
            }
        }
        spans
    }

    fn plot(&self, spans: &[Span], scale: Scale) -> Plot {
        let crossed = |value: f64| self.threshold.is_some_and(|threshold| threshold.is_crossed(value));
        let mut parts: Vec<(String, String)> = Vec::new();
        for (index, class) in classes(self.series).into_iter().enumerate() {
            let own = || spans.iter().filter(move |span| span.series == index);
            let path = |bad: bool| -> String {
                own().filter(|span| crossed(span.to) == bad).map(|span| self.rectangle(span, scale)).collect()
            };
            parts.push((format!("{class} chart-bar-bad"), path(true)));
            parts.push((class, path(false)));
        }
        parts.retain(|(_, path)| !path.is_empty());
        let mut marks = String::new();
        for series in self.series.iter().filter(|series| series.kind == Kind::Previous) {
            for (at, value) in series.values.iter().enumerate() {
                let Some(value) = value else { continue };
                let (left, width) = self.place(at, 0.9);
                let _ = write!(marks, "M{left} {}h{width}", coordinate(scale.down(*value)));
            }
        }
        let mut missing = String::new();
        for at in (0..self.axis.labels.len()).filter(|at| spans.iter().all(|span| span.at != *at)) {
            let (left, width) = self.place(at, FILLED);
            let _ = write!(missing, "M{left} 0h{width}v100h-{width}z");
        }
        Plot { parts, marks, missing, zero: coordinate(scale.down(0.0)) }
    }

    fn rectangle(&self, span: &Span, scale: Scale) -> String {
        let (one, other) = (scale.down(span.from), scale.down(span.to));
        let (top, height) = (coordinate(one.min(other)), coordinate((one - other).abs()));
        let (left, width) = self.place(span.at, FILLED);
        format!("M{left} {top}h{width}v{height}h-{width}z")
    }

    /// The left edge and the width of what takes `filled` of the room at a position.
    fn place(&self, at: usize, filled: f64) -> (String, String) {
        let count = self.axis.labels.len();
        #[expect(clippy::cast_precision_loss, reason = "a chart has far fewer than 2^52 positions")]
        let left = at as f64 + (1.0 - filled) / 2.0;
        (coordinate(share(left, count)), coordinate(share(filled, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::figure::Crossed;
    use super::*;

    fn drawn(series: &[Series<'_>], threshold: Option<Threshold<'_>>) -> Result<String, Unfit> {
        let count = series.first().map_or(0, |series| series.values.len());
        let labels: Vec<String> = (1..=count).map(|day| format!("{day} Nov")).collect();
        let bars = Bars {
            id: "b",
            title: "Jobs",
            description: "More on Friday.",
            axis: Axis { name: "Day", labels: &labels },
            series,
            threshold,
            whole: true,
            shown: |value| format!("{value:.0}"),
        };
        bars.render()
    }

    fn series<'a>(name: &'a str, values: &'a [Option<f64>]) -> Series<'a> {
        Series { name, values, kind: Kind::Plain }
    }

    /// Left, top, width and height of every bar, series by series.
    fn rects(html: &str) -> Vec<[f64; 4]> {
        let paths = html.split("<path class=\"chart-bar ").skip(1).filter_map(|rest| {
            let path = rest.split(" d=\"").nth(1)?;
            path.split('"').next()
        });
        let mut rects = Vec::new();
        for path in paths.filter(|path| path.starts_with('M') && !path.starts_with("M4 0")) {
            for rect in path.split_terminator('z') {
                let numbers: Vec<f64> = rect
                    .split(|sign: char| sign.is_ascii_alphabetic() || sign == ' ')
                    .filter_map(|number| number.parse().ok())
                    .collect();
                rects.push([numbers[0], numbers[1], numbers[2], numbers[3]]);
            }
        }
        rects
    }

    #[test]
    fn parts_stand_on_each_other_and_what_is_below_zero_under_it() {
        let (good, bad) = ([Some(6.0), Some(-2.0)], [Some(2.0), Some(4.0)]);
        let html = drawn(&[series("Passed", &good), series("Failed", &bad)], None).unwrap();
        let rects = rects(&html);
        assert_eq!(rects.len(), 4);
        let [first, below, second, above] = rects[..] else { unreachable!() };
        assert!((second[1] + second[3] - first[1]).abs() < 0.02, "the second begins where the first ends");
        assert!((above[1] + above[3] - below[1]).abs() < 0.02, "zero is between what is above and below");
        assert!(html.contains("<td>-2</td>"));
        assert!(!html.contains("style="));
    }

    #[test]
    fn what_is_missing_has_no_bar_and_zero_has_one_of_no_height() {
        let html = drawn(&[series("Jobs", &[Some(0.0), None, Some(3.0)])], None).unwrap();
        assert_eq!(rects(&html).len(), 2);
        assert_eq!(html.matches("chart-missing").count(), 1);
        assert!(rects(&html)[0][3].abs() < f64::EPSILON);
    }

    #[test]
    fn bars_beyond_the_threshold_and_the_period_before_are_marked() {
        let (now, before) = ([Some(1.0), Some(9.0)], [Some(2.0), None]);
        let previous = Series { name: "Before", values: &before, kind: Kind::Previous };
        let limit = Threshold { name: "Limit", value: 5.0, bad: Crossed::Above };
        let html = drawn(&[series("Errors", &now), previous], Some(limit)).unwrap();
        let plot = html.split("</svg>").next().unwrap();
        assert_eq!(plot.matches("chart-bar-bad").count(), 1);
        assert_eq!(
            plot.split("chart-mark\" d=\"").nth(1).unwrap().split('"').next().unwrap().matches('M').count(),
            1
        );
        assert!(html.contains("Above the limit"));
    }

    proptest::proptest! {
        #[test]
        fn any_bars_stand_inside_the_picture_or_are_refused(
            one in proptest::collection::vec(proptest::option::of(proptest::num::f64::ANY), 12),
            other in proptest::collection::vec(proptest::option::of(-1.0e300..1.0e300), 12),
        ) {
            match drawn(&[series("One", &one), series("Other", &other)], None) {
                Err(unfit) => proptest::prop_assert!(matches!(unfit, Unfit::NotFinite | Unfit::Empty)),
                Ok(html) => {
                    for [x, y, width, height] in rects(&html) {
                        proptest::prop_assert!(x >= 0.0 && y >= 0.0 && width > 0.0 && height >= 0.0);
                        proptest::prop_assert!(x + width <= 100.01 && y + height <= 100.02);
                    }
                }
            }
        }
    }
}
