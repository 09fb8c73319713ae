//! How much of a limit is used, as one bar.

use askama::Template;

use super::coordinate;

/// A part of a whole that should not be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter<'a> {
    /// How much is used.
    pub used: u64,
    /// How much there is.
    pub limit: u64,
    /// The whole statement, for those who do not see the bar: "312 of 1,000 jobs used".
    pub label: &'a str,
}

#[derive(Template)]
#[template(path = "chart/meter.html")]
struct Markup<'a> {
    label: &'a str,
    percent: String,
    tight: bool,
    full: bool,
}

impl Meter<'_> {
    /// The bar as SVG; none for a limit of nothing, of which no share can be said.
    pub fn render(&self) -> Option<String> {
        if self.limit == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a bar on a screen shows three digits at most")]
        let share = (self.used as f64 / self.limit as f64).min(1.0);
        let markup = Markup {
            label: self.label,
            percent: coordinate(share * 100.0),
            tight: share >= 0.8,
            full: self.used >= self.limit,
        };
        markup.render().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(used: u64, limit: u64) -> Option<String> {
        Meter { used, limit, label: "used" }.render()
    }

    #[test]
    fn the_bar_is_as_wide_as_the_share() {
        assert!(bar(312, 1000).unwrap().contains("class=\"meter-fill\" width=\"31.2\""));
        assert!(bar(0, 1000).unwrap().contains("width=\"0\""));
    }

    #[test]
    fn nearly_full_and_full_look_different() {
        assert!(bar(800, 1000).unwrap().contains("meter-warn"));
        assert!(bar(1000, 1000).unwrap().contains("meter-bad"));
        assert!(bar(u64::MAX, 1).unwrap().contains("width=\"100\""));
    }

    #[test]
    fn no_share_of_nothing() {
        assert_eq!(bar(3, 0), None);
    }
}
