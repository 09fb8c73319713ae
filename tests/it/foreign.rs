//! What other programs read of us: Prometheus' own tool finds no fault with the figures, and no visitor can make them
//! grow.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::raw::exchange;
use crate::support::{Served, checkout, on_each_engine};

#[test]
fn promtool_finds_no_fault_and_strangers_make_no_series() {
    let promtool = promtool();
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        for path in ["/api/me", "/api/jobs", "/api/billing/history", "/app"] {
            let _ = server.call("GET", path).bearer(&token).send().expect_status(200);
        }
        let _ = server.get_as_operator("/api/scheduler/status").expect_status(200);
        let before = series(&server.get("/metrics").expect_status(200).text);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let url = server.url.as_str();
                scope
                    .spawn(move || (0..25).for_each(|batch| hundred_strange_paths(url, thread * 25 + batch)));
            }
        });
        let answer = server.get("/metrics").expect_status(200);
        assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        let after = series(&answer.text);
        assert!(after < 500, "{after} series");
        // One for each status that had not been seen of unmatched paths, and its histogram.
        assert!(after <= before + 40, "{before} series became {after}");
        assert!(!answer.text.contains("strange"), "a path stands in the figures");
        let unmatched =
            answer.text.lines().find(|line| line.contains("unmatched") && line.contains("\"404\""));
        let count = unmatched.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        assert!(count.is_some_and(|count| count >= 9_000.0), "{unmatched:?}");
        if let Some(promtool) = &promtool {
            check(promtool, &answer.text);
        }
    });
}

#[test]
fn figures_are_for_this_machine_operators_and_the_token_alone() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("METRICS_TOKEN", "a-token-for-prometheus")]);
        let forwarded = || server.call("GET", "/metrics").header("X-Forwarded-For", "203.0.113.9");
        let _ = server.get("/metrics").expect_status(200);
        let _ = forwarded().send().expect_status(401);
        let _ = forwarded().bearer("another-token").send().expect_status(401);
        let _ = forwarded().bearer("a-token-for-prometheus").send().expect_status(200);
        let _ = forwarded().key(server.operator_key()).send().expect_status(200);
        let token = server.sign_in("ada@example.com");
        let customer = forwarded().bearer(&token).send().status;
        assert!([401, 403].contains(&customer), "{customer}");
    });
}

/// A hundred requests in one go, each for a path that nobody asked for before.
fn hundred_strange_paths(url: &str, batch: usize) {
    let mut text = String::new();
    for number in 0..100 {
        let method = ["GET", "POST", "DELETE", "HEAD"][number % 40 / 10 % 4];
        let method = if number % 10 == 0 { method } else { "GET" };
        let close = if number == 99 { "Connection: close\r\n" } else { "" };
        let _ =
            write!(text, "{method} /strange/{batch}/{number}?x={number} HTTP/1.1\r\nHost: a\r\n{close}\r\n");
    }
    let answers = exchange(url, text.as_bytes()).matches("HTTP/1.1 404").count();
    assert_eq!(answers, 100, "batch {batch}");
}

fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count()
}

fn check(promtool: &str, text: &str) {
    let mut command = Command::new(promtool);
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("promtool");
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("figures to read");
    let output = child.wait_with_output().expect("its verdict");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

/// Prometheus' tool. Without it nothing is checked, which is said loudly, and refused in CI.
#[expect(clippy::disallowed_methods, reason = "tests take no settings; this one is theirs alone")]
fn promtool() -> Option<String> {
    let own = checkout().join("target/tools/bin/promtool").display().to_string();
    let found = ["promtool".to_owned(), own].into_iter().find(|program| {
        let mut version = Command::new(program);
        version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    });
    if found.is_none() {
        let words = "promtool is missing: run scripts/install_test_tools.sh";
        assert!(std::env::var("CI").is_err(), "{words}");
        eprintln!("NOT CHECKED BY PROMTOOL: {words}");
    }
    found
}
