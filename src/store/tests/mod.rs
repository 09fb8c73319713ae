//! Stories about the store, each told on both engines.

mod dialect;
mod documents;
mod leases;
mod migrations;
mod outages;
mod tls;
mod transactions;
mod writer;
