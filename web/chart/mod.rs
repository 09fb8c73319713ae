//! Pictures of figures, drawn on the server as SVG. Choose by the question:
//!
//! - [`line`]: how did a figure move?
//! - [`meter`]: how much of a limit is used?
//! - [`strip`]: how was something, beat by beat?
//! - [`qr`]: how does an address get onto a phone?
//!
//! Geometry is computed here; markup and class names stand in `templates/chart/`. A picture is never the only place of its
//! numbers: pages put a table beside it. Nothing here has a style attribute, since the content security policy refuses it.

pub mod line;
pub mod meter;
pub mod qr;
pub mod strip;

/// A coordinate with as many digits as the eye can use.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
