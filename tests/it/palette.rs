//! What the command palette finds, for whom; and the choices of how pages look.

use serde_json::{Value, json};

use crate::operators::signed_in;
use crate::support::{Browser, Served, on_each_engine};

/// Two customers with an invoice, a message and a payment each.
fn fill(server: &Served) {
    for (id, email, name, number) in [
        ("01ADA", "ada@example.com", "Ada Lovelace", "EP-1042"),
        ("01BOB", "bob@example.com", "Bob 100%_!", "EP-2042"),
    ] {
        server.home.change(&format!(
            "INSERT INTO customers (id, email, name, plan, created_at, updated_at) \
             VALUES ('{id}', '{email}', '{name}', 'pro', 1, 1)"
        ));
        server.home.change(&format!(
            "INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
             status, issued_at, observed_at) VALUES ('in_{id}', '{id}', '{number}', 'Weekly digest', 29900, 0, 'usd', \
             'open', 1770000000000, 1)"
        ));
        server.home.change(&format!(
            "INSERT INTO support_tickets (id, customer_id, email, topic, message, status, created_at) VALUES \
             ('T{id}', '{id}', '{email}', 'job', '{name} asks about the digest', 'open', 1770000000000)"
        ));
        server.home.change(&format!(
            "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at, \
             updated_at) VALUES ('pi_{id}', '{id}', 29900, 0, 'usd', 'succeeded', 1770000000000, 1)"
        ));
    }
}

/// The labels of what was found, kind by kind.
fn labels(found: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = found["groups"].as_array().unwrap();
    let records = |group: &Value| {
        group["records"].as_array().unwrap().iter().map(|record| text(&record["label"])).collect()
    };
    groups.iter().map(|group| (text(&group["label"]), records(group))).collect()
}

#[test]
fn customers_find_their_own_and_operators_everybodys() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        fill(&server);
        let ada = server.sign_in("ada@example.com");
        let own = |word: &str| {
            let answer = server.call("GET", &format!("/app/palette?q={word}")).bearer(&ada).send();
            assert_eq!(answer.header("cache-control"), Some("private, max-age=15"));
            labels(&answer.expect_status(200).json())
        };
        let invoices = || ("Invoices".to_owned(), vec!["EP-1042 · USD 299.00".to_owned()]);
        assert_eq!(own("ep-"), [invoices()], "hers and not Bob's");
        assert_eq!(own("299"), [invoices()], "by the sum");
        assert_eq!(own("digest")[1].0, "Messages");
        assert_eq!(own("digest").len(), 2);
        assert_eq!(own("EP-2042"), []);
        assert_eq!(own("%25%25%25"), [], "signs of a pattern are letters");
        let all = |word: &str| {
            labels(&server.get_as_operator(&format!("/dashboard/palette?q={word}")).expect_status(200).json())
        };
        assert_eq!(all("lovelace"), [("Customers".to_owned(), vec!["Ada Lovelace".to_owned()])]);
        assert_eq!(all("100%25_!"), [("Customers".to_owned(), vec!["Bob 100%_!".to_owned()])]);
        let paid = |count: usize| ("Payments".to_owned(), vec!["USD 299.00 · succeeded".to_owned(); count]);
        assert_eq!(all("pi_01ada"), [paid(1)]);
        assert_eq!(all("299.00"), [paid(2)]);
        for (path, status) in [("/app/palette?q=digest", 401), ("/dashboard/palette?q=digest", 401)] {
            assert_eq!(server.get(path).status, status, "{path}");
        }
        let customer = server.call("GET", "/dashboard/palette?q=digest").bearer(&ada).send();
        assert_eq!(customer.status, 403);
    });
}

#[test]
fn a_word_that_is_too_short_or_too_long_is_named() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for query in ["", "?q=", "?q=ab", "?q=%20%20ab%20", &format!("?q={}", "x".repeat(255))] {
            let problem = server.get_as_operator(&format!("/dashboard/palette{query}")).expect_status(422);
            assert_eq!(problem.json()["errors"][0]["field"], "q", "{query}");
        }
        let nothing = server.get_as_operator("/dashboard/palette?q=abc").expect_status(200).json();
        assert_eq!(nothing, json!({ "ok": true, "groups": [] }));
        assert_eq!(
            server.get_as_operator("/dashboard/palette?q=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80").status,
            200
        );
    });
}

#[test]
fn searches_have_a_limit_of_their_own() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("RATE_LIMITS", "palette=2/60s")]);
        fill(&server);
        let ada = server.sign_in("ada@example.com");
        let ask = |path: &str| server.call("GET", path).bearer(&ada).send();
        assert_eq!([ask("/app/palette?q=one").status, ask("/app/palette?q=two").status], [200, 200]);
        let refused = ask("/app/palette?q=three").expect_status(429);
        assert!(refused.header("retry-after").is_some());
        assert_eq!(ask("/app").status, 200, "pages go on");
    });
}

#[test]
fn choices_are_kept_in_cookies_and_shown_by_the_server() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        let page = browser.open("/dashboard/v2/settings").expect_status(200);
        let state = "data-density=\"comfortable\" data-sidebar=\"open\" data-keys=\"on\"";
        assert!(page.text.contains(state));
        let csrf = Browser::csrf(&page);
        let choose = |browser: &mut Browser<'_>, fields: &[(&str, &str)]| {
            let mut all = vec![("csrf", csrf.as_str()), ("next", "/payments?period=7")];
            all.extend_from_slice(fields);
            browser.submit("/choices", &all)
        };
        for fields in [[("density", "compact")], [("sidebar", "closed")], [("keys", "off")]] {
            let answer = choose(&mut browser, &fields).expect_status(303);
            assert_eq!(answer.header("location"), Some("/payments?period=7"));
            let cookie = answer.header("set-cookie").unwrap();
            assert!(
                cookie.contains("Max-Age=31536000; SameSite=Lax") && !cookie.contains("HttpOnly"),
                "{cookie}"
            );
        }
        let page = browser.open("/payments").expect_status(200);
        assert!(page.text.contains("data-density=\"compact\" data-sidebar=\"closed\" data-keys=\"off\""));
        for fields in [&[("density", "tiny")][..], &[("keys", "on\r\nX: y")], &[]] {
            assert_eq!(choose(&mut browser, fields).status, 422, "{fields:?}");
        }
        let forged = browser.submit("/choices", &[("csrf", "forged"), ("density", "comfortable")]);
        assert_eq!(forged.status, 403);
        let away = browser.submit(
            "/choices",
            &[("csrf", csrf.as_str()), ("next", "//evil.example"), ("density", "compact")],
        );
        assert_eq!(away.header("location"), Some("/"));
        let hostile = browser.call("GET", "/payments");
        let hostile = hostile.header("Cookie", "ep_density=\"><script>").send();
        assert!(!hostile.text.contains("><script>"));
    });
}
