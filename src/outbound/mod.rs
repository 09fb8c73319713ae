//! What EchoPilot asks of others: small traits with one real implementation each. `operation/outside.rs` says which are
//! configured.

mod http;
mod mailer;
mod notion;
mod retry;
mod stripe;

pub use http::{Http, Reply};
pub use mailer::{Letter, MailFailure, Mailer, Smtp};
pub use notion::{Notion, NotionCall, NotionFailure, NotionOverHttp};
pub use stripe::{Stripe, StripeCall, StripeFailure, StripeOverHttp, list_all};
