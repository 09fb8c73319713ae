//! The stream of lines that come into a log: for operators alone, as filtered, each line once, also after an interruption.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::board_live::Stream;
use crate::operators::signed_in;
use crate::support::{Browser, Served, on_each_engine};

const FOLLOW: &str = "/api/logs/follow";

fn ask(server: &Served, request_id: &str) {
    let answer = server.call("GET", "/health").header("X-Request-ID", request_id).send();
    assert_eq!(answer.status, 200);
}

fn begin(server: &Served, query: &str, header: &str) -> Stream {
    let key = format!("X-Dash-Key: {}{header}", server.operator_key());
    Stream::begin(server, &format!("{FOLLOW}?{query}"), &key)
}

/// The events of lines: their ids and what they say.
fn told(stream: &Stream) -> Vec<(String, Value)> {
    let events = stream.text.split("\n\n").filter(|event| event.contains("event: line\n"));
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    events
        .map(|event| (field(event, "id: "), serde_json::from_str(&field(event, "data: ")).unwrap()))
        .collect()
}

#[test]
fn lines_come_as_they_are_asked_for_each_once_and_to_operators_alone() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        assert_eq!(server.get(FOLLOW).status, 401);
        let customer = server.sign_in("ada@example.com");
        assert_eq!(server.call("GET", FOLLOW).bearer(&customer).send().status, 403);
        for query in ["from=x", "file=nothing", "level=loud", &format!("text={}", "x".repeat(201))] {
            assert_eq!(server.get_as_operator(&format!("{FOLLOW}?{query}")).status, 422, "{query}");
        }

        ask(&server, "wanted-of-before");
        server
            .wait_for_log(echopilot_core::events::Log::Http, |line| line["request_id"] == "wanted-of-before");
        let tail = server.get_as_operator("/api/logs/tail?file=http&n=1").expect_status(200).json();
        let from = tail["end"].as_str().unwrap().to_owned();
        ask(&server, "wanted-meanwhile");
        let mut stream = begin(&server, &format!("file=http&text=WANTED&from={from}"), "");
        let head = stream.text.to_lowercase();
        assert!(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-store"));
        assert!(stream.read_until("wanted-meanwhile"), "what came between the page and its stream");
        ask(&server, "passed-over-1");
        ask(&server, "wanted-later-1");
        ask(&server, "wanted-later-2");
        assert!(stream.read_until("\"href\":\"/dashboard/v2/logs?file=http&request_id=wanted-later-2\""));
        assert!(stream.read_until("wanted-later-2\\\""), "the whole line");
        let _ = stream.read_until("wanted-later-2");
        for word in ["wanted-of-before", "passed-over"] {
            assert!(!stream.text.contains(word), "{word}");
        }
        let lines = told(&stream);
        let of = |name: &str| {
            lines.iter().filter(|(_, line)| line["json"].as_str().unwrap().contains(name)).count()
        };
        assert_eq!((of("wanted-meanwhile"), of("wanted-later-1"), of("wanted-later-2")), (1, 1, 1));
        assert_eq!((&lines[0].1["level"], &lines[0].1["glyph"]), (&"Info".into(), &"info".into()));
        drop(stream);

        // Cut off behind the first one: the browser says so, and gets the others, whatever the page was made from.
        ask(&server, "wanted-in-the-gap");
        let header = format!("\r\nLast-Event-ID: {}", lines[0].0);
        let mut again = begin(&server, &format!("file=http&text=wanted&from={from}"), &header);
        assert!(again.read_until("request_id=wanted-in-the-gap"));
        assert!(!again.text.contains("wanted-meanwhile"));
        assert!(again.text.contains("wanted-later-1") && again.text.contains("wanted-later-2"));

        let mut lost = begin(&server, "file=http", "\r\nLast-Event-ID: nothing-of-ours");
        assert!(lost.read_until("event: behind\n"));
        assert!(!lost.read_until("never"), "and it ends");
    });
}

#[test]
fn the_page_has_the_stream_that_goes_on_behind_its_last_line() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        let page =
            browser.open("/dashboard/v2/logs?file=http&level=info&text=on-the-page&n=7").expect_status(200);
        let (_, after) = page.text.split_once("data-live-stream=\"").unwrap();
        let path = after.split_once('"').unwrap().0.replace("&#38;", "&");
        assert!(path.starts_with("/api/logs/follow?file=http&level=info&text=on-the-page&from="), "{path}");
        assert!(page.text.contains("data-most=\"7\"") && page.text.contains("No line fits"));
        ask(&server, "comes-on-the-page");
        let mut stream = Stream::by_session(&server, &browser, &path);
        assert!(stream.read_until("request_id=comes-on-the-page"));
        let csrf = Browser::csrf(&page);
        assert_eq!(browser.submit("/dashboard/logout", &[("csrf", &csrf), ("next", "")]).status, 303);
        assert!(!stream.read_until("never"), "it ends with the session");
        let wrong = signed_in(&server).open("/dashboard/v2/logs?n=0").expect_status(422);
        assert!(!wrong.text.contains("data-live-stream") && !wrong.text.contains("blank-line"));
    });
}

#[test]
fn a_stream_ends_when_its_log_can_not_be_read() {
    let server = Served::start(crate::support::Engine::Sqlite, &[]);
    let mut stream = begin(&server, "file=leads", "");
    assert!(stream.read_until("lines follow"));
    let file = server.home.log_dir().join(echopilot_core::events::Log::Leads.file_name());
    let _ = std::fs::remove_file(&file);
    // A name that leads to itself can't be opened.
    std::os::unix::fs::symlink(&file, &file).unwrap();
    assert!(!stream.read_until("never"));
}

#[test]
fn the_shell_follows_a_log_until_nobody_reads_it() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        ask(&server, "wanted-of-before");
        server
            .wait_for_log(echopilot_core::events::Log::Http, |line| line["request_id"] == "wanted-of-before");
        let arguments = ["logs", "tail", "http", "--text", "wanted", "--follow", "--json"];
        let mut follower = server.home.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
        let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
        assert_eq!(next()["request_id"], "wanted-of-before");
        ask(&server, "passed-over");
        ask(&server, "wanted-later");
        assert_eq!(next()["request_id"], "wanted-later");
        drop(lines);
        ask(&server, "wanted-by-nobody");
        assert!(follower.wait().unwrap().success(), "it ends with its reader");
    });
}

#[test]
fn a_stream_ends_with_the_server() {
    let server = Served::start(crate::support::Engine::Sqlite, &[]);
    let mut stream = begin(&server, "file=http", "");
    assert!(stream.read_until("lines follow"));
    server.terminate();
    assert!(!stream.read_until("never"));
}
