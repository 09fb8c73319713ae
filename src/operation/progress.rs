//! How far an operation is, for whoever watches it: a shell on a terminal does, everybody else waits for the answer.

/// Somebody who watches.
pub trait Progress: Send + Sync {
    /// Of `what`, `done` of `all` are done; `None` where nobody knows how many there are.
    fn at(&self, what: &'static str, done: u64, all: Option<u64>);
}
