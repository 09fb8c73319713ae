//! What looks like a person or a secret in plain bytes. Each detector walks the text once.

use std::ops::Range;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Token,
    Key,
    Card,
    Code,
    Value,
}

impl Kind {
    /// What stands in its place.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Token => "[token]",
            Self::Key => "[key]",
            Self::Card => "[card]",
            Self::Code => "[code]",
            Self::Value => "[masked]",
        }
    }
}

/// Where it was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// Find everything.
pub(super) fn find(text: &[u8], found: &mut Vec<Found>) {
    let mut add = |kind, at: Range<usize>| found.push(Found { kind, at });
    addresses(text, &mut add);
    digits(text, &mut add);
    words(text, &mut add);
    named_values(text, &mut add);
}

/// Characters before the `@`. Slash, `?`, `&` and `=` could stand there too, but hardly ever do, and in a path they
/// end what comes before.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"!#$%'*+-^_`{|}~.".contains(&byte)
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'.' | b'-')
}

/// E-mail addresses, and the user and password of a URL.
fn addresses(text: &[u8], add: &mut impl FnMut(Kind, Range<usize>)) {
    if !text.contains(&b'@') {
        return;
    }
    let mut authority = None;
    let mut local = 0;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'/' if text[..at].ends_with(b":/") => {
                authority = Some(at + 1);
                local = at + 1;
            }
            b'@' => {
                if let Some(start) = authority {
                    add(Kind::Value, start..at);
                }
                let domain = text[at + 1..].iter().take_while(|byte| is_domain(**byte)).count();
                let labels = &text[at + 1..at + 1 + domain];
                let dotted = labels.iter().skip(1).position(|byte| *byte == b'.');
                let named = dotted.is_some_and(|dot| labels.get(dot + 2).is_some_and(|byte| *byte != b'.'));
                if local < at && named {
                    add(Kind::Email, local..at + 1 + domain);
                }
                local = at + 1;
            }
            _ => {
                if byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'<' | b'>' | b'\'' | b'?') {
                    authority = None;
                }
                if !is_local(byte) {
                    local = at + 1;
                }
            }
        }
    }
}

/// Card numbers and eight-digit codes, also in groups with a space or a dash between.
fn digits(text: &[u8], add: &mut impl FnMut(Kind, Range<usize>)) {
    let mut at = 0;
    let mut places: Vec<usize> = Vec::new();
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        places.clear();
        let start = at;
        let mut groups = 1;
        while at < text.len() {
            if text[at].is_ascii_digit() {
                places.push(at);
            } else if matches!(text[at], b' ' | b'-') && text.get(at + 1).is_some_and(u8::is_ascii_digit) {
                groups += 1;
            } else {
                break;
            }
            at += 1;
        }
        let in_a_word = start > 0 && text[start - 1].is_ascii_alphanumeric()
            || text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if places.len() >= 13 {
            cards(text, &places, add);
        }
        codes(text, start..at, groups, in_a_word, add);
    }
}

/// Any 13 to 19 digits in a row of digits that begin like a card and add up like one.
fn cards(text: &[u8], places: &[usize], add: &mut impl FnMut(Kind, Range<usize>)) {
    let mut from = 0;
    while from + 13 <= places.len() {
        let longest = (places.len() - from).min(19);
        let hit = (13..=longest).rev().find(|length| {
            matches!(text[places[from]], b'2'..=b'6') && luhn(text, &places[from..from + length])
        });
        match hit {
            Some(length) => {
                add(Kind::Card, places[from]..places[from + length - 1] + 1);
                from += length;
            }
            None => from += 1,
        }
    }
}

fn luhn(text: &[u8], places: &[usize]) -> bool {
    let mut sum = 0;
    for (index, &place) in places.iter().rev().enumerate() {
        let digit = u32::from(text[place] - b'0');
        sum += match (index % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        };
    }
    sum % 10 == 0
}

/// Eight digits in one group, or four and four, that are no part of a longer word.
fn codes(
    text: &[u8],
    run: Range<usize>,
    groups: usize,
    in_a_word: bool,
    add: &mut impl FnMut(Kind, Range<usize>),
) {
    if groups == 2 && run.len() == 9 && !in_a_word && !text[run.start + 4].is_ascii_digit() {
        add(Kind::Code, run);
        return;
    }
    let mut start = run.start;
    for at in run.start..=run.end {
        if at == run.end || !text[at].is_ascii_digit() {
            let bounded = (start == 0 || !text[start - 1].is_ascii_alphanumeric())
                && !text.get(at).is_some_and(u8::is_ascii_alphanumeric);
            if at - start == 8 && bounded {
                add(Kind::Code, start..at);
            }
            start = at + 1;
        }
    }
}

/// Characters of tokens. `.` joins the parts of a JWT.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=' | b'.' | b'~')
}

/// Prefixes of keys that services hand out, and how much must follow.
const PREFIXES: [(&[u8], usize); 12] = [
    (b"sk_", 6),
    (b"rk_", 6),
    (b"pk_", 12),
    (b"whsec_", 4),
    (b"sk-", 12),
    (b"ghp_", 12),
    (b"xoxb-", 8),
    (b"xoxp-", 8),
    (b"secret_", 12),
    (b"ntn_", 12),
    (b"SG.", 16),
    (b"AKIA", 12),
];

/// Tokens: after `Bearer` or `Basic`, with the shape of a JWT, with a known prefix, or just long and random.
fn words(text: &[u8], add: &mut impl FnMut(Kind, Range<usize>)) {
    let mut at = 0;
    let mut after_scheme = false;
    while at < text.len() {
        if !is_token(text[at]) {
            // The scheme's word and its token are on one line with spaces between.
            after_scheme &= matches!(text[at], b' ' | b'\t' | b':' | b'"');
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && is_token(text[at]) {
            at += 1;
        }
        let word = &text[start..at];
        if after_scheme && word.len() >= 4 {
            // Whatever stands there, up to the next space, whether or not the token's alphabet is the usual one.
            while at < text.len()
                && !text[at].is_ascii_whitespace()
                && !matches!(text[at], b'"' | b'\'' | b',')
            {
                at += 1;
            }
            add(Kind::Token, start..at);
            after_scheme = false;
            continue;
        }
        after_scheme = word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic");
        if word.len() >= 7 {
            keys(word, start, add);
        }
        if word.len() >= 20 && jwt(word) {
            add(Kind::Token, start..at);
        } else if word.len() >= SHORTEST_RANDOM {
            random(word, start, add);
        }
    }
}

fn keys(word: &[u8], start: usize, add: &mut impl FnMut(Kind, Range<usize>)) {
    for at in 0..word.len() {
        if at > 0 && word[at - 1].is_ascii_alphanumeric() {
            continue;
        }
        let rest = &word[at..];
        let hit = PREFIXES.iter().any(|(prefix, least)| {
            rest.len() >= prefix.len() + least && rest[..prefix.len()].eq_ignore_ascii_case(prefix)
        });
        if hit {
            add(Kind::Key, start + at..start + word.len());
            return;
        }
    }
}

/// `eyJ` is how a Base64 JSON object begins.
fn jwt(word: &[u8]) -> bool {
    word.windows(3).any(|three| three == b"eyJ") && word.contains(&b'.')
}

const SHORTEST_RANDOM: usize = 24;

/// Long parts that no person wrote: letters and digits, or cases, thoroughly mixed.
fn random(word: &[u8], start: usize, add: &mut impl FnMut(Kind, Range<usize>)) {
    let mut from = 0;
    for part in word.split(|byte| matches!(byte, b'.' | b'=' | b'~')) {
        let end = from + part.len();
        if part.len() >= SHORTEST_RANDOM && looks_random(part) {
            add(Kind::Token, start + from..start + end);
        }
        from = end + 1;
    }
}

fn looks_random(part: &[u8]) -> bool {
    let (mut lower, mut upper, mut digit, mut switches) = (0, 0, 0, 0);
    let mut seen = [false; 128];
    let mut before = 0_u8;
    for &byte in part {
        seen[usize::from(byte & 0x7f)] = true;
        let class = match byte {
            b'a'..=b'z' => {
                lower += 1;
                1
            }
            b'A'..=b'Z' => {
                upper += 1;
                2
            }
            b'0'..=b'9' => {
                digit += 1;
                3
            }
            _ => 0,
        };
        if class != before && class != 0 && before != 0 {
            switches += 1;
        }
        before = class;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    let mixed = [lower, upper, digit].iter().filter(|count| **count > 0).count() >= 2;
    mixed && distinct >= 10 && switches * 6 >= part.len() && !is_ulid(part) && !is_uuid(part)
}

/// Identifiers of ours are no secrets: 26 characters of Crockford's alphabet.
fn is_ulid(part: &[u8]) -> bool {
    part.len() == 26
        && matches!(part[0], b'0'..=b'7')
        && part
            .iter()
            .all(|byte| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"ILOU".contains(byte)))
}

/// Nor are the identifiers that other systems use for requests.
fn is_uuid(part: &[u8]) -> bool {
    part.len() == 36
        && part.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Names after which a value is a secret, whatever it looks like; the end of the name decides.
const SECRET_NAMES: [&[u8]; 14] = [
    b"password",
    b"passwd",
    b"pwd",
    b"passphrase",
    b"secret",
    b"token",
    b"api_key",
    b"apikey",
    b"api-key",
    b"dash_key",
    b"dash-key",
    b"authorization",
    b"cookie",
    b"signature",
];

/// `password=…`, `"token": "…"` and the like.
fn named_values(text: &[u8], add: &mut impl FnMut(Kind, Range<usize>)) {
    for (at, &byte) in text.iter().enumerate() {
        if !matches!(byte, b'=' | b':') {
            continue;
        }
        let quotes = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ' | b'\\');
        let skipped = text[..at].iter().rev().take(4).take_while(|byte| quotes(byte)).count();
        let name = &text[..at - skipped];
        let secret = SECRET_NAMES.iter().any(|known| {
            name.len() >= known.len() && name[name.len() - known.len()..].eq_ignore_ascii_case(known)
        });
        if !secret {
            continue;
        }
        let start = at + 1 + text[at + 1..].iter().take(4).take_while(|byte| quotes(byte)).count();
        let opened = text[at + 1..start].iter().rposition(|byte| matches!(byte, b'"' | b'\''));
        let cookie = name.len() >= 6 && name[name.len() - 6..].eq_ignore_ascii_case(b"cookie");
        let rest = &text[start..];
        let length = match opened.map(|place| at + 1 + place) {
            Some(place) => quoted(rest, text[place], text[place - 1] == b'\\'),
            None if cookie => rest.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count(),
            None => rest.iter().take_while(|byte| !ends_value(**byte)).count(),
        };
        if length > 0 {
            add(Kind::Value, start..start + length);
        }
    }
}

/// The length of a quoted value. In JSON within JSON the quotes themselves are escaped; elsewhere an escaped quote
/// belongs to the value.
fn quoted(rest: &[u8], quote: u8, quote_is_escaped: bool) -> usize {
    let mut at = 0;
    while at < rest.len() && rest[at] != quote {
        let next_is_quote = rest.get(at + 1) == Some(&quote);
        match rest[at] {
            b'\\' if quote_is_escaped && next_is_quote => return at,
            b'\\' if !quote_is_escaped => at += 2,
            _ => at += 1,
        }
    }
    at.min(rest.len())
}

fn ends_value(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b';' | b'&' | b'}' | b')')
}
