//! A line with an area below it, a dot for each value, and a dashed target.

use askama::Template;

use super::coordinate;

/// What to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// Unique in the page; the names of title and description start with it.
    pub id: &'a str,
    /// What is shown, in a few words.
    pub title: &'a str,
    /// What it says, in a sentence, for those who do not see it.
    pub description: &'a str,
    /// The values, oldest first.
    pub values: &'a [f64],
    /// The lowest and highest value there can be.
    pub limits: (f64, f64),
    /// The value to reach; dots below it look different.
    pub target: Option<f64>,
    /// Words at the left end of the axis.
    pub from: &'a str,
    /// Words at the right end of the axis.
    pub to: &'a str,
}

/// Why a line can't be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There is nothing to draw: say so in words.
    Empty,
    /// A value or a limit is not a number, or is infinite.
    NotFinite,
    /// The lower limit is not below the upper one.
    Limits,
}

#[derive(Template)]
#[template(path = "chart/line.html")]
struct Markup<'a> {
    id: &'a str,
    title: &'a str,
    description: &'a str,
    from: &'a str,
    to: &'a str,
    scale: Vec<String>,
    grid: Vec<String>,
    area: Option<String>,
    path: Option<String>,
    target: Option<String>,
    target_y: Option<String>,
    dots: Vec<Dot>,
}

struct Dot {
    x: String,
    y: String,
    below: bool,
}

impl Line<'_> {
    /// The chart as HTML: an SVG whose words stand beside it, so that stretching it does not stretch them.
    pub fn render(&self) -> Result<String, Unfit> {
        let (low, high) = self.limits;
        if !(low.is_finite() && high.is_finite()) || self.target.is_some_and(|target| !target.is_finite()) {
            return Err(Unfit::NotFinite);
        }
        if low >= high {
            return Err(Unfit::Limits);
        }
        if self.values.is_empty() {
            return Err(Unfit::Empty);
        }
        if self.values.iter().any(|value| !value.is_finite()) {
            return Err(Unfit::NotFinite);
        }
        let (bottom, top, step) = scale(self.values.iter().copied().chain(self.target), (low, high));
        let up = |value: f64| 100.0 - (value.clamp(bottom, top) - bottom) / (top - bottom) * 100.0;
        let points: Vec<(f64, f64)> = self
            .values
            .iter()
            .enumerate()
            .map(|(index, value)| (across(index, self.values.len()), up(*value)))
            .collect();
        let marks = marks(bottom, top, step);
        let path = trace(&points);
        let markup = Markup {
            id: self.id,
            title: self.title,
            description: self.description,
            from: self.from,
            to: self.to,
            grid: marks.iter().map(|mark| coordinate(up(*mark))).collect(),
            scale: marks.iter().map(|mark| coordinate(*mark)).collect(),
            area: path.as_ref().map(|path| format!("{path}V100H0Z")),
            path,
            target: self.target.map(coordinate),
            target_y: self.target.map(|target| coordinate(up(target))),
            dots: points
                .iter()
                .zip(self.values)
                .map(|((x, y), value)| Dot {
                    x: coordinate(*x),
                    y: coordinate(*y),
                    below: self.target.is_some_and(|target| *value < target),
                })
                .collect(),
        };
        // Rendering writes into a string and can only fail when a value's own formatting does; there is none of that kind.
        markup.render().map_err(|_| Unfit::NotFinite)
    }
}

/// Where the value at `index` of `count` stands; one alone stands in the middle.
fn across(index: usize, count: usize) -> f64 {
    if count < 2 {
        return 50.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a chart has far fewer than 2^52 points")]
    let share = index as f64 / (count - 1) as f64;
    share * 100.0
}

/// A path through the points; a single one needs none, its dot is enough.
fn trace(points: &[(f64, f64)]) -> Option<String> {
    if points.len() < 2 {
        return None;
    }
    let steps: Vec<String> =
        points.iter().map(|(x, y)| format!("{} {}", coordinate(*x), coordinate(*y))).collect();
    Some(format!("M{}", steps.join("L")))
}

/// A bottom, a top and a step of round numbers that hold all values, at most four steps, inside the limits where they allow it.
fn scale(values: impl Iterator<Item = f64>, (low, high): (f64, f64)) -> (f64, f64, f64) {
    let (least, most) = values
        .map(|value| value.clamp(low, high))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    let span = (most - least).max((high - low) * 0.08);
    let rough = span / 3.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    let bottom = ((least / step).floor() * step).max(low);
    let mut top = ((most / step).ceil() * step).min(high);
    if top - bottom < step {
        top = (bottom + step).min(high);
    }
    let bottom = if top - bottom < step { (top - step).max(low) } else { bottom };
    (bottom, top, step)
}

/// The marks of the scale, top first.
fn marks(bottom: f64, top: f64, step: f64) -> Vec<f64> {
    let mut marks = Vec::new();
    let mut mark = bottom;
    while mark < top - step * 0.001 {
        marks.push(mark);
        mark += step;
    }
    marks.push(top);
    marks.reverse();
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64]) -> Line<'_> {
        Line {
            id: "q",
            title: "Score",
            description: "It rises.",
            values,
            limits: (0.0, 100.0),
            target: Some(80.0),
            from: "Monday",
            to: "Friday",
        }
    }

    #[test]
    fn a_line_has_a_dot_for_each_value_and_marks_those_below_the_target() {
        let html = line(&[70.0, 85.0, 95.0]).render().unwrap();
        assert_eq!(html.matches("h0\"").count(), 5, "three values and two in the legend");
        assert_eq!(html.matches("chart-dot-low").count(), 2, "one value and one in the legend");
        assert!(html.contains("<title id=\"q-title\">Score</title>"));
        assert!(html.contains(">100</span>") && html.contains(">70</span>"));
        assert!(!html.contains("style="));
    }

    #[test]
    fn one_point_stands_in_the_middle_without_a_line() {
        let html = line(&[90.0]).render().unwrap();
        assert!(html.contains("M50 "));
        assert!(!html.contains("chart-line"));
    }

    #[test]
    fn nothing_to_draw_is_said_and_not_drawn() {
        assert_eq!(line(&[]).render(), Err(Unfit::Empty));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(line(&[90.0, bad]).render(), Err(Unfit::NotFinite));
            assert_eq!(Line { target: Some(bad), ..line(&[90.0]) }.render(), Err(Unfit::NotFinite));
            assert_eq!(Line { limits: (0.0, bad), ..line(&[90.0]) }.render(), Err(Unfit::NotFinite));
        }
        assert_eq!(Line { limits: (5.0, 5.0), ..line(&[90.0]) }.render(), Err(Unfit::Limits));
    }

    #[test]
    fn negative_values_are_drawn_where_the_limits_allow_them() {
        let wide = Line { limits: (-50.0, 50.0), target: None, ..line(&[-40.0, 10.0]) };
        let html = wide.render().unwrap();
        assert!(html.contains(">-40</span>"));
        assert!(html.contains("M0 100L100 "));
        let html = line(&[-40.0, 90.0]).render().unwrap();
        assert!(html.contains(">0</span>"), "outside the limits a value stands at the edge");
    }

    #[test]
    fn words_are_escaped() {
        let html = Line { title: "<img src=x onerror=alert(1)>", ..line(&[1.0]) }.render().unwrap();
        assert!(!html.contains("<img"));
    }

    proptest::proptest! {
        #[test]
        fn every_finite_series_stays_inside_the_picture(values in proptest::collection::vec(-1.0e6..1.0e6, 1..40)) {
            let html = Line { limits: (-1.0e6, 1.0e6), target: None, ..line(&values) }.render().unwrap();
            for part in html.split("class=\"chart-dot").skip(1).filter_map(|part| part.split("d=\"M").nth(1)) {
                let (x, rest) = part.split_once(' ').unwrap();
                let (y, _) = rest.split_once('h').unwrap();
                for number in [x, y] {
                    let number: f64 = number.parse().unwrap();
                    proptest::prop_assert!((0.0..=100.0).contains(&number), "{number}");
                }
            }
        }
    }
}
