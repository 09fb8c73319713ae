//! A line in the space of a word: whether it rose or fell. The figure itself stands beside it.

use askama::Template;

use super::figure::Unfit;
use super::scale::Scale;
use super::{across, coordinate};

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Sparkline<'a> {
    /// The whole statement, for those who do not see it: "p95 rose from 210 to 260 ms in 24 hours".
    pub label: &'a str,
    /// Oldest first; none where there is no data.
    pub values: &'a [Option<f64>],
}

#[derive(Template)]
#[template(path = "chart/sparkline.html")]
struct Markup<'a> {
    label: &'a str,
    paths: Vec<String>,
    last: Option<(String, String)>,
}

impl Sparkline<'_> {
    /// The line as SVG.
    pub fn render(&self) -> Result<String, Unfit> {
        let values = || self.values.iter().copied().flatten();
        if values().any(|value| !value.is_finite()) {
            return Err(Unfit::NotFinite);
        }
        if values().next().is_none() {
            return Err(Unfit::Empty);
        }
        let scale = Scale::of(values(), (f64::NEG_INFINITY, f64::INFINITY), false);
        let count = self.values.len();
        // Two of a hundred stay free at each edge, so that the stroke is not cut.
        let place = |(at, value): (usize, &Option<f64>)| {
            value.map(|value| (across(at, count) * 0.96 + 2.0, scale.down(value) * 0.84 + 8.0))
        };
        let points: Vec<Option<(f64, f64)>> = self.values.iter().enumerate().map(place).collect();
        let step = |(x, y): (f64, f64)| format!("{} {}", coordinate(x), coordinate(y));
        let paths = points
            .split(Option::is_none)
            .filter(|run| run.len() > 1)
            .map(|run| {
                format!("M{}", run.iter().flatten().map(|point| step(*point)).collect::<Vec<_>>().join("L"))
            })
            .collect();
        let last = points.iter().rev().find_map(|point| *point);
        let last = last.map(|(x, y)| (coordinate(x), coordinate(y)));
        Markup { label: self.label, paths, last }.render().map_err(|_| Unfit::NotFinite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_its_last_value_marked() {
        let svg = Sparkline { label: "It rose", values: &[Some(1.0), Some(2.0), None, Some(5.0)] }
            .render()
            .unwrap();
        assert!(svg.contains("aria-label=\"It rose\"") && svg.contains("M98 22h0"), "{svg}");
        assert_eq!(svg.matches("spark-line").count(), 1);
    }

    #[test]
    fn nothing_and_what_is_no_number_are_refused() {
        assert_eq!(Sparkline { label: "", values: &[None] }.render(), Err(Unfit::Empty));
        assert_eq!(Sparkline { label: "", values: &[] }.render(), Err(Unfit::Empty));
        assert_eq!(Sparkline { label: "", values: &[Some(f64::NAN)] }.render(), Err(Unfit::NotFinite));
        assert!(Sparkline { label: "", values: &[Some(f64::MAX), Some(f64::MIN)] }.render().is_ok());
    }
}
