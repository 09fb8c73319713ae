//! Documents that may change while the process runs.
//!
//! [`HotDocument::get`] is a pointer load. The document comes from a file in `CONFIG_DIR` or, on PostgreSQL, from a
//! row that closures read and write; where neither is there, the default built into the binary holds. What does
//! not parse or validate is reported as degraded while the last good value stays in use.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::{ArcSwap, Guard};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::platform::{Clock, Code, Fault, Result, Timestamp, digest_hex};

/// What a document must be beyond its types.
pub trait Validate {
    /// Say what is wrong, in words for whoever wrote the document.
    fn validate(&self) -> Result<(), String>;
}

/// A document in use.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The document.
    pub value: T,
    /// Names this text; a write says which one it read.
    pub version: String,
    /// Since when it is in use.
    pub since: Timestamp,
}

/// The text of a row, if there is one.
type ReadRow = Box<dyn Fn() -> Result<Option<String>> + Send + Sync>;
/// Replace the row when its text is still the first argument (`None`: absent); false when it is not.
type WriteRow = Box<dyn Fn(Option<&str>, &str) -> Result<bool> + Send + Sync>;

/// A row of the store, behind closures so that this module need not know the store.
pub struct Rows {
    /// Read the text.
    pub read: ReadRow,
    /// Compare and replace: the text that must be there, the new one.
    pub write: WriteRow,
}

/// Where a document lies.
pub enum HotSource {
    /// A file; absent means the default.
    File(PathBuf),
    /// A row; absent means the default.
    Rows(Rows),
}

impl std::fmt::Debug for HotSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Rows(_) => f.write_str("Rows"),
        }
    }
}

/// How a document is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotState {
    /// Its name.
    pub name: &'static str,
    /// The version in use.
    pub version: String,
    /// Since when.
    pub since: Timestamp,
    /// Why the newest text is not in use, if that is so.
    pub degraded: Option<String>,
}

/// What was seen at the last look, so that an unchanged file costs one `stat`.
#[derive(Debug, Default)]
struct Seen {
    stamp: Option<(SystemTime, u64)>,
    looked: Option<Instant>,
    degraded: Option<String>,
}

/// A document that may change.
#[derive(Debug)]
pub struct HotDocument<T> {
    name: &'static str,
    default: &'static str,
    source: HotSource,
    clock: Clock,
    current: ArcSwap<Loaded<T>>,
    seen: Mutex<Seen>,
}

/// How often a row is read again: replicas agree within a minute, also when a look takes its time.
const ROWS_EVERY: Duration = Duration::from_secs(30);
/// How often [`HotDocument::refresh_when_due`] is to be called.
pub const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
/// A file changed this recently may change again within the same time stamp, so its text is compared.
const STAMP_STEP: Duration = Duration::from_secs(2);
/// Nothing that is read at each request should be larger.
const LARGEST: u64 = 16 << 20;

impl<T: DeserializeOwned + Validate> HotDocument<T> {
    /// Read the document. When the text in its place is wrong the default is used and the state says so; only a
    /// wrong default is an error.
    pub fn open(name: &'static str, default: &'static str, source: HotSource, clock: Clock) -> Result<Self> {
        let value =
            parse(default).map_err(|reason| Fault::internal(format!("default of {name}: {reason}")))?;
        let first = Loaded { value, version: version_of(default), since: clock.now() };
        let document = Self {
            name,
            default,
            source,
            clock,
            current: ArcSwap::from_pointee(first),
            seen: Mutex::default(),
        };
        document.refresh();
        Ok(document)
    }

    /// The document in use.
    pub fn get(&self) -> Guard<Arc<Loaded<T>>> {
        self.current.load()
    }

    /// Whether the document in use is the one built into the binary.
    pub fn is_default(&self) -> bool {
        self.current.load().version == version_of(self.default)
    }

    /// How it is doing.
    pub fn state(&self) -> HotState {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current.load();
        HotState {
            name: self.name,
            version: current.version.clone(),
            since: current.since,
            degraded: seen.degraded.clone(),
        }
    }

    /// Look again if it is time to: files whenever this is called, rows every half minute.
    pub fn refresh_when_due(&self) {
        let due = match &self.source {
            HotSource::File(_) => true,
            HotSource::Rows(_) => {
                let looked = self.seen.lock().unwrap_or_else(PoisonError::into_inner).looked;
                looked.is_none_or(|looked| Clock::monotonic().duration_since(looked) >= ROWS_EVERY)
            }
        };
        if due {
            self.refresh();
        }
    }

    /// Look whether the text has changed, and use it if it is right. True when another version is in use now.
    pub fn refresh(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.looked = Some(Clock::monotonic());
        let before = self.current.load().version.clone();
        let text = match &self.source {
            HotSource::File(path) => {
                let stamp = stamp(path);
                let settled = stamp.is_none_or(|(changed, _)| {
                    let age = self.clock.now().millis() - millis_of(changed);
                    u128::from(age.unsigned_abs()) > STAMP_STEP.as_millis()
                });
                if settled && stamp.is_some() && stamp == seen.stamp {
                    return false;
                }
                seen.stamp = stamp;
                read_file(path)
            }
            HotSource::Rows(rows) => (rows.read)().map_err(|fault| fault.to_string()),
        };
        let text = text.map(|text| text.unwrap_or_else(|| self.default.to_owned()));
        let outcome = text.and_then(|text| {
            if version_of(&text) == before {
                Ok(())
            } else {
                parse(&text).map(|value| self.swap(value, &text))
            }
        });
        seen.degraded = outcome.err();
        drop(seen);
        self.current.load().version != before
    }

    /// Use `text` until a better one comes, although it does not stand in the document's place: what was good last.
    pub fn stand_in(&self, text: &str) -> Result<(), String> {
        parse(text).map(|value| self.swap(value, text))
    }

    fn swap(&self, value: T, text: &str) {
        let next = Loaded { value, version: version_of(text), since: self.clock.now() };
        self.current.store(Arc::new(next));
    }

    /// Replace the document. `version` names the one that was read; when another has come since, this is a
    /// Conflict and nothing changes. The new one is in use when this returns, and on the disk.
    pub fn write(&self, version: &str, value: T) -> Result<String>
    where
        T: Serialize,
    {
        value.validate().map_err(|reason| Fault::invalid(self.name, reason))?;
        let mut text = serde_json::to_string_pretty(&value).map_err(Fault::internal)?;
        text.push('\n');
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.source {
            HotSource::File(path) => {
                let _lock = lock_beside(path).map_err(|error| unwritable(path, error))?;
                let stored = read_file(path).map_err(|reason| Fault::new(Code::Unavailable, reason))?;
                self.expect_version(version, stored.as_deref())?;
                write_file(path, &text).map_err(|error| unwritable(path, error))?;
                seen.stamp = stamp(path);
            }
            HotSource::Rows(rows) => {
                let stored = (rows.read)()?;
                self.expect_version(version, stored.as_deref())?;
                if !(rows.write)(stored.as_deref(), &text)? {
                    return Err(self.conflict());
                }
            }
        }
        seen.degraded = None;
        self.swap(value, &text);
        Ok(version_of(&text))
    }

    fn expect_version(&self, version: &str, stored: Option<&str>) -> Result<()> {
        // Compared with what is stored, not with what is in memory: another process may have written since.
        if version_of(stored.unwrap_or(self.default)) == version { Ok(()) } else { Err(self.conflict()) }
    }

    fn conflict(&self) -> Fault {
        let detail =
            format!("{} has changed since you read it: read it again and repeat your change", self.name);
        Fault::new(Code::Conflict, detail)
    }
}

fn parse<T: DeserializeOwned + Validate>(text: &str) -> Result<T, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    value.validate()?;
    Ok(value)
}

fn version_of(text: &str) -> String {
    digest_hex(text.as_bytes())[..16].to_owned()
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

fn millis_of(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn read_file(path: &Path) -> Result<Option<String>, String> {
    let too_large = fs::metadata(path).is_ok_and(|meta| meta.len() > LARGEST);
    if too_large {
        return Err(format!("{} is larger than {LARGEST} bytes", path.display()));
    }
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{} can't be read: {error}", path.display())),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Hold off other processes that write the same document.
fn lock_beside(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().append(true).create(true).open(beside(path, ".lock"))?;
    file.lock()?;
    Ok(file)
}

/// Replace a file so that a reader, or a crash, sees the old text or the new one.
fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let temporary = beside(path, ".new");
    let mut file = File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

fn unwritable(path: &Path, error: io::Error) -> Fault {
    let code = if error.kind() == io::ErrorKind::StorageFull { Code::StorageFull } else { Code::Unavailable };
    Fault::new(code, format!("{} can't be written: {error}", path.display())).because(error)
}

#[cfg(test)]
mod tests;
