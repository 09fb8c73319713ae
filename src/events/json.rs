//! JSON written straight into a byte buffer: the few forms a line needs, without building a document first.

use std::cell::Cell;
use std::time::Duration;

use chrono::{Datelike as _, Timelike as _};

use crate::platform::Timestamp;

/// What stands at the end of a line whose last fields did not fit.
pub(super) const TRUNCATED: &[u8] = b",\"truncated\":true";

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `text` in quotes. Control characters are escaped, and so are those that reorder or break a line on a screen,
/// so that a value can neither start a line of its own nor repaint a terminal.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' && byte < 0x7f {
            continue;
        }
        if byte >= 0x80 {
            // The first byte of a character that may have to be escaped; the others are copied with the run.
            if matches!(byte, 0xc2 | 0xd8 | 0xe2 | 0xef)
                && let Some(character) = text.get(at..).and_then(|rest| rest.chars().next())
                && disturbs(character)
            {
                out.extend_from_slice(&bytes[from..at]);
                unicode(out, u32::from(character));
                from = at + character.len_utf8();
            }
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => unicode(out, u32::from(other)),
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

fn disturbs(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn unicode(out: &mut Vec<u8>, code: u32) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[((code >> shift) & 0xf) as usize]);
    }
}

/// A whole number.
pub(super) fn integer(out: &mut Vec<u8>, value: i128) {
    let mut digits = [0_u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    if let Ok(mut small) = u64::try_from(rest) {
        // 128-bit division is slow and hardly ever needed.
        while small >= 10 {
            at -= 1;
            digits[at] = digit(small % 10);
            small /= 10;
        }
        at -= 1;
        digits[at] = digit(small);
    } else {
        while rest > 0 {
            at -= 1;
            digits[at] = digit(u64::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value % 10).unwrap_or(0)
}

/// A duration in milliseconds with three decimals.
pub(super) fn milliseconds(out: &mut Vec<u8>, duration: Duration) {
    let micros = duration.as_micros();
    integer(out, i128::try_from(micros / 1000).unwrap_or(i128::MAX));
    let rest = u64::try_from(micros % 1000).unwrap_or(0);
    out.extend_from_slice(&[b'.', digit(rest / 100), digit(rest / 10), digit(rest)]);
}

thread_local! {
    /// The last second this thread wrote, so that a busy thread formats a date once a second.
    static SECOND: Cell<(i64, [u8; 19])> = const { Cell::new((i64::MIN, [b'0'; 19])) };
}

/// A moment as RFC 3339 in UTC with milliseconds.
pub(super) fn timestamp(out: &mut Vec<u8>, at: Timestamp) {
    let second = at.seconds();
    let (known, mut written) = SECOND.get();
    if known != second {
        let time = at.utc();
        if !(0..=9999).contains(&time.year()) {
            out.extend_from_slice(at.to_string().as_bytes());
            return;
        }
        let year = u64::try_from(time.year()).unwrap_or(0);
        written = *b"0000-00-00T00:00:00";
        written[0] = digit(year / 1000);
        written[1] = digit(year / 100);
        two(&mut written, 2, u32::try_from(year % 100).unwrap_or(0));
        two(&mut written, 5, time.month());
        two(&mut written, 8, time.day());
        two(&mut written, 11, time.hour());
        two(&mut written, 14, time.minute());
        two(&mut written, 17, time.second());
        SECOND.set((second, written));
    }
    let millis = u64::try_from(at.millis().rem_euclid(1000)).unwrap_or(0);
    out.extend_from_slice(&written);
    out.extend_from_slice(&[b'.', digit(millis / 100), digit(millis / 10), digit(millis), b'Z']);
}

fn two(written: &mut [u8; 19], at: usize, value: u32) {
    written[at] = digit(u64::from(value / 10));
    written[at + 1] = digit(u64::from(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_stays_on_its_line(value in any::<String>()) {
            let json = written(|out| text(out, &value));
            prop_assert!(!json.bytes().any(|byte| byte < 0x20 || byte == 0x7f));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
        }

        #[test]
        fn numbers_and_times_are_what_the_standard_library_writes(value in any::<i64>(), millis in -62_135_596_800_000_i64..253_402_300_800_000) {
            prop_assert_eq!(written(|out| integer(out, i128::from(value))), value.to_string());
            prop_assert_eq!(written(|out| timestamp(out, Timestamp(millis))), Timestamp(millis).to_string());
        }
    }

    #[test]
    fn the_largest_numbers_and_odd_durations() {
        assert_eq!(written(|out| integer(out, i128::from(u64::MAX))), u64::MAX.to_string());
        assert_eq!(written(|out| integer(out, i128::MIN)), i128::MIN.to_string());
        assert_eq!(written(|out| milliseconds(out, Duration::from_micros(1_234_567))), "1234.567");
        assert_eq!(written(|out| milliseconds(out, Duration::from_micros(7))), "0.007");
    }

    #[test]
    fn terminal_tricks_are_escaped() {
        let json = written(|out| text(out, "a\u{1b}[2Jb\u{202e}c\u{85}d\r\ne\u{2028}é"));
        assert_eq!(json, "\"a\\u001b[2Jb\\u202ec\\u0085d\\r\\ne\\u2028é\"");
    }
}
