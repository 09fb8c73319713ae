//! Stored runs: an operation that is to run later, or ran by schedule. The row says what became of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sql::{
    RUN_ABANDON, RUN_CLAIM, RUN_COUNT_ABANDONED, RUN_FINISH, RUN_FORGET, RUN_INSERT, RUN_IS_CLAIMED,
    RUN_LATEST, RUN_QUEUED, RUN_REQUEUE,
};
use super::{Answer, Cx};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// How often a run is begun anew when its process dies.
const ATTEMPTS: i64 = 3;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Stored, not begun.
    Queued,
    /// At work.
    Running,
    /// Done.
    Succeeded,
    /// Ended with a fault.
    Failed,
}

/// A stored run.
#[derive(Debug, Clone)]
pub struct Run {
    /// ULID.
    pub id: String,
    /// The operation's name.
    pub operation: String,
    /// Its input, a JSON object.
    pub input: String,
    /// Where it stands: `queued`, `running`, `succeeded`, `failed`.
    pub state: String,
    /// Why it runs: `request` or `schedule`.
    pub cause: String,
    /// When it was asked for, or due.
    pub requested_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// `ok`, or the fault's code.
    pub outcome: Option<String>,
    /// The fault's words.
    pub detail: Option<String>,
}

row! { Run { id, operation, input, state, cause, requested_at, started_at, finished_at, outcome, detail } }

/// Store a run on request of `cx`'s caller and give its id.
pub(super) fn enqueue<O: Serialize>(cx: &Cx, operation: &'static str, input: &O) -> Result<String> {
    let input = serde_json::to_string(input).map_err(Fault::internal)?;
    let id = cx.deps.ids.ulid_at(cx.now);
    let (run, now, by) = (id.clone(), cx.now, cx.caller.kind());
    cx.deps.store.write(move |tx| insert(tx, &run, operation, &input, "request", now, by))?;
    Ok(id)
}

/// Store a run, within the caller's transaction.
pub fn insert(
    tx: &mut Tx<'_>,
    id: &str,
    operation: &str,
    input: &str,
    cause: &str,
    at: Timestamp,
    by: &str,
) -> Result<()> {
    tx.run(RUN_INSERT, args![id, operation, input, cause, at, by])?;
    Ok(())
}

/// The runs that wait, oldest first, 20 at the most.
pub fn queued(tx: &mut Tx<'_>) -> Result<Vec<Run>> {
    tx.rows(RUN_QUEUED, args![])
}

/// The latest `count` runs of an operation, newest first.
pub fn latest(tx: &mut Tx<'_>, operation: &str, count: i64) -> Result<Vec<Run>> {
    tx.rows(RUN_LATEST, args![operation, count])
}

/// Take a waiting run; false when somebody else has.
pub fn claim(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.run(RUN_CLAIM, args![id, now])? == 1)
}

/// Whether a run is still claimed: who was held up between claiming it and taking its lease asks once more, since it
/// may have been queued again and done meanwhile.
pub fn is_claimed(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    let claimed: i64 = tx.one(RUN_IS_CLAIMED, args![id])?;
    Ok(claimed == 1)
}

/// Write down what became of a run.
pub fn finish(tx: &mut Tx<'_>, id: &str, now: Timestamp, result: &Result<Answer>) -> Result<()> {
    let (state, outcome, detail, output) = match result {
        Ok(answer) => ("succeeded", "ok", None, Some(String::from_utf8_lossy(&answer.body).into_owned())),
        Err(fault) => ("failed", fault.code.as_str(), Some(fault.detail.clone()), None),
    };
    tx.run(RUN_FINISH, args![id, state, now, outcome, detail, output])?;
    Ok(())
}

/// The lease that a run holds while it is executed.
pub fn lease_name(id: &str) -> String {
    format!("run {id}")
}

/// Whether there is a run whose process died.
pub fn has_abandoned(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    let count: i64 = tx.one(RUN_COUNT_ABANDONED, args![now, now.minus(Duration::from_secs(10))])?;
    Ok(count > 0)
}

/// Runs whose process died wait again, up to three times; how many.
pub fn requeue_abandoned(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    let claimed_before = now.minus(Duration::from_secs(10));
    tx.run(RUN_ABANDON, args![now, ATTEMPTS, claimed_before])?;
    tx.run(RUN_REQUEUE, args![now, ATTEMPTS, claimed_before])
}

/// Remove finished runs that were asked for before `before`.
pub fn clean_up(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(RUN_FORGET, args![before])
}
