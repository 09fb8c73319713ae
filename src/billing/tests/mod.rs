mod convergence;
mod expected;
mod payloads;
mod server;
mod stage;
