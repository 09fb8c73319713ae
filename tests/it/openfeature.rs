//! OpenFeature's own clients read our answers: what each of them learns is what /api/flags/eval says.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Engine, Home, Served, checkout, on_each_engine, peers};

const SERVER_CLIENT: &str = "npm @openfeature/server-sdk";
const PYTHON_CLIENT: &str = "PyPI openfeature-sdk";

/// The flags of these tests: name, the kind that clients ask for, and what they take when there is no answer.
fn asked() -> [(&'static str, &'static str, Value); 7] {
    [
        ("words", "string", json!("none")),
        ("switch", "boolean", json!(true)),
        ("count", "number", json!(1)),
        ("price", "number", json!(1.5)),
        ("layout", "object", json!({ "none": true })),
        ("off", "string", json!("none")),
        ("all", "string", json!("none")),
    ]
}

/// A server that has them.
fn start(engine: Engine, settings: &[(&str, &str)]) -> Served {
    let home = settings.iter().fold(Home::new(engine), |home, (name, value)| home.set(name, value));
    let folder = home.path().join("configs").display().to_string();
    let server = home.set("CONFIG_DIR", &folder).share().serve();
    for change in [
        json!({ "flag": "words", "rollout_pct": 50 }),
        json!({ "flag": "switch", "rollout_pct": 50, "values": { "A": false, "B": true } }),
        json!({ "flag": "count", "rollout_pct": 50, "values": { "A": 0, "B": -7 } }),
        json!({ "flag": "price", "rollout_pct": 50, "values": { "A": 0.5, "B": 19.99 } }),
        json!({ "flag": "layout", "rollout_pct": 50,
            "values": { "A": {}, "B": { "columns": [1, "zwei", null], "wide": true } } }),
        json!({ "flag": "off", "rollout_pct": 50, "enabled": false }),
        json!({ "flag": "all", "rollout_pct": 100 }),
    ] {
        let _ = server.post_as_operator("/api/flags/set", &change).expect_status(200);
    }
    server
}

/// The clients that ask for each flag when it is wanted.
fn clients() -> Vec<(&'static str, Command)> {
    let node = peers::node("openfeature_server.mjs").map(|node| (SERVER_CLIENT, node));
    let python = peers::python().map(|python| {
        let mut command = Command::new(python);
        command.arg(checkout().join("tests/python/openfeature_calls.py"));
        (PYTHON_CLIENT, command)
    });
    node.into_iter().chain(python).collect()
}

/// What a client learned.
fn run(mut client: Command, arguments: &[&str]) -> Value {
    let ran = client.args(arguments).stdin(Stdio::null()).output().expect("a client");
    let (told, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{client:?}: {errors}");
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{client:?}: {error}: {told} {errors}"))
}

/// What a client should learn of a flag.
fn answer(server: &Served, flag: &str, key: &str) -> Value {
    let told = server.get(&format!("/api/flags/eval?f={flag}&k={key}")).expect_status(200).json();
    let reason = told["reason"].as_str().unwrap().to_ascii_uppercase();
    json!({ "value": told["value"], "variant": told["variant"], "reason": reason, "error": null })
}

/// What it should learn where there is no answer.
fn no_answer(default: &Value, error: &str) -> Value {
    json!({ "value": default, "variant": null, "reason": "ERROR", "error": error })
}

/// A list as it is; of each object the members that [`answer`] has.
fn answers(told: &Value) -> Vec<Value> {
    let members = |one: &Value| json!({ "value": one["value"], "variant": one["variant"], "reason": one["reason"], "error": one["error"] });
    told.as_array().unwrap().iter().map(members).collect()
}

#[test]
fn clients_on_servers_learn_what_we_say() {
    on_each_engine(|engine| {
        let server = start(engine, &[]);
        let version = server.get_as_operator("/api/flags").expect_status(200).json()["version"].clone();
        let (mut questions, mut expected) = (Vec::new(), Vec::new());
        for number in 0..50 {
            let key = format!("visitor-{number}");
            for (flag, kind, default) in asked() {
                questions.push(json!([kind, flag, default, { "targetingKey": key, "plan": "pro" }]));
                expected.push(answer(&server, flag, &key));
            }
        }
        let both: BTreeSet<_> = expected.iter().map(|one| one["value"].to_string()).collect();
        assert_eq!(both.len(), 10, "a client must be able to tell each value: {both:?}");
        let good = expected.len();
        let somebody = json!({ "targetingKey": "somebody" });
        for (kind, flag, default, context, error) in [
            ("string", "nothing", json!("none"), &somebody, "FLAG_NOT_FOUND"),
            ("boolean", "all", json!(true), &somebody, "TYPE_MISMATCH"),
            ("string", "switch", json!("none"), &somebody, "TYPE_MISMATCH"),
            ("string", "all", json!("none"), &json!({}), "TARGETING_KEY_MISSING"),
            ("string", "all", json!("none"), &json!({ "targetingKey": "" }), "TARGETING_KEY_MISSING"),
            ("string", "all", json!("none"), &json!({ "targetingKey": "a\nb" }), "INVALID_CONTEXT"),
        ] {
            questions.push(json!([kind, flag, default, context]));
            expected.push(no_answer(&default, error));
        }
        for (name, client) in clients() {
            let told = run(client, &[&server.url, &Value::from(questions.clone()).to_string()]);
            assert_eq!(answers(&told), expected, "{name}");
            let versions = told.as_array().unwrap().iter().map(|one| &one["version"]);
            assert!(versions.take(good).all(|told| *told == version), "{name}: {version}");
        }
    });
}

#[test]
fn clients_in_browsers_keep_what_is_current() {
    on_each_engine(|engine| {
        let Some(client) = peers::node("openfeature_web.mjs") else { return };
        let server = start(engine, &[]);
        let mut keys = (0..).map(|number| format!("visitor-{number}"));
        let key = keys.find(|key| answer(&server, "count", key)["variant"] == "A").unwrap();
        let expected = || {
            let good = asked().map(|(flag, ..)| answer(&server, flag, &key));
            let bad = [no_answer(&json!("none"), "FLAG_NOT_FOUND"), no_answer(&json!(true), "TYPE_MISMATCH")];
            good.into_iter().chain(bad).collect::<Vec<Value>>()
        };
        let mut questions = asked().map(|(flag, kind, default)| json!([kind, flag, default])).to_vec();
        questions.extend([json!(["string", "nothing", "none"]), json!(["boolean", "all", true])]);
        let steps = json!([
            { "context": { "targetingKey": key, "plan": "free" } },
            { "fetches": 2 },
            { "ask": questions },
            { "context": { "targetingKey": key, "plan": "pro" } },
            { "fetches": 2 },
            { "change": { "flag": "count", "rollout_pct": 100 } },
            { "update": "count" },
            { "fetches": 2 },
            { "ask": questions },
        ]);
        let before = expected();
        let told = run(client, &[&server.url, server.operator_key(), &steps.to_string()]);
        let after = expected();
        assert_ne!(before, after);
        assert_eq!(answers(&told["answers"]), [before, after].concat());
        // Only what has changed is told as changed.
        let updates: Vec<_> =
            told["updates"].as_array().unwrap().iter().filter(|one| **one != json!([])).collect();
        assert_eq!(updates, [&json!(["count"])]);
        let fetches = told["fetches"].as_array().unwrap();
        for fetch in fetches {
            let expected = if fetch["known_tag"] == fetch["tag"] { 304 } else { 200 };
            assert_eq!(fetch["status"], expected, "{fetch}");
        }
        let of = |plan: &str| fetches.iter().filter(|one| one["context"]["plan"] == plan).collect::<Vec<_>>();
        let (free, pro) = (of("free"), of("pro"));
        assert_eq!((&free[0]["status"], &free[0]["known_tag"]), (&json!(200), &Value::Null));
        assert!(free.len() > 2 && free[1..].iter().all(|one| one["status"] == 304), "{free:?}");
        // Another plan in the context, and nothing else: fetched anew, though no flag looks at it.
        assert_eq!((&pro[0]["status"], &pro[0]["known_tag"]), (&json!(200), &free[0]["tag"]));
        let tags: BTreeSet<_> = pro.iter().map(|one| one["tag"].to_string()).collect();
        assert_eq!(tags.len(), 2, "before the change and after it: {pro:?}");
        assert_eq!(pro.last().unwrap()["status"], 304);
    });
}

#[test]
fn clients_wait_as_long_as_they_are_told_to() {
    on_each_engine(|engine| {
        let server = start(engine, &[("RATE_LIMITS", "flags_user=3/4s")]);
        for (name, client) in clients() {
            let question = json!(["string", "all", "none", { "targetingKey": name }]);
            let mut questions = vec![question.clone(); 5];
            questions.extend([json!(4_500), question]);
            let told = run(client, &[&server.url, &Value::from(questions).to_string()]);
            let errors: Vec<_> = told.as_array().unwrap().iter().map(|one| one["error"].as_str()).collect();
            let general = Some("GENERAL");
            assert_eq!(errors, [None, None, None, general, general, None], "{name}: {told}");
            // The fifth was not asked of us any more.
            assert!(told[4]["message"].as_str().unwrap().contains("paused"), "{name}: {told}");
        }
        let Some(client) = peers::node("openfeature_web.mjs") else { return };
        let steps = json!([{ "context": { "targetingKey": "browser" } }, { "fetches": 4 }]);
        let told = run(client, &[&server.url, server.operator_key(), &steps.to_string()]);
        let fetches = told["fetches"].as_array().unwrap();
        let statuses: Vec<_> = fetches.iter().map(|one| one["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses[..4], [200, 304, 304, 429], "{told}");
        let seconds: i64 = fetches[3]["wait"].as_str().unwrap().parse().unwrap();
        let at = |number: usize| fetches[number]["at"].as_i64().unwrap();
        assert!(at(4) - at(3) > seconds * 1_000 - 50, "{told}");
        assert_eq!((&told["stale"], statuses[4]), (&json!(1), 304), "{told}");
    });
}
