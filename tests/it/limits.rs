//! How often one address may ask: exactly so many, counted by the socket's own address unless a trusted proxy says
//! another, never for operators.

use std::time::Duration;

use crate::support::raw::{RawAnswer, ask_from};
use crate::support::{Home, Served, on_each_engine};

const GUESS: &str = r#"{"email":"a@b.co","code":"12345678"}"#;

fn guess(server: &Served, source: &str, headers: &[(&str, &str)]) -> RawAnswer {
    ask_from(&server.url, source, "POST /api/auth/login", headers, GUESS)
}

/// The limits as they are when nobody sets any.
fn with_defaults(engine: crate::support::Engine, settings: &[(&str, &str)]) -> Served {
    let home = Home::new(engine).set("RATE_LIMITS", "");
    settings.iter().fold(home, |home, (name, value)| home.set(name, value)).share().serve()
}

#[test]
fn five_sign_ins_a_minute_pass_from_one_address() {
    on_each_engine(|engine| {
        let server = with_defaults(engine, &[]);
        for number in 1..=8 {
            let answer = guess(&server, "127.0.0.2", &[]);
            assert_eq!(answer.status, if number <= 5 { 401 } else { 429 }, "try {number}");
        }
        let answer = guess(&server, "127.0.0.2", &[]);
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((50..=60).contains(&wait), "{wait}");
        assert_eq!(guess(&server, "127.0.0.3", &[]).status, 401, "another address has its own five");
        // The page's form is the same act; reading the page is none.
        let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html")];
        let page = ask_from(&server.url, "127.0.0.2", "POST /auth/login", &form, "");
        assert_eq!((page.status, page.header("content-type")), (429, Some("text/html; charset=utf-8")));
        let wait = page.header("retry-after").unwrap();
        assert!(page.body.contains(&format!("Try again in {wait} seconds")), "{}", page.body);
        assert_eq!(ask_from(&server.url, "127.0.0.2", "GET /auth/login", &[], "").status, 200);
    });
}

#[test]
fn exactly_five_pass_also_when_they_come_at_once() {
    on_each_engine(|engine| {
        let server = with_defaults(engine, &[]);
        let url = server.url.clone();
        let passed: usize = std::thread::scope(|scope| {
            let url = &url;
            let all: Vec<_> = (0..40)
                .map(|_| {
                    scope.spawn(move || {
                        let answer = ask_from(url, "127.0.0.4", "POST /api/auth/login", &[], GUESS);
                        usize::from(answer.status != 429)
                    })
                })
                .collect();
            all.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(passed, 5);
    });
}

#[test]
fn a_client_can_t_choose_its_own_address() {
    on_each_engine(|engine| {
        let server = with_defaults(engine, &[]);
        for number in 0..9 {
            let forged = format!("203.0.113.{number}");
            let headers = [
                ("X-Forwarded-For", &*forged),
                ("X-Real-IP", &forged),
                ("Forwarded", &format!("for={forged}")),
                ("X-Client-IP", &forged),
            ];
            assert_eq!(guess(&server, "127.0.0.5", &headers).status, if number < 5 { 401 } else { 429 });
        }
        let server = with_defaults(engine, &[("TRUSTED_PROXIES", "127.0.0.6")]);
        for number in 0..9 {
            let client = format!("203.0.113.{number}");
            assert_eq!(
                guess(&server, "127.0.0.6", &[("X-Forwarded-For", &client)]).status,
                401,
                "each is another"
            );
        }
        for number in 0..9 {
            // What the client itself wrote stands on the left; the proxy added the address on the right.
            let forged = format!("198.51.100.{number}, 203.0.113.77");
            let answer = guess(&server, "127.0.0.6", &[("X-Forwarded-For", &forged)]);
            assert_eq!(answer.status, if number < 5 { 401 } else { 429 }, "{forged}");
            let direct = format!("192.0.2.{number}");
            let answer = guess(&server, "127.0.0.7", &[("X-Forwarded-For", &direct)]);
            assert_eq!(answer.status, if number < 5 { 401 } else { 429 }, "not the proxy: {direct}");
        }
    });
}

#[test]
fn operators_are_not_counted_and_wrong_keys_are() {
    on_each_engine(|engine| {
        let server = with_defaults(engine, &[("RATE_LIMITS", "other=3/60s,operator_key=20/60s")]);
        let ask = |source: &str, key: &str| {
            let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("X-Dash-Key", key)] };
            ask_from(&server.url, source, "GET /api/scheduler/status", headers, "").status
        };
        let key = server.operator_key().to_owned();
        for _ in 0..30 {
            assert_eq!(ask("127.0.0.8", &key), 200);
        }
        assert_eq!((0..5).map(|_| ask("127.0.0.8", "")).collect::<Vec<_>>(), [401, 401, 401, 429, 429]);
        assert_eq!(ask("127.0.0.8", &key), 200);

        let server = with_defaults(engine, &[]);
        let ask = |key: &str| {
            ask_from(&server.url, "127.0.0.9", "GET /api/scheduler/status", &[("X-Dash-Key", key)], "").status
        };
        let key = server.operator_key().to_owned();
        for number in 0..13 {
            assert_eq!(ask(&format!("wrong-{number}")), if number < 10 { 401 } else { 429 });
        }
        assert_eq!(ask(&key), 200, "nobody is locked out by another's tries");
    });
}

#[test]
fn limits_are_as_they_are_set_and_come_to_an_end() {
    on_each_engine(|engine| {
        let server = with_defaults(engine, &[("RATE_LIMITS", "login=2/1s,magic_link=off")]);
        let three = || [(); 3].map(|()| guess(&server, "127.0.0.10", &[]).status);
        assert_eq!(three(), [401, 401, 429]);
        std::thread::sleep(Duration::from_millis(1_100));
        assert_eq!(three(), [401, 401, 429]);
        let ask =
            || ask_from(&server.url, "127.0.0.10", "POST /api/auth/magic-link", &[], r#"{"email":"a@b.co"}"#);
        for _ in 0..12 {
            let answer = ask();
            assert_eq!((answer.status, answer.header("ratelimit")), (202, None));
        }
        let server = with_defaults(engine, &[]);
        let ask =
            || ask_from(&server.url, "127.0.0.11", "POST /api/auth/magic-link", &[], r#"{"email":"a@b.co"}"#);
        assert_eq!([(); 6].map(|()| ask().status), [202, 202, 202, 202, 202, 429]);
        let wrong = Home::new(engine).set("RATE_LIMITS", "login=lots").share();
        let words = Served::try_start(&wrong, &[]).err().expect("no server with limits that can't be read");
        assert!(words.contains("RATE_LIMITS"), "{words}");
    });
}
