//! Reading the logs back.

mod tail;

pub use tail::{LogTail, TailLog};
