//! Mail by SMTP, to a server that nobody here wrote: it arrives as others read it, at least once, and never as anything
//! but what was put in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::operation::outbox::{self, Mail};
use echopilot_core::platform::Email;
use echopilot_core::scheduler::deliver;
use serde_json::{Value, json};

use crate::support::peers::{Peer, free_port};
use crate::support::{Engine, Home, Served, TestApp, code_in, eventually, on_each_engine};

/// A mail server and what it noted.
struct Sink {
    peer: Option<Peer>,
    file: PathBuf,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Sink {
    /// A place for one, which is not there yet.
    fn absent() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { peer: None, file: folder.path().join("sink.ndjson"), port: free_port(), _folder: folder }
    }

    /// A running one; none where there is no Python.
    fn start(options: &[&str]) -> Option<Self> {
        Self::absent().come_up(options)
    }

    fn come_up(mut self, options: &[&str]) -> Option<Self> {
        self.peer = Some(Peer::smtp_sink(self.port, &self.file, options)?);
        Some(self)
    }

    fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    fn noted(&self, event: &str) -> Vec<Value> {
        noted(&self.file, event)
    }

    fn messages(&self, to: &str) -> Vec<Value> {
        self.noted("message").into_iter().filter(|message| message["to"] == json!([to])).collect()
    }
}

fn noted(file: &Path, event: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["event"] == event).collect()
}

fn header<'m>(message: &'m Value, name: &str) -> Vec<&'m str> {
    let all = message["headers"].as_array().unwrap().iter();
    all.filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name))
        .map(|pair| pair[1].as_str().unwrap())
        .collect()
}

fn ask_for_code(server: &Served, email: &str) {
    let _ = server.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(202);
}

fn sign_in_with(server: &Served, email: &str, message: &Value) {
    let body = json!({ "email": email, "code": code_in(message) });
    let _ = server.post("/api/auth/login", &body).expect_status(200);
}

fn waiting(home: &Home) -> i64 {
    home.number("SELECT COUNT(*) FROM outbox")
}

#[test]
fn a_code_leaves_as_mail_that_others_read_and_signs_in() {
    on_each_engine(|engine| {
        let Some(sink) = Sink::start(&[]) else { return };
        let server =
            Served::start(engine, &[("SMTP_URL", &sink.url()), ("EMAIL_FROM", "no-reply@example.com")]);
        ask_for_code(&server, "ada@example.com");
        let message = eventually("a mail", || sink.messages("ada@example.com").pop());
        assert_eq!((&message["sender"], &message["ascii"]), (&json!("no-reply@example.com"), &json!(true)));
        assert_eq!(header(&message, "From"), ["EchoPilot <no-reply@example.com>"]);
        assert_eq!(header(&message, "To"), ["ada@example.com"]);
        for name in ["Subject", "Date", "Message-ID", "MIME-Version"] {
            assert_eq!(header(&message, name).len(), 1, "{name}: {message}");
        }
        assert!(header(&message, "Message-ID")[0].ends_with("@example.com>"), "{message}");
        assert_eq!((&message["kind"], &message["defects"]), (&json!("multipart/alternative"), &json!([])));
        assert_eq!(message["order"], json!(["text/plain", "text/html"]));
        let link = format!("{}/auth/", server.url);
        for form in ["text", "html"] {
            assert!(message[form].as_str().unwrap().contains(&link), "no link in the {form}: {message}");
        }
        sign_in_with(&server, "ada@example.com", &message);
        eventually("an empty outbox", || (waiting(&server.home) == 0).then_some(()));
        assert!(!server.home.outbox().exists(), "it was written into the file as well");
        let figures = server.get("/metrics").text;
        assert!(figures.contains("echopilot_outbox_done_total{outcome=\"delivered\"} 1"), "{figures}");
    });
}

#[test]
fn health_knows_whether_the_mail_server_answers_and_sends_it_nothing() {
    let mail = |server: &Served| server.get("/health").json()["deps"]["mail"]["status"].clone();
    on_each_engine(|engine| {
        let Some(sink) = Sink::start(&[]) else { return };
        let server = Served::start(engine, &[("SMTP_URL", &sink.url())]);
        // What does not answer at once is known in the next round, ten seconds later.
        let settled = |server: &Served| {
            let mut status = mail(server);
            for _ in 0..150 {
                if status != "unknown" {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
                status = mail(server);
            }
            status
        };
        assert_eq!(settled(&server), "ok");
        assert_eq!((sink.noted("noop").len(), sink.noted("recipient").len()), (1, 0));
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(sink.noted("noop").len(), 1, "asked once a minute at the most");
        let nobody = Sink::absent();
        let server = Served::start(engine, &[("SMTP_URL", &nobody.url())]);
        assert_eq!(settled(&server), "down");
        assert_eq!(server.get("/health").json()["status"], "degraded");
        let server = Served::start(engine, &[]);
        assert_eq!(mail(&server), "not_configured");
    });
}

#[test]
fn a_server_that_comes_up_late_gets_what_waited_for_it() {
    on_each_engine(|engine| {
        let sink = Sink::absent();
        let server = Served::start(engine, &[("SMTP_URL", &sink.url())]);
        ask_for_code(&server, "ada@example.com");
        let line = server.wait_for_log(Log::Scheduler, |line| line["event"] == "delivery_failed");
        assert_eq!(line["level"], "error");
        assert_eq!(waiting(&server.home), 1);
        let Some(sink) = sink.come_up(&[]) else { return };
        let message = eventually("the mail", || sink.messages("ada@example.com").pop());
        sign_in_with(&server, "ada@example.com", &message);
        eventually("an empty outbox", || (waiting(&server.home) == 0).then_some(()));
        let logs = server.logs(Log::Scheduler).iter().map(Value::to_string).collect::<String>();
        assert!(!logs.contains("ada@"), "{logs}");
    });
}

#[test]
fn a_mail_under_way_when_the_server_is_killed_arrives_all_the_same() {
    on_each_engine(|engine| {
        let Some(sink) = Sink::start(&[]) else { return };
        let home = Home::new(engine).set("SMTP_URL", &sink.url()).share();
        let server = home.serve();
        ask_for_code(&server, "slow@example.com");
        ask_for_code(&server, "ada@example.com");
        eventually("the content under way", || sink.noted("content").pop());
        let home = server.kill();
        assert!(waiting(&home) > 0, "it was given up before it was taken");
        // The one who was killed keeps its claim for a minute.
        home.change("UPDATE outbox SET due_at = 0");
        let server = home.serve();
        for email in ["slow@example.com", "ada@example.com"] {
            let message = eventually("the mail", || sink.messages(email).pop());
            sign_in_with(&server, email, &message);
        }
        eventually("an empty outbox", || (waiting(&home) == 0).then_some(()));
        let slow = sink.messages("slow@example.com");
        assert!(
            slow.iter().all(|mail| header(mail, "Message-ID") == header(&slow[0], "Message-ID")),
            "{slow:?}"
        );
    });
}

/// The product in this process with mail to `url`.
fn app(engine: Engine, url: &str) -> TestApp {
    TestApp::with(engine, &TestApp::monday(), |environment| environment.with("SMTP_URL", url))
}

fn put_in(app: &TestApp, to: &str, subject: &str, text: &str) {
    let mail = Mail {
        to: Email::parse(to).unwrap(),
        subject: subject.into(),
        text: text.into(),
        html: format!("<p>{text}</p>"),
    };
    let (ids, now) = (app.deps.ids.clone(), app.clock.now());
    let worth = Duration::from_secs(600);
    app.deps.store.write(move |tx| outbox::send_mail(tx, &ids, now, &mail, worth)).unwrap();
}

fn left(app: &TestApp) -> i64 {
    app.deps.store.read(outbox::depth).unwrap().0
}

fn events(app: &TestApp, name: &str) -> Vec<Value> {
    app.logs(Log::Scheduler).into_iter().filter(|line| line["event"] == name).collect()
}

#[test]
fn a_refused_mail_is_dropped_and_a_postponed_one_is_not() {
    on_each_engine(|engine| {
        let Some(sink) = Sink::start(&[]) else { return };
        let app = app(engine, &sink.url());
        for to in ["gone@example.com", "busy@example.com", "ada@example.com"] {
            put_in(&app, to, "A subject", "A text");
        }
        assert_eq!(deliver(&app.deps).unwrap(), 2, "one refused, one delivered");
        assert_eq!((left(&app), sink.messages("ada@example.com").len()), (1, 1));
        let refused = events(&app, "delivery_refused");
        assert_eq!(
            (refused.len(), &refused[0]["reply"], &refused[0]["level"]),
            (1, &json!(550), &json!("error"))
        );
        assert_eq!(events(&app, "delivery_failed").len(), 1);
        for _ in 0..5 {
            app.clock.advance(Duration::from_secs(1));
            deliver(&app.deps).unwrap();
        }
        assert_eq!((left(&app), sink.messages("busy@example.com").len()), (0, 1));
        let tries = |to: &str| sink.noted("recipient").iter().filter(|line| line["to"] == to).count();
        assert_eq!(
            (tries("gone@example.com"), tries("busy@example.com"), tries("ada@example.com")),
            (1, 2, 1)
        );
        let logs = app.logs(Log::Scheduler).iter().map(Value::to_string).collect::<String>();
        assert!(!logs.contains("example.com"), "{logs}");
        let figures = app.deps.metrics.encode();
        for line in ["{outcome=\"refused\"} 1", "{outcome=\"delivered\"} 2"] {
            assert!(figures.contains(&format!("echopilot_outbox_done_total{line}")), "{line}: {figures}");
        }
    });
}

#[test]
fn any_words_arrive_as_they_are_and_never_as_a_header() {
    on_each_engine(|engine| {
        let Some(sink) = Sink::start(&[]) else { return };
        let app = app(engine, &sink.url());
        let text = format!("Gr\u{fc}\u{df}e, \u{5f20}\u{4f1f} \u{2728}\n.\n.\r\n{}\nend", "x".repeat(3_000));
        put_in(&app, "ada@example.com", "Gr\u{fc}\u{df}e an \u{5f20}\u{4f1f} \u{2728}", &text);
        put_in(
            &app,
            "bob@example.com",
            "Hello\r\nBcc: eve@example.com\r\n\r\nbody",
            "plain\r\nBcc: eve@example.com",
        );
        assert_eq!(deliver(&app.deps).unwrap(), 2);
        let messages = sink.noted("message");
        assert_eq!(messages.len(), 2);
        assert!(messages.iter().all(|message| message["ascii"] == true && message["defects"] == json!([])));
        let ada = &sink.messages("ada@example.com")[0];
        assert_eq!(header(ada, "Subject"), ["Gr\u{fc}\u{df}e an \u{5f20}\u{4f1f} \u{2728}"]);
        let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        assert_eq!(lines(ada["text"].as_str().unwrap()), lines(&text));
        let bob = &sink.messages("bob@example.com")[0];
        assert_eq!(header(bob, "Subject"), ["Hello  Bcc: eve@example.com    body"]);
        assert_eq!(header(bob, "Bcc").len() + header(bob, "Cc").len(), 0);
        assert_eq!((header(bob, "To"), &bob["to"]), (vec!["bob@example.com"], &json!(["bob@example.com"])));
    });
}

#[test]
fn nothing_is_lost_to_a_wrong_password_or_to_a_server_that_cannot_prove_its_name() {
    on_each_engine(|engine| {
        let Some(guarded) = Sink::start(&["--login", "ada@example.com:p@ss word"]) else { return };
        let with = |user: &str| format!("smtp://{user}@127.0.0.1:{}", guarded.port);
        let wrong = app(engine, &with("ada%40example.com:wrong")).leaves_work();
        put_in(&wrong, "to@example.com", "A subject", "A text");
        assert_eq!(deliver(&wrong.deps).unwrap(), 0);
        assert_eq!((left(&wrong), guarded.noted("message").len()), (1, 0));
        let line = events(&wrong, "delivery_failed")[0].to_string();
        assert!(line.contains("535") && !line.contains("wrong") && !line.contains("ada"), "{line}");
        let right = app(engine, &with("ada%40example.com:p%40ss%20word"));
        put_in(&right, "to@example.com", "A subject", "A text");
        assert_eq!(deliver(&right.deps).unwrap(), 1);
        assert_eq!((left(&right), guarded.noted("message").len()), (0, 1));

        let Some(unproved) = Sink::start(&["--tls"]) else { return };
        let app = app(engine, &format!("smtps://127.0.0.1:{}", unproved.port)).leaves_work();
        put_in(&app, "to@example.com", "A subject", "A text");
        assert_eq!(deliver(&app.deps).unwrap(), 0);
        assert_eq!(
            (left(&app), unproved.noted("message").len(), unproved.noted("recipient").len()),
            (1, 0, 0)
        );
        assert!(
            events(&app, "delivery_failed")[0].to_string().contains("certificate"),
            "{:?}",
            app.logs(Log::Scheduler)
        );
    });
}

#[test]
fn a_server_that_is_down_is_asked_once_a_round() {
    on_each_engine(|engine| {
        let nobody = Sink::absent();
        let app = app(engine, &nobody.url()).leaves_work();
        for number in 0..5 {
            put_in(&app, &format!("to{number}@example.com"), "A subject", "A text");
        }
        assert_eq!(deliver(&app.deps).unwrap(), 0);
        assert_eq!((left(&app), events(&app, "delivery_failed").len()), (5, 1));
        app.clock.advance(Duration::from_secs(601));
        assert_eq!(deliver(&app.deps).unwrap(), 5, "worth nothing any more");
        assert_eq!((left(&app), events(&app, "delivery_expired").len()), (0, 5));
    });
}

#[test]
fn without_a_mail_server_the_file_stays_private() {
    use std::os::unix::fs::PermissionsExt as _;
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        server.sign_in("ada@example.com");
        let mode = std::fs::metadata(server.home.outbox()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(server.get("/health").json()["deps"]["mail"]["status"], "not_configured");
    });
}
