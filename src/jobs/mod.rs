//! Jobs: the AI work that customers pay for.

mod days;
mod forget;
mod list;
mod queue;
mod show;
mod sql;
mod summary;

pub use days::{DayFigures, JobDays, ListJobDays};
pub use forget::forget_customer;
pub use list::{Job, Jobs, ListJobs, STATUSES, add};
pub use queue::{Mark, Queue, kinds, mark, queue};
pub use show::ShowJob;
pub(crate) use sql::ALL as STATEMENTS;
pub use summary::{AccountSummary, MonthFigures, SummariseAccount};
