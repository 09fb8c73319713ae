//! What EchoPilot sends to others: one HTTP client, with bounds on everything.

mod http;

pub use http::{Http, Reply};
