//! What an operator can set.
//!
//! - [`Settings`] are read once at the start, from one table ([`SETTINGS`]): default, `CONFIG_DIR/echopilot.toml`,
//!   environment file, environment, flags, each over the one before. [`examine`] says everything that is wrong
//!   with them; [`Settings::load`] refuses to go on with any of it.
//! - A [`HotDocument`] may change while the process runs: a file in `CONFIG_DIR` or a row of the store, validated
//!   before it is used, the last good value kept otherwise.
//! - [`secrets_file`] makes a secret that nobody had to set.

mod checks;
mod document;
mod hot;
mod limits;
mod parse;
mod reader;
mod secrets_file;
mod settings;
mod sources;
mod table;

pub use checks::{Check, Examination, examine, operator_key};
pub use document::{SettingShown, example_toml, markdown};
pub use hot::{HotDocument, HotSource, HotState, LOOKED_AT_EVERY, Loaded, Rows, Validate};
pub use limits::{Limit, RateGroup, RateLimits};
pub use secrets_file::{present_secret, secrets_file};
pub use settings::{
    Database, LegacyTokens, NotionSettings, Objectives, OperatorKey, Settings, SignupMode, StripeMode,
    StripePrices, StripeSettings,
};
pub use sources::{Environment, Overrides};
pub use table::{SETTINGS, Setting};
