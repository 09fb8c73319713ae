//! Whatever order events come in, the mirror ends as Stripe is.

mod comparing;
mod convergence;
mod expected;
mod payloads;
mod server;
mod stage;
