//! The stream that tells operators' pages what has changed: for operators alone, a few at a time, and over when the
//! session or the server is.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use echopilot_core::platform::Clock;
use serde_json::json;

use crate::operators::signed_in;
use crate::support::raw::connect;
use crate::support::{Browser, Served, on_each_engine};

const LIVE: &str = "/dashboard/v2/live";

/// A stream that has begun, and what came so far.
pub(crate) struct Stream {
    socket: TcpStream,
    pub(crate) text: String,
}

impl Stream {
    pub(crate) fn begin(server: &Served, path: &str, header: &str) -> Self {
        let mut socket = connect(&server.url);
        let host = server.address();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\nAccept: text/event-stream\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut stream = Self { socket, text: String::new() };
        stream.read_until("\r\n\r\n");
        stream
    }

    fn by_key(server: &Served) -> Self {
        Self::begin(server, LIVE, &format!("X-Dash-Key: {}", server.operator_key()))
    }

    pub(crate) fn by_session(server: &Served, browser: &Browser<'_>, path: &str) -> Self {
        Self::begin(server, path, &format!("Cookie: ep_operator={}", browser.cookies["ep_operator"]))
    }

    /// Read until `words` have come; false when the stream ended before.
    pub(crate) fn read_until(&mut self, words: &str) -> bool {
        let mut bytes = [0; 4096];
        while !self.text.contains(words) {
            // The last chunk: the connection itself may be kept.
            if self.text.ends_with("\r\n0\r\n\r\n") {
                return false;
            }
            match self.socket.read(&mut bytes) {
                Ok(0) => return false,
                Ok(count) => self.text.push_str(&String::from_utf8_lossy(&bytes[..count])),
                Err(error) => panic!("no {words:?} came ({error}): {}", self.text),
            }
        }
        true
    }
}

#[test]
fn a_change_is_told_by_its_section_and_strangers_are_told_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        assert_eq!(server.get(LIVE).status, 401);
        let customer = server.sign_in("ada@example.com");
        assert_eq!(server.call("GET", LIVE).bearer(&customer).send().status, 403);
        assert_eq!(server.get_as_operator(&format!("{LIVE}?seen=nonsense")).status, 422);

        let mut stream = Stream::by_key(&server);
        assert!(stream.text.starts_with("HTTP/1.1 200"), "{}", stream.text);
        let head = stream.text.to_lowercase();
        for field in [
            "content-type: text/event-stream; charset=utf-8",
            "content-security-policy: default-src 'none'",
            "cache-control: no-store",
            "x-accel-buffering: no",
        ] {
            assert!(head.contains(field), "{field}: {head}");
        }
        let _ = server
            .post_as_operator("/api/scheduler/pause", &json!({ "task": "clean-up" }))
            .expect_status(200);
        assert!(stream.read_until("event: changed\ndata: automations\n\n"));
        assert!(!stream.text.contains("clean-up"), "which section, never what");
    });
}

#[test]
fn a_page_that_was_made_before_a_change_hears_of_it_at_once() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        let page = browser.open("/dashboard/v2/automations").expect_status(200);
        let (_, after) = page.text.split_once("data-live-stream=\"").unwrap();
        let path = after.split_once('"').unwrap().0.to_owned();
        let _ = server
            .post_as_operator("/api/scheduler/pause", &json!({ "task": "clean-up" }))
            .expect_status(200);
        let mut stream = Stream::by_session(&server, &browser, &path);
        assert!(stream.read_until("data: automations\n\n"));
    });
}

#[test]
fn it_ends_with_the_session_and_with_the_server() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        let mut stream = Stream::by_session(&server, &browser, LIVE);
        assert!(stream.read_until("retry: "));
        let mut other = Stream::by_key(&server);
        let csrf = Browser::csrf(&browser.open("/dashboard/v2").expect_status(200));
        let _ = browser.submit("/dashboard/logout", &[("csrf", &csrf), ("next", "")]).expect_status(303);
        // What wakes the stream is the next change or its heartbeat; then it sees that its session is over.
        let _ = server
            .post_as_operator("/api/scheduler/pause", &json!({ "task": "clean-up" }))
            .expect_status(200);
        stream.socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        assert!(!stream.read_until("no such words"), "it ended");

        assert!(other.read_until("retry: "));
        let begun = Clock::monotonic();
        let _home = server.terminate();
        assert!(begun.elapsed() < Duration::from_secs(8), "a stream holds up no ending");
        assert!(!other.read_until("no such words"));
    });
}

#[test]
fn places_are_few_and_come_back() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut streams: Vec<Stream> =
            (0..echopilot_web::live::PLACES).map(|_| Stream::by_key(&server)).collect();
        assert!(streams.iter_mut().all(|stream| stream.read_until("retry: ")));
        let refused = server.get_as_operator(LIVE).expect_status(503);
        assert_eq!(refused.header("retry-after"), Some("60"));
        drop(streams);
        crate::support::eventually("a place", || {
            let mut stream = Stream::by_key(&server);
            stream.text.starts_with("HTTP/1.1 200").then(|| stream.read_until("retry: "))
        });
    });
}
