//! How the service is doing: alive, ready, and what it depends on.

mod dependencies;
mod figures;
mod health;
mod ready;
mod stripe;

pub use dependencies::{Dependencies, Dependency, DependencyStatus, EVERY as CHECKED_EVERY};
pub use figures::register as register_figures;
pub use health::{Health, Overall, ShowHealth};
pub use ready::{Readiness, ShowReadiness};
