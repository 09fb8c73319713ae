//! Everything that can be wrong with the settings, in one list: each setting by itself, and the combinations that
//! must not be started.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{SettingShown, masked};
use super::reader::Reader;
use super::settings::{AUTH_SECRET_FILE, Database, Settings, StripeMode};
use super::sources::{Environment, Layers, Overrides};
use super::table::{SETTINGS, Setting};
use crate::platform::Secret;

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
const RULES: [(&str, &str); 9] = [
    ("env-file", "the environment file was read, or none was given"),
    ("file", "echopilot.toml was read, or there is none"),
    ("unknown-keys", "echopilot.toml has only known settings"),
    ("public-bind", "the server is reachable from here only, or has an https address"),
    ("demo-never-live", "demo can't move real money"),
    ("stripe-key-fits-mode", "the key of Stripe belongs to STRIPE_MODE"),
    ("legacy-window", "tokens of an earlier service are accepted for a limited time, or not at all"),
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

impl Reader {
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
        if settings.stripe.mode == StripeMode::Live && settings.stripe.key_in_use().is_some_and(is_test_key) {
            self.problem(
                "stripe-key-fits-mode",
                "STRIPE_MODE is live and STRIPE_SECRET_LIVE is a test key".to_owned(),
                "set STRIPE_SECRET_LIVE to the live key, or STRIPE_MODE to test".to_owned(),
            );
        }
        if settings.legacy_tokens.as_ref().is_some_and(|legacy| legacy.until.is_none()) {
            self.problem(
                "legacy-window",
                "AUTH_LEGACY_SECRET is set and AUTH_LEGACY_UNTIL is not".to_owned(),
                "set AUTH_LEGACY_UNTIL to the end of the migration, or take AUTH_LEGACY_SECRET away"
                    .to_owned(),
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

fn is_test_key(key: &Secret) -> bool {
    ["sk_test_", "rk_test_"].iter().any(|prefix| key.expose().starts_with(prefix))
}

/// The mode of a file that others may read or write; `None` when they can't, or when there is no such file.
fn open_to_others(path: &Path) -> Option<u32> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(test)]
mod tests;
