//! Requests that no proper client sends: each is refused or cut, gets one answer at the most, and leaves the server
//! well.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use echopilot_core::platform::Clock;

use crate::support::raw::{connect, exchange, finish};
use crate::support::{Served, on_each_engine};

/// Bytes, and the statuses that may answer them; 0 stands for an end without an answer.
fn forms() -> Vec<(String, &'static [u16])> {
    let get = |lines: &str| format!("GET /health HTTP/1.1\r\n{lines}\r\n");
    let post = |lines: &str, body: &str| {
        format!(
            "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{lines}\r\n{body}"
        )
    };
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut forms: Vec<(String, &'static [u16])> = vec![
        (get(""), &[400]),
        (get("Host: a\r\nHost: a\r\n"), &[400]),
        (get("Host: a\r\nHost: b\r\n"), &[400]),
        (get("Host:\r\n"), &[400]),
        (get("Host: a b\r\n"), &[400]),
        (get("Host: a/../b\r\n"), &[400]),
        (get("Host: user@a\r\n"), &[400]),
        (get("Host : a\r\n"), &[400]),
        (get("Host: a\r\n X-Folded: b\r\n"), &[400]),
        (get("Host: a\r\nX-Null: a\0b\r\n"), &[400]),
        (get("Host: a\r\nX Y: b\r\n"), &[400]),
        (get("Host: a\r\nno colon\r\n"), &[400]),
        ("GET /health HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n".into(), &[400]),
        ("GET /health\r\n\r\n".into(), &[400, 0]),
        ("GET  /health HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400]),
        ("GET /health HTTP/1.1 \r\nHost: a\r\n\r\n".into(), &[400]),
        ("GET /health HTTP/9.9\r\nHost: a\r\n\r\n".into(), &[400]),
        ("GET /he alth HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400]),
        ("GET health HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400]),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), &[400, 0]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400]),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400, 501]),
        ("TRACE /health HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[501]),
        ("get /health HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[501]),
        (format!("{} /health HTTP/1.1\r\nHost: a\r\n\r\n", "M".repeat(5_000)), &[400, 501]),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".into(), &[400, 0]),
        (format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "x".repeat(9_000)), &[414]),
        (get(&format!("Host: a\r\nX: {}\r\n", "x".repeat(64 * 1024))), &[431]),
        (get(&format!("Host: a\r\n{}", "X: y\r\n".repeat(2_000))), &[431]),
        (
            post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", &format!("0\r\n\r\n{smuggled}")),
            &[400],
        ),
        (
            post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", &format!("0\r\n\r\n{smuggled}")),
            &[400],
        ),
        (post("Content-Length: 0\r\nContent-Length: 41\r\n", smuggled), &[400]),
        (post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), &[400]),
        (post("Content-Length: 2, 2\r\n", "{}"), &[400]),
        (post("Content-Length: 1000000000000\r\n", ""), &[413]),
        (post("Content-Length: 131073\r\n", ""), &[413]),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[400]),
        (post("Transfer-Encoding: chunked\r\n", &format!("FFFFFFFFFFFFFFFFF\r\n{smuggled}")), &[400]),
        (post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"), &[400]),
        (post("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"), &[400]),
        (
            post("Transfer-Encoding: chunked\r\n", &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(70_000))),
            &[400],
        ),
        (
            "POST /api/auth/login HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(),
            &[400],
        ),
    ];
    for odd in ["+2", "-1", "0x2", "2 2", "2;", "", "99999999999999999999999", "２"] {
        forms.push((post(&format!("Content-Length: {odd}\r\n"), "{}"), &[400, 413]));
    }
    for odd in
        ["xchunked", "chunked, gzip", "gzip, chunked", "identity", "chunked, chunked", "\"chunked\"", "x"]
    {
        forms.push((post(&format!("Transfer-Encoding: {odd}\r\n"), &format!("0\r\n\r\n{smuggled}")), &[400]));
    }
    forms
}

#[test]
fn every_odd_form_gets_one_answer_and_the_connection_ends() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for (bytes, expected) in forms() {
            let short: String = bytes.chars().take(200).collect();
            let begun = Clock::monotonic();
            let answer = exchange(&server.url, bytes.as_bytes());
            assert!(begun.elapsed() < Duration::from_secs(5), "{short:?} held its connection");
            let answers = answer.matches("HTTP/1.1 ").count();
            let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
            assert!(expected.contains(&status), "{short:?}: {status}, expected {expected:?}: {answer:?}");
            assert_eq!(answers, usize::from(status != 0), "{short:?}: {answer:?}");
            assert!(!answer.contains("/smuggled"), "{short:?}: {answer:?}");
            if status != 0 {
                assert!(answer.contains("application/problem+json"), "{short:?}: {answer:?}");
            }
        }
        well(&server);
    });
}

#[test]
fn proper_forms_beside_them_pass() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let body = r#"{"email":"a@b.co"}"#;
        let length = body.len();
        let post = "POST /api/auth/magic-link HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n";
        for (bytes, status) in [
            ("GET /health HTTP/1.1\r\nhost:a:8080\r\nconnection:close\r\n\r\n".to_owned(), 200),
            ("GET http://a/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), 200),
            ("GET /health HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n".into(), 200),
            ("GET /health HTTP/1.0\r\nHost: a\r\n\r\n".into(), 200),
            ("\r\nGET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), 200),
            (format!("{post}Content-Length: {length}\r\n\r\n{body}"), 202),
            (format!("{post}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"), 202),
            (
                format!(
                    "{post}Transfer-Encoding: Chunked\r\n\r\n{length:X};a=b\r\n{body}\r\n0\r\nX-Trailer: y\r\n\r\n"
                ),
                202,
            ),
        ] {
            let answer = exchange(&server.url, bytes.as_bytes());
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}"))
                    || answer.starts_with(&format!("HTTP/1.0 {status}")),
                "{bytes:?}: {answer}"
            );
        }
        let three = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2)
            + "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert_eq!(exchange(&server.url, three.as_bytes()).matches("HTTP/1.1 200").count(), 3, "pipelined");
    });
}

#[test]
fn slow_and_silent_connections_are_cut_and_slow_nobody_else_down() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let begun = Clock::monotonic();
        let mut slow: Vec<_> = (0..100).map(|_| connect(&server.url)).collect();
        for (number, stream) in slow.iter_mut().enumerate() {
            match number % 4 {
                0 => {} // not a byte
                1 => stream.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ").unwrap(),
                2 => stream.write_all(b"G").unwrap(),
                _ => stream
                    .write_all(b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{")
                    .unwrap(),
            }
        }
        let mut times: Vec<Duration> = (0..60)
            .map(|_| {
                let begun = Clock::monotonic();
                let _ = server.get("/health").expect_status(200);
                begun.elapsed()
            })
            .collect();
        times.sort();
        eprintln!("/health beside 100 slow connections: p50 {:?}, p95 {:?}", times[30], times[57]);
        assert!(times[57] < Duration::from_millis(250), "{:?}", times[57]);
        // One byte each second does not keep a head alive.
        let mut dripping = connect(&server.url);
        let dripped = std::thread::scope(|scope| {
            let drip = scope.spawn(|| {
                for byte in b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaa".chunks(3) {
                    if dripping.write_all(byte).is_err() {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(900));
                }
                let mut answer = String::new();
                let _ = dripping.read_to_string(&mut answer);
                answer
            });
            drip.join().unwrap()
        });
        assert!(dripped.is_empty() || dripped.starts_with("HTTP/1.1 408"), "{dripped}");
        for (number, stream) in slow.iter_mut().enumerate().filter(|(number, _)| number % 4 != 3) {
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{number}: {answer}");
        }
        let took = begun.elapsed();
        assert!((9..16).contains(&took.as_secs()), "{took:?}");
        well(&server);
    });
}

#[test]
fn a_client_that_hangs_up_in_the_middle_harms_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for _ in 0..50 {
            let mut stream = connect(&server.url);
            let head = "POST /api/auth/magic-link HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
            stream.write_all(format!("{head}Content-Length: 900\r\n\r\n{{\"em").as_bytes()).unwrap();
        }
        for _ in 0..50 {
            connect(&server.url).write_all(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        }
        well(&server);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes"), 0);
    });
}

/// Still there, and quick.
fn well(server: &Served) {
    let answer =
        finish(connect(&server.url), b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
