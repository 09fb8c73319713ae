//! Runs as the source remembers them: the status can be told while the warehouse is down.

use std::time::Duration;

use super::report::TableSync;
use super::sql::{ATTEMPTS, BEGIN, FINISH, FORGET, INTERRUPT, LAST_SUCCESS, LATEST, NEWEST, NEXT, RECENT};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::lease::Fence;
use crate::store::{Store, Tx, args, row};

/// How long runs are remembered.
const KEPT: Duration = Duration::from_hours(24 * 400);

/// What a remembered run was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sync,
    Verify,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Verify => "verify",
        }
    }
}

/// A remembered run.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) run_id: String,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) detail: Option<String>,
    pub(super) is_full: bool,
    tables: String,
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
}

row! { Past { run_id, kind, status, detail, is_full, tables, started_at, finished_at } }

impl Past {
    pub(super) fn tables(&self) -> Result<Vec<TableSync>> {
        serde_json::from_str(&self.tables).map_err(Fault::internal)
    }
}

/// Remember that a run begins. Answers an id that no other run has: a stored run that is begun anew after its process
/// died keeps its run id, but is another attempt.
pub(super) fn begin(
    store: &Store,
    fence: &Fence,
    run_id: &str,
    kind: Kind,
    is_full: bool,
    now: Timestamp,
) -> Result<String> {
    let (fence, run_id) = (fence.clone(), run_id.to_owned());
    store.write(move |tx| {
        fence.check(tx)?;
        // Who holds the lease knows that nobody else is running.
        tx.run(INTERRUPT, args![now])?;
        tx.run(FORGET, args![now.minus(KEPT)])?;
        let attempts: i64 = tx.one(ATTEMPTS, args![&run_id])?;
        let id = if attempts == 0 { run_id.clone() } else { format!("{run_id}-{}", attempts + 1) };
        // By number, not by time: a clock may step back.
        let number: i64 = tx.one(NEXT, args![])?;
        tx.run(BEGIN, args![&id, number, &run_id, kind.as_str(), is_full, now])?;
        Ok(id)
    })
}

/// Remember how it ended.
pub(super) fn finish(
    store: &Store,
    id: &str,
    status: &'static str,
    detail: Option<String>,
    tables: &[TableSync],
    now: Timestamp,
) -> Result<()> {
    let (id, tables) = (id.to_owned(), serde_json::to_string(tables).map_err(Fault::internal)?);
    store.write(move |tx| tx.run(FINISH, args![&id, status, detail.as_deref(), &tables, now]).map(drop))
}

/// The latest sync that is over: one that ended, or the very latest one when its process died, which the next run will
/// write down. Whoever works holds the lease.
pub(super) fn last_sync(tx: &mut Tx<'_>, is_held: bool) -> Result<Option<Past>> {
    if is_held {
        return latest(tx, Kind::Sync);
    }
    let newest = recent(tx, 1)?.pop();
    let died = newest.filter(|past| past.kind == Kind::Sync.as_str() && past.finished_at.is_none());
    match died {
        Some(past) => Ok(Some(Past { status: "interrupted".to_owned(), ..past })),
        None => latest(tx, Kind::Sync),
    }
}

/// The latest run that ended.
pub(super) fn latest(tx: &mut Tx<'_>, kind: Kind) -> Result<Option<Past>> {
    tx.maybe(LATEST, args![kind.as_str()])
}

/// The latest runs, newest first, also one that is at work.
pub(super) fn recent(tx: &mut Tx<'_>, most: u32) -> Result<Vec<Past>> {
    tx.rows(RECENT, args![i64::from(most)])
}

/// The latest run and how it stands: equal marks, nothing has begun or ended since.
pub fn mark(tx: &mut Tx<'_>) -> Result<Option<(String, String)>> {
    tx.maybe(NEWEST, args![])
}

/// When a run last succeeded.
pub(super) fn last_success(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    tx.one(LAST_SUCCESS, args![])
}
