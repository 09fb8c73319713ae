//! Mail on its way out: delivered once, tried again when it can't be, dropped when it is worth nothing any more.

use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::operation::outbox::{self, Mail};
use echopilot_core::platform::Email;
use echopilot_core::scheduler::deliver;

use crate::support::{TestApp, on_each_engine};

fn send(app: &TestApp, to: &str) {
    let mail = Mail {
        to: Email::parse(to).unwrap(),
        subject: "A subject".into(),
        text: "Two\nlines".into(),
        html: "<p>".into(),
    };
    let (ids, now) = (app.deps.ids.clone(), app.clock.now());
    let worth = Duration::from_secs(600);
    app.deps.store.write(move |tx| outbox::send_mail(tx, &ids, now, &mail, worth)).unwrap();
}

fn waiting(app: &TestApp) -> i64 {
    app.deps.store.read(outbox::depth).unwrap().0
}

fn lines(app: &TestApp) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(app.path().join("data/outbox/emails.ndjson")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn mail_is_delivered_once_also_by_two_at_a_time() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        for number in 0..20 {
            send(&app, &format!("to{number}@example.com"));
        }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| deliver(&app.deps).unwrap());
            }
        });
        assert_eq!(waiting(&app), 0);
        let mut to: Vec<String> = lines(&app).iter().map(|line| line["to"].to_string()).collect();
        assert_eq!(to.len(), 20);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 20, "each once");
        assert_eq!(lines(&app)[0]["text"], "Two\nlines");
        assert_eq!(deliver(&app.deps).unwrap(), 0);
    });
}

#[test]
fn what_can_t_be_delivered_is_tried_again_ever_more_slowly() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let folder = app.path().join("data/outbox");
        std::fs::create_dir_all(app.path().join("data")).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
        send(&app, "to@example.com");
        let mut tries = Vec::new();
        let begun = app.clock.now();
        for _ in 0..60 {
            let before = app.logs(Log::Scheduler).len();
            assert_eq!(deliver(&app.deps).unwrap(), 0);
            if app.logs(Log::Scheduler).len() > before {
                tries.push(app.clock.now().since(begun).as_secs());
            }
            app.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(tries, [0, 1, 3, 7, 15, 31]);
        for line in app.logs(Log::Scheduler) {
            assert_eq!(line["event"], "delivery_failed");
            assert!(!line.to_string().contains("to@example.com"), "{line}");
        }
        std::fs::remove_file(&folder).unwrap();
        app.clock.advance(Duration::from_secs(4));
        assert_eq!(deliver(&app.deps).unwrap(), 1);
        assert_eq!((waiting(&app), lines(&app).len()), (0, 1));
    });
}

#[test]
fn a_mail_that_came_too_late_is_dropped() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        send(&app, "late@example.com");
        app.clock.advance(Duration::from_secs(601));
        send(&app, "fresh@example.com");
        deliver(&app.deps).unwrap();
        assert_eq!(waiting(&app), 0);
        let to: Vec<_> = lines(&app).iter().map(|line| line["to"].to_string()).collect();
        assert_eq!(to, ["\"fresh@example.com\""]);
    });
}

#[test]
fn a_delivery_that_died_on_the_way_is_taken_up_by_another() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        send(&app, "to@example.com");
        let now = app.clock.now();
        let item = app.deps.store.read(|tx| outbox::due(tx, now)).unwrap().remove(0);
        assert!(app.deps.store.write(move |tx| outbox::claim(tx, &item, now)).unwrap());
        assert_eq!(deliver(&app.deps).unwrap(), 0, "somebody has it");
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(deliver(&app.deps).unwrap(), 1);
        assert_eq!((waiting(&app), lines(&app).len()), (0, 1));
    });
}
