//! From text to [`Settings`]: each setting by itself; what is wrong is noted with the remedy.

use std::path::PathBuf;
use std::time::Duration;

use super::checks::Check;
use super::limits::RateLimits;
use super::parse;
use super::settings::{
    DATABASE_FILE, Database, LegacyTokens, NotionSettings, Objectives, Settings, SignupMode, StripeMode,
    StripePrices, StripeSettings,
};
use super::sources::{Given, Layers};
use super::table::Setting;
use crate::platform::{Email, Secret, Timestamp};

/// The layers, and what was found wrong in them.
pub(super) struct Reader {
    pub(super) layers: Layers,
    pub(super) problems: Vec<Check>,
}

impl Reader {
    pub(super) fn problem(&mut self, id: &str, evidence: String, remedy: String) {
        let id = Setting::find(id).map_or(id, |setting| setting.env).to_owned();
        self.problems.push(Check { id, ok: false, evidence, remedy });
    }

    fn given(&self, key: &str) -> Option<Given> {
        self.layers.get(Setting::find(key)?)
    }

    /// The value of a setting; the outer `None` says that it was wrong, and the problem is noted.
    #[expect(clippy::option_option, reason = "not set and wrong are two things")]
    fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<Option<T>> {
        let setting = Setting::find(key)?;
        let Some(given) = self.layers.get(setting) else { return Some(None) };
        match parse(given.text.trim()) {
            Ok(value) => Some(Some(value)),
            Err(reason) => {
                let reason = if setting.secret { reason } else { format!("{reason} ({})", given.text) };
                self.problem(
                    key,
                    format!("{reason}, from {}", given.origin),
                    format!("set {} to {}", setting.env, setting.expects),
                );
                None
            }
        }
    }

    /// Every setting; `None` when one of them is wrong.
    pub(super) fn settings(&mut self) -> Option<Settings> {
        let demo = self.read("demo_mode", |text| {
            parse::switch(text).ok_or_else(|| "it is neither on nor off".to_owned())
        });
        let is_demo = demo.flatten().unwrap_or(false);
        let bind = self.read("bind", parse::bind);
        let public_base_url = self.read("public_base_url", parse::base_url);
        let region = self.read("region", |text| {
            let is_name = (1..=40).contains(&text.chars().count()) && !text.chars().any(char::is_control);
            if is_name { Ok(text.to_owned()) } else { Err("it is no short name".to_owned()) }
        });
        let data_dir = self.read("data_dir", folder);
        let log_dir = self.read("log_dir", folder);
        let database = self.read("database_url", parse::database);
        let warehouse = self.read("warehouse_url", parse::postgres);
        let operator_keys = self.read("dashboard_key", |text| parse::operator_keys(text, is_demo));
        let auth_jwt_secret = self.read("auth_jwt_secret", |text| match text.len() {
            length if length < parse::SHORTEST_SECRET && !is_demo => {
                Err(format!("it has {length} characters"))
            }
            _ => Ok(Secret::new(text)),
        });
        let hours = self.read("auth_jwt_exp_hrs", |text| match text.parse() {
            Ok(hours) if (1..=8760_u64).contains(&hours) => Ok(hours),
            _ => Err("it is no number of hours that makes sense".to_owned()),
        });
        let lead_days = self.read("lead_retention_days", |text| match text.parse() {
            Ok(days) if (1..=3650_u64).contains(&days) => Ok(days),
            _ => Err("it is no number of days that makes sense".to_owned()),
        });
        let signup_mode = self.read("signup_mode", |text| match text {
            "open" => Ok(SignupMode::Open),
            "invite" => Ok(SignupMode::Invite),
            _ => Err("it is neither of the two".to_owned()),
        });
        let email = |text: &str| Email::parse(text).map_err(|_| "it is no e-mail address".to_owned());
        let email_from = self.read("email_from", email);
        let support_email = self.read("support_email", email);
        let stripe = self.stripe();
        let notion = self.notion();
        let legacy_tokens = self.legacy_tokens();
        let smtp = self.read("smtp_url", parse::smtp);
        let redis = self.read("redis_url", parse::redis);
        let smoke_email = self.read("smoke_email", email);
        let smoke_password = self.read("smoke_password", |text| Ok(Secret::new(text)));
        let confirm_live = self.read("confirm_live", |text| match text {
            "YES" => Ok(true),
            "NO" => Ok(false),
            _ => Err("it is neither of the two".to_owned()),
        });
        let objectives = self.objectives();
        let rate_limits = self.read("rate_limits", RateLimits::parse);
        let trusted_proxies = self.read("trusted_proxies", parse::networks);
        let metrics_token = self.read("metrics_token", token);

        let data_dir = data_dir??;
        let log_dir_given = self.given("log_dir").is_some_and(|given| !given.is_default);
        let log_dir = if is_demo && !log_dir_given { data_dir.join("logs") } else { log_dir?? };
        let database = database?.unwrap_or_else(|| Database::Sqlite(data_dir.join(DATABASE_FILE)));
        let warehouse = match (warehouse?, &database) {
            (None, Database::Postgres(store)) => Some(store.clone()),
            (given, _) => given,
        };
        demo?;
        let smoke_customer = smoke_email?.zip(smoke_password?);
        Some(Settings {
            bind: bind??,
            public_base_url: public_base_url?,
            region: region?,
            data_dir,
            config_dir: self.layers.config_dir.clone(),
            log_dir,
            database,
            warehouse,
            operator_keys: operator_keys?.unwrap_or_default(),
            auth_jwt_secret: auth_jwt_secret?,
            session_length: Duration::from_secs(3600 * hours??),
            strangers_kept: Duration::from_hours(24 * lead_days??),
            signup_mode: signup_mode??,
            email_from: email_from??,
            support_email: support_email?,
            smtp: smtp?,
            stripe: stripe?,
            notion: notion?,
            redis: redis?,
            legacy_tokens: legacy_tokens?,
            smoke_customer,
            confirm_live: confirm_live?.unwrap_or(false),
            objectives: objectives?,
            rate_limits: rate_limits?.unwrap_or_default(),
            trusted_proxies: trusted_proxies?.unwrap_or_default(),
            metrics_token: metrics_token?,
            demo: is_demo,
            shown: Vec::new(),
            checks: Vec::new(),
        })
    }

    // Every setting is read before the first wrong one ends it, so that all of them are named at once.
    fn stripe(&mut self) -> Option<StripeSettings> {
        let mode = self.read("stripe_mode", |text| match text {
            "test" => Ok(StripeMode::Test),
            "live" => Ok(StripeMode::Live),
            _ => Err("it is neither of the two".to_owned()),
        });
        let test_key = self.read("stripe_secret_key", token);
        let live_key = self.read("stripe_secret_live", token);
        let test_webhooks = self.read("stripe_webhook_secret", secrets);
        let live_webhooks = self.read("stripe_webhook_live", secrets);
        let api_base = self.read("stripe_api_base", parse::api_base);
        let starter = self.read("stripe_price_starter", identifier);
        let starter_yearly = self.read("stripe_price_starter_yearly", identifier);
        let pro = self.read("stripe_price_pro", identifier);
        let pro_yearly = self.read("stripe_price_pro_yearly", identifier);
        Some(StripeSettings {
            mode: mode??,
            test_key: test_key?,
            live_key: live_key?,
            test_webhooks: test_webhooks?.unwrap_or_default(),
            live_webhooks: live_webhooks?.unwrap_or_default(),
            api_base: api_base??,
            prices: StripePrices {
                starter: starter?,
                starter_yearly: starter_yearly?,
                pro: pro?,
                pro_yearly: pro_yearly?,
            },
        })
    }

    fn objectives(&mut self) -> Option<Objectives> {
        let millis = |text: &str| match text.parse() {
            Ok(millis) if (1..=60_000_u32).contains(&millis) => Ok(millis),
            _ => Err("it is no time that an answer may take".to_owned()),
        };
        let p95 = self.read("slo_p95_ms", millis);
        let p99 = self.read("slo_p99_ms", millis);
        let availability = self.read("slo_avail", |text| match text.parse::<f64>() {
            Ok(percent) if (50.0..100.0).contains(&percent) => Ok(percent),
            _ => Err("it is no share that can be promised".to_owned()),
        });
        let (p95_ms, p99_ms) = (p95??, p99??);
        if p99_ms < p95_ms {
            self.problem(
                "slo_p99_ms",
                format!("it is {p99_ms}, below the {p95_ms} of SLO_P95_MS"),
                "set SLO_P99_MS to at least SLO_P95_MS".to_owned(),
            );
            return None;
        }
        Some(Objectives { p95_ms, p99_ms, availability_percent: availability?? })
    }

    fn notion(&mut self) -> Option<NotionSettings> {
        let token = self.read("notion_token", token);
        let clients = self.read("notion_client_db_id", parse::notion_id);
        let partners = self.read("notion_partners_db_id", parse::notion_id);
        let api_base = self.read("notion_api_base", parse::api_base);
        Some(NotionSettings { token: token?, clients: clients?, partners: partners?, api_base: api_base?? })
    }

    #[expect(clippy::option_option, reason = "not set and wrong are two things")]
    fn legacy_tokens(&mut self) -> Option<Option<LegacyTokens>> {
        let secret = self.read("auth_legacy_secret", |text| match text.len() {
            length if length < parse::SHORTEST_SECRET => Err(format!("it has {length} characters")),
            _ => Ok(Secret::new(text)),
        });
        let kid = self.read("auth_legacy_kid", identifier);
        let until = self.read("auth_legacy_until", |text| {
            Timestamp::parse(text).ok_or_else(|| "it is no time".to_owned())
        });
        let (kid, until) = (kid??, until?);
        Some(secret?.map(|secret| LegacyTokens { secret, kid, until }))
    }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.contains('\0') { Err("it is no path".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn token(text: &str) -> Result<Secret, String> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Secret::new(text))
    } else {
        Err("it has spaces or other characters that no header can carry".to_owned())
    }
}

/// One or more secrets, separated by commas.
fn secrets(text: &str) -> Result<Vec<Secret>, String> {
    text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(token).collect()
}

/// What other services call their things.
fn identifier(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("it is no identifier".to_owned())
    }
}
