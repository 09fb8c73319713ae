//! A place in a log, as a word that can be given away and come back.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use crate::platform::digest_hex;

/// How much of what stands before a place is compared.
const COMPARED: u64 = 64;
/// The letters of the comparison.
const LETTERS: usize = 8;

/// A place just behind a line of a log, or the beginning of a log that has none.
///
/// Files are known by their number in the file system, which a later file may get again; so the end of the line before the
/// place is remembered, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(pub(super) Option<Behind>);

/// Behind a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Behind {
    pub(super) inode: u64,
    pub(super) offset: u64,
    before: String,
}

impl Place {
    /// From its word.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "0" {
            return Some(Self(None));
        }
        let mut parts = word.split('-');
        let (inode, offset, before) = (parts.next()?, parts.next()?, parts.next()?);
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let is_sound = before.len() == LETTERS && before.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_sound || parts.next().is_some() {
            return None;
        }
        let (inode, offset, before) = (number(inode)?, number(offset)?, before.to_owned());
        Some(Self(Some(Behind { inode, offset, before })))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => out.write_str("0"),
            Some(Behind { inode, offset, before }) => write!(out, "{inode:x}-{offset:x}-{before}"),
        }
    }
}

impl Behind {
    /// The place at `offset` of an open file.
    pub(super) fn at(file: &File, offset: u64) -> io::Result<Self> {
        let compared = offset.min(COMPARED);
        let mut bytes = vec![0; usize::try_from(compared).unwrap_or_default()];
        file.read_exact_at(&mut bytes, offset - compared)?;
        let before = digest_hex(&bytes)[..LETTERS].to_owned();
        Ok(Self { inode: file.metadata()?.ino(), offset, before })
    }

    /// Whether `file` is the one that the place is in.
    pub(super) fn is_in(&self, file: &File) -> io::Result<bool> {
        let length = file.metadata()?.len();
        Ok(length >= self.offset && Self::at(file, self.offset)? == *self)
    }
}
