use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::platform::{Clock, ManualClock, Timestamp};

fn metrics() -> (ManualClock, Metrics) {
    let hands = ManualClock::at(Timestamp(60_000));
    (hands.clone(), Metrics::new(Clock::Manual(hands)))
}

fn value<'a>(text: &'a str, series: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}

/// The text goes to promtool where there is one; elsewhere our own check of the format still runs.
fn check(text: &str) {
    let mut described = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().unwrap();
            assert!(!described.contains(&name), "{name} stands twice");
            described.push(name);
        } else if !line.starts_with("# HELP ") {
            let family = described.last().unwrap();
            assert!(line.starts_with(family), "{line} is not of {family}");
            line.rsplit(' ').next().unwrap().parse::<f64>().expect(line);
        }
    }
    assert!(text.ends_with('\n'));
    let Ok(mut promtool) = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        return;
    };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}\n{text}");
}

#[test]
fn requests_are_counted_by_route_and_status() {
    let (hands, metrics) = metrics();
    let route = metrics.route("GET", "/api/jobs/{id}");
    let same = metrics.route("GET", "/api/jobs/{id}");
    let post = metrics.route("POST", "/api/jobs/{id}");
    metrics.route("GET", "/nobody/asked");
    route.record(200, Duration::from_micros(500));
    same.record(200, Duration::from_millis(900));
    route.record(503, Duration::from_mins(1));
    route.record(418, Duration::ZERO);
    post.record(9_999, Duration::ZERO);
    hands.advance(Duration::from_mins(1));
    let text = metrics.encode();
    check(&text);
    let labels = "method=\"GET\",route=\"/api/jobs/{id}\"";
    let count =
        |code: &str| value(&text, &format!("echopilot_http_requests_total{{{labels},code=\"{code}\"}}"));
    assert_eq!(
        (count("200"), count("503"), count("4xx"), count("404")),
        (Some("2"), Some("1"), Some("1"), None)
    );
    assert!(text.contains("method=\"POST\",route=\"/api/jobs/{id}\",code=\"other\"} 1"));
    let below = |bound: &str| {
        value(&text, &format!("echopilot_http_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}}"))
            .unwrap()
    };
    assert_eq!((below("0.0005"), below("0.8"), below("1.2"), below("+Inf")), ("2", "2", "3", "4"));
    assert_eq!(
        value(&text, &format!("echopilot_http_request_duration_seconds_count{{{labels}}}")),
        Some("4")
    );
    assert_eq!(
        value(&text, &format!("echopilot_http_request_duration_seconds_sum{{{labels}}}")),
        Some("60.9005")
    );
    assert_eq!(value(&text, "echopilot_http_server_errors_last_minute"), Some("2"));
    assert!(text.contains("echopilot_http_request_duration_p95_seconds 60"));
    assert!(!text.contains("/nobody/asked"));
}

#[test]
fn what_nobody_knows_is_absent() {
    let (_, metrics) = metrics();
    let age = metrics.gauge("echopilot_backup_age_seconds", "Age of the last backup.");
    metrics.ask("echopilot_jobs_waiting", "Jobs that wait.", Kind::Gauge, &[], || None);
    let text = metrics.encode();
    check(&text);
    assert!(
        !text.contains("backup")
            && !text.contains("jobs")
            && !text.contains("p95")
            && !text.contains("per_second")
    );
    age.set(0.0);
    assert_eq!(value(&metrics.encode(), "echopilot_backup_age_seconds"), Some("0"));
    age.forget();
    assert!(!metrics.encode().contains("backup"));
}

#[test]
fn a_request_is_in_flight_until_its_guard_goes_even_by_a_panic() {
    let (_, metrics) = metrics();
    let route = metrics.route("GET", "/");
    let guard = route.begin();
    guard.route().record(200, Duration::ZERO);
    assert_eq!(metrics.in_flight(), 1);
    let inner = Arc::clone(&route);
    let thread = std::thread::spawn(move || {
        let _guard = inner.begin();
        panic!("a handler that fails");
    });
    assert!(thread.join().is_err());
    drop(guard);
    assert_eq!(metrics.in_flight(), 0);
}

#[test]
fn the_number_of_series_is_bounded_whatever_is_asked_for() {
    let (_, metrics) = metrics();
    for number in 0..10_000 {
        metrics.route("GET", &format!("/path/{number}"));
        metrics.gauge_with("echopilot_things", "Things.", &[("thing", &number.to_string())]).set(1.0);
    }
    metrics.route("GET", "/late").record(200, Duration::ZERO);
    let text = metrics.encode();
    check(&text);
    assert_eq!(text.lines().filter(|line| line.starts_with("echopilot_things{")).count(), 64);
    assert!(text.contains("route=\"other\",code=\"200\"} 1"));
    assert_eq!(value(&text, "echopilot_metrics_refused"), Some("9936"));
}

#[test]
fn names_that_break_the_rules_are_not_shown() {
    let (_, metrics) = metrics();
    metrics.gauge("echopilot_things_total", "A gauge named like a counter.").set(1.0);
    metrics.counter("echopilot_things", "A counter named like a gauge.").increment();
    metrics.gauge("bad name", "A space.").set(1.0);
    metrics.gauge("echopilot_http_in_flight", "A name that is taken.").set(1.0);
    metrics.gauge_with("echopilot_labels", "A reserved label.", &[("le", "1")]).set(1.0);
    metrics.counter("echopilot_good_total", "A good one.").add(3);
    metrics.gauge("echopilot_good_total", "The same as a gauge.").set(7.0);
    let text = metrics.encode();
    check(&text);
    assert_eq!(value(&text, "echopilot_good_total"), Some("3"));
    assert_eq!(value(&text, "echopilot_metrics_refused"), Some("6"));
}

#[test]
fn label_values_and_help_are_escaped() {
    let (_, metrics) = metrics();
    metrics.build_info("1.0", "a\"b\\c\nd");
    metrics.gauge("echopilot_odd", "Line one\nline \\ two.").set(f64::INFINITY);
    let text = metrics.encode();
    check(&text);
    assert!(text.contains("git_sha=\"a\\\"b\\\\c\\nd\"} 1\n"));
    assert!(text.contains("echopilot_odd +Inf\n"));
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored metrics_cost"]
fn metrics_cost() {
    let metrics = Metrics::new(Clock::System);
    let route = metrics.route("GET", "/api/flags/eval");
    for _ in 0..5 {
        let started = Clock::monotonic();
        for number in 0..1_000_000_u64 {
            route.record(200, Duration::from_nanos(number));
        }
        println!("record: {} ns", started.elapsed().as_nanos() / 1_000_000);
    }
    for number in 0..12 {
        metrics.route("GET", &format!("/api/{number}")).record(200, Duration::from_millis(3));
    }
    let started = Clock::monotonic();
    let mut series = 0;
    for _ in 0..100 {
        series = metrics.encode().lines().filter(|line| !line.starts_with('#')).count();
    }
    println!("encode of {series} series: {:?}", started.elapsed() / 100);
}
