//! How the service is doing: alive, ready, what it depends on and what it runs on.

mod dependencies;
mod figures;
mod health;
mod history;
mod host;
mod look;
mod ready;
mod services;
mod spans;
mod sql;

pub use dependencies::{
    Dependencies, Dependency, DependencyStatus, EVERY as CHECKED_EVERY, report as report_dependency,
};
pub use figures::register as register_figures;
pub use health::{Health, Overall, ShowHealth};
pub use history::{DependencyCourse, DependencyHistory, ShowDependencies};
pub use host::{EVERY as HOST_LOOKED_AT_EVERY, Host};
pub use look::{Look, Sentinel, ShowSentinel, State};
pub use ready::{Readiness, ShowReadiness};
pub use services::{EVERY as SERVICES_ASKED_EVERY, Services};
pub use spans::{KEPT as SPANS_KEPT, forget as forget_spans};
pub(crate) use sql::ALL as STATEMENTS;
