//! Where a customer is signed in: listed, ended one by one or all at once, at once and for good.

use std::time::Duration;

use echopilot_core::auth::{self, Recall, Sessions, SetPassword, SignIn};
use echopilot_core::platform::{Clock, Code, Email, Secret};
use echopilot_core::scheduler::deliver;
use serde_json::{Value, json};

use crate::auth::{ask_in, refused, try_in, wait_for_mail};
use crate::replicas::direct;
use crate::sign_in::token_in;
use crate::support::{Browser, Call, Served, TestApp, encode, eventually, on_each_engine};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn sessions(server: &Served, token: &str) -> Vec<Value> {
    let answer = server.call("GET", "/api/auth/sessions").bearer(token).send().expect_status(200);
    answer.json()["sessions"].as_array().unwrap().clone()
}

fn me(server: &Served, token: &str) -> u16 {
    server.call("GET", "/api/me").bearer(token).send().status
}

/// Sign in on the page of a mailed link, with a browser that says who it is; the token in its cookie.
fn by_page<'s>(server: &'s Served, email: &str) -> (Browser<'s>, String) {
    let before = server.mail(email).len();
    let _ = server.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(202);
    let link = token_in(&wait_for_mail(server, email, before + 1));
    let mut browser = Browser::new(server);
    let csrf = Browser::csrf(&browser.open(&format!("/auth/verify?token={link}")));
    let form = encode(&[("csrf", &csrf), ("token", &link)]);
    let call: Call = browser.call("POST", "/auth/verify").header("Origin", &server.url);
    let call = call.header("User-Agent", FIREFOX).body("application/x-www-form-urlencoded", &form);
    let answer = call.send().expect_status(303);
    let cookies = answer.headers("set-cookie");
    let session = cookies.iter().find_map(|cookie| cookie.strip_prefix("ep_session=")).expect("a session");
    let token = session.split(';').next().unwrap().to_owned();
    browser.cookies.insert("ep_session".to_owned(), token.clone());
    (browser, token)
}

#[test]
fn own_sessions_are_listed_and_ended_and_nobody_else_s() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let (_, page) = by_page(&server, "ada@example.com");
        let [one, two] = [(); 2].map(|()| server.sign_in("ada@example.com"));
        let stranger = server.sign_in("eve@example.com");
        let list = sessions(&server, &one);
        let told: Vec<_> = list
            .iter()
            .map(|session| {
                (
                    session["device"].as_str().unwrap(),
                    session["method"].as_str().unwrap(),
                    &session["current"],
                )
            })
            .collect();
        let (yes, no) = (json!(true), json!(false));
        assert_eq!(told, [("API", "code", &no), ("API", "code", &yes), ("Firefox on Linux", "link", &no)]);
        assert!(
            list.iter().all(|session| session["created_at"].is_string() && session["expires_at"].is_string())
        );
        assert!(!list.iter().any(|session| session.to_string().contains("email")));

        let end = |token: &str, query: &str| {
            server.call("DELETE", &format!("/api/auth/sessions{query}")).bearer(token).send()
        };
        let id = |at: usize| list[at]["id"].as_str().unwrap();
        for (token, id) in [(&stranger, id(0)), (&one, "01JD9Z8Q4W7XN3V5T6Y2M1K0PB")] {
            let problem = end(token, &format!("?id={id}")).expect_status(404);
            assert_eq!(problem.json()["code"], "not_found");
        }
        let problem = end(&one, "?id=").expect_status(422).json();
        assert!(problem["error"].as_str().unwrap().contains("id: expected the id of a session"), "{problem}");
        let nothing =
            server.call("DELETE", "/api/auth/sessions").bearer(&one).json(&json!({ "id": null })).send();
        assert_eq!(nothing.status, 422, "{}", nothing.text);
        assert_eq!((me(&server, &two), me(&server, &page)), (200, 200), "nothing has ended so far");
        let done = end(&one, &format!("?id={}", id(0))).expect_status(200).json();
        assert_eq!((&done["revoked"], &done["signed_out"]), (&json!(1), &json!(false)));
        assert_eq!((me(&server, &two), me(&server, &page), me(&server, &one)), (401, 200, 200));
        assert_eq!(end(&one, &format!("?id={}", id(0))).status, 404, "it is over");
        assert_eq!(end(&one, "").expect_status(200).json()["revoked"], 1);
        assert_eq!((me(&server, &page), me(&server, &one), me(&server, &stranger)), (401, 200, 200));
        let own = end(&one, &format!("?id={}", id(1))).expect_status(200);
        assert!(
            own.json()["signed_out"] == true && own.header("set-cookie").unwrap().starts_with("ep_session=;")
        );
        refused(&server.call("GET", "/api/auth/sessions").bearer(&one).send());
        assert_eq!(server.call("DELETE", "/api/auth/sessions").send().status, 401);
    });
}

#[test]
fn what_was_ended_elsewhere_is_over_within_a_second_and_after_a_restart() {
    on_each_engine(|engine| {
        let server = direct(Served::start(engine, &[("PUBLIC_BASE_URL", "http://127.0.0.1:8080")]));
        let [one, two, gone] =
            ["ada", "ada", "gone"].map(|name| server.sign_in(&format!("{name}@example.com")));
        assert_eq!([&one, &two, &gone].map(|token| me(&server, token)), [200; 3]);
        // As another replica does it: rows, and a line in the list of changes.
        server.home.change(
            "UPDATE sessions SET revoked_at = 2 WHERE customer_id = \
               (SELECT id FROM customers WHERE email = 'gone@example.com'); \
             INSERT INTO auth_changes (number, kind, subject, changed_at) \
               SELECT COALESCE(MAX(number), 0) + 1, 'customer', \
                 (SELECT id FROM customers WHERE email = 'gone@example.com'), 2 FROM auth_changes;",
        );
        let begun = Clock::monotonic();
        eventually("the end of the session", || (me(&server, &gone) == 401).then_some(()));
        assert!(begun.elapsed() < Duration::from_secs(1));
        let _ = server.call("DELETE", "/api/auth/sessions").bearer(&one).send().expect_status(200);
        assert_eq!([&one, &two].map(|token| me(&server, token)), [200, 401]);
        let server = direct(server.kill().serve());
        assert_eq!([&one, &two, &gone].map(|token| me(&server, token)), [200, 401, 401]);
    });
}

#[test]
fn every_session_of_a_customer_ends_and_everything_is_forgotten_on_request() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let password = "seven kites over Leith";
        let ada = app.customer("ada@example.com");
        let id = ada.caller.customer().unwrap().profile.customer_id.clone();
        ada.call(&SetPassword { current: None, code: None, new: Secret::new(password) }).unwrap();
        deliver(&app.deps).unwrap();
        let enter = |email: &str, password: &str| {
            let email = Email::parse(email).unwrap();
            let password = Some(Secret::new(password));
            app.stranger().call(&SignIn { email, code: None, password, browser: None, device: None })
        };
        let known = |token: &str| {
            Sessions::refresh(&app.deps).unwrap();
            match auth::recall(&app.deps, token) {
                Recall::Known(_) => true,
                _ => auth::look_up(&app.deps, token).is_ok(),
            }
        };
        let token = enter("ada@example.com", password).unwrap().token;
        assert!(known(&token));
        let (now, customer) = (app.clock.now(), id.clone());
        assert_eq!(app.deps.store.write(move |tx| auth::revoke_all(tx, &customer, now)).unwrap(), 1);
        assert!(!known(&token));

        let token = enter("ada@example.com", password).unwrap().token;
        let code = ask_in(&app, "ada@example.com").expect("a mail");
        for _ in 0..10 {
            assert_eq!(enter("ada@example.com", "wrong").unwrap_err().code, Code::Unauthenticated);
        }
        assert_eq!(enter("ada@example.com", password).unwrap_err().code, Code::Limited);
        assert!(known(&token));
        let address = Email::parse("ada@example.com").unwrap();
        let (customer, ada_s) = (id.clone(), address.clone());
        // Two sessions (one of them ended), a code, a password, ten wrong ones.
        assert_eq!(app.deps.store.write(move |tx| auth::forget_customer(tx, &customer, &ada_s)).unwrap(), 14);
        assert!(!known(&token));
        assert_eq!(try_in(&app, "ada@example.com", &code), Err(Code::Unauthenticated));
        assert_eq!(enter("ada@example.com", password).unwrap_err().code, Code::Unauthenticated);
        let (customer, ada_s) = (id.clone(), address);
        assert_eq!(app.deps.store.write(move |tx| auth::forget_customer(tx, &customer, &ada_s)).unwrap(), 1);
    });
}

#[test]
fn people_end_sessions_with_forms_and_an_expired_one_leads_to_the_sign_in() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let (mut browser, own) = by_page(&server, "ada@example.com");
        let [one, two] = [(); 2].map(|()| server.sign_in("ada@example.com"));
        let page = browser.open("/app/sessions").expect_status(200);
        assert_eq!(page.text.matches("This device").count(), 1);
        assert!(page.text.contains("Firefox on Linux") && page.text.contains("Sign out all other devices"));
        let csrf = Browser::csrf(&page);
        let list = sessions(&server, &one);
        let id = list.iter().find(|session| session["current"] == true).unwrap()["id"].as_str().unwrap();
        let mut end =
            |fields: &[(&str, &str)]| browser.submit("/app/sessions/end", fields).expect_status(303);
        let led = end(&[("csrf", "nonsense"), ("id", id)]);
        assert_eq!(led.header("location"), Some("/app/sessions?did=form"));
        assert_eq!(me(&server, &one), 200);
        let led = end(&[("csrf", &csrf), ("id", id)]);
        assert_eq!(led.header("location"), Some("/app/sessions?did=ended"));
        assert_eq!((me(&server, &one), me(&server, &two)), (401, 200));
        assert_eq!(end(&[("csrf", &csrf), ("id", id)]).header("location"), Some("/app/sessions?did=gone"));
        let led = end(&[("csrf", &csrf)]);
        assert_eq!(led.header("location"), Some("/app/sessions?did=ended"));
        assert_eq!((me(&server, &two), me(&server, &own)), (401, 200));
        let page = browser.open("/app/sessions?did=ended").expect_status(200);
        assert!(page.text.contains("has to sign in again") && !page.text.contains("all other devices\u{3c}"));

        // Somebody else ends this one; the next form leads to the sign-in, which says why and leads back.
        let id = sessions(&server, &own)[0]["id"].as_str().unwrap().to_owned();
        let _ = server
            .call("DELETE", &format!("/api/auth/sessions?id={id}"))
            .bearer(&own)
            .send()
            .expect_status(200);
        for path in ["/app/sessions/end", "/app/sessions/password"] {
            let led = browser
                .submit(path, &[("csrf", &csrf), ("new", "seven kites over Leith")])
                .expect_status(303);
            assert_eq!(led.header("location"), Some("/auth/login?next=/app/sessions&why=expired"));
        }
        let page = browser.open("/auth/login?next=/app/sessions&why=expired").expect_status(200);
        assert!(
            page.text.contains("Your session has ended") && page.text.contains("value=\"/app/sessions\"")
        );
    });
}
