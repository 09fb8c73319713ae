//! How something was over time, a beat a piece: full for well, taller the worse it was, a dash where nobody looked. Each
//! kind differs in shape as well as in colour.

use askama::Template;

/// How something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Looked at, and well.
    Ok,
    /// Looked at, and not quite well; or still at work.
    Warn,
    /// Looked at, and bad.
    Bad,
    /// Nobody looked: never shown as well.
    Unknown,
}

impl How {
    const fn class(self) -> &'static str {
        match self {
            Self::Ok => "strip-ok",
            Self::Warn => "strip-warn",
            Self::Bad => "strip-bad",
            Self::Unknown => "strip-none",
        }
    }

    /// Top and height within 20.
    const fn shape(self) -> (u8, u8) {
        match self {
            Self::Ok => (6, 14),
            Self::Warn => (3, 17),
            Self::Bad => (0, 20),
            Self::Unknown => (17, 3),
        }
    }
}

/// How something was during one beat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// What its bar looks like.
    pub how: How,
    /// When, and how, in words: "02:30 to 03:00 UTC: well".
    pub words: String,
}

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip<'a> {
    /// The whole statement, for those who do not see it.
    pub label: &'a str,
    /// The id of the list that says each beat in words, so that one can be picked; empty without one.
    pub list: &'a str,
    /// The beats, oldest first.
    pub beats: &'a [Beat],
    /// Room for so many; what is missing is left empty at the left.
    pub places: usize,
}

#[derive(Template)]
#[template(path = "chart/strip.html")]
struct Markup<'a> {
    label: &'a str,
    list: &'a str,
    width: usize,
    bars: Vec<Bar>,
}

struct Bar {
    x: usize,
    y: u8,
    height: u8,
    class: &'static str,
}

/// Width of a beat with the room beside it, and without.
const STEP: usize = 10;
const BAR: usize = 7;

impl Strip<'_> {
    /// The strip as SVG; none for nothing.
    pub fn render(&self) -> Option<String> {
        if self.beats.is_empty() {
            return None;
        }
        let places = self.places.max(self.beats.len());
        let first = places - self.beats.len();
        let bars = self.beats.iter().enumerate().map(|(place, beat)| {
            let (y, height) = beat.how.shape();
            Bar { x: (first + place) * STEP, y, height, class: beat.how.class() }
        });
        let (label, list) = (self.label, self.list);
        let markup = Markup { label, list, width: places * STEP - (STEP - BAR), bars: bars.collect() };
        markup.render().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_shape_and_the_newest_stands_at_the_right() {
        let kinds = [How::Ok, How::Warn, How::Bad, How::Unknown];
        let beats = kinds.map(|how| Beat { how, words: String::new() });
        let svg = Strip { label: "Runs", list: "runs", beats: &beats, places: 6 }.render().unwrap();
        assert_eq!(svg.matches("<rect").count(), 4);
        assert!(svg.contains("data-beats=\"runs\""));
        assert!(svg.contains("viewBox=\"0 0 57 20\"") && svg.contains("aria-label=\"Runs\""));
        assert!(svg.contains("<rect class=\"strip-ok\" x=\"20\" y=\"6\""), "{svg}");
        assert!(svg.contains("<rect class=\"strip-none\" x=\"50\" y=\"17\""));
        let shapes: std::collections::BTreeSet<_> = kinds.iter().map(|how| how.shape()).collect();
        assert_eq!(shapes.len(), beats.len(), "told apart without colour");
        assert!(!svg.contains("style="));
    }

    #[test]
    fn nothing_is_no_strip_and_words_are_escaped() {
        assert_eq!(Strip { label: "", list: "", beats: &[], places: 30 }.render(), None);
        let beats = [Beat { how: How::Ok, words: String::new() }];
        let svg = Strip { label: "\"><img src=x>", list: "", beats: &beats, places: 1 }.render().unwrap();
        assert!(!svg.contains("data-beats"));
        assert!(!svg.contains("<img"));
    }
}
