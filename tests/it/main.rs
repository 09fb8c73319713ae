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
mod abuse;
mod auth;
mod billing;
mod board;
mod board_flags;
mod board_leads;
mod board_live;
mod chaos;
mod checkout;
mod customers;
mod devices;
mod durability;
mod erase;
mod experiments;
mod flags;
mod foreign;
mod headers;
mod hostile;
mod idempotency;
mod invoices;
mod jobs;
mod keys;
mod leads;
mod legacy;
mod limits;
mod log_follow;
mod logs;
mod logs_of_money;
mod mail;
mod matrix;
mod notion;
mod openfeature;
mod operators;
mod outbox;
mod palette;
mod passwords;
mod payments_page;
mod price_experiment;
mod pricing;
mod problems;
mod reconcile;
mod refunds;
mod refunds_crash;
mod replicas;
mod scheduler;
mod sentinel;
mod shared_limits;
mod sign_in;
mod site;
mod strangers;
mod stripe_forms;
mod tickets;
mod tokens;
mod traffic;
mod warehouse;
mod warehouse_page;
mod webhooks;
