//! The files of the logs: appending whole lines, putting full files aside, removing the oldest.
//!
//! Several processes may write into one folder. Each batch is appended under an exclusive lock on `.lock`, and the
//! file is looked up again by name under that lock: a file that another process has put aside, or that somebody
//! deleted, is not written to any more. A file is put aside as `http.000001.ndjson`, numbered upwards.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{EventsConfig, Log};
use crate::platform::{Code, Fault, Result};

const LOCK: &str = ".lock";
const FILE_MODE: u32 = 0o640;
const DIRECTORY_MODE: u32 = 0o750;
/// How long another process may hold the lock before this counts as a failure.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// The open files of one writer.
#[derive(Debug)]
pub(super) struct Files {
    directory: PathBuf,
    max_file_bytes: u64,
    max_total_bytes: u64,
    lock: Option<File>,
    open: [Option<File>; Log::ALL.len()],
}

impl Files {
    /// Make the folder and see that a file can be made in it.
    pub(super) fn open(config: &EventsConfig) -> Result<Self> {
        let mut files = Self {
            directory: config.directory.clone(),
            max_file_bytes: config.max_file_bytes.max(1),
            max_total_bytes: config.max_total_bytes,
            lock: None,
            open: Default::default(),
        };
        let opened = files.locked(Files::remove_oldest);
        opened.map_err(|error| {
            let place = config.directory.display();
            Fault::new(Code::Unavailable, format!("LOG_DIR {place} can't be written: {error}")).because(error)
        })?;
        Ok(files)
    }

    /// Forget every open file, so that the next try starts from the names.
    pub(super) fn close(&mut self) {
        self.lock = None;
        self.open = Default::default();
    }

    /// Append whole lines to a log.
    pub(super) fn append(&mut self, log: Log, lines: &[u8]) -> io::Result<()> {
        self.locked(|files| files.append_locked(log, lines))
    }

    fn append_locked(&mut self, log: Log, lines: &[u8]) -> io::Result<()> {
        let path = self.directory.join(log.file_name());
        let slot = log.index();
        let mut length = current_length(self.open[slot].as_ref(), &path);
        if length.is_none_or(|length| length > 0 && length + lines.len() as u64 > self.max_file_bytes) {
            self.open[slot] = None;
            length = None;
            if fs::metadata(&path)
                .is_ok_and(|meta| meta.len() > 0 && meta.len() + lines.len() as u64 > self.max_file_bytes)
            {
                self.put_aside(log, &path)?;
            }
        }
        let file = match &mut self.open[slot] {
            Some(file) => file,
            empty => empty.insert(OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(&path)?),
        };
        let before = match length {
            Some(length) => length,
            None => file.metadata()?.len(),
        };
        if let Err(error) = file.write_all(lines) {
            // Nobody else appends while we hold the lock, so what is there now is our own half.
            let _ = file.set_len(before);
            return Err(error);
        }
        Ok(())
    }

    /// Rename a full file to the next number and keep the total below its cap.
    fn put_aside(&mut self, log: Log, path: &Path) -> io::Result<()> {
        let next = segments(&self.directory, log)?.last().map_or(1, |(number, _)| number + 1);
        fs::rename(path, self.directory.join(format!("{}.{next:06}.ndjson", log.name())))?;
        self.remove_oldest()
    }

    fn remove_oldest(&mut self) -> io::Result<()> {
        let mut total = 0;
        let mut removable = Vec::new();
        // One look at the folder for all logs: this runs at each start.
        for entry in fs::read_dir(&self.directory)? {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
            let name = name.to_str().unwrap_or("");
            let segment = Log::ALL.into_iter().find_map(|log| segment_number(log, name));
            if segment.is_none() && Log::ALL.into_iter().all(|log| log.file_name() != name) {
                continue;
            }
            let meta = fs::metadata(&path)?;
            total += meta.len();
            if let Some(number) = segment {
                removable.push((meta.mtime(), meta.mtime_nsec(), number, path, meta.len()));
            }
        }
        removable.sort();
        for (_, _, _, path, length) in removable {
            if total <= self.max_total_bytes {
                break;
            }
            fs::remove_file(path)?;
            total -= length;
        }
        Ok(())
    }

    /// Run `work` while no other process appends or rotates.
    fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        let path = self.directory.join(LOCK);
        let mut waited = Duration::ZERO;
        loop {
            if current_length(self.lock.as_ref(), &path).is_none() {
                DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(&self.directory)?;
                let file = OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(&path)?;
                self.lock = Some(file);
            }
            let Some(lock) = &self.lock else { continue };
            match lock.try_lock() {
                // The folder may have been removed between opening and locking; then that lock excludes nobody.
                Ok(()) if current_length(Some(lock), &path).is_some() => break,
                Ok(()) => self.lock = None,
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if waited >= LOCK_PATIENCE => {
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, "another process holds the lock"));
                }
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(Duration::from_millis(2));
                    waited += Duration::from_millis(2);
                }
            }
        }
        let outcome = work(self);
        if let Some(lock) = &self.lock {
            lock.unlock()?;
        }
        outcome
    }
}

/// The length of `file` if it is still what `path` names.
fn current_length(file: Option<&File>, path: &Path) -> Option<u64> {
    let named = fs::metadata(path).ok()?;
    let held = file?.metadata().ok()?;
    (named.dev() == held.dev() && named.ino() == held.ino()).then_some(held.len())
}

/// The number in the name of a segment of `log`; none for any other name.
fn segment_number(log: Log, name: &str) -> Option<u64> {
    let number = name.strip_prefix(log.name())?.strip_prefix('.')?.strip_suffix(".ndjson")?;
    let is_number = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok()).flatten()
}

/// The segments of a log that were put aside, oldest first.
pub(super) fn segments(directory: &Path, log: Log) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| segment_number(log, name));
        if let Some(number) = number {
            found.push((number, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}
