//! EchoPilot over HTTP: the only asynchronous code.
//!
//! ```text
//! server   connections: time-outs, caps, drain          layers   guards, in order, around every request
//! mount    the catalogue on HTTP; `offload`             caller   credentials
//! foreign  what other standards own                     problem  errors
//! pages    HTML: handlers, and views for askama         assets   style sheet, scripts and icons, embedded
//! live     tells open pages what changed
//! chart    figures as SVG                               chaos_proxy  disturbs webhooks, for who receives them
//! ```
//!
//! Start: [`front`] over the dependencies, then [`listen`] and [`serve`].

pub mod assets;
pub mod chaos_proxy;
pub mod chart;
pub mod foreign;
pub mod guides;
pub mod layers;
pub mod mount;
pub mod pages;
pub mod problem;
pub mod server;
pub mod site;

mod caller;
pub mod live;

use std::sync::Arc;

use echopilot_core::catalogue::CATALOGUE;
use echopilot_core::operation::Deps;
use echopilot_core::platform::Result;

pub use chaos_proxy::{Passed, disturb};
pub use foreign::Foreign;
pub use layers::{Front, Visit};
pub use problem::Problem;
pub use server::{Caps, Patience, listen, serve};
pub use site::Site;

/// Everything behind its guards: the catalogue, the pages and what other standards own.
pub fn front(deps: &Arc<Deps>) -> Result<Arc<Front>> {
    let site = Site::new(Arc::clone(deps), pages::error_page);
    Front::new(site, CATALOGUE, pages::ROWS, pages::router())
}

/// Every route that is no operation.
pub fn rows() -> impl Iterator<Item = &'static Foreign> {
    foreign::ROWS.iter().chain(pages::ROWS)
}

#[cfg(test)]
mod tests;
