//! Text that people write into forms.

use super::{Fault, Result};

/// A text as it is stored: lines end in one way, nothing around it, and a length that people can read.
pub fn written(field: &str, text: &str, length: std::ops::RangeInclusive<usize>) -> Result<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let odd = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if length.contains(&text.chars().count()) && !text.contains(odd) {
        return Ok(text.to_owned());
    }
    let (least, most) = (length.start(), length.end());
    Err(Fault::invalid(field, format!("expected {least} to {most} characters, without control characters")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_a_length_and_no_control_characters() {
        let read = |text: &str| written("message", text, 10..=4_000);
        assert_eq!(read("  one line\r\nand another  ").unwrap(), "one line\nand another");
        assert_eq!(read(&"é".repeat(4_000)).unwrap().chars().count(), 4_000);
        for text in
            ["", "too short", &" ".repeat(50), &"é".repeat(4_001), "a nul \0 within it", "a bell \u{7} in it"]
        {
            assert_eq!(read(text).unwrap_err().fields[0].field, "message", "{text:?}");
        }
    }
}
