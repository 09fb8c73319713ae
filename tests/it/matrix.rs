//! The wall between customers: an identifier of another's, in whatever place of whatever operation, is as good as none.

use std::collections::{BTreeMap, BTreeSet};

use echopilot_core::operation::Access;
use echopilot_core::platform::Clock;
use serde_json::{Map, Value, json};

use crate::support::inputs::{Described, described, filled, text};
use crate::support::recorder::Recorder;
use crate::support::stripe::KEY;
use crate::support::{Answer, Browser, Engine, Served, encode, on_each_engine};

/// Stands in every text of the owner's.
const MARK: &str = "hers-alone";
const OWNER: &str = "owner@example.com";
/// The address that sound inputs have, see [`crate::support::inputs`].
const STRANGER: &str = "bob@example.com";

/// Every member that names something and that customers may send, and which of their things stands there rightly. A new
/// one is added here consciously.
const RIGHTLY: &[(&str, &str, &str)] = &[
    ("create-ticket", "job_id", "job"),
    ("list-jobs", "customer", "customer"),
    ("revoke-sessions", "id", "session"),
    ("show-job", "id", "job"),
];

/// One who has one of everything, and one who has nothing.
struct Neighbours {
    recorder: Recorder,
    server: Served,
    owner: String,
    /// Another session of the owner's, for others to aim at.
    spare: String,
    stranger: String,
    stranger_id: String,
    /// The identifiers of what the owner has, by kind.
    things: BTreeMap<&'static str, String>,
}

impl Neighbours {
    fn on(engine: Engine) -> Self {
        let recorder = Recorder::start();
        let stripe = [("STRIPE_API_BASE", recorder.url.as_str()), ("STRIPE_SECRET_KEY", KEY)];
        let server = Served::start(engine, &stripe);
        let [owner, stranger] = [OWNER, STRANGER].map(|email| server.sign_in(email));
        let customer = |email| one(&server, &format!("SELECT id FROM customers WHERE email = '{email}'"));
        let (id, stranger_id) = (customer(OWNER), customer(STRANGER));
        let first = one(&server, &format!("SELECT id FROM sessions WHERE customer_id = '{id}'"));
        let spare = server.sign_in(OWNER);
        let others = format!("SELECT id FROM sessions WHERE customer_id = '{id}' AND id <> '{first}'");
        let things = BTreeMap::from([
            ("customer", id.clone()),
            ("session", one(&server, &others)),
            ("job", "01K0HERJ0B0000000000000000".to_owned()),
            ("ticket", "01K0HERT1CKET0000000000000".to_owned()),
            ("invoice", "in_hers".to_owned()),
            ("payment", "pi_hers".to_owned()),
            ("charge", "ch_hers".to_owned()),
            ("refund", "re_hers".to_owned()),
            ("subscription", "sub_hers".to_owned()),
            ("Stripe's customer", "cus_hers".to_owned()),
            ("event", "evt_hers".to_owned()),
            ("referral", "HERCODE".to_owned()),
        ]);
        server.home.change(&rows_of(&id, Clock::System.now().millis()));
        Self { recorder, server, owner, spare, stranger, stranger_id, things }
    }

    /// Ask with sound values but for `member`.
    fn ask(&self, token: &str, operation: &Described, template: &str, member: &str, value: &str) -> Answer {
        let mut members: Map<String, Value> = operation.sound();
        members.insert(member.to_owned(), json!(value));
        let (path, rest) = filled(template, &members);
        if operation.method() != "GET" {
            return self.server.call(operation.method(), &path).bearer(token).json(&json!(rest)).send();
        }
        let rest: Vec<(&str, String)> =
            rest.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let query: Vec<(&str, &str)> = rest.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.server.call("GET", &format!("{path}?{}", encode(&query))).bearer(token).send()
    }

    /// An answer may repeat what was `sent`, and tells nothing else of the owner.
    fn tells_nothing(&self, what: &str, sent: &str, answer: &Answer) {
        assert!(answer.status < 500, "{what}: {}", answer.text);
        let own = self.things.values().map(String::as_str).filter(|thing| *thing != sent);
        for word in own.chain([MARK, OWNER]) {
            assert!(!answer.text.contains(word), "{what} tells {word}: {}", answer.text);
        }
    }

    /// All rows that are about the owner and not about the stranger, who may have written down what was found.
    fn rows(&self) -> Vec<String> {
        let about = |row: &String| {
            let mut words = self.things.values().map(String::as_str).chain([MARK, OWNER]);
            words.any(|word| row.contains(word))
                && !row.contains(&self.stranger_id)
                && !row.contains(STRANGER)
        };
        let tables = self.server.home.everything().into_iter();
        let rows =
            tables.flat_map(|(table, rows)| rows.into_iter().map(move |row| format!("{table} {row:?}")));
        let mut rows: Vec<String> = rows.filter(about).collect();
        rows.sort();
        rows
    }

    fn me(&self, token: &str) -> u16 {
        self.server.call("GET", "/api/me").bearer(token).send().status
    }

    /// A browser in which the customer with this session is signed in.
    fn browser(&self, token: &str) -> Browser<'_> {
        let mut browser = Browser::new(&self.server);
        browser.cookies.insert("ep_session".to_owned(), token.to_owned());
        browser
    }
}

/// The one text that a query gives.
fn one(server: &Served, sql: &str) -> String {
    let rows = server.home.rows(sql);
    assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
    rows[0][0].clone()
}

/// One of everything that belongs to a customer.
fn rows_of(id: &str, now: i64) -> String {
    format!(
        "UPDATE customers SET stripe_customer_id = 'cus_hers', name = '{MARK}' WHERE id = '{id}';
         INSERT INTO stripe_customers (id, customer_id, email, observed_at)
           VALUES ('cus_hers', '{id}', '{OWNER}', {now});
         INSERT INTO jobs (id, customer_id, kind, task, status, qa_target, cost_micro, tokens_in, tokens_out,
             created_at)
           VALUES ('01K0HERJ0B0000000000000000', '{id}', 'research', '{MARK}', 'queued', 80, 1, 1, 1, {now});
         INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, status,
             issued_at, observed_at, payment_id)
           VALUES ('in_hers', '{id}', 'N-1', '{MARK}', 900, 5, 'usd', 'paid', {now}, {now}, 'pi_hers');
         INSERT INTO payments (id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, created_at,
             updated_at, charge_id, description)
           VALUES ('pi_hers', '{id}', 'in_hers', 900, 5, 'usd', 'succeeded', {now}, {now}, 'ch_hers', '{MARK}');
         INSERT INTO refunds (id, payment_id, amount_minor, currency, status, reason, created_at, observed_at)
           VALUES ('re_hers', 'pi_hers', 5, 'usd', 'succeeded', '{MARK}', {now}, {now});
         INSERT INTO subscriptions (id, customer_id, plan, status, cancels_at_period_end, created_at, observed_at)
           VALUES ('sub_hers', '{id}', 'pro', 'active', FALSE, {now}, {now});
         INSERT INTO support_tickets (id, customer_id, email, topic, message, job_id, status, created_at, answered_at,
             answer)
           VALUES ('01K0HERT1CKET0000000000000', '{id}', '{OWNER}', 'job', '{MARK}', '01K0HERJ0B0000000000000000',
             'answered', {now}, {now}, '{MARK}');
         INSERT INTO referrals (code, customer_id, status, credit_minor, currency, created_at)
           VALUES ('HERCODE', '{id}', 'open', 500, 'usd', {now});
         INSERT INTO webhook_events (id, kind, is_live, created_at, received_at, state, attempts, applied_at, payload)
           VALUES ('evt_hers', 'invoice.paid', FALSE, {now}, {now}, 'applied', 1, {now},
             '{{\"id\": \"in_hers\", \"description\": \"{MARK}\"}}');"
    )
}

/// Whether a member says which thing is meant.
fn names_a_thing(operation: &Described, member: &str) -> bool {
    let in_path = operation.entry.meta.route.path.contains(&format!("{{{member}}}"));
    in_path || member == "id" || member == "customer" || member.ends_with("_id")
}

#[test]
fn another_s_identifier_is_as_good_as_none_on_every_route() {
    on_each_engine(|engine| {
        let neighbours = Neighbours::on(engine);
        let before = neighbours.rows();
        assert!(before.len() >= 12, "{before:#?}");
        let (mut named, operations) = (BTreeSet::new(), described());
        for operation in &operations {
            let (name, access) = (operation.entry.meta.name, operation.entry.meta.access);
            let texts = operation.members.keys().filter(|member| operation.takes(member, "string"));
            let texts: Vec<&String> = texts.collect();
            for template in operation.entry.meta.route.paths() {
                for (member, (kind, id)) in texts
                    .iter()
                    .flat_map(|member| neighbours.things.iter().map(move |thing| (*member, thing)))
                {
                    let answer = neighbours.ask(&neighbours.stranger, operation, template, member, id);
                    let what = format!("{template}, {name}: {member} is the owner's {kind}");
                    neighbours.tells_nothing(&what, id, &answer);
                    if access == Access::Operator {
                        assert_eq!(answer.status, 403, "{what}: {}", answer.text);
                    } else if names_a_thing(operation, member) {
                        assert_eq!(answer.status, 404, "{what}: {}", answer.text);
                        named.insert((name, member.as_str()));
                    }
                }
            }
        }
        assert_eq!(neighbours.rows(), before, "what the owner has");
        let sessions = [&neighbours.owner, &neighbours.spare, &neighbours.stranger];
        assert_eq!(sessions.map(|token| neighbours.me(token)), [200; 3]);
        assert!(neighbours.recorder.requests().is_empty(), "{:?}", neighbours.recorder.requests());

        // What is another's here is found by whoever has it.
        assert_eq!(named, RIGHTLY.iter().map(|(name, member, _)| (*name, *member)).collect());
        for (name, member, kind) in RIGHTLY {
            let operation = operations.iter().find(|operation| operation.entry.meta.name == *name).unwrap();
            let template = operation.entry.meta.route.path;
            let answer =
                neighbours.ask(&neighbours.owner, operation, template, member, &neighbours.things[kind]);
            assert!((200..300).contains(&answer.status), "{name}: {member}: {}", answer.text);
        }
        assert_eq!(neighbours.me(&neighbours.spare), 401, "its owner has ended it");
    });
}

#[test]
fn without_an_identifier_everybody_sees_their_own() {
    on_each_engine(|engine| {
        let neighbours = Neighbours::on(engine);
        for operation in described().iter().filter(|operation| operation.entry.meta.name != "sign-out") {
            for template in operation.entry.meta.route.paths() {
                let (path, _) = filled(template, &Map::new());
                let call = neighbours.server.call(operation.method(), &path).bearer(&neighbours.stranger);
                let answer =
                    if operation.method() == "GET" { call.send() } else { call.json(&json!({})).send() };
                neighbours.tells_nothing(&format!("{template}, nothing sent"), "", &answer);
            }
        }
        assert_eq!(neighbours.me(&neighbours.stranger), 200);
        let get = |token: &str, path: &str| {
            neighbours.server.call("GET", path).bearer(token).send().expect_status(200)
        };
        for path in ["/api/jobs", "/api/billing/history", "/api/support"] {
            assert!(get(&neighbours.owner, path).text.contains(MARK), "{path}");
        }
        let portal = |token: &str| {
            let call = neighbours.server.call("POST", "/api/billing/portal").bearer(token);
            (call.send().status, neighbours.recorder.requests().len())
        };
        assert_eq!(portal(&neighbours.stranger), (404, 0), "Stripe was asked about another's things");
        assert_eq!(portal(&neighbours.owner), (200, 1));
        let history = neighbours.server.get_as_operator("/api/billing/history");
        assert_eq!(history.status, 403, "an operator is no customer");
    });
}

#[test]
fn no_page_shows_or_ends_what_is_another_s() {
    on_each_engine(|engine| {
        let neighbours = Neighbours::on(engine);
        let [mut owner, mut stranger] =
            [&neighbours.owner, &neighbours.stranger].map(|token| neighbours.browser(token));
        let (job, session) = (neighbours.things["job"].as_str(), neighbours.things["session"].as_str());
        let document = neighbours.server.get("/openapi.json").json();
        let paths = document["paths"].as_object().unwrap().iter();
        let pages = paths.filter(|(_, methods)| methods.get("get").is_some());
        for path in pages.map(|(path, _)| path.replace(['{', '}'], "")) {
            neighbours.tells_nothing(&path, "", &stranger.open(&path));
        }
        let before = neighbours.rows();
        for (path, sent, shows) in [
            ("/app", "", true),
            ("/app/invoices", "", true),
            ("/app/invoices.csv", "", true),
            ("/app/sessions", "", false),
            ("/app/support", "", true),
            (&format!("/app/support?job={job}"), job, true),
        ] {
            neighbours.tells_nothing(path, sent, &stranger.open(path).expect_status(200));
            let own = owner.open(path).expect_status(200);
            assert!(own.text.contains(if shows { MARK } else { session }), "{path}: {}", own.text);
        }
        let support = |browser: &mut Browser<'_>| {
            let csrf = Browser::csrf(&browser.open("/app/support"));
            let fields = [("topic", "job"), ("message", "About this very job"), ("job_id", job)];
            browser.submit("/app/support", &[&[("csrf", csrf.as_str())], fields.as_slice()].concat())
        };
        let end = |browser: &mut Browser<'_>| {
            let csrf = Browser::csrf(&browser.open("/app/sessions"));
            browser.submit("/app/sessions/end", &[("csrf", &csrf), ("id", session)])
        };
        let refused = support(&mut stranger).expect_status(200);
        neighbours.tells_nothing("a message about it", job, &refused);
        assert!(
            refused.text.contains("There is a problem") && refused.text.contains("one of your own jobs"),
            "{}",
            refused.text
        );
        let gone = end(&mut stranger).expect_status(303);
        neighbours.tells_nothing("the end of it", session, &gone);
        assert_eq!(neighbours.rows(), before, "what the owner has");
        assert_eq!(neighbours.me(&neighbours.spare), 200, "it lives");
        let _ = support(&mut owner).expect_status(303);
        let _ = end(&mut owner).expect_status(303);
        assert_eq!(neighbours.me(&neighbours.spare), 401, "its owner has ended it");
    });
}
