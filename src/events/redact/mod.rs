//! Free text on its way into a log: what looks like a person or a secret is replaced by a word in brackets.
//!
//! Types keep secrets out of fields; this is for text that nobody typed as anything, such as the message of an
//! error or a path that a stranger asked for. The text is looked at as it stands and behind each encoding that
//! is undone on the way (percent, JSON escapes, Base64, hexadecimal), in time linear in its length.

mod decode;
mod detect;
mod path;

use std::ops::Range;

use detect::{Found, Kind};

/// The longest text that is kept.
const LONGEST: usize = 4096;
/// How many encodings are undone one after the other.
const DEPTH: usize = 3;

/// Text that may stand in a log: scrubbed, and cut to 4,096 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed(String);

impl Scrubbed {
    /// Scrub ordinary text, such as the cause of a fault.
    pub fn text(text: &str) -> Self {
        // Cut first, but look a little further, so that nothing is missed because its end was cut off.
        let seen = cut(text, 2 * LONGEST);
        let mut found = Vec::new();
        search(seen.as_bytes(), DEPTH, &mut found);
        Self(cut_output(replace(seen, &mut found), seen.len() < text.len()))
    }

    /// Scrub the path and query of a request: values of parameters that carry secrets or persons go as a whole.
    pub fn path(path_and_query: &str) -> Self {
        let seen = cut(path_and_query, 2 * LONGEST);
        let mut found = Vec::new();
        path::search(seen, &mut found);
        search(seen.as_bytes(), DEPTH, &mut found);
        Self(cut_output(replace(seen, &mut found), seen.len() < path_and_query.len()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl std::fmt::Display for Scrubbed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn cut(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let mut end = longest;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn cut_output(mut text: String, was_cut: bool) -> String {
    if text.len() > LONGEST || was_cut {
        text.truncate(cut(&text, LONGEST).len());
        text.push('…');
    }
    text
}

/// Find everything to mask in `text`, looking through at most `depth` encodings.
fn search(text: &[u8], depth: usize, found: &mut Vec<Found>) {
    detect::find(text, found);
    if depth == 0 {
        return;
    }
    if let Some(layer) = decode::escapes(text) {
        let mut inner = Vec::new();
        search(&layer.bytes, depth - 1, &mut inner);
        found.extend(inner.into_iter().map(|hit| Found { kind: hit.kind, at: layer.origin(hit.at) }));
    }
    decode::packed(text, |layer| {
        let mut inner = Vec::new();
        if layer.reads_as_text() {
            search(&layer.bytes, depth - 1, &mut inner);
        } else {
            detect::find(&layer.bytes, &mut inner);
        }
        for hit in inner {
            found.push(Found { kind: hit.kind, at: whole_word(text, layer.origin(hit.at)) });
        }
    });
}

/// An encoded secret is masked with the letters and digits it is joined to: they are of the same encoded text.
fn whole_word(text: &[u8], range: Range<usize>) -> Range<usize> {
    let before = text[..range.start].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = range.end.min(text.len());
    let after = text[end..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'=').count();
    range.start - before..end + after
}

/// Replace what was found; what overlaps becomes one replacement.
fn replace(text: &str, found: &mut [Found]) -> String {
    if found.is_empty() {
        return text.to_owned();
    }
    found.sort_unstable_by_key(|hit| (hit.at.start, usize::MAX - hit.at.end));
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    let mut current: Option<(Range<usize>, Kind)> = None;
    let mut put = |range: &Range<usize>, kind: Kind| {
        let start = floor(text, range.start).max(kept);
        let end = ceil(text, range.end);
        out.push_str(&text[kept..start]);
        out.push_str(kind.word());
        kept = end;
    };
    for hit in found.iter() {
        match &mut current {
            Some((range, _)) if hit.at.start < range.end => range.end = range.end.max(hit.at.end),
            _ => {
                if let Some((range, kind)) = current.take() {
                    put(&range, kind);
                }
                current = Some((hit.at.clone(), hit.kind));
            }
        }
    }
    if let Some((range, kind)) = current {
        put(&range, kind);
    }
    out.push_str(&text[kept..]);
    out
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests;
