mod convergence;
mod expected;
mod server;
mod stage;
