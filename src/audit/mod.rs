//! Reading back what happened: the logs, and what was told to operators.

mod events;
mod tail;

pub use events::{ListOpsEvents, OpsEvents};
pub use tail::{LogTail, TailLog};
