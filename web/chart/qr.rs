//! An address as a QR code, so that a phone can open it without typing.

use std::fmt::Write as _;

use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};

/// The white margin that cameras need, in modules.
const MARGIN: i32 = 4;

/// A text to be read by a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Qr<'a> {
    /// The address.
    pub text: &'a str,
    /// What it is, for those who do not see it.
    pub label: &'a str,
}

#[derive(Template)]
#[template(path = "chart/qr.html")]
struct Markup<'a> {
    side: i32,
    label: &'a str,
    path: String,
}

impl Qr<'_> {
    /// The code as SVG; none for a text that is too long for one.
    pub fn render(&self) -> Option<String> {
        let code = QrCode::encode_text(self.text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
            }
        }
        Markup { side: code.size() + 2 * MARGIN, label: self.label, path }.render().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_a_code_are_where_cameras_look_for_them() {
        let svg = Qr { text: "https://buy.stripe.com/test_1", label: "Payment link" }.render().unwrap();
        assert!(svg.contains("viewBox=\"0 0 33 33\"") || svg.contains("viewBox=\"0 0 37 37\""), "{svg}");
        // The finder pattern of the upper left corner: a row of seven dark modules behind the margin.
        for x in 4..11 {
            assert!(svg.contains(&format!("M{x} 4h1v1h-1z")), "{x}");
        }
        assert!(!svg.contains("M11 4h1") && !svg.contains("M3 4h1"), "and a light one beside it");
        assert!(!svg.contains("style="));
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert_eq!(Qr { text: &"x".repeat(5_000), label: "" }.render(), None);
    }
}
