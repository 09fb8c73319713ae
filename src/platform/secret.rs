//! Values that must not be shown: no `Debug` that prints them, no `Serialize`, compared in constant time.

use std::fmt;
use std::fmt::Write as _;

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

/// A text that never appears in a log, a document or a debug print.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hide `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself; the name is long so that each use is seen in review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is the same text, in a time that does not depend on where they differ.
    pub fn matches(&self, candidate: &str) -> bool {
        let own = digest(&SHA256, self.0.as_bytes());
        let other = digest(&SHA256, candidate.as_bytes());
        own.as_ref().ct_eq(other.as_ref()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// SHA-256 as 64 hexadecimal digits, for keeping a high-entropy token without keeping the token.
pub fn digest_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_but_still_compares() {
        let secret = Secret::new("correct horse");
        assert_eq!(format!("{secret:?}"), "<secret>");
        assert!(secret.matches("correct horse"));
        assert!(!secret.matches("correct hors"));
        assert!(!secret.matches(""));
    }
}
