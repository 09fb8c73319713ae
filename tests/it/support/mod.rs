//! What the tests stand on. Nothing that we own is mocked.
//!
//! - [`Home`] is a place for the real binary: a data folder, a database of one engine, settings. [`Home::serve`] starts
//!   a server there, [`Home::run`] runs any other command. A second `serve` on the same home is a restart or a replica.
//! - [`Served`] is a running server: [`Served::get`], [`Served::post`] and [`Served::call`] ask it, [`Served::sign_in`]
//!   and [`Served::demo_token`] make sessions, [`Served::logs`] reads what it wrote. It is killed when dropped.
//! - [`TestApp`] is the same product inside this process, with a clock that the test turns and seeded identifiers.
//! - [`engines`] are the engines that a story is told on.

mod app;
mod browser;
pub(crate) mod canaries;
mod client;
mod database;
mod home;
pub(crate) mod inputs;
mod notion_server;
pub(crate) mod peers;
pub(crate) mod raw;
pub(crate) mod recorder;
mod served;
pub(crate) mod stripe;
pub(crate) mod stripe_events;
mod verifier;
mod waiting;
pub(crate) mod wire;

pub(crate) use app::TestApp;
pub(crate) use browser::{Browser, encode, percent};
pub(crate) use client::{Answer, Call};
pub(crate) use echopilot_core::store::Engine;
pub(crate) use echopilot_core::store::testing::engines;
pub(crate) use home::{Home, OPERATOR_KEY, Ran};
pub(crate) use notion_server::{DATABASE, Mood, NotionServer, PARTNERS, TOKEN as NOTION_TOKEN};
pub(crate) use served::{Served, code_in};
pub(crate) use verifier::Verifier;
pub(crate) use waiting::eventually;

/// Tell a story on each engine.
pub(crate) fn on_each_engine(story: impl Fn(Engine)) {
    for engine in engines() {
        eprintln!("on {engine}");
        story(*engine);
    }
}

/// The root of the checkout.
pub(crate) fn checkout() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}
