//! Stories about the warehouse, on a real server, with the source on each engine.

mod carried;
mod faults;
mod first_load;
mod operations;
mod support;
