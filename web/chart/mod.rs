//! Pictures of figures, drawn on the server as SVG. Choose by the question:
//!
//! - [`line`]: how did a figure move, against the time before, against a threshold, beside others?
//! - [`bars`]: how much was it in each hour or day, and of which parts?
//! - [`sparkline`]: did it rise or fall, in the space of a word?
//! - [`meter`]: how much of a limit is used?
//! - [`strip`]: how was something, beat by beat?
//! - [`qr`]: how does an address get onto a phone?
//!
//! Geometry is computed here; markup and class names stand in `templates/chart/`. A picture is never the only place of its
//! numbers: [`line`] and [`bars`] bring their table with them, from which `chart.ts` also reads what the crosshair says.
//! What is missing ([`None`]) is a gap and "no data", never a zero. Nothing here has a style attribute, since the content
//! security policy refuses it.

pub mod bars;
pub mod line;
pub mod meter;
pub mod qr;
pub mod sparkline;
pub mod strip;

mod figure;
mod scale;

pub use figure::{Axis, Crossed, Kind, Series, Threshold, Unfit};

/// A coordinate with as many digits as the eye can use.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// `part` of `whole` in hundredths: where the middle of something stands in the picture.
fn share(part: f64, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a chart has far fewer than 2^52 positions")]
    let whole = whole as f64;
    part / whole * 100.0
}

/// Where position `index` of `count` stands on a line; one alone stands in the middle.
fn across(index: usize, count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a chart has far fewer than 2^52 positions")]
    let index = index as f64;
    if count < 2 { 50.0 } else { share(index, count - 1) }
}
