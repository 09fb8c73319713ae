//! The pages about money: what operators see and do, the customer's file of invoices, and the way to the portal.

use serde_json::json;

use crate::operators::signed_in;
use crate::support::recorder::{Recorder, found, paid, refused, usual};
use crate::support::stripe::KEY;
use crate::support::{Answer, Browser, Engine, Served, on_each_engine};

const PATH: &str = "/payments/reconciliation";

/// A server that asks `recorder`, with a customer and three payments.
fn served(engine: Engine, recorder: &Recorder) -> Served {
    let server = Served::start(engine, &[("STRIPE_API_BASE", &recorder.url), ("STRIPE_SECRET_KEY", KEY)]);
    fill(&server);
    server
}

fn fill(server: &Served) {
    server.home.change(
        "INSERT INTO customers (id, email, name, plan, created_at, updated_at) \
         VALUES ('01CUSTOMER', 'ada@example.com', 'Ada', 'pro', 1, 1)",
    );
    let now = echopilot_core::platform::Clock::System.now().millis();
    let payments = [
        ("pi_one", 29_900, 0, "succeeded", 1),
        ("pi_two", 10_000, 2_500, "succeeded", 2),
        ("pi_three", 5_000, 0, "failed", 3),
        ("pi_old", 7_777, 7_777, "succeeded", 40),
    ];
    for (id, amount, refunded, status, days) in payments {
        let at = now - days * 86_400_000 + 60_000;
        server.home.change(&format!(
            "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at, \
             updated_at) VALUES ('{id}', '01CUSTOMER', {amount}, {refunded}, 'usd', '{status}', {at}, {at})"
        ));
    }
}

/// The paths that were asked.
fn asked(recorder: &Recorder) -> Vec<String> {
    recorder.requests().into_iter().map(|request| request.path).collect()
}

fn token(page: &Answer, name: &str) -> String {
    let (_, after) = page.text.split_once(&format!("name=\"{name}\" value=\"")).expect("a hidden field");
    after.split_once('"').expect("its value").0.to_owned()
}

#[test]
fn figures_and_rows_follow_the_period_and_nothing_is_made_up() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        let month = browser.open("/payments").expect_status(200);
        for there in
            ["USD 399.00", "66.7", "USD 25.00", "pi_one", "pi_three", "TEST", "2 payments, before refunds"]
        {
            assert!(month.text.contains(there), "{there}");
        }
        assert!(!month.text.contains("pi_old"));
        assert!(!month.text.contains("ada@example.com") && !month.text.contains("01CUSTOMER</"));
        let quarter = browser.open("/payments?period=90").expect_status(200);
        assert!(quarter.text.contains("pi_old") && quarter.text.contains("USD 476.77"));
        assert!(quarter.text.contains("Refunded"));
        let week = browser.open("/payments?period=7&customer=01NOBODY").expect_status(200);
        assert!(week.text.contains("No payments in this time") && week.text.contains("No payment was tried"));
        for bad in ["/payments?period=8", "/payments?cursor=x"] {
            assert_eq!(browser.open(bad).status, 422, "{bad}");
        }
        assert!(asked(&recorder).is_empty(), "looking asks Stripe for nothing");
    });
}

#[test]
fn without_stripe_the_page_says_so_and_offers_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        fill(&server);
        let mut browser = signed_in(&server);
        let page = browser.open("/payments").expect_status(200);
        assert!(page.text.contains("STRIPE_SECRET_KEY is not set") && page.text.contains("pi_one"));
        for absent in ["/payments/refund?", "href=\"/payments/link\""] {
            assert!(!page.text.contains(absent), "{absent}");
        }
        for path in ["/payments/link", "/payments/refund?payment=pi_one", "/payments/reconciliation"] {
            let page = browser.open(path).expect_status(200);
            assert!(page.text.contains("is not set"), "{path}");
        }
        let token = server.sign_in("ada@example.com");
        let mut customer = Browser::new(&server);
        customer.cookies.insert("ep_session".to_owned(), token);
        let csrf = Browser::csrf(&customer.open("/app").expect_status(200));
        let answer =
            customer.submit("/app/billing/portal", &[("csrf", &csrf), ("next", "")]).expect_status(303);
        assert_eq!(answer.header("location"), Some("/app?billing=not-configured"));
        let app = customer.open("/app?billing=not-configured").expect_status(200);
        assert!(app.text.contains("managed here yet"));
    });
}

#[test]
fn a_refund_is_asked_for_once_and_never_for_more_than_is_left() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        let page = browser.open("/payments/refund?payment=pi_two").expect_status(200);
        assert!(page.text.contains("USD 75.00") && page.text.contains("value=\"7500\""));
        assert!(!page.text.contains("name=\"confirm\""), "only live mode asks to type the payment");
        let (csrf, key) = (Browser::csrf(&page), token(&page, "key"));
        let fields = |amount: &'static str| {
            [
                ("csrf", csrf.clone()),
                ("next", String::new()),
                ("key", key.clone()),
                ("payment", "pi_two".to_owned()),
                ("amount_minor", amount.to_owned()),
                ("reason", "duplicate".to_owned()),
            ]
        };
        let mut send = |amount: &'static str| {
            let fields = fields(amount);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.submit("/payments/refund", &fields)
        };
        let wrong = send("75.00").expect_status(422);
        assert!(wrong.text.contains("Enter a whole number of minor units") && wrong.text.contains("75.00"));
        let much = send("7501").expect_status(409);
        assert!(much.text.contains("Only USD 75.00"), "{}", much.text);
        assert!(recorder.asked("POST", "/v1/refunds").is_empty());

        recorder.answer(|request| match request.path.as_str() {
            "/v1/refunds" => refused(400, "charge_disputed", "This charge has been charged back"),
            _ => usual(request),
        });
        let declined = send("1000").expect_status(409);
        assert!(declined.text.contains("This charge has been charged back (charge_disputed)"));
        assert!(declined.text.contains("name=\"amount_minor\"") && declined.text.contains("value=\"1000\""));

        recorder.answer(|request| match request.path.as_str() {
            "/v1/payment_intents/pi_two" => {
                let mut intent = paid("pi_two", 10_000, 3_500);
                intent["created"] = echopilot_core::platform::Clock::System.now().seconds().into();
                found(&intent)
            }
            _ => usual(request),
        });
        recorder.forget();
        for _ in 0..2 {
            let answer = send("1000").expect_status(303);
            assert_eq!(answer.header("location"), Some("/payments?did=refunded"));
        }
        assert_eq!(recorder.asked("POST", "/v1/refunds").len(), 1, "two presses are one refund");
        let list = browser.open("/payments?did=refunded").expect_status(200);
        assert!(list.text.contains("Stripe took the refund") && list.text.contains("USD 35.00 refunded"));
        assert_eq!(browser.open("/payments/refund?payment=pi_nobody").status, 404);
        assert_eq!(browser.open("/payments/refund").status, 303);
    });
}

#[test]
fn while_stripe_is_silent_a_refund_is_under_way_and_not_done() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        recorder.answer(|request| match request.path.as_str() {
            "/v1/refunds" => (500, Vec::new(), String::new()),
            _ => usual(request),
        });
        let page = browser.open("/payments/refund?payment=pi_one").expect_status(200);
        let (csrf, key) = (Browser::csrf(&page), token(&page, "key"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("next", ""),
            ("key", key.as_str()),
            ("payment", "pi_one"),
            ("amount_minor", "29900"),
            ("reason", "requested_by_customer"),
        ];
        let answer = browser.submit("/payments/refund", &fields).expect_status(303);
        assert_eq!(answer.header("location"), Some("/payments?did=refunding"));
        let list = browser.open("/payments?did=refunding").expect_status(200);
        assert!(list.text.contains("The refund is under way") && list.text.contains("Refunding"));
        assert!(!list.text.contains("/payments/refund?payment=pi_one"), "one at a time");
        assert!(list.text.contains("/payments/refund?payment=pi_two"));
        assert!(!list.text.contains("USD 299.00 refunded"), "nothing is shown before it happened");
    });
}

#[test]
fn a_payment_link_is_looked_at_and_then_made_once() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        let csrf = Browser::csrf(&browser.open("/payments/link").expect_status(200));
        let mut send = |step: &str, key: &str, amount: &str, email: &str| {
            let fields = [
                ("csrf", csrf.as_str()),
                ("next", ""),
                ("key", key),
                ("step", step),
                ("amount_minor", amount),
                ("currency", "usd"),
                ("email", email),
                ("description", "A month of <b>work</b>"),
            ];
            browser.submit("/payments/link", &fields)
        };
        let wrong = send("review", "", "49.00", "nobody").expect_status(422);
        for words in ["Enter a whole number of minor units", "Enter an address like", "There is a problem"] {
            assert!(wrong.text.contains(words), "{words}");
        }
        let review = send("review", "", "4900", "ada@example.com").expect_status(200);
        let key = token(&review, "key");
        assert!(review.text.contains("USD 49.00") && review.text.contains("A month of &#60;b&#62;work"));
        assert!(asked(&recorder).is_empty(), "a look asks Stripe for nothing");
        let few = send("make", &key, "49", "ada@example.com").expect_status(422);
        assert!(few.text.contains("Expected 50 to"), "{}", few.text);
        for _ in 0..2 {
            let made = send("make", &key, "4900", "ada@example.com").expect_status(200);
            assert!(
                made.text.contains("Payment link created")
                    && made.text.contains("https://invoice.stripe.com/i/in_")
            );
            assert!(made.text.contains("class=\"qr\""));
        }
        assert_eq!(recorder.asked("POST", "/v1/invoices").len(), 1, "two presses are one invoice");
        let changed = send("review", "", "5100", "ada@example.com").expect_status(200);
        let key = token(&changed, "key");
        let made = send("make", &key, "5100", "ada@example.com").expect_status(200);
        assert!(made.text.contains("Payment link created"));
        assert_eq!(recorder.asked("POST", "/v1/invoices").len(), 2, "what was changed is another invoice");
        let key = token(&send("review", "", "5000", "ada@example.com").expect_status(200), "key");
        recorder.answer(|_| refused(402, "card_declined", "No"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("next", ""),
            ("key", key.as_str()),
            ("step", "make"),
            ("amount_minor", "5000"),
            ("currency", "eur"),
            ("email", "ada@example.com"),
            ("description", "x"),
        ];
        let declined = browser.submit("/payments/link", &fields).expect_status(409);
        assert!(declined.text.contains("No (card_declined)") && declined.text.contains("value=\"5000\""));
    });
}

#[test]
fn webhooks_are_listed_and_one_that_failed_is_replayed() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        let empty = browser.open("/payments").expect_status(200);
        assert!(empty.text.contains("No webhooks yet"));
        let payload = json!({
            "id": "evt_1", "object": "event", "type": "product.created", "created": 1_772_443_800, "livemode": false,
            "data": { "object": { "id": "prod_1", "object": "product" } },
        });
        server.home.change(&format!(
            "INSERT INTO webhook_events (id, kind, is_live, created_at, received_at, state, attempts, error, payload) \
             VALUES ('evt_1', 'product.created', {}, 1, 1772443800000, 'failed', 3, 'the store was away', '{payload}')",
            if engine == Engine::Postgres { "FALSE" } else { "0" }
        ));
        let page = browser.open("/payments").expect_status(200);
        for there in ["evt_1", "product.created", "Failed", "the store was away", "2 Mar 2026"] {
            assert!(page.text.contains(there), "{there}");
        }
        let csrf = Browser::csrf(&page);
        let fields = [("csrf", csrf.as_str()), ("next", ""), ("event", "evt_1")];
        let answer = browser.submit("/payments/replay", &fields).expect_status(303);
        assert_eq!(answer.header("location"), Some("/payments?did=replayed"));
        let after = browser.open("/payments?did=replayed").expect_status(200);
        assert!(after.text.contains("The event was applied again") && after.text.contains("Ignored"));
        assert!(!after.text.contains("the store was away"));
        let other = [("csrf", csrf.as_str()), ("next", ""), ("event", "evt_nobody")];
        assert_eq!(browser.submit("/payments/replay", &other).status, 404);
    });
}

#[test]
fn a_comparison_is_shown_kept_and_put_right_only_when_that_is_asked_for() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        recorder.answer(|request| {
            let there = json!({
                "id": "pi_missing", "object": "payment_intent", "amount": 4_200, "amount_received": 4_200,
                "currency": "usd", "status": "succeeded", "created": 1_772_443_800, "livemode": false,
            });
            let data = if request.path.starts_with("/v1/payment_intents") { vec![there] } else { Vec::new() };
            found(&json!({ "object": "list", "has_more": false, "data": data }))
        });
        let server = served(engine, &recorder);
        let mut browser = signed_in(&server);
        let never = browser.open("/payments/reconciliation").expect_status(200);
        assert!(never.text.contains("Never compared"));
        let csrf = Browser::csrf(&never);
        let mut run = |path: &str, act: &str, since: &str| {
            let fields = [("csrf", csrf.as_str()), ("next", ""), ("act", act), ("since", since)];
            browser.submit(path, &fields)
        };
        let wrong = run(PATH, "look", "yesterday").expect_status(422);
        assert!(
            wrong.text.contains("Enter a day such as 2026-03-01")
                && wrong.text.contains("value=\"yesterday\"")
        );
        for _ in 0..2 {
            let looked = run(PATH, "look", "2026-01-01").expect_status(200);
            for there in ["pi_missing", "missing", "1 difference</span>"] {
                assert!(looked.text.contains(there), "{there}: {}", looked.text);
            }
        }
        let file = run("/payments/reconciliation.csv", "", "").expect_status(200);
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"differences.csv\""));
        let lines: Vec<&str> = file.text.lines().collect();
        assert_eq!(lines[0], "found,kind,id,fields");
        assert!(lines[1].starts_with("missing,") && lines[1].contains("pi_missing"), "{}", lines[1]);
        let applied = run(PATH, "apply", "").expect_status(200);
        assert!(applied.text.contains("1 difference put right"), "{}", applied.text);
        let equal = run(PATH, "look", "").expect_status(200);
        assert!(equal.text.contains("Nothing differs"));
        recorder.answer(|_| (500, Vec::new(), String::new()));
        let away = run(PATH, "look", "");
        assert_eq!(away.status, 502);
        assert!(away.text.contains("There is no comparison") && away.text.contains("No difference"));
    });
}

#[test]
fn a_subscription_says_when_it_is_paid_again_or_ends() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        fill(&server);
        let token = server.sign_in("ada@example.com");
        let app = || server.call("GET", "/app").bearer(&token).send().expect_status(200).text;
        assert!(app().contains("Here is how your work is going"));
        let no = if engine == Engine::Postgres { "FALSE" } else { "0" };
        server.home.change(&format!(
            "INSERT INTO subscriptions (id, customer_id, plan, status, period_ends_at, cancels_at_period_end, \
             created_at, observed_at) VALUES ('sub_1', '01CUSTOMER', 'pro', 'active', 1772443800000, {no}, 1, 1)"
        ));
        assert!(
            app().contains(
                "Your plan renews on <time datetime=\"2026-03-02T09:30:00.000Z\">2 Mar 2026</time>"
            )
        );
        server.home.change(&format!("UPDATE subscriptions SET cancels_at_period_end = NOT {no}"));
        assert!(app().contains("Your plan ends on"));
        server.home.change("UPDATE subscriptions SET status = 'canceled'");
        assert!(app().contains("Here is how your work is going"));
    });
}

#[test]
fn the_portal_is_opened_for_a_customer_of_stripes_only() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let server = served(engine, &recorder);
        let token = server.sign_in("ada@example.com");
        let mut customer = Browser::new(&server);
        customer.cookies.insert("ep_session".to_owned(), token);
        let csrf = Browser::csrf(&customer.open("/app").expect_status(200));
        let mut open = || {
            let answer =
                customer.submit("/app/billing/portal", &[("csrf", &csrf), ("next", "")]).expect_status(303);
            answer.header("location").unwrap().to_owned()
        };
        assert_eq!(open(), "/app?billing=nothing-yet");
        server.home.change("UPDATE customers SET stripe_customer_id = 'cus_1' WHERE id = '01CUSTOMER'");
        assert!(open().starts_with("https://billing.stripe.com/p/"));
        recorder.answer(|_| {
            (200, Vec::new(), json!({ "id": "bps_1", "url": "https://evil.example/" }).to_string())
        });
        assert_eq!(open(), "/app?billing=failed", "nobody is led to another house");
        let without = customer.submit("/app/billing/portal", &[("csrf", ""), ("next", "")]);
        assert_eq!(without.status, 403);
        let stranger =
            server.call("POST", "/app/billing/portal").body("application/x-www-form-urlencoded", "csrf=");
        assert_eq!(stranger.send().status, 401);
    });
}

#[test]
fn invoices_are_a_file_without_formulas_and_with_the_filters_of_the_page() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        fill(&server);
        let texts = ["=1+1", "+2", "-3", "@sum", "plain, \"quoted\"", "Grüße"];
        for (number, text) in texts.iter().enumerate() {
            let status = if number == 0 { "open" } else { "paid" };
            server.home.change(&format!(
                "INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
                 status, issued_at, observed_at) VALUES ('in_{number}', '01CUSTOMER', 'EP-{number}', '{text}', \
                 -{number}00, 0, 'usd', '{status}', {at}, {at})",
                at = 1_772_443_800_000_i64 + i64::try_from(number).unwrap()
            ));
        }
        server.home.change(
            "INSERT INTO customers (id, email, name, plan, created_at, updated_at) \
             VALUES ('01OTHER', 'eve@example.com', 'Eve', 'free', 1, 1)",
        );
        let token = server.sign_in("ada@example.com");
        let file = |query: &str, token: &str| {
            server.call("GET", &format!("/app/invoices.csv{query}")).bearer(token).send()
        };
        let all = file("", &token).expect_status(200);
        assert_eq!(all.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        assert_eq!(all.header("content-disposition"), Some("attachment; filename=\"invoices.csv\""));
        assert_eq!(all.header("cache-control"), Some("no-store"));
        let lines: Vec<&str> = all.text.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "number,date,due,description,amount_minor,refunded_minor,currency,amount,status"
        );
        assert_eq!(lines[1], "EP-5,2026-03-02,,Grüße,-500,0,USD,USD -5.00,paid");
        assert_eq!(lines[2], "EP-4,2026-03-02,,\"plain, \"\"quoted\"\"\",-400,0,USD,USD -4.00,paid");
        assert_eq!(lines[6], "EP-0,2026-03-02,,'=1+1,0,0,USD,USD 0.00,open");
        for (line, cell) in [(3, ",'@sum,"), (4, ",'-3,"), (5, ",'+2,")] {
            assert!(lines[line].contains(cell), "{}", lines[line]);
        }
        assert_eq!(lines.len(), 8, "six invoices, a header and the end of the last line");
        let open = file("?status=open&year=2026", &token).expect_status(200);
        assert_eq!(open.text.lines().count(), 2);
        assert_eq!(file("?year=2020", &token).text.lines().count(), 1);
        assert_eq!(file("?status=odd", &token).status, 422);
        let other = server.sign_in("eve@example.com");
        assert_eq!(file("", &other).text.lines().count(), 1, "nobody gets another's");
        let page = server.call("GET", "/app/invoices?status=open").bearer(&token).send().expect_status(200);
        assert!(page.text.contains("href=\"/app/invoices.csv?status=open\""));
        assert_eq!(server.get("/app/invoices.csv").status, 401);
        server.home.change(
            "WITH RECURSIVE more(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM more WHERE i < 10000) \
             INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
             status, issued_at, observed_at) SELECT 'more_' || i, '01CUSTOMER', 'M-' || i, 'x', 1, 0, 'usd', 'paid', 1, 1 \
             FROM more",
        );
        let many = file("", &token).expect_status(200);
        assert_eq!(many.text.lines().count(), 10_002, "a header, ten thousand, and what says so");
        let last = many.text.lines().last().unwrap();
        assert_eq!(last, "Only the newest 10000 invoices are here: export one year at a time,,,,,,,,");
    });
}
