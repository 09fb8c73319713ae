//! The pure part: which bucket a key falls into, and which variant stands there. Published in docs/FLAGS.md with test
//! vectors, so that another implementation decides alike; it must never change.

use ring::digest::{Context, SHA256, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BASELINE;
use super::document::{Flag, Share};

/// How many buckets there are.
pub const BUCKETS: u32 = Share::ALL.buckets();

/// Why somebody gets a variant; the words of OpenFeature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// By their bucket.
    Split,
    /// The flag is off.
    Disabled,
    /// Everybody gets the same.
    Static,
}

impl Reason {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Disabled => "disabled",
            Self::Static => "static",
        }
    }
}

/// The bucket of `key`, 0 to 99,999: the first eight bytes of SHA-256 over flag, salt and key, separated by a byte of
/// value 0x1f each, as a big-endian number modulo 100,000.
pub fn bucket(flag: &str, salt: &str, key: &str) -> u32 {
    let parts = [flag.as_bytes(), b"\x1f", salt.as_bytes(), b"\x1f", key.as_bytes()];
    let length = parts.iter().map(|part| part.len()).sum();
    // At once where it fits: each part by itself costs more.
    let mut room = [0; 256];
    let digest = if let Some(text) = room.get_mut(..length) {
        let mut at = 0;
        for part in parts {
            text[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        digest(&SHA256, text)
    } else {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        context.finish()
    };
    let first = digest.as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    u32::try_from(first % u64::from(BUCKETS)).unwrap_or(0)
}

/// Where a variant beside the baseline stands: its first bucket, and whether it grows downwards from its last.
///
/// One variant grows from bucket 0 upwards; a second one from the last bucket downwards, so that both can grow until
/// they meet; with three or more, each has an equal part of the buckets and grows upwards within it.
pub(super) fn place(number: usize, treatments: usize, share: Share) -> std::ops::Range<u32> {
    let width = share.buckets();
    if treatments == 2 && number == 1 {
        return BUCKETS - width..BUCKETS;
    }
    let first = if treatments < 3 { 0 } else { BUCKETS as usize * number / treatments };
    let first = u32::try_from(first).unwrap_or(0);
    first..first + width
}

/// The variant that stands in a bucket.
pub(super) fn variant_in(flag: &Flag, bucket: u32) -> &str {
    let treatments = flag.variants.len().saturating_sub(1);
    flag.treatments()
        .enumerate()
        .find(|(number, (_, share))| place(*number, treatments, *share).contains(&bucket))
        .map_or(BASELINE, |(_, (name, _))| name)
}

/// The variant of a key, and why.
pub(super) fn decide<'f>(name: &str, flag: &'f Flag, key: &str) -> (&'f str, Reason) {
    if !flag.enabled {
        return (BASELINE, Reason::Disabled);
    }
    if let Some((variant, _)) = flag.variants.iter().find(|(_, share)| **share == Share::ALL) {
        return (variant, Reason::Static);
    }
    (variant_in(flag, bucket(name, &flag.salt, key)), Reason::Split)
}
