//! Measured minutes: stored once, as wholes, by each process, and added up without averaging what must not be averaged.

use std::sync::Arc;
use std::time::Duration;

use echopilot_core::observability::Metrics;
use echopilot_core::operation::Deps;
use echopilot_core::platform::{Code, Timestamp};
use echopilot_core::scheduler::CleanUp;
use echopilot_core::slo::{Measured, Range, Recorder, ShowTraffic, Traffic};

use crate::support::{Served, TestApp, on_each_engine};

const MINUTE: Duration = Duration::from_secs(60);

/// Answer `count` requests of this process at once.
fn answer(deps: &Deps, count: u32, status: u16, millis: u64) {
    let route = deps.metrics.route("GET", "/of/a/test");
    for _ in 0..count {
        route.record(status, Duration::from_millis(millis));
    }
}

fn traffic(app: &TestApp, range: Range) -> Traffic {
    app.operator().call(&ShowTraffic { range }).unwrap()
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= expected / 60.0)
}

#[test]
fn without_a_measured_minute_nothing_is_said_and_nothing_is_a_hundred_percent() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        for range in Range::ALL {
            let seen = traffic(&app, range);
            assert_eq!((seen.availability.status, seen.availability.percent), (Measured::NoData, None));
            assert_eq!((seen.budget.status, seen.budget.left), (Measured::NoData, None));
            assert_eq!((seen.current.minutes, seen.current.rps, seen.current.p95_ms), (0, None, None));
            assert!(seen.points.len() <= 120 && seen.points.len() == seen.previous_points.len());
            assert!(seen.points.iter().all(|point| point.requests.is_none() && point.error_rate.is_none()));
            assert_eq!(seen.current.until, app.clock.now());
            assert_eq!(seen.previous.until, seen.current.since);
        }
        // A minute in which nobody asked is measured, and still no share of anything.
        let mut recorder = Recorder::new(Arc::clone(&app.deps));
        app.clock.advance(MINUTE);
        assert_eq!(recorder.tick().unwrap(), 1);
        let quiet = traffic(&app, Range::Hour);
        assert_eq!((quiet.current.minutes, quiet.current.rps), (1, Some(0.0)));
        assert_eq!((quiet.availability.status, quiet.budget.status), (Measured::NoData, Measured::NoData));
        assert_eq!(app.stranger().call(&ShowTraffic::default()).unwrap_err().code, Code::Unauthenticated);
    });
}

#[test]
fn percentiles_come_from_counts_and_shares_leave_out_who_asked_too_often() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let mut recorder = Recorder::new(Arc::clone(&app.deps));
        // A busy fast minute and a slow one with a single request: the mean of both p95 would be a second.
        answer(&app.deps, 98, 200, 10);
        answer(&app.deps, 50, 429, 10);
        answer(&app.deps, 2, 503, 10);
        app.clock.advance(MINUTE);
        assert_eq!(recorder.tick().unwrap(), 1);
        answer(&app.deps, 1, 200, 2_000);
        app.deps.metrics.delivery(true);
        app.deps.metrics.delivery(false);
        app.clock.advance(MINUTE);
        assert_eq!((recorder.tick().unwrap(), recorder.tick().unwrap()), (1, 0), "once");
        let seen = traffic(&app, Range::Hour);
        assert_eq!((seen.current.minutes, seen.current.requests, seen.current.server_errors), (2, 151, 2));
        assert_eq!((seen.current.deliveries, seen.current.failed_deliveries), (1, 1));
        assert!(near(seen.current.p95_ms, 10.0), "{:?}", seen.current);
        assert!(near(seen.current.error_rate, 2.0 / 101.0), "{:?}", seen.current);
        assert!(near(seen.availability.percent, 100.0 * 99.0 / 101.0));
        assert!(near(seen.current.rps, 151.0 / 120.0));
        assert_eq!(seen.budget.requests, 101);
        assert!((seen.budget.allowed - 0.101).abs() < 1e-9, "{:?}", seen.budget);
        assert!(seen.budget.left.unwrap() < 0.0, "two failures are more than a tenth of one");
        let measured: Vec<_> = seen.points.iter().filter(|point| point.requests.is_some()).collect();
        assert_eq!(measured.len(), 2);
        assert!(near(measured[0].p99_ms, 10.0) && near(measured[1].p99_ms, 2_000.0));
        // An hour later the same minutes are the span before.
        app.clock.advance(MINUTE * 60);
        let later = traffic(&app, Range::Hour);
        assert_eq!((later.current.requests, later.previous.requests), (0, 151));
        assert_eq!(traffic(&app, Range::Month).current.requests, 151);
    });
}

#[test]
fn processes_add_up_and_a_restart_loses_no_full_minute() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let (mut one, mut other) =
            (Recorder::new(Arc::clone(&app.deps)), Recorder::new(Arc::clone(&app.deps)));
        answer(&app.deps, 6, 200, 20);
        app.clock.advance(MINUTE);
        assert_eq!((one.tick().unwrap(), other.tick().unwrap()), (1, 1));
        let seen = traffic(&app, Range::Hour);
        assert_eq!((seen.current.minutes, seen.current.requests), (1, 12), "one minute of two processes");
        assert!(near(seen.current.rps, 0.2));
        // A process that begins within a minute does not call it measured.
        let fresh = Metrics::new(echopilot_core::platform::Clock::Manual(app.clock.clone()));
        app.clock.advance(Duration::from_secs(30));
        let late = Metrics::new(echopilot_core::platform::Clock::Manual(app.clock.clone()));
        app.clock.advance(Duration::from_secs(30));
        let began = app.clock.now().minus(MINUTE);
        assert!(fresh.minute(began).is_some() && late.minute(began).is_none());
        // Held up for ten minutes, memory has the last two; the rest is a gap and no zero.
        app.clock.advance(MINUTE * 10);
        assert_eq!(one.tick().unwrap(), 2);
        // The clock is set back by an hour: what is measured again changes nothing that is stored.
        app.clock.set(Timestamp(app.clock.now().millis() - 3_600_000));
        assert_eq!(one.tick().unwrap(), 0);
        app.clock.advance(MINUTE);
        assert!(one.tick().is_ok());
    });
}

#[test]
fn old_minutes_are_removed_and_the_longest_range_is_kept_twice() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let mut recorder = Recorder::new(Arc::clone(&app.deps));
        answer(&app.deps, 1, 200, 20);
        app.clock.advance(MINUTE);
        assert_eq!(recorder.tick().unwrap(), 1);
        app.clock.advance(Duration::from_hours(24 * 59));
        assert_eq!(app.cx(echopilot_core::operation::Caller::Shell).call(&CleanUp {}).unwrap().minutes, 0);
        assert_eq!(traffic(&app, Range::Month).previous.requests, 1);
        app.clock.advance(Duration::from_hours(24 * 4));
        assert_eq!(app.cx(echopilot_core::operation::Caller::Shell).call(&CleanUp {}).unwrap().minutes, 1);
    });
}

#[test]
fn stored_minutes_are_shown_and_outlive_a_restart() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        // The first full minute of a process ends two minutes after its start at the latest; here one is put in as the
        // process would, since no test waits so long.
        let minute = echopilot_core::platform::Clock::System.now().millis() / 60_000 * 60_000 - 120_000;
        let bytes = match engine {
            crate::support::Engine::Sqlite => "x'01'",
            crate::support::Engine::Postgres => "'\\x01'::bytea",
        };
        let row = format!(
            "INSERT INTO traffic_minutes (began_at, replica, requests, server_errors, limited, deliveries, \
             failed_deliveries, durations) VALUES ({minute}, 'x', 10, 1, 0, 0, 0, {bytes})"
        );
        server.home.change(&row);
        let seen = |server: &Served| server.get_as_operator("/api/metrics-summary").expect_status(200).json();
        assert_eq!(seen(&server)["current"]["requests"], 10);
        assert_eq!(seen(&server)["availability"]["percent"], 90.0);
        let server = server.terminate().serve();
        assert_eq!(seen(&server)["current"]["requests"], 10);
        assert_eq!(server.get("/api/metrics-summary").status, 401);
        let wrong = server.get_as_operator("/api/metrics-summary?range=2h").expect_status(422).json();
        assert_eq!(wrong["errors"][0]["field"], "range");
    });
}
