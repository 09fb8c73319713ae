//! Flags as operators change them and as everybody sees them: over HTTP, from the shell, by a hand that edits the file.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use echopilot_core::flags::{EvaluateFlag, SetFlag};
use serde_json::{Value, json};

use crate::support::{Engine, Home, Served, TestApp, checkout, eventually, on_each_engine};

fn get(server: &Served, path: &str) -> Value {
    server.get_as_operator(path).expect_status(200).json()
}

fn set(server: &Served, change: &Value) -> Value {
    server.post_as_operator("/api/flags/set", change).expect_status(200).json()
}

fn variant(server: &Served, flag: &str, key: &str) -> (String, String) {
    let answer = server.get(&format!("/api/flags/eval?f={flag}&k={key}")).expect_status(200).json();
    let word = |name: &str| answer[name].as_str().unwrap().to_owned();
    (word("variant"), word("reason"))
}

/// The keys of two hundred that are in B.
fn in_b(server: &Served, flag: &str) -> Vec<usize> {
    (0..200).filter(|number| variant(server, flag, &format!("user-{number}")).0 == "B").collect()
}

fn file(home: &Home) -> std::path::PathBuf {
    home.path().join("configs/flags.json")
}

fn edit(home: &Home, text: &str) {
    std::fs::create_dir_all(home.path().join("configs")).unwrap();
    std::fs::write(file(home), text).unwrap();
}

fn start(engine: Engine) -> Served {
    let home = Home::new(engine);
    let folder = home.path().join("configs").display().to_string();
    home.set("CONFIG_DIR", &folder).share().serve()
}

#[test]
fn a_flag_is_made_raised_explained_and_taken_back() {
    on_each_engine(|engine| {
        let server = start(engine);
        let first = get(&server, "/api/flags");
        assert_eq!((&first["version"], &first["flags"][0]["flag"]), (&json!(1), &json!("pricing_cta")));
        let made = set(
            &server,
            &json!({ "flag": "hero", "rollout_pct": 10, "expected_version": 1, "goal": "paid" }),
        );
        assert_eq!((&made["version"], &made["is_new"]), (&json!(2), &json!(true)));
        assert_eq!(made["flag"]["variants"], json!({ "A": 90, "B": 10 }));
        let ten = in_b(&server, "hero");
        assert!((5..40).contains(&ten.len()), "{ten:?}");
        let _ = set(&server, &json!({ "flag": "hero", "variants": { "A": 75.5, "B": 24.5 } }));
        let more = in_b(&server, "hero");
        assert!(ten.iter().all(|number| more.contains(number)) && more.len() > ten.len());
        let key = format!("user-{}", ten[0]);
        let explained = get(&server, &format!("/api/flags/explain?f=hero&k={key}"));
        assert_eq!(explained["variant"], "B");
        assert!(explained["bucket"].as_u64().unwrap() < 10_000, "{explained}");
        assert_eq!(explained["places"], json!([{ "variant": "B", "first": 0, "end": 24_500 }]));
        // A change that was made from what is no longer so changes nothing.
        let stale = json!({ "flag": "hero", "enabled": false, "expected_version": 2 });
        let stale = server.post_as_operator("/api/flags/set", &stale).expect_status(409);
        assert!(stale.json()["detail"].as_str().unwrap().contains("version 3"), "{}", stale.text);
        let off = set(&server, &json!({ "flag": "hero", "enabled": false, "expected_version": 3 }));
        assert_eq!(off["version"], 4);
        assert_eq!(variant(&server, "hero", &key), ("A".into(), "disabled".into()));
        let back = json!({ "flag": "hero", "to_version": 2 });
        let back = server.post_as_operator("/api/flags/rollback", &back).expect_status(200).json();
        assert_eq!((&back["version"], &back["changed"]), (&json!(5), &json!(["hero"])));
        assert_eq!(in_b(&server, "hero"), ten);
        let all = server.post_as_operator("/api/flags/rollback", &json!({})).expect_status(200).json();
        assert_eq!(all["changed"], json!(["hero", "pricing_cta"]));
        assert!(in_b(&server, "hero").is_empty());
        let again = server.post_as_operator("/api/flags/rollback", &json!({})).expect_status(200).json();
        assert_eq!((&again["version"], &again["changed"]), (&all["version"], &json!([])));
        let listed = get(&server, "/api/flags/get");
        let changes: Vec<_> =
            listed["changes"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
        assert_eq!(changes, [6, 5, 4, 3, 2, 1]);
        assert!(listed["changes"][0]["changed_by"].as_str().unwrap().starts_with("operator"), "{listed}");
        let kinds = server.home.rows("SELECT kind FROM ops_events ORDER BY created_at, id");
        assert_eq!(kinds.len(), 5, "{kinds:?}");
    });
}

#[test]
fn bad_changes_name_the_field_and_change_nothing() {
    on_each_engine(|engine| {
        let server = start(engine);
        for (change, field) in [
            (json!({ "flag": "hero" }), "variants"),
            (json!({ "flag": "he ro", "rollout_pct": 10 }), "flag"),
            (json!({ "flag": "hero", "rollout_pct": 101 }), "rollout_pct"),
            (json!({ "flag": "hero", "rollout_pct": -1 }), "rollout_pct"),
            (json!({ "flag": "hero", "rollout_pct": "10" }), "rollout_pct"),
            (json!({ "flag": "hero", "rollout_pct": 10, "variants": { "A": 90, "B": 10 } }), "rollout_pct"),
            (json!({ "flag": "hero", "variants": { "A": 50 } }), "variants"),
            (json!({ "flag": "hero", "variants": { "A": 50, "B": 50 }, "values": { "C": 1 } }), "values"),
            (json!({ "flag": "hero", "rollout_pct": 1, "salt": "a\u{1f}b" }), "salt"),
            (json!({ "flag": "hero", "rollout_pct": 1, "colour": "red" }), "colour"),
        ] {
            let answer = server.post_as_operator("/api/flags/set", &change).expect_status(422);
            let errors = answer.json();
            assert!(errors["errors"][0]["field"].as_str().unwrap().starts_with(field), "{change}: {errors}");
        }
        let _ = server.get("/api/flags/eval?f=nothing&k=a").expect_status(404);
        for query in ["f=pricing_cta", "k=a", "f=pricing_cta&k=", "f=pricing_cta&k=a%00", "f=a&k=b&n=1"] {
            let _ = server.get(&format!("/api/flags/eval?{query}")).expect_status(422);
        }
        let long = format!("/api/flags/eval?f=pricing_cta&k={}", "k".repeat(257));
        let _ = server.get(&long).expect_status(422);
        let _ = server.get(&long[..long.len() - 1]).expect_status(200);
        let none = json!({ "to_version": 99 });
        let _ = server.post_as_operator("/api/flags/rollback", &none).expect_status(404);
        assert_eq!(get(&server, "/api/flags")["version"], 1);
        let token = server.sign_in("ada@example.com");
        for path in ["/api/flags", "/api/flags/explain?f=pricing_cta&k=a"] {
            assert_eq!(server.call("GET", path).bearer(&token).send().status, 403, "{path}");
            assert_eq!(server.get(path).status, 401, "{path}");
        }
    });
}

#[test]
fn a_hand_edit_is_seen_and_a_broken_one_changes_nothing_but_health() {
    on_each_engine(|engine| {
        let server = start(engine);
        let document = |version: i64, share: i64| {
            json!({ "version": version, "flags": { "hero": { "enabled": true,
                "variants": { "A": 100 - share, "B": share } } } })
            .to_string()
        };
        edit(&server.home, &document(7, 100));
        eventually("the edited file", || {
            let answer = server.get("/api/flags/eval?f=hero&k=a");
            (answer.status == 200 && answer.json()["variant"] == "B").then_some(())
        });
        let troubled = |server: &Served| {
            server.get("/health").json()["troubles"].as_array().unwrap().contains(&json!("flags"))
        };
        assert!(!troubled(&server));
        edit(&server.home, "{ \"version\": 8, \"flags\": { \"hero\": ");
        eventually("the trouble", || troubled(&server).then_some(()));
        assert!(get(&server, "/api/flags")["degraded"].is_string(), "the list says why");
        if engine == Engine::Sqlite {
            // Nothing is written over what a hand is in the middle of.
            let change = json!({ "flag": "hero", "enabled": false });
            let refused = server.post_as_operator("/api/flags/set", &change).expect_status(409).json();
            assert!(refused["detail"].as_str().unwrap().contains("mend it first"), "{refused}");
        }
        assert_eq!(variant(&server, "hero", "a"), ("B".into(), "static".into()));
        // A start with the broken file has what was good last.
        let home = server.terminate();
        let server = Served::start_in(&home, &[]);
        assert_eq!(variant(&server, "hero", "a"), ("B".into(), "static".into()));
        assert!(engine == Engine::Postgres || troubled(&server));
        edit(&home, &document(9, 0));
        eventually("the mended file", || (variant(&server, "hero", "a").0 == "A").then_some(()));
        eventually("the end of the trouble", || (!troubled(&server)).then_some(()));
        // Going back by hand is a change, too: it is what was good last from then on.
        edit(&home, &document(7, 100));
        eventually("the earlier text", || (variant(&server, "hero", "a").0 == "B").then_some(()));
        edit(&home, "{");
        eventually("the trouble", || troubled(&server).then_some(()));
        let home = server.terminate();
        assert_eq!(variant(&home.serve(), "hero", "a").0, "B");
    });
}

#[test]
fn replicas_agree_within_a_minute_and_a_write_of_one_is_seen_by_the_other() {
    if !crate::support::engines().contains(&Engine::Postgres) {
        return;
    }
    let home = Home::new(Engine::Postgres).share();
    let (one, other) = (home.serve(), Served::start_in(&Arc::clone(&home), &[]));
    let _ = set(&one, &json!({ "flag": "hero", "rollout_pct": 100 }));
    // Whoever changes from what the other has changed is told, at once.
    let stale = json!({ "flag": "hero", "rollout_pct": 50, "expected_version": 1 });
    let _ = other.post_as_operator("/api/flags/set", &stale).expect_status(409);
    let begun = echopilot_core::platform::Clock::monotonic();
    while other.get("/api/flags/eval?f=hero&k=a").status == 404 {
        assert!(begun.elapsed().as_secs() < 60, "a minute has passed");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(variant(&other, "hero", "a").0, "B");
}

#[test]
fn the_shell_does_what_http_does() {
    on_each_engine(|engine| {
        let home = Home::new(engine);
        let folder = home.path().join("configs").display().to_string();
        let home = home.set("CONFIG_DIR", &folder).share();
        let run = |words: &[&str], code: i32| home.run(words).expect_code(code);
        let made = run(&["flags", "set", "hero", "--variants", "A=50,B=25.5,C=24.5", "--json"], 0).json();
        assert_eq!(made["flag"]["variants"], json!({ "A": 50, "B": 25.5, "C": 24.5 }));
        let answer = run(&["flags", "eval", "hero", "--key", "user-1", "--json"], 0).json();
        let explained = run(&["flags", "explain", "hero", "--key", "user-1", "--json"], 0).json();
        assert_eq!(answer["variant"], explained["variant"]);
        let words = run(&["flags", "explain", "hero", "-k", "user-1"], 0);
        assert!(words.stderr.contains("Bucket"), "{words:?}");
        let wrong = home.run(&["flags", "set", "hero", "--variants", "A=50,B"]).expect_code(2);
        assert!(wrong.stderr.contains("A=90,B=10"), "{wrong:?}");
        assert_eq!(
            run(&["flags", "set", "hero", "--rollout-pct", "5", "--expected-version", "1", "--json"], 5)
                .json()["code"],
            "conflict"
        );
        let back = run(&["flags", "rollback", "hero", "--json"], 0).json();
        assert_eq!(back["changed"], json!(["hero"]));
        assert!(run(&["flags", "list"], 0).stdout.contains("hero"));
        edit(&home, r#"{"version":3,"flags":{"hero":{"enabled":true,"variants":{"A":50,"B":50}}}}"#);
        let odd = run(&["flags", "lint", "--json"], 3).json();
        assert!(odd["notes"][0].as_str().unwrap().contains("no goal"), "{odd}");
        edit(&home, "{");
        let broken = run(&["flags", "lint"], 2);
        assert!(broken.stderr.contains("flags.json"), "{broken:?}");
    });
}

#[test]
fn a_second_implementation_in_another_language_decides_alike() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../docs/flags_vectors.json")).expect("the published vectors");
    let app = TestApp::on(Engine::Sqlite);
    let mut questions = vec![json!({ "vectors": vectors })];
    let mut told =
        vec![vectors.as_array().unwrap().iter().map(|vector| vector[3].clone()).collect::<Vec<Value>>()];
    let keys: Vec<String> = (0..2_000).map(|number| format!("schlüssel-{number}")).collect();
    for (number, variants) in [
        json!({ "A": 90, "B": 10 }),
        json!({ "A": 33.334, "B": 33.333, "C": 33.333 }),
        json!({ "A": 20, "B": 20, "C": 20, "D": 20, "E": 20 }),
        json!({ "A": 0, "B": 100 }),
    ]
    .into_iter()
    .enumerate()
    {
        let (flag, salt) = (format!("flag-{number}"), format!("salt {number}"));
        let change = SetFlag {
            flag: flag.clone(),
            salt: Some(salt.clone()),
            variants: Some(serde_json::from_value(variants.clone()).unwrap()),
            ..SetFlag::default()
        };
        app.operator().call(&change).unwrap();
        let of = |key: &String| {
            let answer = app.stranger().call(&EvaluateFlag { k: key.clone(), f: flag.clone() }).unwrap();
            Value::from(answer.variant)
        };
        told.push(keys.iter().map(of).collect());
        questions.push(json!({ "flag": flag, "salt": salt, "variants": variants, "keys": keys }));
    }
    let script = checkout().join("tests/python/flag_buckets.py");
    let mut python = Command::new("python3");
    let mut child = python.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
    let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
    let text = lines.join("\n");
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let theirs: Vec<Vec<Value>> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(theirs, told);
}

#[test]
fn ofrep_answers_and_refuses_as_the_protocol_says() {
    on_each_engine(|engine| {
        let server = start(engine);
        let ask = |path: &str, body: &str| server.call("POST", path).body("application/json", body).send();
        let one = "/ofrep/v1/evaluate/flags/pricing_cta";
        let context = r#"{"context":{"targetingKey":"visitor-1","plan":"pro"}}"#;
        let answer = ask(one, context).expect_status(200).json();
        assert_eq!((&answer["key"], &answer["reason"]), (&json!("pricing_cta"), &json!("SPLIT")));
        assert_eq!(answer["variant"], variant(&server, "pricing_cta", "visitor-1").0.as_str());
        for (path, body, status, code) in [
            ("/ofrep/v1/evaluate/flags/nothing", context, 404, "FLAG_NOT_FOUND"),
            (one, "{", 400, "PARSE_ERROR"),
            (one, "[]", 400, "INVALID_CONTEXT"),
            (one, r#"{"context":1}"#, 400, "INVALID_CONTEXT"),
            (one, r#"{"context":{}}"#, 400, "TARGETING_KEY_MISSING"),
            (one, r#"{"context":{"targetingKey":1}}"#, 400, "TARGETING_KEY_MISSING"),
            (one, "{\"context\":{\"targetingKey\":\"a\\u0000\"}}", 400, "INVALID_CONTEXT"),
            ("/ofrep/v1/evaluate/flags", "{", 400, "PARSE_ERROR"),
            ("/ofrep/v1/evaluate/flags", "{}", 400, "TARGETING_KEY_MISSING"),
        ] {
            let refused = ask(path, body).expect_status(status).json();
            assert_eq!(refused["errorCode"], code, "{path} {body}");
        }
        let all = ask("/ofrep/v1/evaluate/flags", context).expect_status(200);
        let tag = all.header("etag").unwrap().to_owned();
        assert_eq!(all.json()["flags"][0]["key"], "pricing_cta");
        let again = |body: &str| {
            let call = server.call("POST", "/ofrep/v1/evaluate/flags").header("If-None-Match", &tag);
            call.body("application/json", body).send()
        };
        assert_eq!(again(context).status, 304);
        assert_eq!(
            again(r#"{"context":{"plan":"pro","targetingKey":"visitor-1"}}"#).status,
            304,
            "only the order"
        );
        assert_eq!(again(r#"{"context":{"targetingKey":"visitor-1","plan":"free"}}"#).status, 200);
        let _ = set(&server, &json!({ "flag": "hero", "rollout_pct": 1 }));
        assert_eq!(again(context).status, 200, "the document is another");
    });
}
