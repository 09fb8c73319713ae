//! `echopilot serve`: start, restart, end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::platform::Clock;
use serde_json::json;

use crate::support::{Engine, Home, Served, eventually, on_each_engine};

#[test]
fn a_demonstration_is_there_after_the_start_and_ends_when_asked() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let health = server.get("/health").expect_status(200).json();
        assert_eq!((health["ok"].as_bool(), health["demo_mode"].as_bool()), (Some(true), Some(true)));
        let token = server.demo_token();
        let me = server.call("GET", "/api/me").bearer(&token).send().expect_status(200).json();
        assert_eq!(me["email"], "demo@echopilot.local");
        let token = server.sign_in("ada@example.com");
        let me = server.call("GET", "/api/me").bearer(&token).send().expect_status(200).json();
        assert_eq!(me["email"], "ada@example.com");
        assert_eq!(server.further_output(), [""; 0], "the welcome is the only document");
        server.terminate();
    });
}

#[test]
fn the_terminal_says_where_to_look_and_shows_the_key_once() {
    let home = Home::demo(Engine::Sqlite);
    let errors = home.path().join("words");
    let stderr = std::fs::File::create(&errors).unwrap();
    let mut command = home.command(&["serve", "--bind", "127.0.0.1:0"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
    let words = eventually("the welcome", || {
        let words = std::fs::read_to_string(&errors).ok()?;
        words.contains("Ctrl-C").then_some(words)
    });
    let line = words.lines().find(|line| line.contains("X-Dash-Key: ")).unwrap().to_owned();
    let key = line.split("X-Dash-Key: ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let url = words.split("serves ").nth(1).unwrap().lines().next().unwrap().to_owned();
    for part in [&*format!("{url}/auth/login"), "one tap", "smoke", &home.data_dir().display().to_string()] {
        assert!(words.contains(part), "{part} is missing in {words}");
    }
    let ask = |path: &str| crate::support::Call::new("GET", format!("{url}{path}")).key(&key).send();
    let _ = ask("/api/scheduler/status").expect_status(200);
    eventually("the access line", || {
        let log = std::fs::read_to_string(home.log_dir().join(Log::Http.file_name())).ok()?;
        log.contains("scheduler").then_some(())
    });
    let stop = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("/bin/sh").args(["-c", &stop]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut data = String::new();
    child.stdout.take().unwrap().read_to_string(&mut data).unwrap();
    assert_eq!(data, "", "standard output is for data");
    let said = std::fs::read_to_string(&errors).unwrap();
    // Once by itself, once in the command that can be copied.
    assert_eq!(said.matches(&*key).count(), 2, "{said}");
    std::fs::remove_file(&errors).unwrap();
    holds_not(home.path(), &key);
}

/// No file below `folder` has `text` in it.
fn holds_not(folder: &std::path::Path, text: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holds_not(&path, text);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(text), "{} has it", path.display());
        }
    }
}

#[test]
fn one_post_signs_a_browser_in() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let answer = server.call("POST", "/auth/demo").send().expect_status(200);
        let cookies = answer.headers("set-cookie");
        let session = cookies.iter().find(|cookie| cookie.contains("HttpOnly")).expect("a session cookie");
        let cookie = session.split(';').next().unwrap();
        let page = server.call("GET", "/app").header("Accept", "text/html").header("Cookie", cookie).send();
        assert_eq!(page.status, 200, "{}", page.text);
        // The same page without it leads to the sign-in.
        let page = server.call("GET", "/app").header("Accept", "text/html").send();
        assert_eq!(page.status, 303);
    });
}

#[test]
fn a_restart_keeps_sessions_and_data_and_seeds_nothing_twice() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let token = server.demo_token();
        let ask = |server: &Served, path: &str| {
            server.call("GET", path).bearer(&token).send().expect_status(200).json()
        };
        let before =
            [ask(&server, "/api/me"), ask(&server, "/api/billing/history"), ask(&server, "/api/jobs")];
        let key = server.operator_key().to_owned();
        let again = ["--bind", &server.address()];
        let server = Served::start_in(&server.terminate(), &again);
        let after =
            [ask(&server, "/api/me"), ask(&server, "/api/billing/history"), ask(&server, "/api/jobs")];
        assert_eq!(before, after);
        // The key was made for that run alone.
        assert_ne!(server.operator_key(), key);
        let old = server.call("GET", "/api/scheduler/status").key(&key).send();
        assert_eq!(old.status, 401);
        // A crash keeps them as well.
        let server = Served::start_in(&server.kill(), &again);
        assert_eq!(ask(&server, "/api/me"), before[0]);
        server.terminate();
    });
}

#[test]
fn sigterm_finishes_what_is_in_flight_and_lets_go_of_the_idle() {
    let server = Served::demo(Engine::Sqlite);
    let address = server.address();
    let mut idle = TcpStream::connect(&address).unwrap();
    write!(idle, "GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut some = [0_u8; 64];
    assert!(idle.read(&mut some).unwrap() > 0);
    // A request whose body is on its way when the server is asked to end.
    let mut slow = TcpStream::connect(&address).unwrap();
    let body = "{\"email\":\"ada@example.com\"}";
    let head = "POST /api/auth/magic-link HTTP/1.1\r\ncontent-type: application/json\r\n";
    write!(slow, "{head}Host: {address}\r\ncontent-length: {}\r\n\r\n{}", body.len(), &body[..5]).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let begun = Clock::monotonic();
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    write!(slow, "{}", &body[5..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let mut server = server;
    assert_eq!(server.wait(Duration::from_secs(30)).code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10), "idle connections held it for {:?}", begun.elapsed());
    assert!(TcpStream::connect(&address).is_err(), "something still listens");
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_server() {
    let server = Served::demo(Engine::Sqlite);
    let address = server.address();
    let mut stuck = TcpStream::connect(&address).unwrap();
    let head =
        "POST /api/auth/magic-link HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n";
    write!(stuck, "{head}Host: {address}\r\n\r\n{{").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.terminate();
}

#[test]
fn a_second_server_on_the_same_port_fails_with_words() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let address = server.address();
        let other = Home::demo(engine);
        let ran = other.run(&["serve", "--bind", &address, "--json"]).expect_code(7);
        assert_eq!(ran.json()["code"], "unavailable");
        assert!(ran.stderr.contains(&address) && ran.stderr.contains("--bind"), "{}", ran.stderr);
        assert!(!other.data_dir().exists());
        let _ = server.get("/health").expect_status(200);
    });
}

#[test]
fn every_start_takes_a_port_of_its_own() {
    let first = Served::demo(Engine::Sqlite);
    let second = Served::demo(Engine::Sqlite);
    assert_ne!(first.url, second.url);
    assert!(!first.url.ends_with(":0"));
    assert_eq!(
        first.welcome["listening"].as_str().map(|text| format!("http://{text}")),
        Some(first.url.clone())
    );
}

#[test]
fn without_the_scheduler_mail_waits_for_another_process() {
    on_each_engine(|engine| {
        let home = Home::new(engine).share();
        let server = Served::start_in(&home, &["--no-scheduler"]);
        let _ =
            server.post("/api/auth/magic-link", &json!({ "email": "ada@example.com" })).expect_status(202);
        std::thread::sleep(Duration::from_millis(1_200));
        assert!(server.mail("ada@example.com").is_empty());
        server.terminate();
        let server = home.serve();
        let mail = eventually("the mail", || server.mail("ada@example.com").into_iter().next());
        assert!(mail["text"].as_str().unwrap().contains("sign-in code"));
        server.terminate();
    });
}

#[test]
fn a_task_that_is_started_by_hand_is_run_by_the_server() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let started = server.home.run(&["scheduler", "run", "clean-up", "--json"]).expect_code(0).json();
        let run = started["run_id"].clone();
        let task = eventually("the run", || {
            let status = server.get_as_operator("/api/scheduler/status").json();
            let tasks = status["tasks"].as_array().unwrap().clone();
            let task = tasks.into_iter().find(|task| task["name"] == "clean-up").unwrap();
            (task["last_run"]["id"] == run && task["last_run"]["result"] != "running").then_some(task)
        });
        assert_eq!(task["last_run"]["result"], "ok");
        server.wait_for_log(Log::Scheduler, |line| line["request_id"] == run);
        server.terminate();
    });
}

#[test]
fn nothing_of_a_demonstration_lies_outside_its_folder() {
    let server = Served::demo(Engine::Sqlite);
    let token = server.demo_token();
    let _ = server.call("GET", "/api/me").bearer(&token).send().expect_status(200);
    let home = server.terminate();
    let names = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    // `stderr` is this test's own.
    assert_eq!(names, ["data", "stderr"]);
}
