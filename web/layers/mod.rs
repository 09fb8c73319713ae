//! What stands between a connection and what answers, in this order:
//!
//! | guard | why here |
//! |---|---|
//! | [`request_id`] | every answer and line names it, refusals included |
//! | [`host`] | an ambiguous request is not looked at any further |
//! | [`address`] | limits and lines need to know whose it is |
//! | the table of `mount` | limits, sizes and access depend on the route |
//! | operator's key | cheap, and whoever has one is not limited |
//! | [`limits`] | before anything that costs: lookups, bodies, work |
//! | session token | may cost a lookup |
//! | [`csrf`], access | before the body is read |
//! | [`body`] | size and time |
//! | the operation or handler | |
//! | [`packed`] | pages are a quarter of their size on the way to a phone |
//! | [`headers`], metrics, [`access_log`] | on everything, a caught panic too |
//!
//! One function instead of a pile of middlewares: together the guards must cost a few microseconds.

pub(crate) mod access_log;
pub(crate) mod address;
pub(crate) mod body;
pub(crate) mod csrf;
mod front;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod limits;
mod packed;
mod record;
pub(crate) mod request_id;
mod streaming;
mod visit;

pub use csrf::FormKey;
pub use front::Front;
pub use headers::{DATA_POLICY, PAGE_POLICY};
pub use visit::Visit;
