//! Paths and queries: there the name of a parameter, or the place in the path, says what must not be shown.

use super::decode::escapes;
use super::detect::{Found, Kind};

/// Parameters that carry a secret or a person.
const HIDDEN: [&[u8]; 33] = [
    b"token",
    b"code",
    b"sig",
    b"signature",
    b"k",
    b"key",
    b"email",
    b"mail",
    b"e",
    b"password",
    b"pass",
    b"secret",
    b"session",
    b"jwt",
    b"auth",
    b"access_token",
    b"refresh_token",
    b"id_token",
    b"api_key",
    b"apikey",
    b"dash_key",
    b"x-dash-key",
    b"user",
    b"user_key",
    b"username",
    b"phone",
    b"name",
    b"q",
    b"search",
    b"company",
    b"state",
    b"otp",
    b"authorization",
];
/// The segment after one of these is a token.
const BEFORE_TOKEN: [&[u8]; 1] = [b"hooks"];

/// Find what to hide in a path with its query.
pub(super) fn search(text: &str, found: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    let path_end = bytes.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(bytes.len());
    segments(bytes, path_end, found);
    let mut start = path_end + 1;
    while start < bytes.len() {
        let end = bytes[start..]
            .iter()
            .position(|byte| matches!(byte, b'&' | b';' | b'?' | b'#'))
            .map_or(bytes.len(), |at| start + at);
        if let Some(equals) = bytes[start..end].iter().position(|byte| *byte == b'=')
            && equals + 1 < end - start
            && is_hidden(&bytes[start..start + equals])
        {
            found.push(Found { kind: Kind::Value, at: start + equals + 1..end });
        }
        start = end + 1;
    }
}

fn segments(bytes: &[u8], path_end: usize, found: &mut Vec<Found>) {
    let mut hide = false;
    let mut start = 0;
    for at in 0..=path_end {
        if at < path_end && bytes[at] != b'/' {
            continue;
        }
        if at > start {
            let segment = &bytes[start..at];
            if hide {
                found.push(Found { kind: Kind::Value, at: start..at });
            }
            hide =
                BEFORE_TOKEN.iter().any(|name| plain(segment, |segment| segment.eq_ignore_ascii_case(name)));
        }
        start = at + 1;
    }
}

fn is_hidden(name: &[u8]) -> bool {
    plain(name, |name| {
        HIDDEN.iter().any(|hidden| name.len() == hidden.len() && name.eq_ignore_ascii_case(hidden))
    })
}

/// Judge a name as it reads once its escapes are undone.
fn plain(name: &[u8], judge: impl Fn(&[u8]) -> bool) -> bool {
    match escapes(name) {
        Some(layer) => judge(&layer.bytes),
        None => judge(name),
    }
}
