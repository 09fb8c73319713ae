//! `/dashboard/v2/flags` and one flag: its shares, what it has brought about, and what may be concluded.

use askama::Template;
use echopilot_core::flags::Verdict;

use super::badge;
use crate::chart::line::Line;
use crate::chart::{Axis, Kind, Series};
use crate::pages::view::{Badge, FieldError, Moment, Part, Shell, Tone, error_at};

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "board_flags.html")]
pub struct FlagsPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// Why a newer text of the document is not in use, if that is so.
    pub degraded: Option<String>,
    /// By name.
    pub flags: Part<Vec<FlagCard>>,
}

/// A flag in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagCard {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is on.
    pub is_on: bool,
    /// Its shares: "A 90 %, B 10 %".
    pub shares: String,
    /// What counts as success; empty when nothing does.
    pub goal: String,
}

fn state(is_on: bool) -> Badge {
    if is_on { badge(Tone::Ok, "check", "on") } else { badge(Tone::Neutral, "dash", "off") }
}

impl FlagCard {
    fn badge(&self) -> Badge {
        state(self.is_on)
    }
}

/// One flag.
#[derive(Debug, Clone, Template)]
#[template(path = "board_flag.html")]
pub struct FlagPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// The flag.
    pub flag: FlagCard,
    /// The version of the document that the page shows: a change names it.
    pub version: i64,
    /// The variants beside the baseline, to be shared anew.
    pub sliders: Vec<Slider>,
    /// What an action that led here did.
    pub notice: Option<FlagNotice>,
    /// What is wrong with a change.
    pub errors: Vec<FieldError>,
    /// What it has brought about.
    pub report: Part<FlagFigures>,
    /// Versions of the document that one can go back to, newest first.
    pub versions: Part<Vec<VersionRow>>,
}

/// A variant to be shared anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slider {
    /// Its name.
    pub variant: String,
    /// The name of the field of its share: `share_1`.
    pub field: &'static str,
    /// Its share in percent, as numbers are written in forms.
    pub share: String,
    /// What was typed, when that was wrong.
    pub typed: Option<String>,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagNotice {
    /// The shares are new.
    Saved,
    /// It was switched on.
    On,
    /// It was switched off.
    Off,
    /// It is as in an earlier version.
    Back,
    /// Somebody else was faster.
    Conflict,
}

impl FlagNotice {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Saved, Self::On, Self::Off, Self::Back, Self::Conflict];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::On => "on",
            Self::Off => "off",
            Self::Back => "back",
            Self::Conflict => "conflict",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    fn tone(self) -> &'static str {
        if self == Self::Conflict { "warn" } else { "ok" }
    }

    fn glyph(self) -> &'static str {
        if self == Self::Conflict { "alert" } else { "check" }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Saved => "The shares are in use",
            Self::On => "The flag is on",
            Self::Off => "The flag is off",
            Self::Back => "The flag is as it was",
            Self::Conflict => "Somebody changed the flags meanwhile",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Saved => "Whoever is in a variant stays in it while its share grows.",
            Self::On => "Visitors are shared among its variants again.",
            Self::Off => "Everybody gets A. Nothing that was seen is lost.",
            Self::Back => "Its shares are those of the version you chose.",
            Self::Conflict => {
                "Nothing was changed. Here is how they are now; repeat your change if it still fits."
            }
        }
    }
}

/// What a flag has brought about.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagFigures {
    /// What may be concluded.
    pub verdict: Verdict,
    /// The same in a few sentences.
    pub words: String,
    /// Each variant.
    pub variants: Vec<VariantRow>,
    /// Rate and interval of each variant, day by day.
    pub courses: Vec<VariantCourse>,
    /// The days of the courses: "23 Nov 2026".
    pub days: Vec<String>,
    /// Whether users came in the shares that were set.
    pub ratios: Vec<RatioRow>,
    /// Users who saw another variant later.
    pub moved: u32,
    /// The newest conversions.
    pub last: Vec<ConversionRow>,
}

/// A variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantRow {
    /// Its name.
    pub name: String,
    /// Its share: "10 %"; none when it is gone.
    pub share: String,
    /// Users.
    pub users: String,
    /// Conversions.
    pub converted: String,
    /// The rate with its interval.
    pub rate: String,
    /// The difference to the baseline with its interval.
    pub against: String,
}

/// A variant over the days.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantCourse {
    /// The variant.
    pub name: String,
    /// Its rate in percent at the end of each day.
    pub rate: Vec<Option<f64>>,
    /// The lower end of the interval.
    pub low: Vec<Option<f64>>,
    /// The upper end.
    pub high: Vec<Option<f64>>,
}

/// One configuration of the flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatioRow {
    /// Which versions: "Version 3" or "Versions 3 to 5".
    pub versions: String,
    /// Each variant: "A 1,500 of 90 %".
    pub counts: String,
    /// What follows.
    pub badge: Badge,
}

/// One conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionRow {
    /// What was reached.
    pub goal: String,
    /// The keyed hash of the user.
    pub user: String,
    /// When.
    pub at: Moment,
}

/// A version of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number.
    pub version: i64,
    /// When it came.
    pub at: Moment,
    /// Who made it.
    pub by: String,
    /// Whether it is the one in use.
    pub is_current: bool,
}

impl FlagFigures {
    fn tone(&self) -> &'static str {
        match self.verdict {
            Verdict::Better => "ok",
            Verdict::Worse | Verdict::Blocked => "bad",
            Verdict::NotMeasured | Verdict::Collecting | Verdict::Undecided => "info",
        }
    }

    fn glyph(&self) -> &'static str {
        match self.verdict {
            Verdict::Better => "check",
            Verdict::Worse => "down",
            Verdict::Blocked => "alert",
            Verdict::NotMeasured | Verdict::Collecting | Verdict::Undecided => "info",
        }
    }

    fn title(&self) -> &'static str {
        match self.verdict {
            Verdict::Better => "A variant is better than A",
            Verdict::Worse => "A is better",
            Verdict::Blocked => "The figures can't be believed",
            Verdict::Undecided => "No difference is sure yet",
            Verdict::Collecting => "Too little has been seen",
            Verdict::NotMeasured => "Nothing is measured",
        }
    }

    fn plot(&self) -> Option<String> {
        let names: Vec<[String; 3]> = self
            .courses
            .iter()
            .map(|course| {
                [
                    course.name.clone(),
                    format!("{}, at least", course.name),
                    format!("{}, at most", course.name),
                ]
            })
            .collect();
        let series: Vec<Series<'_>> = self
            .courses
            .iter()
            .zip(&names)
            .flat_map(|(course, [name, low, high])| {
                [
                    Series { name, values: &course.rate, kind: Kind::Plain },
                    Series { name: low, values: &course.low, kind: Kind::Previous },
                    Series { name: high, values: &course.high, kind: Kind::Previous },
                ]
            })
            .collect();
        let latest: Vec<String> = self
            .courses
            .iter()
            .filter_map(|course| Some(format!("{} {}", course.name, percent((*course.rate.last()?)?))))
            .collect();
        let line = Line {
            id: "rates",
            title: "Rate and interval by day",
            description: &format!("The latest rates: {}.", latest.join(", ")),
            axis: Axis { name: "Day", labels: &self.days },
            series: &series,
            limits: (0.0, 100.0),
            threshold: None,
            whole: false,
            shown: percent,
        };
        line.render().ok()
    }
}

fn percent(value: f64) -> String {
    format!("{value:.2} %")
}

impl FlagPage {
    fn badge(&self) -> Badge {
        state(self.flag.is_on)
    }

    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn path(&self) -> String {
        format!("/dashboard/v2/flags/{}", self.flag.name)
    }
}
