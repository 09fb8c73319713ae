//! Delivery of the outbox. Mail goes to the mail server of SMTP_URL; without one, to `DATA_DIR/outbox/emails.ndjson` (mode 0600): an
//! outbox for people to read, not a log; no log route shows it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::events::{Event, Level, Log, Scrubbed};
use crate::operation::Deps;
use crate::operation::outbox::{self, Item, Mail};
use crate::outbound::{Letter, MailFailure, Mailer};
use crate::platform::{Code, Email, Fault, Result, Timestamp};

#[derive(Serialize)]
struct Line<'a> {
    ts: Timestamp,
    to: &'a Email,
    from: &'a Email,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

/// What became of an item that need not be kept.
enum Done {
    /// Handed over.
    Delivered,
    /// Too late to be of use.
    Expired,
    /// Never to be taken: the mail server's reply, if it came to one.
    Refused(Option<u16>),
}

impl Done {
    /// As it stands in the figures.
    fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Expired => "expired",
            Self::Refused(_) => "refused",
        }
    }
}

/// Why an item has to wait, and whether those behind it would fare no better.
struct Held {
    fault: Fault,
    by_all: bool,
}

impl From<Fault> for Held {
    fn from(fault: Fault) -> Self {
        Self { fault, by_all: false }
    }
}

/// Deliver what is due; how many items are done with.
pub fn deliver(deps: &Deps) -> Result<usize> {
    let now = deps.clock.now();
    let items = deps.store.read(|tx| outbox::due(tx, now))?;
    let mut done = 0;
    for item in items {
        // The claim lasts a minute from now, not from when the round began: a slow server may have been met on the way.
        let now = deps.clock.now();
        let wanted = item.clone();
        if !deps.store.write(move |tx| outbox::claim(tx, &wanted, now))? {
            continue;
        }
        let outcome = if item.expires_at < now { Ok(Done::Expired) } else { hand_over(deps, &item, now) };
        match outcome {
            Ok(outcome) => {
                done += 1;
                note(deps, &item, &outcome);
                deps.store.write(move |tx| outbox::delivered(tx, &item.id))?;
            }
            Err(Held { fault, by_all }) => {
                let cause = fault.cause().unwrap_or_else(|| fault.detail.clone());
                let event = Event::new(Log::Scheduler, "delivery_failed").level(Level::Error);
                deps.events
                    .emit(event.field("attempts", item.attempts).field("cause", Scrubbed::text(&cause)));
                let now = deps.clock.now();
                deps.store.write(move |tx| outbox::postpone(tx, &item, now, fault.code.as_str()))?;
                if by_all {
                    // The next round asks once more, with another item.
                    break;
                }
            }
        }
    }
    Ok(done)
}

/// Count what is done with, and say what was lost.
fn note(deps: &Deps, item: &Item, outcome: &Done) {
    let help = "Things to be delivered that are done with, by what became of them.";
    deps.metrics
        .counter_with("echopilot_outbox_done_total", help, &[("outcome", outcome.as_str())])
        .increment();
    let event = match outcome {
        Done::Delivered => return,
        Done::Expired => Event::new(Log::Scheduler, "delivery_expired").level(Level::Warn),
        Done::Refused(reply) => {
            let reply = reply.map(i64::from);
            Event::new(Log::Scheduler, "delivery_refused").level(Level::Error).field("reply", reply)
        }
    };
    deps.events.emit(event.field("attempts", item.attempts));
}

fn hand_over(deps: &Deps, item: &Item, now: Timestamp) -> Result<Done, Held> {
    match item.kind.as_str() {
        "mail" => {
            let mail: Mail = serde_json::from_str(&item.payload).map_err(Fault::internal)?;
            let Some(mailer) = &deps.outside.mailer else {
                append(&outbox_file(&deps.settings.data_dir), &mail, &deps.settings.email_from, now)?;
                return Ok(Done::Delivered);
            };
            send(mailer.as_ref(), item, &mail)
        }
        other => Err(Fault::internal(format!("an outbox item of the unknown kind {other}")).into()),
    }
}

fn send(mailer: &dyn Mailer, item: &Item, mail: &Mail) -> Result<Done, Held> {
    let Mail { to, subject, text, html } = mail;
    let letter = Letter { id: &item.id, to, subject, text, html, written_at: item.created_at };
    match mailer.send(&letter) {
        Ok(()) => Ok(Done::Delivered),
        Err(MailFailure::Refused(reply)) => Ok(Done::Refused(reply)),
        Err(MailFailure::Busy(reply)) => {
            let fault = Fault::new(Code::Upstream, "The mail server takes this mail later");
            Err(fault.because(format!("reply {reply}")).into())
        }
        Err(MailFailure::Down(fault)) => Err(Held { fault, by_all: true }),
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
