//! `echopilot smoke`: green against a well server, red with the reason against every other.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use crate::support::recorder::{Recorder, refused, usual};
use crate::support::{Engine, Home, Ran, Served, checkout, on_each_engine};

/// What the customer signs in with.
const PASSWORD: &str = "seven swans a-swimming";

fn smoke(home: &Home, url: &str, key: &str, more: &[&str]) -> Ran {
    let words: Vec<_> =
        ["smoke", "--base-url", url, "--dash-key", key].into_iter().chain(more.iter().copied()).collect();
    home.run(&words)
}

fn results(report: &Value) -> Vec<(String, String)> {
    let rows = report["checks"].as_array().unwrap().iter();
    rows.map(|row| (row["check"].as_str().unwrap().to_owned(), row["result"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn a_demonstration_is_green_and_what_is_absent_is_said_to_be() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let report =
            smoke(&server.home, &server.url, server.operator_key(), &["--json", "--junit", "smoke.xml"]);
        let report = report.expect_code(0).json();
        assert_eq!((report["ok"].as_bool(), report["green"].as_bool()), (Some(true), Some(true)));
        let results = results(&report);
        let listed = server.home.run(&["smoke", "--list", "--json"]).json();
        for (check, (name, result)) in listed["checks"].as_array().unwrap().iter().zip(&results) {
            assert_eq!(check["check"], name.as_str());
            let expected: &[&str] = if check["absent"] == true {
                &["absent"]
            } else {
                &["passed", "not_configured", "not_asked_for"]
            };
            assert!(expected.contains(&result.as_str()), "{name} is {result}");
        }
        let count = |wanted: &str| results.iter().filter(|(_, result)| result == wanted).count() as u64;
        for wanted in ["passed", "failed", "not_configured", "not_asked_for", "absent"] {
            assert_eq!(report[wanted].as_u64(), Some(count(wanted)), "{wanted}");
        }
        assert!(count("passed") >= 7 && count("absent") > 0, "{results:?}");
        assert_eq!(count("not_asked_for"), 1, "the live invoice alone: {results:?}");
        let unconfigured = u64::from(engine == Engine::Sqlite);
        assert_eq!(count("not_configured"), unconfigured, "the warehouse alone, on SQLite: {results:?}");

        let xml = std::fs::read_to_string(server.home.path().join("smoke.xml")).unwrap();
        let suite = Element::parse(&xml);
        assert_eq!(suite.attribute("tests"), Some(results.len().to_string()));
        assert_eq!(suite.attribute("failures").as_deref(), Some("0"));
        assert_eq!(suite.attribute("skipped"), Some((results.len() as u64 - count("passed")).to_string()));
        assert_eq!(suite.children("testcase"), results.len());
        assert_eq!(suite.children("failure"), 0);
    });
}

#[test]
fn the_words_for_people_name_every_check() {
    let server = Served::demo(Engine::Sqlite);
    let ran = smoke(&server.home, &server.url, server.operator_key(), &[]).expect_code(0);
    for part in ["health", "jwks", "absent", "passed", "not configured"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("GREEN"), "{}", ran.stderr);
    assert!(!ran.stdout.contains(server.operator_key()) && !ran.stderr.contains(server.operator_key()));
}

#[test]
fn outside_a_demonstration_what_cannot_be_asked_is_not_called_passed() {
    let server = Served::start(Engine::Sqlite, &[]);
    let report = smoke(&server.home, &server.url, server.operator_key(), &["--json"]).expect_code(0).json();
    let results = results(&report);
    let auth = results.iter().find(|(name, _)| name.starts_with("auth")).unwrap();
    assert_eq!(auth.1, "not_configured");
}

/// A customer whom `smoke` can sign in as.
fn add_customer(home: &Home) {
    let mut command = home.command(&["customers", "add", "--email", "smoke@example.com", "--password-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn outside_a_demonstration_the_customer_of_the_settings_signs_in_with_a_password() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        add_customer(&server.home);
        let ran = |password: &str| {
            let mut command = server.home.command(&["smoke", "--base-url", &server.url, "--json"]);
            command.env("SMOKE_EMAIL", "smoke@example.com").env("SMOKE_PASSWORD", password);
            Ran::of(&mut command)
        };
        let report = ran(PASSWORD).expect_code(0).json();
        for wanted in ["auth", "billing"] {
            let row = results(&report).into_iter().find(|(name, _)| name.starts_with(wanted)).unwrap();
            assert_eq!(row.1, "passed", "{report}");
        }
        let report = ran("another password").expect_code(1);
        let shown = format!("{}{}", report.stdout, report.stderr);
        assert!(!shown.contains("another password") && !shown.contains(PASSWORD), "{report:?}");
        let results = results(&report.json());
        assert!(results.last().unwrap().0.starts_with("auth") && results.last().unwrap().1 == "failed");
    });
}

/// A Stripe of ours that says that it is the live one.
fn live_stripe(livemode: bool) -> Recorder {
    let recorder = Recorder::start();
    recorder.answer(move |request| {
        let (status, headers, body) = usual(request);
        let mut body: Value = serde_json::from_str(&body).unwrap();
        if body["object"] == "invoice" {
            body["livemode"] = livemode.into();
            body["total"] = 50.into();
        }
        (status, headers, body.to_string())
    });
    recorder
}

#[test]
fn a_live_invoice_wants_every_consent_and_is_voided_again() {
    on_each_engine(|engine| {
        let recorder = live_stripe(true);
        let all = [
            ("STRIPE_API_BASE", recorder.url.as_str()),
            ("STRIPE_MODE", "live"),
            ("STRIPE_SECRET_LIVE", "rk_live_of_the_tests_0123456789"),
            ("SMOKE_EMAIL", "smoke@example.com"),
            ("SMOKE_PASSWORD", PASSWORD),
        ];
        let server = Served::start(engine, &all);
        add_customer(&server.home);
        // The same installation as a shell without its database sees it.
        let shell = |confirm: &str, mode: &str| {
            let home =
                all.iter().fold(Home::bare(Engine::Sqlite), |home, (name, value)| home.set(name, value));
            home.set("CONFIRM_LIVE", confirm).set("STRIPE_MODE", mode)
        };
        let live = |home: &Home, more: &[&str]| {
            let words = [&["--json"], more].concat();
            let report = smoke(home, &server.url, server.operator_key(), &words).json();
            let rows = report["checks"].as_array().unwrap().clone();
            rows.into_iter().find(|row| row["check"] == "live invoice").unwrap()
        };
        for (home, more, missing) in [
            (shell("", "live"), &["--yes"][..], "CONFIRM_LIVE"),
            (shell("NO", "live"), &["--yes"][..], "CONFIRM_LIVE"),
            (shell("YES", "test"), &["--yes"][..], "live key"),
            (shell("YES", "live"), &[][..], "--yes"),
        ] {
            let row = live(&home, more);
            assert_eq!(row["result"], "not_asked_for", "{row}");
            assert!(row["detail"].as_str().unwrap().contains(missing), "{row}");
        }
        assert!(recorder.requests().is_empty());
        let row = live(&shell("YES", "live"), &["--yes"]);
        assert_eq!(row["result"], "passed", "{row}");
        let lines = recorder.asked("POST", "/v1/invoiceitems");
        assert_eq!(
            (lines.len(), lines[0].field("amount"), lines[0].field("currency")),
            (1, "50".into(), "usd".into())
        );
        let last = recorder.requests().pop().unwrap();
        assert!(last.path.ends_with("/void"), "{last:?}");
        assert_eq!(server.home.rows("SELECT status FROM invoices"), [["void"]]);
    });
}

#[test]
fn an_invoice_that_could_not_be_voided_is_named() {
    let recorder = live_stripe(true);
    recorder.answer(|request| {
        if request.path.ends_with("/void") {
            return refused(400, "invoice_not_open", "It is not open.");
        }
        let (status, headers, body) = usual(request);
        (status, headers, body.replace("4900", "50").replace("\"livemode\":false", "\"livemode\":true"))
    });
    let set = [
        ("STRIPE_API_BASE", recorder.url.as_str()),
        ("STRIPE_MODE", "live"),
        ("STRIPE_SECRET_LIVE", "rk_live_of_the_tests_0123456789"),
        ("SMOKE_EMAIL", "smoke@example.com"),
        ("SMOKE_PASSWORD", PASSWORD),
        ("CONFIRM_LIVE", "YES"),
    ];
    let server = Served::start(Engine::Sqlite, &set);
    add_customer(&server.home);
    let ran = smoke(&server.home, &server.url, server.operator_key(), &["--json", "--yes"]).expect_code(1);
    let failed = ran.json()["checks"].as_array().unwrap().last().unwrap().clone();
    let why = failed["detail"].as_str().unwrap();
    assert!(why.contains("void invoice in_") && why.contains("by hand"), "{failed}");
}

/// Answers every request with `body`.
fn liar(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0_u8; 4_096];
            let _ = stream.read(&mut request);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}

#[test]
fn a_server_that_says_ok_to_everything_is_red() {
    let home = Home::bare(Engine::Sqlite);
    let url = liar(r#"{"ok":true}"#);
    let ran = smoke(&home, &url, "a-key", &["--json", "--junit", "smoke.xml"]).expect_code(1);
    let report = ran.json();
    assert_eq!((report["ok"].as_bool(), report["failed"].as_u64()), (Some(false), Some(1)));
    // The first check fails, and the run ends there.
    assert_eq!(results(&report), [("health".to_owned(), "failed".to_owned())]);
    assert_eq!(report["checks"][0]["body"], r#"{"ok":true}"#);
    assert!(report["log_tail"][0].as_str().unwrap().contains("can't be read"), "{report}");
    // What the server does not tell may lie on this machine.
    std::fs::create_dir_all(home.log_dir()).unwrap();
    let line = r#"{"ts":"2026-03-01T00:00:00.000Z","level":"error","event":"found_here"}"#;
    std::fs::write(home.log_dir().join("http.ndjson"), format!("{line}\n")).unwrap();
    let found = smoke(&home, &url, "a-key", &["--json"]).expect_code(1).json();
    assert!(found["log_tail"][0].as_str().unwrap().contains("found_here"), "{found}");
    let xml = std::fs::read_to_string(home.path().join("smoke.xml")).unwrap();
    let suite = Element::parse(&xml);
    assert_eq!((suite.attribute("failures").as_deref(), suite.children("failure")), (Some("1"), 1));

    let words = smoke(&home, &url, "a-key", &[]).expect_code(1).stderr;
    for part in ["RED", "FAILED health (GET /health)", r#"answer: {"ok":true}"#, "end of its log:"] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn hostile_answers_stay_inside_the_report() {
    let home = Home::bare(Engine::Sqlite);
    let url = liar("<failure>\"]]>&\u{1b}[2J\u{0}</failure>");
    let _ = smoke(&home, &url, "a-key", &["--json", "--junit", "smoke.xml"]).expect_code(1).json();
    let xml = std::fs::read_to_string(home.path().join("smoke.xml")).unwrap();
    assert_eq!(Element::parse(&xml).children("failure"), 1);
    assert!(xml.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()), "control characters in XML");
}

#[test]
fn nothing_that_listens_is_red_with_words() {
    let home = Home::bare(Engine::Sqlite);
    let ran = smoke(&home, "http://127.0.0.1:1", "a-key", &[]).expect_code(1);
    assert!(ran.stderr.contains("http://127.0.0.1:1/health gave no whole answer"), "{}", ran.stderr);
}

#[test]
fn a_wrong_key_is_red_at_the_first_thing_that_needs_one() {
    let server = Served::demo(Engine::Sqlite);
    let ran =
        smoke(&server.home, &server.url, "a-wrong-key-0123456789-0123456789", &["--json"]).expect_code(1);
    let report = ran.json();
    let results = results(&report);
    assert_eq!(results.first().unwrap().1, "passed", "{results:?}");
    assert_eq!(results.last().unwrap(), &("scheduler".to_owned(), "failed".to_owned()));
    assert!(report["checks"][1]["detail"].as_str().unwrap().contains("401"), "{report}");
}

#[test]
fn without_a_key_it_says_what_to_give() {
    let home = Home::bare(Engine::Sqlite);
    let ran = home.run(&["smoke", "--base-url", "http://127.0.0.1:1", "--json"]).expect_code(1);
    assert_eq!(ran.json()["code"], "not_configured");
    assert!(ran.stderr.contains("--dash-key") && ran.stderr.contains("DASHBOARD_KEY"), "{}", ran.stderr);
}

#[test]
fn the_key_of_the_settings_is_used() {
    let server = Served::start(Engine::Sqlite, &[]);
    let report = server.home.run(&["smoke", "--base-url", &server.url, "--json"]).expect_code(0).json();
    assert_eq!(report["green"], true);
}

#[test]
fn a_failing_operation_shows_the_end_of_its_log() {
    let server = Served::demo(Engine::Sqlite);
    let _ = server.get("/health").expect_status(200);
    server.wait_for_log(echopilot_core::events::Log::Http, |line| line["route"] == "/health");
    // A sign-in that finds no customer any more: the auth check fails, on a server whose log can be read.
    let database = rusqlite::Connection::open(server.home.data_dir().join("echopilot.db")).unwrap();
    database.execute("UPDATE customers SET disabled_at = 1", []).unwrap();
    let ran = smoke(&server.home, &server.url, server.operator_key(), &["--json"]).expect_code(1);
    let report = ran.json();
    let results = results(&report);
    assert!(results.last().unwrap().0.starts_with("auth"), "{results:?}");
    assert!(report["log_tail"].as_array().is_some_and(|lines| !lines.is_empty()), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_told_in_one_document() {
    let home = Home::bare(Engine::Sqlite);
    let more = ["--json", "--junit", "no-such-folder/smoke.xml"];
    let document = smoke(&home, "http://127.0.0.1:1", "a-key", &more).expect_code(2).json();
    assert_eq!(document["errors"][0]["field"], "--junit");
}

/// A runbook asks a server the moment it is up: its log has the requests that were answered.
#[test]
fn a_tail_has_every_request_that_was_answered_before_it() {
    let server = Served::start(Engine::Sqlite, &[]);
    for number in 1..=20 {
        let _ = server.get("/health").expect_status(200);
        let tail = server.get_as_operator("/api/logs/tail?file=http&n=500").expect_status(200).json();
        let lines = tail["lines"].as_array().unwrap();
        assert_eq!(lines.iter().filter(|line| line["route"] == "/health").count(), number);
    }
}

#[test]
fn the_script_only_calls_it() {
    let server = Served::demo(Engine::Sqlite);
    let mut command = std::process::Command::new(checkout().join("scripts/smoke.sh"));
    command.env("ECHOPILOT_BIN", env!("CARGO_BIN_EXE_echopilot")).current_dir(server.home.path());
    command.args(["--base-url", &server.url, "--dash-key", server.operator_key(), "--json"]);
    assert_eq!(Ran::of(&mut command).expect_code(0).json()["green"], true);
}

/// Enough of an XML reader to refuse what is not well formed.
struct Element {
    root: String,
    names: Vec<String>,
}

impl Element {
    fn parse(text: &str) -> Self {
        let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
        let (mut open, mut names, mut root) = (Vec::new(), Vec::new(), None);
        let mut rest = body;
        while let Some(start) = rest.find('<') {
            let characters = &rest[..start];
            assert!(!characters.contains('>'), "a loose > in {characters}");
            entities(characters);
            let end = rest[start..].find('>').expect("an unclosed tag") + start;
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "a tag closed that was not open");
                continue;
            }
            let inner = tag.trim_end_matches('/');
            entities(inner);
            assert_eq!(inner.matches('"').count() % 2, 0, "a quote is open in {inner}");
            let name = inner.split_whitespace().next().unwrap().to_owned();
            root.get_or_insert_with(|| inner.to_owned());
            names.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "open at the end: {open:?}");
        assert_eq!(rest.trim(), "");
        Self { root: root.expect("an element"), names }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let after = self.root.split(&format!(" {name}=\"")).nth(1)?;
        Some(after.split('"').next()?.to_owned())
    }

    fn children(&self, name: &str) -> usize {
        self.names.iter().filter(|known| *known == name).count()
    }
}

fn entities(text: &str) {
    for rest in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| rest.starts_with(entity));
        assert!(known, "a bare & before {rest}");
    }
}
