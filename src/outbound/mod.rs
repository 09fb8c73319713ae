//! What EchoPilot asks of others: small traits with one real implementation each. `operation/outside.rs` says which are
//! configured.

mod http;
mod mailer;
mod notion;
pub mod notion_database;
mod retry;
mod stripe;

pub use http::{Http, Reply};
pub use mailer::{Letter, MailFailure, Mailer, Smtp};
pub use notion::{Notion, NotionCall, NotionFailure, NotionOverHttp};
pub use notion_database::NotionDatabase;
pub use stripe::{Stripe, StripeCall, StripeFailure, StripeOverHttp, list_all};
