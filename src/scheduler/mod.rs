//! What runs by the clock: one flat list, its state in the store, and the thread that looks at both.

mod clean_up;
mod control;
mod deliver;
mod notion;
mod runner;
mod schedule;
mod sql;
mod status;
mod summary;
mod words;

pub use clean_up::{CleanUp, CleanedUp};
pub use control::{PauseTask, ResumeTask, RunTask, TaskStarted, TaskSwitched};
pub use deliver::deliver;
pub use notion::{NotionSynced, SyncNotion};
pub use runner::{Runner, Ticked};
pub use schedule::{SCHEDULE, Scheduled};
pub(crate) use sql::ALL as STATEMENTS;
pub use status::{LastRun, SchedulerStatus, ShowScheduler, TaskStatus};
pub use summary::{Component, ComponentStatus, ScheduledWork, StatusSummary, SummariseStatus};
