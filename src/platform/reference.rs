//! How a person or a key appears in a log: a keyed hash, so that lines about the same one can be joined, but
//! nobody without the key can tell (or test a guess) who it is.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

/// A keyed hash of an identifier: 22 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that references are made with.
#[derive(Clone)]
pub struct ReferenceKey(hmac::Key);

impl ReferenceKey {
    /// A key from at least 32 secret bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The reference of `value` among things of this `kind` (`customer`, `address`, `key` …).
    pub fn reference(&self, kind: &str, value: &str) -> Reference {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        Reference(URL_SAFE_NO_PAD.encode(&context.sign().as_ref()[..16]))
    }
}

impl fmt::Debug for ReferenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<reference key>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_depends_on_key_kind_and_value() {
        let key = ReferenceKey::new(&[1; 32]);
        let one = key.reference("customer", "01J");
        assert_eq!(one, key.reference("customer", "01J"));
        assert_ne!(one, key.reference("address", "01J"));
        assert_ne!(one, key.reference("customer", "01K"));
        assert_ne!(one, ReferenceKey::new(&[2; 32]).reference("customer", "01J"));
        assert_eq!(one.as_str().len(), 22);
    }
}
