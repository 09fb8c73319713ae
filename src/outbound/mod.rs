//! What EchoPilot asks of others: small traits with one real implementation each. `operation/outside.rs` says which are
//! configured.

mod http;
mod notion;
mod stripe;

pub use http::{Http, Reply};
pub use notion::{Notion, NotionCall, NotionFailure, NotionOverHttp};
pub use stripe::{Stripe, StripeCall, StripeFailure, StripeOverHttp, list_all};
