//! The end of a log, read backwards over its segments: the cost depends on what is asked for, not on the files.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use serde_json::value::RawValue;

use super::files::segments;
use super::line::{LONGEST_LINE, Looked, look};
use super::place::{Behind, Place};
use super::{Level, Log};
use crate::platform::{Fault, Result};

/// The most lines that one question may ask for.
const MOST_LINES: usize = 500;
const MOST_BYTES: usize = 1 << 20;
/// A filter that matches nothing must not read gigabytes.
const MOST_SCANNED: u64 = 64 << 20;
const CHUNK: usize = 64 * 1024;

/// What to read.
#[derive(Debug, Clone)]
pub struct TailQuery {
    /// Which log.
    pub log: Log,
    /// How many lines, 1 to 500.
    pub n: usize,
    /// Only lines of this level or above.
    pub level: Option<Level>,
    /// Only lines of this request.
    pub request_id: Option<String>,
    /// Only lines with this in them, in lower case; looked for in what is shown, not in what was taken out.
    pub text: Option<String>,
}

/// The end of a log.
#[derive(Debug)]
pub struct Tail {
    /// The lines, oldest first, redacted once more.
    pub lines: Vec<Box<RawValue>>,
    /// How many lines on the way were not one JSON object.
    pub broken: usize,
    /// Whether a limit on bytes ended the reading before `n` lines were found.
    pub truncated: bool,
    /// The place behind the last line of the log, whether that fits or not: what comes later comes after it.
    pub end: Place,
}

/// Read the last lines of a log that fit the query. A log that was never written is empty.
pub fn tail(directory: &Path, query: &TailQuery) -> Result<Tail> {
    if !(1..=MOST_LINES).contains(&query.n) {
        return Err(Fault::invalid("n", format!("a whole number from 1 to {MOST_LINES}")));
    }
    let mut reader =
        Reader { query, lines: Vec::new(), bytes: 0, scanned: 0, broken: 0, truncated: false, end: None };
    reader.read(directory).map_err(Fault::internal)?;
    reader.lines.reverse();
    let (lines, end) = (reader.lines, Place(reader.end));
    Ok(Tail { lines, broken: reader.broken, truncated: reader.truncated, end })
}

struct Reader<'a> {
    query: &'a TailQuery,
    lines: Vec<Box<RawValue>>,
    bytes: usize,
    scanned: u64,
    broken: usize,
    truncated: bool,
    end: Option<Behind>,
}

impl Reader<'_> {
    fn read(&mut self, directory: &Path) -> io::Result<()> {
        // Opened before the segments are listed: a file put aside in between is then seen twice, not missed.
        let current = open(&directory.join(self.query.log.file_name()))?;
        let held = match &current {
            Some(file) => Some(file.metadata()?.ino()),
            None => None,
        };
        if let Some(file) = current
            && !self.file(&file)?
        {
            return Ok(());
        }
        let older = match segments(directory, self.query.log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for (_, path) in older.iter().rev() {
            let Some(file) = open(path)? else { continue };
            if held != Some(file.metadata()?.ino()) && !self.file(&file)? {
                break;
            }
        }
        Ok(())
    }

    /// Read one file backwards; false when enough was read.
    fn file(&mut self, file: &File) -> io::Result<bool> {
        let mut end = file.metadata()?.len();
        // What was read after the last line break that was found, and whether it grew beyond any line.
        let mut rest: Vec<u8> = Vec::new();
        let mut too_long = false;
        let mut first = true;
        while end > 0 {
            let start = end.saturating_sub(CHUNK as u64);
            let mut chunk = vec![0; usize::try_from(end - start).unwrap_or(CHUNK)];
            file.read_exact_at(&mut chunk, start)?;
            self.scanned += chunk.len() as u64;
            end = start;
            let mut upper = chunk.len();
            while let Some(at) = chunk[..upper].iter().rposition(|byte| *byte == b'\n') {
                if self.end.is_none() {
                    self.end = Some(Behind::at(file, start + at as u64 + 1)?);
                }
                let piece = &chunk[at + 1..upper];
                if too_long || piece.len() + rest.len() > LONGEST_LINE {
                    self.broken += 1;
                } else if !rest.is_empty() || !piece.is_empty() {
                    let line = [piece, rest.as_slice()].concat();
                    // The last piece of a file has no line break yet: it is not whole.
                    if first {
                        self.broken += 1;
                    } else if !self.line(&line) {
                        return Ok(false);
                    }
                }
                first = false;
                too_long = false;
                rest.clear();
                upper = at;
            }
            if rest.len() + upper > LONGEST_LINE {
                too_long = true;
                rest.clear();
            } else if !too_long {
                rest.splice(0..0, chunk[..upper].iter().copied());
            }
            if self.scanned > MOST_SCANNED {
                self.truncated = true;
                return Ok(false);
            }
        }
        if self.end.is_none() {
            self.end = Some(Behind::at(file, 0)?);
        }
        if too_long || (first && !rest.is_empty()) {
            self.broken += 1;
        } else if !rest.is_empty() && !self.line(&rest) {
            return Ok(false);
        }
        Ok(true)
    }

    /// Take a line if it fits; false when enough was read.
    fn line(&mut self, line: &[u8]) -> bool {
        let raw = match look(self.query, line) {
            Looked::Fits(raw) => raw,
            Looked::PassedOver => return true,
            Looked::Broken => {
                self.broken += 1;
                return true;
            }
        };
        self.bytes += raw.get().len() + 1;
        if self.bytes > MOST_BYTES {
            self.truncated = true;
            return false;
        }
        self.lines.push(raw);
        self.lines.len() < self.query.n
    }
}

pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
