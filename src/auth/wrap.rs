//! Signing keys at rest: encrypted with a key derived from AUTH_JWT_SECRET (ChaCha20-Poly1305), which has an
//! identifier of its own, so that a changed secret is told from a damaged row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::platform::{Fault, Ids, Result, RootKey, digest_hex};

/// Wraps and unwraps.
pub(super) struct Wrapper {
    key: LessSafeKey,
    id: String,
}

impl Wrapper {
    pub(super) fn new(root: &RootKey) -> Result<Self> {
        let bytes = root.derive("wrapping of signing keys");
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
            .map_err(|_| Fault::internal("wrapping key refused"))?;
        let id = digest_hex(&root.derive("identifier of the wrapping key"))[..16].to_owned();
        Ok(Self { key: LessSafeKey::new(key), id })
    }

    /// The identifier of the key that wraps.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Encrypt `secret`, bound to `kid`.
    pub(super) fn wrap(&self, ids: &Ids, kid: &str, secret: &[u8]) -> Result<String> {
        let nonce: [u8; NONCE_LEN] = ids.bytes();
        let mut sealed = secret.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(kid.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| Fault::internal("a signing key could not be wrapped"))?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(URL_SAFE_NO_PAD.encode(whole))
    }

    /// Decrypt; `None` when it was wrapped by another key or the row is damaged.
    pub(super) fn unwrap(&self, kid: &str, wrapped: &str) -> Option<Vec<u8>> {
        let whole = URL_SAFE_NO_PAD.decode(wrapped).ok()?;
        let (nonce, sealed) = whole.split_first_chunk::<NONCE_LEN>()?;
        let mut open = sealed.to_vec();
        let plain = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(kid.as_bytes()), &mut open)
            .ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Chance, Clock, Secret};

    #[test]
    fn only_the_same_secret_and_kid_unwrap() {
        let ids = Ids::new(Clock::System, Chance::seeded(3));
        let wrapper = Wrapper::new(&RootKey::new(&Secret::new("a".repeat(32)))).unwrap();
        let wrapped = wrapper.wrap(&ids, "kid-1", b"private").unwrap();
        assert_eq!(wrapper.unwrap("kid-1", &wrapped).as_deref(), Some(b"private".as_slice()));
        assert_eq!(wrapper.unwrap("kid-2", &wrapped), None);
        assert_eq!(wrapper.unwrap("kid-1", "AAAA"), None);
        let other = Wrapper::new(&RootKey::new(&Secret::new("b".repeat(32)))).unwrap();
        assert_eq!(other.unwrap("kid-1", &wrapped), None);
        assert_ne!(other.id(), wrapper.id());
    }
}
