//! Delivery of the outbox. Without a mail server, mail goes to `DATA_DIR/outbox/emails.ndjson` (mode 0600): an
//! outbox for people to read, not a log; no log route shows it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::events::{Event, Level, Log, Scrubbed};
use crate::operation::Deps;
use crate::operation::outbox::{self, Item, Mail};
use crate::platform::{Email, Fault, Result, Timestamp};

#[derive(Serialize)]
struct Line<'a> {
    ts: Timestamp,
    to: &'a Email,
    from: &'a Email,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

/// Deliver what is due; how many items.
pub fn deliver(deps: &Deps) -> Result<usize> {
    let now = deps.clock.now();
    let items = deps.store.read(|tx| outbox::due(tx, now))?;
    let mut delivered = 0;
    for item in items {
        let wanted = item.clone();
        if !deps.store.write(move |tx| outbox::claim(tx, &wanted, now))? {
            continue;
        }
        let outcome = if item.expires_at < now { Ok(()) } else { hand_over(deps, &item, now) };
        match outcome {
            Ok(()) => {
                delivered += 1;
                deps.store.write(move |tx| outbox::delivered(tx, &item.id))?;
            }
            Err(fault) => {
                let cause = fault.cause().unwrap_or_else(|| fault.detail.clone());
                let event = Event::new(Log::Scheduler, "delivery_failed").level(Level::Error);
                deps.events
                    .emit(event.field("attempts", item.attempts).field("cause", Scrubbed::text(&cause)));
                deps.store.write(move |tx| outbox::postpone(tx, &item, now, fault.code.as_str()))?;
            }
        }
    }
    Ok(delivered)
}

fn hand_over(deps: &Deps, item: &Item, now: Timestamp) -> Result<()> {
    match item.kind.as_str() {
        "mail" => {
            let mail: Mail = serde_json::from_str(&item.payload).map_err(Fault::internal)?;
            append(&outbox_file(&deps.settings.data_dir), &mail, &deps.settings.email_from, now)
        }
        other => Err(Fault::internal(format!("an outbox item of the unknown kind {other}"))),
    }
}

/// Where mail lies when there is no mail server.
pub(crate) fn outbox_file(data_dir: &Path) -> PathBuf {
    data_dir.join("outbox").join("emails.ndjson")
}

fn append(path: &Path, mail: &Mail, from: &Email, now: Timestamp) -> Result<()> {
    let Mail { to, subject, text, html } = mail;
    let mut line =
        serde_json::to_vec(&Line { ts: now, to, from, subject, text, html }).map_err(Fault::internal)?;
    line.push(b'\n');
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Fault::internal)?;
    }
    let _alone = alone(path)?;
    let mut file =
        OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(Fault::internal)?;
    // One write: a reader never sees half a line, and a crash leaves all or nothing of it.
    file.write_all(&line).map_err(Fault::internal)?;
    file.sync_data().map_err(Fault::internal)
}

/// Between appending and replacing, one at a time, across processes; the lock goes with the file handle.
fn alone(path: &Path) -> Result<fs::File> {
    let lock = path.with_extension("lock");
    let file =
        OpenOptions::new().create(true).append(true).mode(0o600).open(lock).map_err(Fault::internal)?;
    file.lock().map_err(Fault::internal)?;
    Ok(file)
}

/// Remove lines that are older than `before`; how many. The file is replaced, never edited.
pub(crate) fn forget_delivered(path: &Path, before: Timestamp) -> Result<u64> {
    if !path.exists() {
        return Ok(0);
    }
    let _alone = alone(path)?;
    let Ok(text) = fs::read_to_string(path) else { return Ok(0) };
    let stamp = before.to_string();
    // RFC 3339 in UTC with fixed width sorts as text.
    let old = |line: &&str| line.get(7..31).is_some_and(|ts| ts < stamp.as_str());
    let (gone, kept): (Vec<&str>, Vec<&str>) = text.lines().partition(old);
    if gone.is_empty() {
        return Ok(0);
    }
    let mut rest = kept.join("\n");
    if !rest.is_empty() {
        rest.push('\n');
    }
    let new = path.with_extension("ndjson.new");
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .map_err(Fault::internal)?;
    file.write_all(rest.as_bytes()).and_then(|()| file.sync_all()).map_err(Fault::internal)?;
    fs::rename(&new, path).map_err(Fault::internal)?;
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_is_appended_privately_and_old_lines_go() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = outbox_file(folder.path());
        let mail = Mail {
            to: Email::parse("a@b.co").unwrap(),
            subject: "s".into(),
            text: "line\nline".into(),
            html: "<p>".into(),
        };
        for hour in 0..3 {
            append(&path, &mail, &Email::parse("us@b.co").unwrap(), Timestamp(hour * 3_600_000)).unwrap();
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(forget_delivered(&path, Timestamp(3_600_000)).unwrap(), 1);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(forget_delivered(&path, Timestamp(3_600_000)).unwrap(), 0);
    }
}
