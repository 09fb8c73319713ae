//! Inputs that no sound client sends, made from the schemas of all operations: each is refused, the field is named, and
//! nothing breaks.

use echopilot_core::operation::Access;
use serde_json::{Map, Value, json};

use crate::support::inputs::{Described, described, filled, text};
use crate::support::recorder::Recorder;
use crate::support::stripe::KEY;
use crate::support::{Answer, Call, Served, encode, on_each_engine};

/// As much as fits into a body.
const HUGE: usize = 127 * 1024;

struct Abused<'s> {
    server: &'s Served,
    stripe: &'s Recorder,
    token: String,
}

impl Abused<'_> {
    fn call(&self, operation: &Described, path: &str) -> Call {
        let call = self.server.call(operation.method(), path);
        match operation.entry.meta.access {
            Access::Operator | Access::Either => call.key(self.server.operator_key()),
            Access::Customer => call.bearer(&self.token),
            Access::Public => call,
        }
    }

    /// A body as it is, with sound values in the path.
    fn raw(&self, operation: &Described, body: &str) -> Answer {
        let (path, _) = filled(operation.entry.meta.route.path, &operation.sound());
        self.call(operation, &path).body("application/json", body).send()
    }

    /// Where all is refused, nothing is handed on.
    fn asked_nobody(&self) {
        assert!(self.stripe.requests().is_empty(), "Stripe was asked: {:?}", self.stripe.requests());
    }

    /// Sound values but for `member`, whose value is this JSON text.
    fn with(&self, operation: &Described, member: &str, json: &str) -> Answer {
        let (_, mut rest) = filled(operation.entry.meta.route.path, &operation.sound());
        rest.remove(member);
        let mut members: Vec<String> =
            rest.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
        members.push(format!("{}:{json}", json!(member)));
        self.raw(operation, &format!("{{{}}}", members.join(",")))
    }
}

fn refused(what: &str, answer: &Answer, field: &str) {
    assert_eq!(answer.status, 422, "{what}: {}", answer.text);
    assert_eq!(answer.json()["errors"][0]["field"], field, "{what}: {}", answer.text);
}

fn on_abused(story: impl Fn(&Abused<'_>)) {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let stripe = [("STRIPE_API_BASE", recorder.url.as_str()), ("STRIPE_SECRET_KEY", KEY)];
        let server = Served::start(engine, &stripe);
        let token = server.sign_in("bob@example.com");
        story(&Abused { server: &server, stripe: &recorder, token: token.clone() });
        let me = server.call("GET", "/api/me").bearer(&token).send().expect_status(200);
        assert_eq!(me.json()["email"], "bob@example.com", "the server is well and the customer too");
    });
}

#[test]
fn unknown_doubled_and_mistyped_members_are_named() {
    on_abused(|abused| {
        let mut asked = 0;
        for operation in described().iter().filter(|operation| operation.method() != "GET") {
            let name = operation.entry.meta.name;
            refused(name, &abused.with(operation, "no_such_field", "1"), "no_such_field");
            for body in ["[]", "7", "\"text\"", "null"] {
                refused(&format!("{name} {body}"), &abused.raw(operation, body), "body");
            }
            for body in ["{", "{\"a\":}", "\u{feff}{}", "{} {}"] {
                assert_eq!(abused.raw(operation, body).status, 400, "{name} {body:?}");
            }
            let in_path = |member: &str| operation.entry.meta.route.path.contains(&format!("{{{member}}}"));
            for member in operation.members.keys() {
                asked += 1;
                if in_path(member) {
                    refused(name, &abused.with(operation, member, "\"again\""), member);
                    continue;
                }
                let double = format!("1,{}:1", json!(member));
                refused(&format!("{name}: {member} twice"), &abused.with(operation, member, &double), member);
                for (kind, wrong) in [
                    ("array", "[\"x\"]"),
                    ("object", "{\"a\":{\"b\":1}}"),
                    ("boolean", "true"),
                    ("integer", "7"),
                    ("integer", "-9223372036854775809"),
                    ("integer", "1e400"),
                    ("number", "0.5"),
                    ("string", "\"a text\""),
                    ("string", "\"\""),
                ] {
                    let number = kind == "integer" && operation.takes(member, "number");
                    if !operation.takes(member, kind) && !number {
                        let answer = abused.with(operation, member, wrong);
                        refused(&format!("{name}: {member} = {wrong}"), &answer, member);
                    }
                }
                if operation.takes(member, "integer") {
                    for wrong in ["-9223372036854775809", "18446744073709551616", "1e400", "0.5", "-1"] {
                        let answer = abused.with(operation, member, wrong);
                        refused(&format!("{name}: {member} = {wrong}"), &answer, member);
                    }
                }
                if operation.demands(member) {
                    refused(&format!("{name}: no {member}"), &abused.with(operation, member, "null"), member);
                }
            }
        }
        assert!(asked > 30, "only {asked} members");
        abused.asked_nobody();
    });
}

#[test]
fn texts_that_break_programs_break_nothing() {
    on_abused(|abused| {
        let huge = json!("x".repeat(HUGE)).to_string();
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        for operation in described().iter().filter(|operation| operation.method() != "GET") {
            let name = operation.entry.meta.name;
            for member in operation.members.keys().filter(|member| operation.takes(member, "string")) {
                for (what, value) in [
                    ("huge", huge.as_str()),
                    ("NUL", "\"a\\u0000b and something behind it\""),
                    ("half a pair", "\"\\ud800 and something behind it\""),
                    ("the other half", "\"\\udc00\\ud800 and something\""),
                    ("turned around", "\"\u{202e}txt.exe and something\""),
                    ("deep", &deep),
                ] {
                    let answer = abused.with(operation, member, value);
                    let what = format!("{name}: {member}, {what}");
                    assert!(answer.status < 500, "{what}: {}", answer.text);
                    if what.ends_with("NUL") {
                        refused(&what, &answer, member);
                    }
                    if ["half a pair", "the other half", "deep"].iter().any(|form| what.ends_with(form)) {
                        assert!([400, 422].contains(&answer.status), "{what}: {}", answer.text);
                    }
                    if answer.status == 422 {
                        let field = answer.json()["errors"][0]["field"].clone();
                        assert!(
                            field == *member || operation.members.contains_key(&text(&field)),
                            "{what}: {field}"
                        );
                    }
                }
            }
        }
    });
}

#[test]
fn queries_and_paths_are_no_better_trusted() {
    on_abused(|abused| {
        let mut asked = 0;
        for operation in described().iter().filter(|operation| operation.method() == "GET") {
            let name = operation.entry.meta.name;
            let ask = |member: &str, value: &str, further: &str| {
                let mut members: Map<String, Value> = operation.sound();
                members.insert(member.to_owned(), json!(value));
                let (path, rest) = filled(operation.entry.meta.route.path, &members);
                let rest: Vec<(String, String)> =
                    rest.into_iter().map(|(name, value)| (name, text(&value))).collect();
                let query: Vec<(&str, &str)> =
                    rest.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                abused.call(operation, &format!("{path}?{}{further}", encode(&query))).send()
            };
            refused(name, &ask("no_such_field", "1", ""), "no_such_field");
            for member in operation.members.keys() {
                asked += 1;
                let twice = ask(member, "1", &format!("&{member}=2"));
                refused(&format!("{name}: {member} twice"), &twice, member);
                for value in [
                    "a\0b",
                    "\u{202e}x",
                    "%2527",
                    "' OR 1=1 --",
                    "\u{fffd}",
                    "99999999999999999999",
                    "-1",
                    &"x".repeat(4_000),
                ] {
                    let answer = ask(member, value, "");
                    assert!(answer.status < 500, "{name}: {member} = {value:?}: {}", answer.text);
                    if operation.takes(member, "integer") {
                        refused(&format!("{name}: {member} = {value:?}"), &answer, member);
                    }
                }
            }
        }
        assert!(asked > 15, "only {asked} members");
        abused.asked_nobody();
    });
}
