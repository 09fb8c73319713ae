//! Undoing encodings while remembering where each decoded byte came from.

use std::ops::Range;

/// A text with one encoding undone.
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    map: Map,
}

enum Map {
    /// Where each decoded byte began, and the end.
    Table(Vec<usize>),
    /// Four characters from `start` hold three bytes.
    Base64(usize),
    /// Two characters from `start` hold a byte.
    Hex(usize),
}

impl Layer {
    /// The range in the text as it was.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        match &self.map {
            Map::Table(starts) => starts[range.start]..starts[range.end],
            Map::Base64(start) => {
                let first = start + range.start / 3 * 4 + range.start % 3;
                let last = range.end.saturating_sub(1);
                first..start + last / 3 * 4 + last % 3 + 2
            }
            Map::Hex(start) => start + 2 * range.start..start + 2 * range.end,
        }
    }

    /// Whether this is more likely text than the noise that a wrong guess makes.
    pub(super) fn reads_as_text(&self) -> bool {
        let readable = self.bytes.iter().filter(|byte| (0x20..0x7f).contains(*byte)).count();
        2 * readable >= self.bytes.len()
    }
}

/// Percent and JSON (`\u0040`, `\x40`, `\/`, `\n` …) escapes undone; `None` when there are none.
pub(super) fn escapes(text: &[u8]) -> Option<Layer> {
    let first = text.iter().position(|byte| matches!(byte, b'%' | b'\\'))?;
    let mut bytes = text[..first].to_vec();
    let mut starts: Vec<usize> = (0..first).collect();
    let mut at = first;
    let mut changed = false;
    while at < text.len() {
        let (byte, length) = match text[at] {
            b'%' => match hex(text, at + 1, 2) {
                Some(code) => (u8::try_from(code).unwrap_or(b'?'), 3),
                None => (b'%', 1),
            },
            b'\\' => match text.get(at + 1) {
                Some(b'u') => match hex(text, at + 2, 4) {
                    Some(code) => (u8::try_from(code).unwrap_or(0xff), 6),
                    None => (b'\\', 1),
                },
                Some(b'x') => match hex(text, at + 2, 2) {
                    Some(code) => (u8::try_from(code).unwrap_or(0xff), 4),
                    None => (b'\\', 1),
                },
                Some(b'n') => (b'\n', 2),
                Some(b'r') => (b'\r', 2),
                Some(b't') => (b'\t', 2),
                Some(other @ (b'"' | b'\\' | b'/' | b'\'')) => (*other, 2),
                _ => (b'\\', 1),
            },
            other => (other, 1),
        };
        changed |= length > 1;
        bytes.push(byte);
        starts.push(at);
        at += length;
    }
    starts.push(text.len());
    changed.then_some(Layer { bytes, map: Map::Table(starts) })
}

fn hex(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    let mut value = 0;
    for byte in text.get(at..at + digits)? {
        value = value * 16 + char::from(*byte).to_digit(16)?;
    }
    Some(value)
}

/// Every way in which a run of `text` may be Base64 (either alphabet, any alignment) or hexadecimal.
pub(super) fn packed(text: &[u8], mut visit: impl FnMut(&Layer)) {
    let mut at = 0;
    let mut bytes = Vec::new();
    while at < text.len() {
        if SEXTET[usize::from(text[at])] == NONE {
            at += 1;
            continue;
        }
        let start = at;
        // A word in small letters can't hold a digit or an @ in Base64, nor in hexadecimal.
        let mut telling = false;
        while at < text.len() && SEXTET[usize::from(text[at])] != NONE {
            telling |= text[at].is_ascii_uppercase() || text[at].is_ascii_digit();
            at += 1;
        }
        if !telling || at - start < 8 {
            continue;
        }
        for alignment in 0..4 {
            bytes = base64(&text[start..at], start, alignment, bytes, &mut visit);
        }
        hexadecimal(text, start..at, &mut visit);
    }
}

/// Decode from one alignment, into a buffer that goes from one guess to the next.
fn base64(
    run: &[u8],
    start: usize,
    alignment: usize,
    mut bytes: Vec<u8>,
    visit: &mut impl FnMut(&Layer),
) -> Vec<u8> {
    bytes.clear();
    for four in run[alignment.min(run.len())..].chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            let sextet = four.get(place).map_or(0, |byte| SEXTET[usize::from(*byte)]);
            bits = bits << 6 | u32::from(sextet);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len().min(4)]);
    }
    // A short text without these holds nothing to find; most wrong guesses end here.
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let telling = bytes.iter().any(|byte| matches!(byte, b'@' | b'_' | b'=' | b':'));
    if bytes.len() < 16 && digits < 8 && !telling {
        return bytes;
    }
    let layer = Layer { bytes, map: Map::Base64(start + alignment) };
    visit(&layer);
    layer.bytes
}

fn hexadecimal(text: &[u8], run: Range<usize>, visit: &mut impl FnMut(&Layer)) {
    let mut at = run.start;
    while at < run.end {
        let length = text[at..run.end].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if length >= 10 {
            for start in [at, at + 1] {
                let bytes = text[start..at + length]
                    .chunks_exact(2)
                    .filter_map(|pair| hex(pair, 0, 2).and_then(|code| u8::try_from(code).ok()))
                    .collect();
                visit(&Layer { bytes, map: Map::Hex(start) });
            }
        }
        at += length + 1;
    }
}

const NONE: u8 = 0xff;

/// The value of a character in either Base64 alphabet.
static SEXTET: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut value = 0_u8;
    while value < 26 {
        table[(b'A' + value) as usize] = value;
        table[(b'a' + value) as usize] = 26 + value;
        value += 1;
    }
    value = 0;
    while value < 10 {
        table[(b'0' + value) as usize] = 52 + value;
        value += 1;
    }
    table[b'+' as usize] = 62;
    table[b'-' as usize] = 62;
    table[b'/' as usize] = 63;
    table[b'_' as usize] = 63;
    table
};
