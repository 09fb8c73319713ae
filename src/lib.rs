//! EchoPilot's domain: operations, the store and what they stand on. Synchronous, prints nothing, reads no
//! global. `web` puts it on HTTP, `commands` into the shell.
//!
//! | layer | modules |
//! |---|---|
//! | platform | [`platform`]: faults, time, identifiers, secrets |
//! | services | [`config`], [`store`], [`events`], [`observability`], [`outbound`]: they do not know each other |
//! | operation | [`operation`]: the trait, the gate, decoding, what operations share |
//! | slices | a folder a capability; each owns its types, SQL and operations |
//! | tables | [`catalogue`] lists everything once; [`openapi`] and the documents are made from it |

pub mod platform;

pub mod config;
pub mod events;
pub mod observability;
pub mod outbound;
pub mod store;

pub mod operation;

pub mod audit;
pub mod auth;
pub mod billing;
pub mod customers;
pub mod demo;
pub mod flags;
pub mod governance;
pub mod jobs;
pub mod leads;
pub mod pricing;
pub mod privacy;
pub mod scheduler;
pub mod sentinel;
pub mod slo;
pub mod support;
pub mod warehouse;

pub mod catalogue;
pub mod documents;
pub mod openapi;
