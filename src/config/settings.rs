//! The settings as values with types.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{Check, examine};
use super::document::SettingShown;
use super::limits::RateLimits;
use super::secrets_file::{present_secret, secrets_file};
use super::sources::{Environment, Overrides};
use crate::platform::{Code, Email, Fault, FieldProblem, Ids, Result, Secret, Timestamp};

/// Who may become a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignupMode {
    /// Whoever proves an address.
    Open,
    /// Only known customers.
    Invite,
}

/// Which of Stripe's worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StripeMode {
    /// No real money.
    Test,
    /// Real money.
    Live,
}

/// Which store.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// An address, which may hold a password.
    Postgres(Secret),
}

/// A key of an operator: its name, and the SHA-256 of the key in hexadecimal. The key itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKey {
    /// Who holds it.
    pub name: String,
    /// [`digest_hex`](crate::platform::digest_hex) of the key.
    pub digest: String,
}

/// What Stripe needs.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Which key is used.
    pub mode: StripeMode,
    /// The key of test mode.
    pub test_key: Option<Secret>,
    /// The key of live mode.
    pub live_key: Option<Secret>,
    /// What test mode's webhooks are signed with.
    pub test_webhooks: Vec<Secret>,
    /// What live mode's webhooks are signed with.
    pub live_webhooks: Vec<Secret>,
    /// Where the API is, without a slash at its end.
    pub api_base: String,
    /// What plans cost there.
    pub prices: StripePrices,
}

/// Identifiers of prices; a plan without one can't be bought here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StripePrices {
    /// Starter by the month.
    pub starter: Option<String>,
    /// Starter by the year.
    pub starter_yearly: Option<String>,
    /// Pro by the month.
    pub pro: Option<String>,
    /// Pro by the year.
    pub pro_yearly: Option<String>,
}

impl StripePrices {
    /// The price of a plan, by the month or by the year, and the setting that has it; `None` for plans that have none.
    pub fn of(&self, plan: &str, yearly: bool) -> Option<(&'static str, Option<&str>)> {
        let (setting, price) = match (plan, yearly) {
            ("starter", false) => ("STRIPE_PRICE_STARTER", &self.starter),
            ("starter", true) => ("STRIPE_PRICE_STARTER_YEARLY", &self.starter_yearly),
            ("pro", false) => ("STRIPE_PRICE_PRO", &self.pro),
            ("pro", true) => ("STRIPE_PRICE_PRO_YEARLY", &self.pro_yearly),
            _ => return None,
        };
        Some((setting, price.as_deref()))
    }
}

/// What Notion needs.
#[derive(Debug, Clone)]
pub struct NotionSettings {
    /// The token of the integration.
    pub token: Option<Secret>,
    /// The database Clients.
    pub clients: Option<String>,
    /// The database Partners, which leads go to.
    pub partners: Option<String>,
    /// Where the API is, without a slash at its end.
    pub api_base: String,
}

/// What customers are promised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objectives {
    /// 95 of 100 requests are answered within so many milliseconds.
    pub p95_ms: u32,
    /// 99 of 100 requests are answered within so many milliseconds.
    pub p99_ms: u32,
    /// So many of 100 requests are answered without a fault of ours.
    pub availability_percent: f64,
}

/// Tokens of an earlier service, accepted while a migration lasts.
#[derive(Debug, Clone)]
pub struct LegacyTokens {
    /// What it signed with (HS256).
    pub secret: Secret,
    /// The `kid` they carry.
    pub kid: String,
    /// The end of the migration; without one the start is refused.
    pub until: Option<Timestamp>,
}

impl StripeSettings {
    /// The key of the mode that is set.
    pub fn key_in_use(&self) -> Option<&Secret> {
        match self.mode {
            StripeMode::Test => self.test_key.as_ref(),
            StripeMode::Live => self.live_key.as_ref(),
        }
    }

    /// What webhooks of the mode that is set are signed with.
    pub fn webhook_secrets(&self) -> &[Secret] {
        match self.mode {
            StripeMode::Test => &self.test_webhooks,
            StripeMode::Live => &self.live_webhooks,
        }
    }

    /// Whether real money could move: the mode is live, or the key in use is a live one.
    pub fn is_live(&self) -> bool {
        let live =
            |key: &Secret| ["sk_live_", "rk_live_"].iter().any(|prefix| key.expose().starts_with(prefix));
        self.mode == StripeMode::Live || self.key_in_use().is_some_and(live)
    }
}

/// Everything an operator set, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the web server listens.
    pub bind: SocketAddr,
    /// The address that others use, if it was set; see [`Settings::base_url`].
    pub public_base_url: Option<String>,
    /// Where this installation runs, as people call it.
    pub region: Option<String>,
    /// The database, the outbox and generated secrets.
    pub data_dir: PathBuf,
    /// The configuration file and hot documents.
    pub config_dir: PathBuf,
    /// The logs.
    pub log_dir: PathBuf,
    /// The store.
    pub database: Database,
    /// The warehouse, a PostgreSQL address.
    pub warehouse: Option<Secret>,
    /// The keys of operators; empty: what operators do is not configured.
    pub operator_keys: Vec<OperatorKey>,
    /// `AUTH_JWT_SECRET` as it was set; see [`Settings::auth_secret`].
    pub auth_jwt_secret: Option<Secret>,
    /// How long a customer stays signed in.
    pub session_length: Duration,
    /// How long what strangers sent is kept: leads, and messages to support.
    pub strangers_kept: Duration,
    /// Who may become a customer.
    pub signup_mode: SignupMode,
    /// The sender of mail.
    pub email_from: Email,
    /// Where people can write to.
    pub support_email: Option<Email>,
    /// The mail server, an address which may hold a password.
    pub smtp: Option<Secret>,
    /// Stripe.
    pub stripe: StripeSettings,
    /// Notion.
    pub notion: NotionSettings,
    /// Redis, an address which may hold a password.
    pub redis: Option<Secret>,
    /// Tokens of an earlier service.
    pub legacy_tokens: Option<LegacyTokens>,
    /// Whom `smoke` signs in as: address and password.
    pub smoke_customer: Option<(Email, Secret)>,
    /// Whether `smoke` may make a live invoice that it voids again.
    pub confirm_live: bool,
    /// What customers are promised.
    pub objectives: Objectives,
    /// How often one caller may ask.
    pub rate_limits: RateLimits,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The token with which a Prometheus elsewhere reads /metrics.
    pub metrics_token: Option<Secret>,
    /// Whether everything is made up.
    pub demo: bool,
    pub(super) shown: Vec<SettingShown>,
    pub(super) checks: Vec<Check>,
}

impl Settings {
    /// Read the settings; everything that is wrong or unsafe comes back in one fault, a field a setting.
    pub fn load(overrides: &Overrides, environment: &Environment) -> Result<Self> {
        let examined = examine(overrides, environment);
        let wrong: Vec<FieldProblem> = examined
            .checks
            .iter()
            .filter(|check| !check.ok)
            .map(|check| FieldProblem {
                field: check.id.clone(),
                expected: format!("{}; {}", check.evidence, check.remedy),
            })
            .collect();
        match examined.settings {
            Some(settings) if wrong.is_empty() => Ok(settings),
            _ => {
                let lines: Vec<_> =
                    wrong.iter().map(|one| format!("{}: {}", one.field, one.expected)).collect();
                let mut fault =
                    Fault::new(Code::Invalid, format!("unsafe or wrong settings: {}", lines.join(" | ")));
                fault.fields = wrong;
                Err(fault)
            }
        }
    }

    /// The address that others use, once it is known where the server listens (port 0 becomes a real one then).
    pub fn base_url(&self, bound: SocketAddr) -> String {
        self.public_base_url.clone().unwrap_or_else(|| format!("http://{bound}"))
    }

    /// `AUTH_JWT_SECRET`, or on SQLite the generated one in `DATA_DIR`.
    pub fn auth_secret(&self, ids: &Ids) -> Result<Secret> {
        match (&self.auth_jwt_secret, &self.database) {
            (Some(secret), _) => Ok(secret.clone()),
            (None, Database::Sqlite(_)) => secrets_file(&self.data_dir, AUTH_SECRET_FILE, ids),
            (None, Database::Postgres(_)) => {
                Err(Fault::not_configured("AUTH_JWT_SECRET", "replicas on one PostgreSQL must share it"))
            }
        }
    }

    /// The same without making one: `None` when it is neither set nor in its file.
    pub fn present_auth_secret(&self) -> Result<Option<Secret>> {
        match (&self.auth_jwt_secret, &self.database) {
            (Some(secret), _) => Ok(Some(secret.clone())),
            (None, Database::Sqlite(_)) => present_secret(&self.data_dir, AUTH_SECRET_FILE),
            (None, Database::Postgres(_)) => Ok(None),
        }
    }

    /// Every setting with its value, masked where it is secret, and where it comes from.
    pub fn describe(&self) -> &[SettingShown] {
        &self.shown
    }

    /// What was checked before these settings were accepted.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// The generated `AUTH_JWT_SECRET` below `DATA_DIR`.
pub(super) const AUTH_SECRET_FILE: &str = "auth_jwt_secret";
/// The SQLite file below `DATA_DIR` when `DATABASE_URL` does not name one.
pub(super) const DATABASE_FILE: &str = "echopilot.db";
