//! How figures moved: lines with gaps where data is missing, an area below, the period before, a threshold.

use std::fmt::Write as _;

use askama::Template;

use super::figure::{Axis, Figure, Kind, Series, Threshold, Unfit, classes, values, verify};
use super::scale::Scale;
use super::{across, coordinate};

/// From so many values on, dots would be a second line.
const DOTS: usize = 45;

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Unique in the page; the names of title and description start with it.
    pub id: &'a str,
    /// What is shown, in a few words.
    pub title: &'a str,
    /// What it says, in a sentence, for those who do not see it.
    pub description: &'a str,
    /// The positions.
    pub axis: Axis<'a>,
    /// The figures.
    pub series: &'a [Series<'a>],
    /// The lowest and highest value there can be; infinite where there is none.
    pub limits: (f64, f64),
    /// A value not to be on the wrong side of.
    pub threshold: Option<Threshold<'a>>,
    /// Whether it is something counted.
    pub whole: bool,
    /// A value in the words of the scale, of the table and of the crosshair.
    pub shown: fn(f64) -> String,
}

#[derive(Template)]
#[template(path = "chart/line.html")]
struct Plot {
    traces: Vec<Trace>,
}

struct Trace {
    class: String,
    areas: Vec<String>,
    paths: Vec<String>,
    /// The dots of all values that are well, then of those on the wrong side of the threshold: a path each.
    dots: String,
    bad_dots: String,
}

impl Line<'_> {
    /// The chart as HTML: an SVG whose words stand beside it, so that stretching it does not stretch them, and its table.
    pub fn render(&self) -> Result<String, Unfit> {
        verify(self.axis, self.series, self.limits, self.threshold)?;
        let threshold = self.threshold.map(|threshold| threshold.value);
        let scale = Scale::of(values(self.series).chain(threshold), self.limits, self.whole);
        let traces = classes(self.series)
            .into_iter()
            .zip(self.series)
            .map(|(class, series)| self.trace(class, series, scale))
            .collect();
        // Rendering writes into a string and can only fail when a value's own formatting does; there is none of that kind.
        let plot = Plot { traces }.render().map_err(|_| Unfit::NotFinite)?;
        let figure = Figure {
            id: self.id,
            kind: "line",
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

    fn trace(&self, class: String, series: &Series<'_>, scale: Scale) -> Trace {
        let count = series.values.len();
        let points: Vec<Option<(f64, f64, f64)>> = series
            .values
            .iter()
            .enumerate()
            .map(|(at, value)| value.map(|value| (across(at, count), scale.down(value), value)))
            .collect();
        let runs: Vec<Vec<(f64, f64, f64)>> = points
            .split(Option::is_none)
            .map(|run| run.iter().copied().flatten().collect())
            .filter(|run: &Vec<_>| !run.is_empty())
            .collect();
        let long = runs.iter().filter(|run| run.len() > 1);
        let paths: Vec<String> = long.clone().map(|run| path(run)).collect();
        let areas = match series.kind {
            Kind::Area => long.zip(&paths).map(|(run, path)| area(run, path)).collect(),
            Kind::Plain | Kind::Previous => Vec::new(),
        };
        // One value between two gaps has no line, so it always has a dot.
        let dotted = series.kind != Kind::Previous && points.iter().flatten().count() <= DOTS;
        let crossed = |value: f64| self.threshold.is_some_and(|threshold| threshold.is_crossed(value));
        let shown = runs.iter().filter(|run| dotted || run.len() == 1).flatten();
        let (bad, good): (Vec<_>, Vec<_>) = shown.partition(|(_, _, value)| crossed(*value));
        Trace { class, areas, paths, dots: dots(&good), bad_dots: dots(&bad) }
    }
}

fn path(run: &[(f64, f64, f64)]) -> String {
    let steps: Vec<String> =
        run.iter().map(|(x, y, _)| format!("{} {}", coordinate(*x), coordinate(*y))).collect();
    format!("M{}", steps.join("L"))
}

/// Points without a length, which round ends of their strokes make dots.
fn dots(points: &[&(f64, f64, f64)]) -> String {
    points.iter().fold(String::new(), |mut path, (x, y, _)| {
        let _ = write!(path, "M{} {}h0", coordinate(*x), coordinate(*y));
        path
    })
}

/// From a line down to the bottom and back to where it begins.
fn area(run: &[(f64, f64, f64)], path: &str) -> String {
    let begin = run.first().map_or(0.0, |(x, ..)| *x);
    format!("{path}V100H{}Z", coordinate(begin))
}

#[cfg(test)]
mod tests {
    use super::super::figure::Crossed;
    use super::*;

    fn labels(count: usize) -> Vec<String> {
        (1..=count).map(|day| format!("{day} Nov")).collect()
    }

    fn shown(value: f64) -> String {
        format!("{value:.0}")
    }

    const TARGET: Threshold<'_> = Threshold { name: "Target", value: 80.0, bad: Crossed::Below };

    fn drawn(values: &[Option<f64>]) -> Result<String, Unfit> {
        drawn_in(&[Series { name: "Score", values, kind: Kind::Area }], (0.0, 100.0), Some(TARGET))
    }

    fn drawn_in(
        series: &[Series<'_>],
        limits: (f64, f64),
        threshold: Option<Threshold<'_>>,
    ) -> Result<String, Unfit> {
        let labels = labels(series.first().map_or(0, |series| series.values.len()));
        let axis = Axis { name: "Day", labels: &labels };
        let line = Line {
            id: "q",
            title: "Score",
            description: "It rises.",
            axis,
            series,
            limits,
            threshold,
            whole: false,
            shown,
        };
        line.render()
    }

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn a_line_has_a_dot_for_each_value_and_marks_those_on_the_wrong_side() {
        let html = drawn(&some(&[70.0, 85.0, 95.0])).unwrap();
        let plot = html.split("</svg>").next().unwrap();
        assert_eq!(plot.matches("h0").count(), 3, "{plot}");
        assert_eq!(plot.matches("chart-dot-bad").count(), 1);
        assert!(plot.contains("<title id=\"q-title\">Score</title>"));
        assert!(html.contains("Below the target") && html.contains("Target 80"));
        assert!(html.contains("<th scope=\"row\">1 Nov</th><td>70</td>"));
        assert!(!html.contains("style="));
    }

    #[test]
    fn what_is_missing_is_a_gap_and_no_zero() {
        let html = drawn(&[Some(90.0), Some(85.0), None, Some(95.0), None, Some(88.0), Some(91.0)]).unwrap();
        let plot = html.split("</svg>").next().unwrap();
        assert_eq!(plot.matches("class=\"chart-line").count(), 2, "two runs of more than one: {plot}");
        assert_eq!(plot.matches("class=\"chart-area").count(), 2);
        assert!(html.contains("<th scope=\"row\">3 Nov</th><td>no data</td>"));
    }

    #[test]
    fn the_period_before_has_the_colour_of_its_series_and_no_dots() {
        let (now, before) = (some(&[90.0, 91.0]), some(&[80.0, 81.0]));
        let (other, none) = (some(&[70.0, 71.0]), [None, None]);
        let series = [
            Series { name: "p95", values: &now, kind: Kind::Plain },
            Series { name: "p95 before", values: &before, kind: Kind::Previous },
            Series { name: "p99", values: &other, kind: Kind::Plain },
            Series { name: "p99 before", values: &none, kind: Kind::Previous },
        ];
        let html = drawn_in(&series, (0.0, f64::INFINITY), None).unwrap();
        let plot = html.split("</svg>").next().unwrap();
        assert!(plot.contains("chart-line series-1 series-before") && plot.contains("chart-line series-2\""));
        assert_eq!(plot.matches("h0").count(), 4, "only of the series of now");
        assert_eq!(html.matches("<th scope=\"col\">").count(), 5);
    }

    #[test]
    fn one_point_stands_in_the_middle_without_a_line() {
        let html = drawn(&[Some(90.0)]).unwrap();
        let plot = html.split("</svg>").next().unwrap();
        assert!(plot.contains("M50 ") && !plot.contains("class=\"chart-line"));
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_by_name() {
        assert_eq!(drawn(&[]), Err(Unfit::Empty));
        assert_eq!(drawn(&[None, None]), Err(Unfit::Empty));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(drawn(&[Some(90.0), Some(bad)]), Err(Unfit::NotFinite));
            let values = some(&[90.0]);
            let series = [Series { name: "Score", values: &values, kind: Kind::Plain }];
            let threshold = Some(Threshold { value: bad, ..TARGET });
            assert_eq!(drawn_in(&series, (0.0, 100.0), threshold), Err(Unfit::NotFinite));
        }
        let values = some(&[90.0]);
        let one = Series { name: "Score", values: &values, kind: Kind::Plain };
        assert_eq!(drawn_in(&[one], (f64::NAN, 1.0), None), Err(Unfit::NotFinite));
        assert_eq!(drawn_in(&[one], (5.0, 5.0), None), Err(Unfit::Limits));
        assert_eq!(drawn_in(&[one; 7], (0.0, 100.0), None), Err(Unfit::TooMany));
        let two = some(&[1.0, 2.0]);
        assert_eq!(drawn_in(&[one, Series { values: &two, ..one }], (0.0, 100.0), None), Err(Unfit::Uneven));
    }

    #[test]
    fn words_are_escaped() {
        let hostile = "<img src=x onerror=alert(1)>";
        let labels = [hostile.to_owned()];
        let values = some(&[1.0]);
        let line = Line {
            id: "q",
            title: hostile,
            description: hostile,
            axis: Axis { name: hostile, labels: &labels },
            series: &[Series { name: hostile, values: &values, kind: Kind::Plain }],
            limits: (0.0, 100.0),
            threshold: Some(Threshold { name: hostile, ..TARGET }),
            whole: false,
            shown,
        };
        let html = line.render().unwrap();
        assert!(!html.contains("<img") && html.matches("&#60;img").count() >= 5);
    }

    proptest::proptest! {
        #[test]
        fn any_series_is_drawn_inside_the_picture_or_refused(
            values in proptest::collection::vec(proptest::option::of(proptest::num::f64::ANY), 0..60),
            open in proptest::bool::ANY,
        ) {
            let limits = if open { (f64::NEG_INFINITY, f64::INFINITY) } else { (-1.0e6, 1.0e6) };
            let series = [Series { name: "Score", values: &values, kind: Kind::Area }];
            let numbers: Vec<f64> = values.iter().copied().flatten().collect();
            match drawn_in(&series, limits, None) {
                Err(unfit) if numbers.is_empty() => proptest::prop_assert_eq!(unfit, Unfit::Empty),
                Err(unfit) => {
                    proptest::prop_assert_eq!(unfit, Unfit::NotFinite);
                    proptest::prop_assert!(numbers.iter().any(|value| !value.is_finite()));
                }
                Ok(html) => {
                    let plot = html.split("</svg>").next().unwrap_or("");
                    for path in plot.split(" d=\"M").skip(1).filter_map(|rest| rest.split('"').next()) {
                        let numbers = path.split(|sign: char| sign.is_ascii_alphabetic() || sign == ' ');
                        for number in numbers.filter(|number| !number.is_empty()) {
                            let number: f64 = number.parse().unwrap_or(f64::NAN);
                            proptest::prop_assert!((0.0..=100.0).contains(&number), "{}", path);
                        }
                    }
                }
            }
        }
    }
}
