//! How the service is doing: alive, ready, and what it depends on.

mod dependencies;
mod figures;
mod health;
mod ready;
mod services;

pub use dependencies::{
    Dependencies, Dependency, DependencyStatus, EVERY as CHECKED_EVERY, report as report_dependency,
};
pub use figures::register as register_figures;
pub use health::{Health, Overall, ShowHealth};
pub use ready::{Readiness, ShowReadiness};
pub use services::{EVERY as SERVICES_ASKED_EVERY, Services};
