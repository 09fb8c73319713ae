//! Marked texts, and the search for them in whatever a server has written.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::percent;

/// The ways in which a text can hide: as it is, percent, Base64, hex, JSON escapes, and hashes without a key.
pub(crate) fn spellings(text: &str) -> Vec<(&'static str, String)> {
    let bytes = |before: &str, bytes: &[u8]| -> String {
        bytes.iter().flat_map(|byte| [before.to_owned(), format!("{byte:02x}")]).collect()
    };
    vec![
        ("plain text", text.to_owned()),
        ("percent", percent(text)),
        ("percent throughout", bytes("%", text.as_bytes())),
        ("Base64", STANDARD.encode(text)),
        ("Base64 for addresses", URL_SAFE_NO_PAD.encode(text)),
        ("hex", bytes("", text.as_bytes())),
        ("JSON escapes", bytes("\\u00", text.as_bytes())),
        ("SHA-256", bytes("", digest(&SHA256, text.as_bytes()).as_ref())),
        ("SHA-1", bytes("", digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())),
    ]
}

/// Where and how `canary` stands in `text`, in any case and, for Base64, at any place inside a longer text.
pub(crate) fn found(text: &str, canary: &str) -> Option<(&'static str, String)> {
    let line = |spelling: &str| {
        let lower = spelling.to_lowercase();
        text.lines().find(|line| line.to_lowercase().contains(&lower)).map(str::to_owned)
    };
    for (what, spelling) in spellings(canary) {
        if let Some(line) = line(spelling.trim_end_matches('=')) {
            return Some((what, line));
        }
    }
    for shift in 1..3 {
        let encoded = URL_SAFE_NO_PAD.encode(format!("{}{canary}", "x".repeat(shift)));
        // The first and the last characters depend on the neighbours.
        let inner = &encoded[4..encoded.len() - 4];
        if inner.len() >= 8
            && let Some(line) = text.lines().find(|line| line.contains(inner))
        {
            return Some(("Base64 inside a longer text", line.to_owned()));
        }
    }
    None
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
