//! Jobs: the AI work that customers pay for.

mod days;
mod forget;
mod list;
mod sql;
mod summary;

pub use days::{DayFigures, JobDays, ListJobDays};
pub use forget::forget_customer;
pub use list::{Job, Jobs, ListJobs, add};
pub(crate) use sql::ALL as STATEMENTS;
pub use summary::{AccountSummary, MonthFigures, SummariseAccount};
