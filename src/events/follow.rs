//! What comes into a log after a place, across files that are put aside meanwhile: every line once, a bounded part at a time.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;

use serde_json::value::RawValue;

use super::TailQuery;
use super::files::segments;
use super::line::{LONGEST_LINE, Looked, look};
use super::place::{Behind, Place};
use super::tail::open;
use crate::platform::{Fault, Result};

/// The most lines of one part.
const MOST_LINES: usize = 100;
/// The most bytes of a file that one part looks at; more than the longest line.
const MOST_BYTES: usize = 4 * LONGEST_LINE;
/// The most bytes that are read at once; more than the longest line.
const MOST_AT_ONCE: usize = 2 * LONGEST_LINE;
/// Whoever is further behind reads the end of the log instead.
const FURTHEST: u64 = 4 << 20;

/// Reads on from a place.
#[derive(Debug)]
pub struct Follower {
    directory: PathBuf,
    query: TailQuery,
    held: Option<Held>,
}

/// The file that is read. While it is open, no other file gets its number.
#[derive(Debug)]
struct Held {
    file: File,
    inode: u64,
    offset: u64,
    /// Within something too long to be a line.
    skips: bool,
}

/// A line, and the place behind it.
#[derive(Debug)]
pub struct FollowedLine {
    /// The line, redacted once more.
    pub line: Box<RawValue>,
    /// From where to go on after it.
    pub place: Place,
}

/// What came.
#[derive(Debug, Default)]
pub struct Followed {
    /// The lines that fit, oldest first.
    pub lines: Vec<FollowedLine>,
    /// Whether there is more already.
    pub more: bool,
}

impl Follower {
    /// Go on from `place`; none when it is not there any more or too far back. The number of lines in `query` is no matter.
    pub fn start(directory: impl Into<PathBuf>, query: TailQuery, place: &Place) -> Result<Option<Self>> {
        let mut follower = Self { directory: directory.into(), query, held: None };
        let Some(behind) = &place.0 else {
            let length = follower.length().map_err(Fault::internal)?;
            return Ok((length <= FURTHEST).then_some(follower));
        };
        let found = follower.find(behind).map_err(Fault::internal)?;
        let Some(held) = found else { return Ok(None) };
        follower.held = Some(held);
        Ok(Some(follower))
    }

    /// The next lines; none when nothing came.
    pub fn read(&mut self) -> Result<Followed> {
        let mut followed = Followed::default();
        match self.fill(&mut followed) {
            // What was read is told, since it is not read again; the fault comes again at the next look.
            Err(error) if followed.lines.is_empty() => Err(Fault::internal(error)),
            _ => Ok(followed),
        }
    }

    fn fill(&mut self, followed: &mut Followed) -> io::Result<()> {
        let mut bytes = 0;
        loop {
            let Some(held) = &mut self.held else {
                self.held = self.after(None)?;
                if self.held.is_none() {
                    return Ok(());
                }
                continue;
            };
            let read = held.read(&self.query, followed)?;
            bytes += read;
            if followed.lines.len() >= MOST_LINES || bytes >= MOST_BYTES {
                followed.more = true;
                return Ok(());
            }
            // Nothing is added to a file once it has been put aside, so what is found empty after that is at its end.
            let was_current = self.is_current()?;
            let Some(held) = &mut self.held else { continue };
            if read > 0 {
                continue;
            }
            if was_current {
                return Ok(());
            }
            if held.read(&self.query, followed)? > 0 {
                continue;
            }
            let inode = held.inode;
            match self.after(Some(inode))? {
                Some(next) => self.held = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Whether the file that is read is the one that is written to.
    fn is_current(&self) -> io::Result<bool> {
        let path = self.directory.join(self.query.log.file_name());
        match fs::metadata(path) {
            Ok(meta) => Ok(self.held.as_ref().is_some_and(|held| held.inode == meta.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The file after the one with this number: the oldest when that one was removed, since older ones went before it.
    fn after(&self, inode: Option<u64>) -> io::Result<Option<Held>> {
        let mut files = self.files()?;
        let read = files.iter().position(|file| Some(file.inode) == inode);
        let next = read.map_or(0, |at| at + 1);
        Ok((next < files.len()).then(|| files.swap_remove(next)))
    }

    /// How long all files of the log are together.
    fn length(&self) -> io::Result<u64> {
        let mut length = 0;
        for held in self.files()? {
            length += held.file.metadata()?.len();
        }
        Ok(length)
    }

    fn find(&self, behind: &Behind) -> io::Result<Option<Held>> {
        let mut left = 0;
        for mut held in self.files()?.into_iter().rev() {
            let length = held.file.metadata()?.len();
            if held.inode == behind.inode && behind.is_in(&held.file)? {
                held.offset = behind.offset;
                return Ok((left + length - behind.offset <= FURTHEST).then_some(held));
            }
            left += length;
            if left > FURTHEST {
                break;
            }
        }
        Ok(None)
    }

    /// All files of the log, oldest first.
    fn files(&self) -> io::Result<Vec<Held>> {
        // Opened before the others are listed: put aside in between, it is among them.
        let current = open(&self.directory.join(self.query.log.file_name()))?;
        let aside = match segments(&self.directory, self.query.log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other?,
        };
        let mut files: Vec<Held> = Vec::new();
        for file in aside.iter().map(|(_, path)| open(path)).chain([Ok(current)]) {
            let Some(file) = file? else { continue };
            let inode = file.metadata()?.ino();
            if files.iter().all(|known| known.inode != inode) {
                files.push(Held { file, inode, offset: 0, skips: false });
            }
        }
        Ok(files)
    }
}

impl Held {
    /// Take the whole lines of the next bytes; how many bytes were done with.
    fn read(&mut self, query: &TailQuery, followed: &mut Followed) -> io::Result<usize> {
        // A write that failed half-way was taken back; it is tried again.
        let end = self.file.metadata()?.len();
        let begin = self.offset.min(end);
        self.offset = begin;
        let left = usize::try_from(end - begin).unwrap_or(usize::MAX).min(MOST_AT_ONCE);
        if left == 0 {
            return Ok(0);
        }
        let mut chunk = vec![0; left];
        let mut length = 0;
        while length < chunk.len() {
            match self.file.read_at(&mut chunk[length..], begin + length as u64)? {
                0 => break,
                count => length += count,
            }
        }
        let mut done = 0;
        while let Some(end) = chunk[done..length].iter().position(|byte| *byte == b'\n') {
            let line = &chunk[done..done + end];
            let after = done + end + 1;
            let is_line = !std::mem::take(&mut self.skips) && line.len() <= LONGEST_LINE;
            if is_line && let Looked::Fits(line) = look(query, line) {
                let behind = Behind::at(&self.file, begin + after as u64)?;
                followed.lines.push(FollowedLine { line, place: Place(Some(behind)) });
            }
            // At each line: when a later one can't be read, this one is not read again.
            done = after;
            self.offset = begin + done as u64;
            if followed.lines.len() >= MOST_LINES {
                break;
            }
        }
        if done == 0 && length == MOST_AT_ONCE {
            self.skips = true;
            done = length;
            self.offset = begin + done as u64;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests;
