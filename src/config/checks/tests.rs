use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::config::{RateGroup, SettingShown, SignupMode};
use crate::platform::{Chance, Clock, Code, Ids};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn private(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Variables and their values.
type Values = &'static [(&'static str, &'static str)];

/// A folder of its own for each test, so that nothing of this checkout is read.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn overrides(&self) -> Overrides {
        Overrides {
            data_dir: Some(self.0.path().join("data")),
            config_dir: Some(self.0.path().join("configs")),
            ..Overrides::default()
        }
    }

    fn toml(&self, text: &str) {
        private(&self.0.path().join("configs/echopilot.toml"), text);
    }

    fn examine(&self, environment: &Environment) -> Examination {
        examine(&self.overrides(), environment)
    }
}

fn env(values: &[(&str, &str)]) -> Environment {
    values.iter().fold(Environment::empty(), |environment, (name, value)| environment.with(name, value))
}

fn wrong(examination: &Examination) -> Vec<&str> {
    examination.checks.iter().filter(|check| !check.ok).map(|check| check.id.as_str()).collect()
}

fn shown<'a>(examination: &'a Examination, env: &str) -> &'a SettingShown {
    examination.shown.iter().find(|shown| shown.env == env).unwrap()
}

#[test]
fn nothing_set_is_a_safe_start_on_loopback() {
    let place = Place::new();
    let examined = place.examine(&Environment::empty());
    assert!(wrong(&examined).is_empty(), "{:?}", examined.checks);
    assert_eq!(examined.checks.len(), SETTINGS.len() + RULES.len());
    let settings = examined.settings.unwrap();
    assert_eq!(settings.base_url(settings.bind), "http://127.0.0.1:8080");
    assert!(matches!(&settings.database, Database::Sqlite(path) if path.ends_with("data/echopilot.db")));
    assert!(settings.warehouse.is_none() && settings.operator_keys.is_empty() && !settings.demo);
    assert_eq!(settings.session_length, Duration::from_hours(24));
    assert_eq!(settings.strangers_kept, Duration::from_hours(24 * 730));
    assert_eq!(settings.log_dir, Path::new("logs"));
    let ids = Ids::new(Clock::System, Chance::System);
    let secret = settings.auth_secret(&ids).unwrap();
    assert_eq!(settings.auth_secret(&ids).unwrap().expose(), secret.expose());
}

#[test]
fn each_layer_lies_over_the_one_before_and_says_so() {
    let place = Place::new();
    let file = place.0.path().join("configs/echopilot.toml");
    let env_file = place.0.path().join("env");
    let mut overrides = place.overrides();
    let bind = |overrides: &Overrides, environment: &Environment| {
        let examined = examine(overrides, environment);
        assert!(wrong(&examined).is_empty(), "{:?}", examined.checks);
        (examined.settings.as_ref().unwrap().bind.port(), shown(&examined, "BIND").origin.clone())
    };
    let nothing = Environment::empty();
    assert_eq!(bind(&overrides, &nothing), (8080, "default".to_owned()));
    place.toml("bind = \"127.0.0.1:1\"\nauth_jwt_exp_hrs = 12\n");
    assert_eq!(bind(&overrides, &nothing), (1, format!("file {}", file.display())));
    private(&env_file, "# a comment\nexport BIND='127.0.0.1:2' # here\nUNKNOWN=x\n");
    overrides.env_file = Some(env_file.clone());
    assert_eq!(bind(&overrides, &nothing), (2, format!("environment file {}", env_file.display())));
    let set = env(&[("BIND", "localhost:3"), ("SIGNUP_MODE", "")]);
    assert_eq!(bind(&overrides, &set), (3, "environment BIND".to_owned()));
    overrides.bind = Some("[::1]:4".to_owned());
    assert_eq!(bind(&overrides, &set), (4, "flag --bind".to_owned()));
    let settings = Settings::load(&overrides, &set).unwrap();
    assert_eq!(settings.session_length, Duration::from_hours(12));
    assert_eq!(settings.signup_mode, SignupMode::Open, "an empty variable counts as not set");
}

#[test]
fn demo_keeps_everything_below_one_folder() {
    let asked = Overrides { demo: true, ..Overrides::default() };
    let examined = examine(&asked, &Environment::empty());
    let settings = examined.settings.as_ref().unwrap();
    assert!(settings.demo);
    assert_eq!(settings.data_dir, Path::new("data/demo"));
    assert_eq!(settings.log_dir, Path::new("data/demo/logs"));
    assert_eq!(settings.config_dir, Path::new("data/demo/configs"));
    assert!(matches!(&settings.database, Database::Sqlite(path) if path.starts_with("data/demo")));
    assert_eq!(shown(&examined, "DEMO_MODE").origin, "flag --demo");
    // A folder that was given stays, and DEMO_MODE alone keeps the ordinary one.
    let given = Overrides { data_dir: Some("/tmp/x".into()), ..asked };
    assert_eq!(examine(&given, &Environment::empty()).settings.unwrap().data_dir, Path::new("/tmp/x"));
    let by_environment =
        examine(&Overrides::default(), &env(&[("DEMO_MODE", "1"), ("LOG_DIR", "/tmp/l")])).settings.unwrap();
    assert_eq!(
        (by_environment.data_dir.as_path(), by_environment.log_dir.as_path()),
        (Path::new("data"), Path::new("/tmp/l"))
    );
    // Short keys are good enough there.
    let settings = examine(&given, &env(&[("DASHBOARD_KEY", "short"), ("AUTH_JWT_SECRET", "short")]));
    assert!(wrong(&settings).is_empty());
}

#[test]
fn every_wrong_value_is_named_at_once() {
    let place = Place::new();
    let bad = [
        ("BIND", "everywhere"),
        ("PUBLIC_BASE_URL", "https://x.example/path"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("WAREHOUSE_URL", "sqlite:x.db"),
        ("DASHBOARD_KEY", "ada:tooshort-hunter2"),
        ("AUTH_JWT_SECRET", "tooshort-hunter2"),
        ("AUTH_JWT_EXP_HRS", "-1"),
        ("LEAD_RETENTION_DAYS", "0"),
        ("SIGNUP_MODE", "closed"),
        ("EMAIL_FROM", "nobody"),
        ("SUPPORT_EMAIL", "a@b\r\nBcc: x@y.z"),
        ("STRIPE_MODE", "LIVE"),
        ("STRIPE_SECRET_KEY", "sk_test hunter2"),
        ("RATE_LIMITS", "login=5"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("METRICS_TOKEN", "a b hunter2"),
        ("DEMO_MODE", "perhaps"),
    ];
    let examined = place.examine(&env(&bad));
    let mut found = wrong(&examined);
    found.sort_unstable();
    let mut expected: Vec<_> = bad.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(examined.settings.is_none());
    let fault = Settings::load(&place.overrides(), &env(&bad)).unwrap_err();
    assert!(fault.code == Code::Invalid && fault.fields.len() == bad.len());
    let everything = format!("{fault:?} {:?} {:?}", examined.checks, examined.shown);
    assert!(!everything.contains("hunter2"), "a secret is shown: {everything}");
    assert!(examined.checks.iter().filter(|check| !check.ok).all(|check| !check.remedy.is_empty()));
}

#[test]
fn good_values_become_types() {
    let place = Place::new();
    let examined = place.examine(&env(&[
        ("BIND", "0.0.0.0:80"),
        ("PUBLIC_BASE_URL", "https://Echo.Example:8443/"),
        ("DATABASE_URL", "postgres://echo:hunter2@db.example:5432/echo"),
        ("DASHBOARD_KEY", &format!("ada:{KEY}, {KEY}x")),
        ("AUTH_JWT_SECRET", KEY),
        ("RATE_LIMITS", "login=1/2s"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("STRIPE_MODE", "live"),
        ("STRIPE_SECRET_LIVE", "rk_live_hunter2"),
        ("STRIPE_SECRET_KEY", "sk_test_hunter2"),
    ]));
    assert!(wrong(&examined).is_empty(), "{:?}", examined.checks);
    assert!(!format!("{:?}{:?}", examined.shown, examined.checks).contains("hunter2"));
    let settings = examined.settings.unwrap();
    assert_eq!(settings.public_base_url.as_deref(), Some("https://echo.example:8443"));
    assert_eq!(settings.warehouse.as_ref().unwrap().expose(), "postgres://echo:hunter2@db.example:5432/echo");
    let names: Vec<_> = settings.operator_keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["ada", "default"]);
    assert_eq!(settings.operator_keys[0].digest, crate::platform::digest_hex(KEY.as_bytes()));
    assert_eq!(settings.rate_limits.of(RateGroup::Login).unwrap().count, 1);
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert!(settings.stripe.is_live() && settings.stripe.key_in_use().unwrap().expose() == "rk_live_hunter2");
    assert!(!format!("{settings:?}").contains("hunter2") && !format!("{settings:?}").contains(KEY));
}

#[test]
fn unsafe_combinations_are_refused_next_to_safe_ones() {
    const POSTGRES: (&str, &str) = ("DATABASE_URL", "postgres://echo@db/echo");
    let cases: [(&str, Values, Values); 6] = [
        (
            "public-bind",
            &[("BIND", "0.0.0.0:80")],
            &[("BIND", "0.0.0.0:80"), ("PUBLIC_BASE_URL", "https://x.example")],
        ),
        (
            "public-bind",
            &[("BIND", "[::]:80"), ("PUBLIC_BASE_URL", "http://x.example")],
            &[("BIND", "[::1]:80"), ("PUBLIC_BASE_URL", "http://x.example")],
        ),
        ("demo-never-live", &[("DEMO_MODE", "1"), ("STRIPE_MODE", "live")], &[("STRIPE_MODE", "live")]),
        (
            "demo-never-live",
            &[("DEMO_MODE", "1"), ("STRIPE_SECRET_KEY", "sk_live_x")],
            &[("DEMO_MODE", "1"), ("STRIPE_SECRET_KEY", "sk_test_x"), ("STRIPE_SECRET_LIVE", "sk_live_x")],
        ),
        (
            "demo-never-live",
            &[("DEMO_MODE", "on"), ("STRIPE_SECRET_KEY", "rk_live_x")],
            &[("STRIPE_SECRET_KEY", "rk_live_x")],
        ),
        ("shared-secret", &[POSTGRES], &[POSTGRES, ("AUTH_JWT_SECRET", KEY)]),
    ];
    for (rule, refused, accepted) in cases {
        let place = Place::new();
        assert_eq!(wrong(&place.examine(&env(refused))), [rule], "{refused:?}");
        assert!(Settings::load(&place.overrides(), &env(refused)).is_err());
        assert!(wrong(&place.examine(&env(accepted))).is_empty(), "{accepted:?}");
    }
}

#[test]
fn files_that_others_can_read_are_refused() {
    let place = Place::new();
    let data = place.0.path().join("data");
    let env_file = place.0.path().join("env");
    place.toml(&format!("auth_jwt_secret = \"{KEY}\"\n"));
    private(&env_file, &format!("DASHBOARD_KEY={KEY}\n"));
    private(&data.join("auth_jwt_secret"), KEY);
    private(&data.join("echopilot.db"), "");
    let overrides = Overrides { env_file: Some(env_file.clone()), ..place.overrides() };
    assert!(wrong(&examine(&overrides, &Environment::empty())).is_empty());
    let toml = place.0.path().join("configs/echopilot.toml");
    for path in [&env_file, &toml, &data.join("auth_jwt_secret"), &data.join("echopilot.db")] {
        for mode in [0o640, 0o604, 0o644] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            let examined = examine(&overrides, &Environment::empty());
            assert_eq!(wrong(&examined), ["private-files"], "{} {mode:o}", path.display());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    // A file without a secret may be read by everybody.
    place.toml("bind = \"127.0.0.1:9\"\n");
    fs::set_permissions(&toml, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(wrong(&examine(&overrides, &Environment::empty())).is_empty());
}

#[test]
fn mistakes_in_the_file_are_named_with_what_was_meant() {
    let place = Place::new();
    place.toml("bnd = 1\nRATE_LIMIT = \"x\"\nzzzzzzzz = 1\nconfig_dir = \"x\"\ntrusted_proxies = [\"10.0.0.1\", \"::1\"]\n[bind]\nx = 1\n");
    let examined = place.examine(&Environment::empty());
    assert_eq!(wrong(&examined), ["BIND", "unknown-keys", "unknown-keys", "unknown-keys", "unknown-keys"]);
    let remedies: Vec<_> =
        examined.checks.iter().filter(|check| !check.ok).map(|check| check.remedy.as_str()).collect();
    assert!(remedies.iter().any(|remedy| remedy.contains("`bind`")), "{remedies:?}");
    assert!(remedies.iter().any(|remedy| remedy.contains("`rate_limits`")), "{remedies:?}");

    place.toml("bind = \"127.0.0.1:9\"\nauth_jwt_secret = \"hunter2\n");
    let examined = place.examine(&Environment::empty());
    assert_eq!(wrong(&examined), ["file"]);
    let text = format!("{:?}", examined.checks);
    assert!(text.contains("line 2") && !text.contains("hunter2"), "{text}");

    place.toml("trusted_proxies = [\"10.0.0.1\", \"::1\"]\ndemo_mode = false\nauth_jwt_exp_hrs = 2.5\n");
    assert_eq!(wrong(&place.examine(&Environment::empty())), ["AUTH_JWT_EXP_HRS"]);
}

#[test]
fn a_missing_or_broken_environment_file_is_said() {
    let place = Place::new();
    let path = place.0.path().join("env");
    let overrides = Overrides { env_file: Some(path.clone()), ..place.overrides() };
    assert_eq!(wrong(&examine(&overrides, &Environment::empty())), ["env-file"]);
    private(&path, "BIND\n=x\nSIGNUP_MODE=\"invite\nMETRICS_TOKEN='x' y\n");
    assert_eq!(wrong(&examine(&overrides, &Environment::empty())), ["env-file"; 4]);
    private(&path, "\n  # x\nSIGNUP_MODE = \"invite\"\r\nMETRICS_TOKEN=a#b # c\n");
    let settings = Settings::load(&overrides, &Environment::empty()).unwrap();
    assert_eq!(settings.signup_mode, SignupMode::Invite);
    assert_eq!(settings.metrics_token.unwrap().expose(), "a#b");
}

#[test]
fn the_example_file_is_read_without_a_complaint_when_switched_on() {
    let place = Place::new();
    let example = crate::config::example_toml();
    place.toml(&example);
    assert!(wrong(&place.examine(&Environment::empty())).is_empty());
    let on: String = example
        .lines()
        .map(|line| {
            line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n"
        })
        .collect();
    place.toml(&on);
    let examined = place.examine(&Environment::empty());
    assert!(wrong(&examined).is_empty(), "{:?}", examined.checks);
    let from_file = examined.shown.iter().filter(|shown| shown.origin.starts_with("file")).count();
    assert_eq!(from_file, SETTINGS.len() - 2, "all but the two folders that the test gives");
}

#[test]
fn what_other_services_need_is_checked_by_itself_and_together() {
    let place = Place::new();
    let good = [
        ("SMTP_URL", "smtps://ada:p%40ss@mail.example.com:465"),
        ("SMTP_URL", "smtp://127.0.0.1:25"),
        ("REDIS_URL", "rediss://:secret@redis.example.com:6380/2"),
        ("STRIPE_API_BASE", "http://127.0.0.1:8425"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_one, whsec_two"),
        ("STRIPE_PRICE_PRO", "price_1"),
        ("NOTION_CLIENT_DB_ID", "01234567-89ab-cdef-0123-456789abcdef"),
        ("NOTION_API_BASE", "https://api.notion.com"),
    ];
    for (name, value) in good {
        let examined = place.examine(&env(&[(name, value)]));
        assert!(wrong(&examined).is_empty(), "{name}={value}: {:?}", examined.checks);
    }
    let bad = [
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "smtp://user:hidden@"),
        ("SMTP_URL", "smtp://user:hidden#hash@mail.example.com"),
        ("SMTP_URL", "http://mail.example.com"),
        ("REDIS_URL", "redis://:hidden@host/zero"),
        ("REDIS_URL", "http://host"),
        ("STRIPE_API_BASE", "http://stripe.example.com"),
        ("STRIPE_API_BASE", "https://api.stripe.com/v1"),
        ("STRIPE_PRICE_PRO", "price 1"),
        ("STRIPE_WEBHOOK_LIVE", "whsec with spaces"),
        ("NOTION_CLIENT_DB_ID", "clients"),
        ("AUTH_LEGACY_SECRET", "short-hidden"),
        ("AUTH_LEGACY_UNTIL", "tomorrow"),
        ("SMOKE_EMAIL", "nobody"),
    ];
    for (name, value) in bad {
        let examined = place.examine(&env(&[(name, value)]));
        assert_eq!(wrong(&examined), [name], "{name}={value}");
        assert!(!format!("{:?}", examined.checks).contains("hidden"), "{name} shows a secret");
    }
    let legacy = ("AUTH_LEGACY_SECRET", KEY);
    assert_eq!(wrong(&place.examine(&env(&[legacy]))), ["legacy-window"]);
    let until = ("AUTH_LEGACY_UNTIL", "2027-01-31T00:00:00Z");
    assert!(wrong(&place.examine(&env(&[legacy, until]))).is_empty());
    let mode = ("STRIPE_MODE", "live");
    let examined = place.examine(&env(&[mode, ("STRIPE_SECRET_LIVE", "sk_test_1")]));
    assert_eq!(wrong(&examined), ["stripe-key-fits-mode"]);
    assert!(wrong(&place.examine(&env(&[mode, ("STRIPE_SECRET_LIVE", "rk_live_1")]))).is_empty());
}

#[test]
fn a_promise_is_one_that_can_be_kept() {
    let place = Place::new();
    let promises = |values: &[(&str, &str)]| place.examine(&env(values));
    let usual = promises(&[]).settings.unwrap().objectives;
    assert_eq!((usual.p95_ms, usual.p99_ms), (800, 1_200));
    assert!((usual.availability_percent - 99.9).abs() < 1e-9);
    let own = promises(&[("SLO_P95_MS", "300"), ("SLO_P99_MS", "300"), ("SLO_AVAIL", "99.95")]);
    assert_eq!(own.settings.unwrap().objectives.p99_ms, 300);
    for (name, value) in [
        ("SLO_P95_MS", "0"),
        ("SLO_P95_MS", "800.5"),
        ("SLO_P99_MS", "700"),
        ("SLO_AVAIL", "100"),
        ("SLO_AVAIL", "0.999"),
        ("SLO_AVAIL", "NaN"),
    ] {
        assert_eq!(wrong(&promises(&[(name, value)])), [name], "{value}");
    }
}
