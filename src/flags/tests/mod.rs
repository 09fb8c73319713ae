//! The two pure parts: how users are shared, and what their conversions say.

mod sharing;
mod statistics;
