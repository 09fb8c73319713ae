//! The sentinel and the dependencies over time: what nobody saw is unknown, and what is broken is broken since a moment.

use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::jobs::{self, Job};
use echopilot_core::platform::Code;
use echopilot_core::sentinel::{
    Dependencies, DependencyCourse, DependencyStatus, Look, ShowDependencies, ShowSentinel, State,
    report_dependency,
};

use crate::support::{Home, Served, TestApp, on_each_engine};

const MINUTE: Duration = Duration::from_secs(60);

fn look(app: &TestApp, name: &str) -> Look {
    let sentinel = app.operator().call(&ShowSentinel::default()).unwrap();
    sentinel.checks.into_iter().find(|check| check.name == name).unwrap()
}

fn queued(app: &TestApp, customer: &str, number: i64) {
    let job = Job {
        id: format!("01KK{number:022}"),
        customer_id: customer.to_owned(),
        kind: "research".into(),
        task: "Something".into(),
        status: "queued".into(),
        qa_score: None,
        qa_target: 80.0,
        cost_micro: 0,
        tokens_in: 0,
        tokens_out: 0,
        created_at: app.clock.now(),
        started_at: None,
        finished_at: None,
    };
    app.deps.store.write(move |tx| jobs::add(tx, &job).map(drop)).unwrap();
}

#[test]
fn what_was_not_seen_is_unknown_and_what_is_slow_is_said() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let quiet = look(&app, "latency_p95");
        assert_eq!((quiet.state, quiet.value), (State::Unknown, None), "nobody asked anything");
        let whole = app.operator().call(&ShowSentinel::default()).unwrap();
        assert!(whole.status >= State::Unknown && whole.reasons.len() >= 2, "{whole:?}");
        assert_eq!(look(&app, "store").state, State::Healthy);
        let answered = |status, millis| {
            app.deps.metrics.route("GET", "/x").record(status, Duration::from_millis(millis));
            app.clock.advance(MINUTE);
            look(&app, "latency_p95")
        };
        assert_eq!(answered(200, 20).state, State::Healthy);
        assert_eq!(answered(200, 1_000).state, State::Degraded);
        let slow = answered(200, 1_700);
        assert_eq!((slow.state, slow.degraded_at, slow.critical_at), (State::Critical, 800.0, 1_600.0));
        assert!(slow.reason.contains("at or above 1600 ms"), "{}", slow.reason);
        let lines = app.logs(Log::Sentinel);
        assert!(lines.iter().any(|line| line["event"] == "sentinel_looked" && line["status"] == "critical"));
        assert_eq!(app.stranger().call(&ShowSentinel::default()).unwrap_err().code, Code::Unauthenticated);
    });
}

#[test]
fn jobs_that_pile_up_are_seen() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let customer = app.customer("ada@example.com");
        let id = customer.caller.customer().unwrap().profile.customer_id.clone();
        assert_eq!((look(&app, "queue").value, look(&app, "queue").state), (Some(0.0), State::Healthy));
        for number in 0..100 {
            queued(&app, &id, number);
        }
        assert_eq!((look(&app, "queue").value, look(&app, "queue").state), (Some(100.0), State::Degraded));
    });
}

fn course(app: &TestApp, name: &str) -> DependencyCourse {
    let found = app.operator().call(&ShowDependencies::default()).unwrap();
    found.dependencies.into_iter().find(|course| course.name == name).unwrap()
}

#[test]
fn an_outage_has_a_begin_and_hours_without_a_look_are_not_well() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let fresh = course(&app, "store");
        assert_eq!((fresh.status, fresh.broken_since), (DependencyStatus::Unknown, None));
        assert!(fresh.beats.iter().all(|beat| *beat == DependencyStatus::Unknown), "nobody looked");
        assert!(course(&app, "stripe").beats.is_empty(), "not configured");

        let go_on = |minutes: u64, status| {
            for _ in 0..minutes {
                report_dependency(&app.deps, "stripe", status);
                Dependencies::refresh(&app.deps).unwrap();
                app.clock.advance(MINUTE);
            }
        };
        go_on(40, DependencyStatus::Ok);
        let began = app.clock.now();
        go_on(10, DependencyStatus::Down);
        go_on(10, DependencyStatus::Degraded);
        let broken = course(&app, "stripe");
        assert_eq!((broken.status, broken.broken_since), (DependencyStatus::Degraded, Some(began)));
        assert_eq!(broken.beats.last(), Some(&DependencyStatus::Down), "the worst counts");
        assert_eq!(broken.beats[46], DependencyStatus::Ok);
        assert!(broken.beats[..45].iter().all(|beat| *beat == DependencyStatus::Unknown));

        // The process is away for three hours, and Stripe is still down: one outage, with a gap in the strip.
        app.clock.advance(MINUTE * 180);
        go_on(2, DependencyStatus::Down);
        let still = course(&app, "stripe");
        assert_eq!(still.broken_since, Some(began));
        assert!(
            still.beats[43..47].iter().all(|beat| *beat == DependencyStatus::Unknown),
            "{:?}",
            still.beats
        );
        go_on(1, DependencyStatus::Ok);
        assert_eq!(course(&app, "stripe").broken_since, None);
    });
}

#[test]
fn the_sentinel_answers_over_http_and_in_a_shell() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let seen = server.get_as_operator("/api/ops/sentinel").expect_status(200).json();
        let names: Vec<&str> =
            seen["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["cpu", "memory", "disk", "store", "queue", "latency_p95", "latency_p99"]);
        assert_eq!(server.get("/api/ops/sentinel").status, 401);
        assert_eq!(server.get("/api/ops/dependencies").status, 401);
        let known = server.get_as_operator("/api/ops/dependencies").expect_status(200).json();
        assert_eq!(known["dependencies"].as_array().unwrap().len(), 7);
        let told = server.home.run(&["sentinel", "--json"]);
        assert!(matches!(told.code, Some(0 | 3)), "{told:?}");
        assert_eq!(told.json()["checks"][3]["state"], "healthy");
        let wrong = Home::bare(engine).run(&["sentinel", "--nonsense"]);
        assert_eq!(wrong.code, Some(2));
    });
}
