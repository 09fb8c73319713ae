//! Everything that can be wrong with the settings, in one list: each setting by itself, and the combinations that
//! must not be started.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{SettingShown, masked};
use super::limits::RateLimits;
use super::parse;
use super::settings::{
    AUTH_SECRET_FILE, DATABASE_FILE, Database, Settings, SignupMode, StripeMode, StripeSettings,
};
use super::sources::{Environment, Given, Layers, Overrides};
use super::table::{SETTINGS, Setting};
use crate::platform::{Email, Secret};

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The setting's name, or that of a rule.
    pub id: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found; never a secret.
    pub evidence: String,
    /// What to do about it; empty when all is well.
    pub remedy: String,
}

/// What came of reading the settings.
#[derive(Debug)]
pub struct Examination {
    /// The settings, when every one of them can be read; unsafe ones may still be among them.
    pub settings: Option<Settings>,
    /// Every setting with value and origin.
    pub shown: Vec<SettingShown>,
    /// Every check, in the order of the table, then the rules.
    pub checks: Vec<Check>,
}

/// Rules about more than one setting.
const RULES: [(&str, &str); 7] = [
    ("env-file", "the environment file was read, or none was given"),
    ("file", "echopilot.toml was read, or there is none"),
    ("unknown-keys", "echopilot.toml has only known settings"),
    ("public-bind", "the server is reachable from here only, or has an https address"),
    ("demo-never-live", "demo can't move real money"),
    ("shared-secret", "AUTH_JWT_SECRET is there, or can be made"),
    ("private-files", "no key, environment or database file can be read by others"),
];

/// The first key of DASHBOARD_KEY itself, for a command that asks a server as an operator. [`Settings`] keeps
/// digests only, so nothing else can give it away.
pub fn operator_key(overrides: &Overrides, environment: &Environment) -> Option<Secret> {
    let given = Layers::read(overrides, environment).get(Setting::find("dashboard_key")?)?;
    let first = given.text.split(',').map(str::trim).find(|key| !key.is_empty())?;
    Some(Secret::new(first.split_once(':').map_or(first, |(_, key)| key)))
}

/// Read the settings and judge them, whatever is wrong.
pub fn examine(overrides: &Overrides, environment: &Environment) -> Examination {
    let layers = Layers::read(overrides, environment);
    let mut reader = Reader { layers, problems: Vec::new() };
    for problem in std::mem::take(&mut reader.layers.problems) {
        reader.problem(problem.id, problem.evidence, problem.remedy);
    }
    let settings = reader.settings();
    if let Some(settings) = &settings {
        reader.rules(settings);
    }
    let shown = SETTINGS.iter().map(|setting| reader.show(setting, settings.as_ref())).collect::<Vec<_>>();
    let checks = reader.checks();
    let settings = settings.map(|mut settings| {
        settings.shown.clone_from(&shown);
        settings.checks.clone_from(&checks);
        settings
    });
    Examination { settings, shown, checks }
}

struct Reader {
    layers: Layers,
    problems: Vec<Check>,
}

impl Reader {
    fn problem(&mut self, id: &str, evidence: String, remedy: String) {
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

    fn settings(&mut self) -> Option<Settings> {
        let demo = self.read("demo_mode", |text| {
            parse::switch(text).ok_or_else(|| "it is neither on nor off".to_owned())
        });
        let is_demo = demo.flatten().unwrap_or(false);
        let bind = self.read("bind", parse::bind);
        let public_base_url = self.read("public_base_url", parse::base_url);
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
        let signup_mode = self.read("signup_mode", |text| match text {
            "open" => Ok(SignupMode::Open),
            "invite" => Ok(SignupMode::Invite),
            _ => Err("it is neither of the two".to_owned()),
        });
        let email = |text: &str| Email::parse(text).map_err(|_| "it is no e-mail address".to_owned());
        let email_from = self.read("email_from", email);
        let support_email = self.read("support_email", email);
        let mode = self.read("stripe_mode", |text| match text {
            "test" => Ok(StripeMode::Test),
            "live" => Ok(StripeMode::Live),
            _ => Err("it is neither of the two".to_owned()),
        });
        let test_key = self.read("stripe_secret_key", token);
        let live_key = self.read("stripe_secret_live", token);
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
        Some(Settings {
            bind: bind??,
            public_base_url: public_base_url?,
            data_dir,
            config_dir: self.layers.config_dir.clone(),
            log_dir,
            database,
            warehouse,
            operator_keys: operator_keys?.unwrap_or_default(),
            auth_jwt_secret: auth_jwt_secret?,
            session_length: Duration::from_secs(3600 * hours??),
            signup_mode: signup_mode??,
            email_from: email_from??,
            support_email: support_email?,
            stripe: StripeSettings { mode: mode??, test_key: test_key?, live_key: live_key? },
            rate_limits: rate_limits?.unwrap_or_default(),
            trusted_proxies: trusted_proxies?.unwrap_or_default(),
            metrics_token: metrics_token?,
            demo: is_demo,
            shown: Vec::new(),
            checks: Vec::new(),
        })
    }

    /// Combinations that must not be started.
    fn rules(&mut self, settings: &Settings) {
        let https = settings.public_base_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        if !settings.bind.ip().is_loopback() && !https {
            let found = settings.public_base_url.as_deref().unwrap_or("not set");
            self.problem(
                "public-bind",
                format!("BIND is {}, which others can reach, and PUBLIC_BASE_URL is {found}", settings.bind),
                "set PUBLIC_BASE_URL to the https address that people use, or BIND to 127.0.0.1".to_owned(),
            );
        }
        if settings.demo && settings.stripe.is_live() {
            let found = match settings.stripe.mode {
                StripeMode::Live => "STRIPE_MODE is live",
                StripeMode::Test => "STRIPE_SECRET_KEY is a live key",
            };
            self.problem(
                "demo-never-live",
                format!("DEMO_MODE is on and {found}"),
                "switch DEMO_MODE off, or use STRIPE_MODE=test with a test key".to_owned(),
            );
        }
        if matches!(settings.database, Database::Postgres(_)) && settings.auth_jwt_secret.is_none() {
            self.problem(
                "shared-secret",
                "the store is PostgreSQL and AUTH_JWT_SECRET is not set".to_owned(),
                "set AUTH_JWT_SECRET to at least 32 random characters, the same on every replica".to_owned(),
            );
        }
        let mut files = self.layers.secret_files.clone();
        files.push(settings.data_dir.join(AUTH_SECRET_FILE));
        if let Database::Sqlite(path) = &settings.database {
            files.push(path.clone());
            files.extend(["-wal", "-shm"].map(|suffix| {
                let mut name = path.clone().into_os_string();
                name.push(suffix);
                PathBuf::from(name)
            }));
        }
        for (path, mode) in files.iter().filter_map(|path| Some((path, open_to_others(path)?))) {
            self.problem(
                "private-files",
                format!("{} has mode {mode:o}, so others on this machine can read it", path.display()),
                format!("run: chmod 600 {}", path.display()),
            );
        }
    }

    fn checks(&self) -> Vec<Check> {
        let settings = SETTINGS.iter().map(|setting| (setting.env, self.evidence(setting)));
        let rules = RULES.iter().map(|(id, well)| (*id, (*well).to_owned()));
        settings
            .chain(rules)
            .flat_map(|(id, evidence)| {
                let mut wrong: Vec<_> =
                    self.problems.iter().filter(|problem| problem.id == id).cloned().collect();
                if wrong.is_empty() {
                    wrong.push(Check { id: id.to_owned(), ok: true, evidence, remedy: String::new() });
                }
                wrong
            })
            .collect()
    }

    fn evidence(&self, setting: &Setting) -> String {
        match self.layers.get(setting) {
            Some(given) => format!("set by {}", given.origin),
            None => "not set".to_owned(),
        }
    }

    fn show(&self, setting: &Setting, settings: Option<&Settings>) -> SettingShown {
        let given = self.layers.get(setting);
        let mut value =
            given.as_ref().map(|given| if setting.secret { masked(&given.text) } else { given.text.clone() });
        // Values that follow from others are shown as they are, not as the table's default.
        if let Some(settings) = settings {
            match setting.key {
                "log_dir" => value = Some(settings.log_dir.display().to_string()),
                "public_base_url" if value.is_none() => value = Some(settings.base_url(settings.bind)),
                "database_url" if value.is_none() => {
                    if let Database::Sqlite(path) = &settings.database {
                        value = Some(format!("sqlite:{}", path.display()));
                    }
                }
                "warehouse_url" if value.is_none() => {
                    value = settings.warehouse.as_ref().map(|url| masked(url.expose()));
                }
                _ => {}
            }
        }
        if setting.key == "config_dir" {
            value = Some(self.layers.config_dir.display().to_string());
        }
        SettingShown {
            key: setting.key.to_owned(),
            env: setting.env.to_owned(),
            value,
            origin: given.map_or_else(|| "default".to_owned(), |given| given.origin),
            doc: setting.doc.to_owned(),
        }
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

/// The mode of a file that others may read or write; `None` when they can't, or when there is no such file.
fn open_to_others(path: &Path) -> Option<u32> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(test)]
mod tests;
