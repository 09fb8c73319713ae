//! Whole paths through the product, on every engine.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what a test can't set up shall stop it")]
#![expect(clippy::print_stderr, reason = "what a test says must be seen in its output")]

mod support;

// The code itself.
mod architecture;
mod catalogue;
mod docs;
mod memory;
mod openapi;
mod sizes;
mod statements;

// The binary.
mod cli;
mod config;
mod serve;
mod smoke;

// The flows.
mod auth;
mod billing;
mod devices;
mod durability;
mod foreign;
mod headers;
mod hostile;
mod idempotency;
mod jobs;
mod limits;
mod logs;
mod outbox;
mod passwords;
mod problems;
mod replicas;
mod scheduler;
mod sign_in;
mod tokens;
