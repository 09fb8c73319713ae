//! The one secret of an installation, from which a key for each purpose is derived (HKDF-SHA256, RFC 5869).

use std::fmt;

use ring::hkdf;

use super::{ReferenceKey, Secret};

/// AUTH_JWT_SECRET, ready for deriving.
#[derive(Clone)]
pub struct RootKey(hkdf::Prk);

impl RootKey {
    /// Take the secret in.
    pub fn new(secret: &Secret) -> Self {
        Self(hkdf::Salt::new(hkdf::HKDF_SHA256, b"echopilot").extract(secret.expose().as_bytes()))
    }

    /// 32 bytes for `purpose`; other purposes give unrelated bytes.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        let info = [purpose.as_bytes()];
        // Both steps fail only for outputs over 255 hashes; 32 bytes are one.
        if let Ok(output) = self.0.expand(&info, hkdf::HKDF_SHA256) {
            let filled = output.fill(&mut bytes);
            debug_assert!(filled.is_ok());
        }
        bytes
    }

    /// The key of references in logs.
    pub fn references(&self) -> ReferenceKey {
        ReferenceKey::new(&self.derive("references in logs"))
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<root key>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_secrets_give_unrelated_keys() {
        let one = RootKey::new(&Secret::new("a".repeat(32)));
        assert_eq!(one.derive("x"), one.derive("x"));
        assert_ne!(one.derive("x"), one.derive("y"));
        assert_ne!(one.derive("x"), RootKey::new(&Secret::new("b".repeat(32))).derive("x"));
        assert_ne!(one.derive("x"), [0; 32]);
    }
}
