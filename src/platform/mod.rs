//! What everything else stands on: faults, time, identifiers and values that must not be shown.

mod clock;
mod email;
mod fault;
mod ids;
mod money;
mod problem;
mod reference;
mod root_key;
mod secret;
mod written;

pub use clock::{Clock, ManualClock, Timestamp};
pub use email::Email;
pub use fault::{Code, Fault, FieldProblem, Result};
pub use ids::{Chance, Ids};
pub use money::{format_money, grouped};
pub use problem::ProblemDocument;
pub use reference::{Reference, ReferenceKey};
pub use root_key::RootKey;
pub use secret::{Secret, digest_hex};
pub use written::written;
