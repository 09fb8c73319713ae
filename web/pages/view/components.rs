//! `/dev/components`: every part that pages are made of, in every state, for eyes and for the browser tests. It is drawn by the
//! same macros as the pages; debug builds only show it.

use askama::Template;

use super::{
    Badge, Change, Direction, Failure, FieldError, Figure, Judgement, Link, LoginLimit, Moment, Shell, Stat,
    Tone, Usage,
};
use crate::chart::bars::Bars;
use crate::chart::line::Line;
use crate::chart::sparkline::Sparkline;
use crate::chart::strip::{Beat, How, Strip};
use crate::chart::{Axis, Crossed, Kind, Series, Threshold};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "components.gallery.html")]
pub struct ComponentsPage {
    /// The frame, with an operator's menus.
    pub shell: Shell,
}

impl ComponentsPage {
    fn kinds() -> [&'static str; 4] {
        ["primary", "secondary", "ghost", "danger"]
    }

    fn tones() -> [Badge; 5] {
        let badge = |tone, glyph, text: &str| Badge { tone, glyph, text: text.to_owned() };
        [
            badge(Tone::Ok, "check", "Paid"),
            badge(Tone::Warn, "alert", "Overdue"),
            badge(Tone::Bad, "cross", "Failed"),
            badge(Tone::Info, "bolt", "Running"),
            badge(Tone::Neutral, "dash", "Draft"),
        ]
    }

    fn stats() -> Vec<Stat> {
        let moved = |direction, judgement| Change::Known {
            direction,
            by: "12 %".to_owned(),
            judgement,
            against: "October".to_owned(),
        };
        let known = |change| Figure::Known { value: "312".to_owned(), unit: "jobs".to_owned(), change };
        let usage = |used| Usage { used, limit: 1000, text: format!("{used} of 1,000 in your plan") };
        let stat = |label: &str, figure| Stat::new(label, figure);
        let better = stat("Better", known(moved(Direction::Up, Judgement::Better)));
        let worse = stat("Worse", known(moved(Direction::Down, Judgement::Worse)));
        vec![
            better.leads_to("#stats".to_owned(), true),
            worse.leads_to("#charts".to_owned(), false),
            stat("Neither good nor bad", known(moved(Direction::Up, Judgement::Neutral))),
            stat("The same", known(Change::Same { against: "October".to_owned() })),
            stat("Unknown", Figure::Unknown { reason: "No job has been scored yet".to_owned() }),
            Stat {
                usage: Some(usage(312)),
                ..stat("Of a limit", known(Change::Same { against: "October".to_owned() }))
            },
            Stat {
                usage: Some(usage(840)),
                ..stat("Nearly full", known(Change::Same { against: "October".to_owned() }))
            },
            Stat {
                usage: Some(usage(1000)),
                ..stat("Full", known(Change::Same { against: "October".to_owned() }))
            },
        ]
    }

    fn failure() -> Failure {
        Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".to_owned() }
    }

    fn errors() -> Vec<FieldError> {
        vec![FieldError { field: "field-wrong", text: "Enter an address such as ada@example.com".to_owned() }]
    }

    fn limit() -> LoginLimit {
        LoginLimit {
            wait: "42 seconds".to_owned(),
            until: Moment::new("2026-11-23T09:30:42Z", "09:30 UTC"),
            advice: "A code by e-mail works at once.".to_owned(),
        }
    }

    fn links() -> Vec<Link> {
        let link = |label: &str, current| Link { label: label.to_owned(), href: "#tabs".to_owned(), current };
        vec![link("Overview", true), link("Invoices", false), link("Support", false)]
    }

    /// The strip in each state: what it shows, and itself.
    fn strips() -> Vec<(&'static str, String)> {
        let all = |how| vec![how; 30];
        let mixed = (0..30).map(|beat| match beat {
            0..6 => How::Unknown,
            14 | 15 => How::Warn,
            20..23 => How::Bad,
            _ => How::Ok,
        });
        let states = [
            ("Well all the time", all(How::Ok)),
            ("Not quite well", all(How::Warn)),
            ("Bad", all(How::Bad)),
            ("Nobody looked", all(How::Unknown)),
            ("Not looked at first, later not quite well, then bad, and well again", mixed.collect()),
            ("Only the last 4 of 30", vec![How::Ok, How::Bad, How::Warn, How::Ok]),
        ];
        let drawn = states.map(|(label, beats)| {
            let beats: Vec<_> = beats.into_iter().map(|how| Beat { how, words: String::new() }).collect();
            (label, Strip { label, list: "", beats: &beats, places: 30 }.render().unwrap_or_default())
        });
        drawn.to_vec()
    }

    fn hours() -> Vec<String> {
        (0..24).map(|hour| format!("{hour:02}:00")).collect()
    }

    /// A curve of 24 hours around `middle`, with two hours of which nothing is known.
    fn curve(middle: f64, height: f64, offset: f64) -> Vec<Option<f64>> {
        let value = |hour: i32| {
            let known = !(9..11).contains(&hour);
            known.then(|| middle + height * (f64::from(hour) / 3.0 + offset).sin())
        };
        (0..24).map(value).collect()
    }

    /// Each kind of chart: what it shows, and itself.
    fn charts() -> Vec<(&'static str, String)> {
        let hours = Self::hours();
        let axis = Axis { name: "Hour", labels: &hours };
        let milliseconds = |value: f64| format!("{value:.0} ms");
        let (p95, p99) = (Self::curve(420.0, 90.0, 0.0), Self::curve(730.0, 120.0, 0.6));
        let before = Self::curve(380.0, 60.0, 1.0);
        let one = [
            Series { name: "p95", values: &p95, kind: Kind::Area },
            Series { name: "p95 the day before", values: &before, kind: Kind::Previous },
        ];
        let line = Line {
            id: "gallery-line",
            title: "Latency by hour",
            description: "p95 between 330 and 510 ms, above the promise for 5 hours.",
            axis,
            series: &one,
            limits: (0.0, f64::INFINITY),
            threshold: Some(Threshold { name: "Promise", value: 480.0, bad: Crossed::Above }),
            whole: false,
            shown: milliseconds,
        };
        let curves: Vec<Vec<Option<f64>>> =
            (0..6_i32).map(|row| Self::curve(200.0 + 90.0 * f64::from(row), 40.0, f64::from(row))).collect();
        let names = ["store", "stripe", "notion", "mail", "redis", "warehouse"];
        let many: Vec<Series<'_>> = names
            .iter()
            .zip(&curves)
            .map(|(name, values)| Series { name, values, kind: Kind::Plain })
            .collect();
        let several = Line {
            id: "gallery-several",
            title: "Latency by dependency",
            description: "Six dependencies between 160 and 690 ms.",
            series: &many,
            threshold: None,
            ..line
        };
        let [passed, failed] = [
            Self::curve(12.0, 6.0, 0.0).into_iter().map(|value| value.map(f64::round)).collect::<Vec<_>>(),
            Self::curve(2.0, 2.0, 1.0).into_iter().map(|value| value.map(f64::round)).collect::<Vec<_>>(),
        ];
        let stack = [
            Series { name: "Passed", values: &passed, kind: Kind::Plain },
            Series { name: "Failed", values: &failed, kind: Kind::Plain },
        ];
        let bars = Bars {
            id: "gallery-bars",
            title: "Jobs by hour",
            description: "Between 6 and 22 jobs an hour.",
            axis,
            series: &stack,
            threshold: None,
            whole: true,
            shown: |value| format!("{value:.0}"),
        };
        let revenue: Vec<Option<f64>> = p99.iter().map(|value| value.map(|value| value - 700.0)).collect();
        let money = [
            Series { name: "Revenue less refunds", values: &revenue, kind: Kind::Plain },
            Series { name: "The day before", values: &passed, kind: Kind::Previous },
        ];
        let below = Bars {
            id: "gallery-below",
            title: "Revenue by hour",
            description: "Above and below zero.",
            series: &money,
            threshold: Some(Threshold { name: "Plan", value: 40.0, bad: Crossed::Below }),
            whole: false,
            shown: |value| format!("USD {value:.2}"),
            ..bars
        };
        let single = [Some(86.0)];
        let label = ["23 Nov".to_owned()];
        let lonely = Line {
            id: "gallery-one",
            title: "One point",
            description: "One score, 86.",
            axis: Axis { name: "Day", labels: &label },
            series: &[Series { name: "Score", values: &single, kind: Kind::Area }],
            limits: (0.0, 100.0),
            threshold: None,
            whole: false,
            shown: |value| format!("{value:.0}"),
        };
        [
            ("A line with its area, a gap, the period before and a threshold", line.render()),
            ("Six series, told apart by colour and dash", several.render()),
            ("Stacked bars", bars.render()),
            ("Bars below zero, beyond a threshold, with the period before", below.render()),
            ("One point", lonely.render()),
        ]
        .into_iter()
        .filter_map(|(what, chart)| Some((what, chart.ok()?)))
        .collect()
    }

    fn sparkline() -> String {
        let values = Self::curve(420.0, 90.0, 0.0);
        Sparkline { label: "p95 fell from 420 to 380 ms in 24 hours", values: &values }
            .render()
            .unwrap_or_default()
    }
}

#[cfg(test)]
impl ComponentsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let shell = super::shell::samples::operator("/dev/components");
        let customer = super::shell::samples::signed_in("/dev/components");
        vec![("components", Self { shell }), ("components-customer", Self { shell: customer })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_macro_stands_in_the_gallery_and_every_chart_is_drawn() {
        let macros = include_str!("../../templates/components.html");
        let gallery = include_str!("../../templates/components.gallery.html");
        let frame = include_str!("../../templates/layout.html");
        let mut seen = 0;
        for rest in macros.split("{% macro ").skip(1) {
            let name = rest.split('(').next().unwrap();
            let called = format!("ui::{name}(");
            assert!(
                gallery.contains(&called)
                    || frame.contains(&called)
                    || macros.contains(&format!("call {name}(")),
                "{name} is in no state in the gallery"
            );
            seen += 1;
        }
        assert!(seen > 15);
        assert_eq!(ComponentsPage::charts().len(), 5);
        assert!(ComponentsPage::sparkline().contains("spark-line"));
    }
}
