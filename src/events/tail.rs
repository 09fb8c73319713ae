//! The end of a log, read backwards over its segments: the cost depends on what is asked for, not on the files.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use serde_json::Value;
use serde_json::value::RawValue;

use super::files::segments;
use super::redact::Scrubbed;
use super::{Level, Log};
use crate::platform::{Fault, Result};

/// The most lines that one question may ask for.
const MOST_LINES: usize = 500;
const MOST_BYTES: usize = 1 << 20;
/// A filter that matches nothing must not read gigabytes.
const MOST_SCANNED: u64 = 64 << 20;
const CHUNK: usize = 64 * 1024;
/// Nothing longer is ever written, so it is not a line of ours.
const LONGEST_LINE: usize = 64 * 1024;

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
}

/// Read the last lines of a log that fit the query. A log that was never written is empty.
pub fn tail(directory: &Path, query: &TailQuery) -> Result<Tail> {
    if !(1..=MOST_LINES).contains(&query.n) {
        return Err(Fault::invalid("n", format!("a whole number from 1 to {MOST_LINES}")));
    }
    let mut reader = Reader { query, lines: Vec::new(), bytes: 0, scanned: 0, broken: 0, truncated: false };
    reader.read(directory).map_err(Fault::internal)?;
    reader.lines.reverse();
    Ok(Tail { lines: reader.lines, broken: reader.broken, truncated: reader.truncated })
}

struct Reader<'a> {
    query: &'a TailQuery,
    lines: Vec<Box<RawValue>>,
    bytes: usize,
    scanned: u64,
    broken: usize,
    truncated: bool,
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
        if too_long || (first && !rest.is_empty()) {
            self.broken += 1;
        } else if !rest.is_empty() && !self.line(&rest) {
            return Ok(false);
        }
        Ok(true)
    }

    /// Take a line if it fits; false when enough was read.
    fn line(&mut self, line: &[u8]) -> bool {
        // Cheap for the many lines that a filter passes over.
        if let Some(id) = &self.query.request_id
            && !contains(line, id.as_bytes())
        {
            return true;
        }
        let Ok(Value::Object(mut object)) = serde_json::from_slice(line) else {
            self.broken += 1;
            return true;
        };
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        if self.query.request_id.is_some() && text("request_id") != self.query.request_id.as_deref() {
            return true;
        }
        if let Some(least) = self.query.level
            && text("level").and_then(Level::parse).is_none_or(|level| level < least)
        {
            return true;
        }
        for (name, value) in &mut object {
            if !matches!(name.as_str(), "ts" | "level" | "event" | "request_id" | "caller") {
                scrub(value);
            }
        }
        let Ok(raw) = serde_json::value::to_raw_value(&object) else {
            self.broken += 1;
            return true;
        };
        if self.query.text.as_ref().is_some_and(|text| !raw.get().to_lowercase().contains(text)) {
            return true;
        }
        self.bytes += raw.get().len() + 1;
        if self.bytes > MOST_BYTES {
            self.truncated = true;
            return false;
        }
        self.lines.push(raw);
        self.lines.len() < self.query.n
    }
}

fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => *text = Scrubbed::text(text).into_string(),
        Value::Array(values) => values.iter_mut().for_each(scrub),
        Value::Object(object) => object.values_mut().for_each(scrub),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    part.is_empty() || line.windows(part.len()).any(|window| window == part)
}
