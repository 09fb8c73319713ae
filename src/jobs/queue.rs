//! The jobs as a whole: how many wait and since when, which kinds there are, and whether anything moved.

use super::sql::{KINDS, MARK, QUEUE};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args, row};

/// The jobs that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many.
    pub depth: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
}

row! { Queue { depth, oldest } }

/// What changes whenever a job comes, begins or ends: for whoever watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// When the newest came.
    pub created: Option<Timestamp>,
    /// When one last began.
    pub started: Option<Timestamp>,
    /// When one last ended.
    pub finished: Option<Timestamp>,
}

row! { Mark { created, started, finished } }

/// The jobs that wait.
pub fn queue(tx: &mut Tx<'_>) -> Result<Queue> {
    tx.one(QUEUE, args![])
}

/// The kinds of jobs there are, for a filter.
pub fn kinds(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    tx.rows(KINDS, args![])
}

/// Whether anything moved since another mark.
pub fn mark(tx: &mut Tx<'_>) -> Result<Mark> {
    tx.one(MARK, args![])
}
