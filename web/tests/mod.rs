//! The whole front over loopback: real connections, real dependencies, a few operations of the tests' own.

mod credentials;
mod hostile;
mod limits;
mod operations;
mod support;
