//! Settings: where they come from, and which stop the start.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{Engine, Home, Ran};

/// A start that must not happen: settings, arguments, the code it ends with, and what the reason names.
struct Bad {
    settings: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    code: i32,
    names: &'static [&'static str],
}

const LOOPBACK: &[&str] = &["--bind", "127.0.0.1:0"];

const fn bad(settings: &'static [(&'static str, &'static str)], names: &'static [&'static str]) -> Bad {
    Bad { settings, arguments: LOOPBACK, code: 2, names }
}

const BAD: &[Bad] = &[
    bad(&[("AUTH_JWT_SECRET", "short-but-hidden")], &["AUTH_JWT_SECRET", "32"]),
    bad(&[("DASHBOARD_KEY", "ada:short-but-hidden")], &["DASHBOARD_KEY", "ada", "32"]),
    bad(&[("DEMO_MODE", "1"), ("STRIPE_MODE", "live")], &["DEMO_MODE", "STRIPE_MODE"]),
    bad(&[("DEMO_MODE", "1"), ("STRIPE_SECRET_KEY", "sk_live_hidden")], &["DEMO_MODE", "STRIPE_SECRET_KEY"]),
    bad(&[("DEMO_MODE", "perhaps")], &["DEMO_MODE"]),
    bad(&[("AUTH_JWT_EXP_HRS", "0")], &["AUTH_JWT_EXP_HRS", "8760"]),
    bad(&[("REGION", "a-name-that-is-longer-than-any-region-is-called-anywhere")], &["REGION"]),
    bad(&[("LEAD_RETENTION_DAYS", "forever")], &["LEAD_RETENTION_DAYS", "3650"]),
    bad(&[("SIGNUP_MODE", "closed")], &["SIGNUP_MODE", "invite"]),
    bad(&[("EMAIL_FROM", "nobody")], &["EMAIL_FROM"]),
    bad(&[("RATE_LIMITS", "login=many")], &["RATE_LIMITS", "login"]),
    bad(&[("TRUSTED_PROXIES", "everybody")], &["TRUSTED_PROXIES"]),
    bad(&[("PUBLIC_BASE_URL", "not an address")], &["PUBLIC_BASE_URL"]),
    bad(&[("DATABASE_URL", "mysql://user:hidden@host/db")], &["DATABASE_URL", "sqlite:"]),
    bad(&[("DATABASE_URL", "postgres://user:hidden@host:notaport/db")], &["DATABASE_URL"]),
    bad(&[("DATABASE_URL", "postgres://user:hidden@127.0.0.1:1/db")], &["AUTH_JWT_SECRET"]),
    Bad {
        settings: &[],
        arguments: &["--bind", "0.0.0.0:0"],
        code: 2,
        names: &["BIND", "PUBLIC_BASE_URL", "https"],
    },
    Bad {
        settings: &[("PUBLIC_BASE_URL", "http://example.com")],
        arguments: &["--bind", "0.0.0.0:0"],
        code: 2,
        names: &["PUBLIC_BASE_URL", "https"],
    },
    Bad { settings: &[], arguments: &["--bind", "nowhere"], code: 2, names: &["BIND"] },
    Bad {
        settings: &[],
        arguments: &["--bind", "127.0.0.1:0", "--env-file", "absent"],
        code: 2,
        names: &["env-file"],
    },
];

/// It ended with `code`, with a reason that names all of `names`, on both outputs, and hid what is secret.
fn refused(ran: &Ran, code: i32, names: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    let document = ran.json();
    assert_eq!(document["ok"], false);
    let detail = document["detail"].as_str().unwrap();
    for name in names {
        assert!(detail.contains(name), "the reason does not name {name}: {detail}");
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
    assert!(!ran.stdout.contains("hidden") && !ran.stderr.contains("hidden"), "{ran:?}");
}

fn serve(home: &Home, arguments: &[&str]) -> Ran {
    let words: Vec<_> = ["serve", "--json"].into_iter().chain(arguments.iter().copied()).collect();
    home.run(&words)
}

/// The home is as it was: no folder, no database, no log.
fn untouched(home: &Home) {
    for folder in [home.data_dir(), home.log_dir()] {
        assert!(!folder.exists(), "{} was made", folder.display());
    }
}

#[test]
fn unsafe_settings_stop_the_start_with_a_reason() {
    for bad in BAD {
        let home =
            bad.settings.iter().fold(Home::new(Engine::Sqlite), |home, (name, value)| home.set(name, value));
        refused(&serve(&home, bad.arguments), bad.code, bad.names);
        untouched(&home);
    }
    // The same settings without their fault do start.
    let good = Home::new(Engine::Sqlite)
        .set("AUTH_JWT_SECRET", "long-enough-0123456789-0123456789")
        .set("RATE_LIMITS", "login=5/60s")
        .set("TRUSTED_PROXIES", "10.0.0.0/8")
        .set("PUBLIC_BASE_URL", "https://example.com");
    good.share().serve().terminate();
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let home = Home::new(Engine::Sqlite).set("SIGNUP_MODE", "closed").set("EMAIL_FROM", "nobody");
    let document = serve(&home, &["--bind", "nowhere"]).expect_code(2).json();
    let fields: Vec<_> =
        document["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    for name in ["BIND", "SIGNUP_MODE", "EMAIL_FROM"] {
        assert!(fields.contains(&Value::from(name)), "{fields:?}");
    }
}

#[test]
fn a_wrong_settings_file_stops_the_start() {
    let cases: &[(&str, &[&str])] = &[
        ("sign_up_mode = \"open\"", &["sign_up_mode", "did you mean `signup_mode`"]),
        ("auth_jwt_secret = \"hidden\nbind = 1", &["echopilot.toml"]),
        ("zzzzzzzzzzzz = 1", &["zzzzzzzzzzzz", "is no setting"]),
        ("[bind]\nport = 1", &["BIND"]),
        ("config_dir = \"elsewhere\"", &["config_dir"]),
    ];
    for (text, names) in cases {
        let home = Home::new(Engine::Sqlite);
        std::fs::create_dir(home.path().join("configs")).unwrap();
        std::fs::write(home.path().join("configs/echopilot.toml"), text).unwrap();
        refused(&serve(&home, LOOPBACK), 2, names);
        untouched(&home);
    }
    // The example that lies in the repository is a sound file.
    let home = Home::new(Engine::Sqlite);
    let example = crate::support::checkout().join("configs");
    let document = home.run(&["config", "show", "--json", "--config-dir", &example.display().to_string()]);
    assert_eq!(document.expect_code(0).json()["problems"], serde_json::json!([]));
}

#[test]
fn files_with_secrets_must_be_private() {
    let home = Home::new(Engine::Sqlite);
    let file = home.path().join("env");
    std::fs::write(&file, "STRIPE_SECRET_KEY=sk_test_hidden\n").unwrap();
    let arguments = ["--bind", "127.0.0.1:0", "--env-file", "env"];
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&serve(&home, &arguments), 2, &["private-files", "644", "chmod 600"]);
    untouched(&home);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let shown = home.run(&["config", "show", "--json", "--env-file", "env"]).expect_code(0);
    assert!(!shown.stdout.contains("hidden"));

    // What the program makes itself is private.
    let _ = home.run(&["migrate", "apply"]).expect_code(0);
    let _ = home.run(&["scheduler", "status"]).expect_code(0);
    for name in ["echopilot.db", "auth_jwt_secret"] {
        let mode = std::fs::metadata(home.data_dir().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let mode = std::fs::metadata(home.data_dir()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    let database = home.data_dir().join("echopilot.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&serve(&home, LOOPBACK), 2, &["private-files", "echopilot.db"]);
}

#[test]
fn a_port_in_use_stops_the_start() {
    let home = Home::new(Engine::Sqlite);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&serve(&home, &["--bind", &address]), 7, &[&address, "another program"]);
    untouched(&home);
}

#[test]
fn a_database_out_of_reach_stops_the_start() {
    let home = Home::new(Engine::Sqlite)
        .set("DATABASE_URL", "postgres://user:hidden@127.0.0.1:1/db")
        .set("AUTH_JWT_SECRET", "long-enough-0123456789-0123456789");
    let ran = serve(&home, LOOPBACK);
    refused(&ran, 7, &[]);
}

/// Each layer over the one before: default, file, environment file, environment, flag.
#[test]
fn the_origin_of_a_value_is_the_highest_layer_that_sets_it() {
    let home = Home::bare(Engine::Sqlite).set("RATE_LIMITS", "");
    let bind = |home: &Home, arguments: &[&str]| {
        let words: Vec<_> =
            ["config", "show", "--json"].into_iter().chain(arguments.iter().copied()).collect();
        let document = home.run(&words).expect_code(0).json();
        let settings = document["settings"].as_array().unwrap().clone();
        let found = settings.into_iter().find(|setting| setting["env"] == "EMAIL_FROM").unwrap();
        (found["value"].as_str().unwrap().to_owned(), found["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(bind(&home, &[]), ("no-reply@echopilot.local".to_owned(), "default".to_owned()));
    std::fs::create_dir(home.path().join("configs")).unwrap();
    std::fs::write(home.path().join("configs/echopilot.toml"), "email_from = \"file@example.com\"\n")
        .unwrap();
    let (value, origin) = bind(&home, &[]);
    assert_eq!(value, "file@example.com");
    assert!(origin.starts_with("file ") && origin.ends_with("echopilot.toml"), "{origin}");
    std::fs::write(home.path().join("env"), "EMAIL_FROM=env-file@example.com\n").unwrap();
    let (value, origin) = bind(&home, &["--env-file", "env"]);
    assert_eq!(value, "env-file@example.com");
    assert!(origin.starts_with("environment file"), "{origin}");
    let home = home.set("EMAIL_FROM", "environment@example.com");
    let expected = ("environment@example.com".to_owned(), "environment EMAIL_FROM".to_owned());
    assert_eq!(bind(&home, &["--env-file", "env"]), expected);
    let elsewhere = home.path().join("elsewhere").display().to_string();
    let document = home.run(&["config", "show", "--json", "--data-dir", &elsewhere]).json();
    let settings = document["settings"].as_array().unwrap();
    let data_dir = settings.iter().find(|setting| setting["env"] == "DATA_DIR").unwrap();
    assert_eq!(
        (data_dir["value"].as_str(), data_dir["origin"].as_str()),
        (Some(&*elsewhere), Some("flag --data-dir"))
    );
}

#[test]
fn a_store_that_is_newer_or_none_stops_the_start() {
    let home = Home::new(Engine::Sqlite);
    let _ = home.run(&["migrate", "apply"]).expect_code(0);
    let file = home.data_dir().join("echopilot.db");
    let newer = "INSERT INTO schema_migrations VALUES (9999, 'from_the_future', '00', 0)";
    rusqlite::Connection::open(&file).unwrap().execute(newer, []).unwrap();
    let ran = serve(&home, LOOPBACK);
    assert_eq!(ran.json()["ok"], false);
    assert!(ran.code.is_some_and(|code| code > 0) && ran.stderr.contains("9999"), "{ran:?}");
    let status = home.run(&["migrate", "status", "--json"]).expect_code(3).json();
    assert!(status["refusals"][0].as_str().unwrap().contains("9999"), "{status}");
    assert!(home.run(&["dev-check"]).expect_code(3).stdout.contains("9999"));

    let home = Home::new(Engine::Sqlite);
    std::fs::create_dir(home.data_dir()).unwrap();
    let file = home.data_dir().join("echopilot.db");
    std::fs::write(&file, "no database ".repeat(1_000)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    refused(&serve(&home, LOOPBACK), 7, &["echopilot.db"]);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("no database no database"), "it was changed");
}

#[test]
fn a_log_folder_that_cannot_be_made_stops_the_start() {
    let home = Home::new(Engine::Sqlite).set("LOG_DIR", "/dev/null/logs");
    refused(&serve(&home, LOOPBACK), 2, &["LOG_DIR"]);
}
