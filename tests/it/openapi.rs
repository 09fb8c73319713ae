//! `/openapi.json` is a sound OpenAPI 3.1 document, and the server answers as it says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Call, Engine, Served, on_each_engine};

fn document() -> Value {
    let server = Served::demo(Engine::Sqlite);
    let answer = server.get("/openapi.json").expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

/// Every `$ref` in a value.
fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_document_is_well_formed() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    for member in ["title", "version", "description"] {
        assert!(document["info"][member].as_str().is_some_and(|text| !text.is_empty()), "info.{member}");
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let schemes: BTreeSet<_> =
        document["components"]["securitySchemes"].as_object().unwrap().keys().collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(["GET", "POST", "PUT", "DELETE"].contains(&method.as_str()), "{place}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{place}: its id stands twice"
        );
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{place} has no summary");
        for requirement in operation["security"].as_array().unwrap() {
            assert!(requirement.as_object().unwrap().keys().all(|name| schemes.contains(name)), "{place}");
        }
        let mut parameters = BTreeSet::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (name, place_in) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
            assert!(["path", "query"].contains(&place_in), "{place}: {name}");
            assert!(place_in != "path" || parameter["required"] == true, "{place}: {name}");
            assert!(parameters.insert((place_in, name)), "{place}: {name} stands twice");
            assert!(parameter["description"].is_string(), "{place}: {name} has no description");
            assert!(jsonschema::meta::is_valid(&parameter["schema"]), "{place}: {name}");
        }
        let holes: BTreeSet<_> =
            path.split('/').filter_map(|part| Some(part.strip_prefix('{')?.trim_end_matches('}'))).collect();
        let declared: BTreeSet<_> =
            parameters.iter().filter(|(place_in, _)| *place_in == "path").map(|(_, name)| *name).collect();
        if operation["tags"].is_array() {
            assert_eq!(holes, declared, "{place}");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{place} never succeeds");
        for (status, response) in responses {
            assert!(
                status.parse::<u16>().is_ok_and(|status| (100..600).contains(&status)),
                "{place}: {status}"
            );
            assert!(response["description"].is_string() || response["$ref"].is_string(), "{place}: {status}");
        }
    }
}

#[test]
fn every_schema_is_one() {
    let document = document();
    let mut seen = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        seen += 1;
    }
    for (method, path, operation) in operations(&document) {
        let bodies = operation["responses"].as_object().unwrap().values().chain([&operation["requestBody"]]);
        for body in bodies {
            let schema = &body["content"]["application/json"]["schema"];
            if !schema.is_null() {
                assert!(jsonschema::meta::is_valid(schema), "{method} {path}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "there were hardly any schemas");
    assert!(!jsonschema::meta::is_valid(&json!({ "type": "no such type" })), "the judge finds nothing");
}

/// What is wrong with an answer by the document; nothing when it is as documented.
fn judge(document: &Value, method: &str, path: &str, answer: &Answer) -> Option<String> {
    let operation = &document["paths"][path][method.to_lowercase()];
    let response = &operation["responses"][answer.status.to_string()];
    if response.is_null() {
        return Some(format!("{} is not documented", answer.status));
    }
    let response = match response["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..])?,
        None => response,
    };
    let content = response["content"].as_object()?;
    let kind = answer.header("content-type").unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default();
    let Some((_, media)) = content.iter().find(|(name, _)| name.split(';').next() == Some(plain)) else {
        return Some(format!("the type {kind} is not documented"));
    };
    if media["schema"].is_null() {
        return None;
    }
    let schema = json!({ "components": document["components"], "allOf": [media["schema"]] });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let body = answer.json();
    let wrong: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

/// Calls whose answers are held against the document: method, documented path, query, body.
const SAMPLES: &[(&str, &str, &str, Option<&str>)] = &[
    ("GET", "/api/jobs", "?limit=2", None),
    ("GET", "/api/jobs", "?limit=0", None),
    ("GET", "/api/jobs", "?limit=2&limit=3", None),
    ("GET", "/api/jobs", "?no_such_field=1", None),
    ("GET", "/api/jobs", "?cursor=nonsense", None),
    ("GET", "/api/billing/history", "?limit=1", None),
    ("GET", "/api/logs/tail", "?file=http&n=3", None),
    ("GET", "/api/logs/tail", "?file=..%2Fpasswd", None),
    ("GET", "/api/logs/tail", "", None),
    ("POST", "/api/scheduler/pause", "", Some(r#"{"task":"clean-up"}"#)),
    ("POST", "/api/scheduler/resume", "", Some(r#"{"task":"clean-up"}"#)),
    ("POST", "/api/scheduler/run", "", Some(r#"{"task":"clean-up"}"#)),
    ("POST", "/api/scheduler/run", "", Some(r#"{"task":"no-such-task"}"#)),
    ("POST", "/api/scheduler/run", "", Some(r#"{"task":1}"#)),
    ("POST", "/api/scheduler/run", "", Some("{")),
    ("POST", "/api/scheduler/run", "", Some("[]")),
    ("POST", "/api/scheduler/run", "", None),
    ("POST", "/api/auth/magic-link", "", Some(r#"{"email":"ada@example.com"}"#)),
    ("POST", "/api/auth/magic-link", "", Some(r#"{"email":"nobody"}"#)),
    ("POST", "/api/auth/login", "", Some(r#"{"email":"ada@example.com","code":"00000000"}"#)),
    ("POST", "/auth/demo", "", None),
    ("GET", "/api/warehouse/query", "?question=qa_by_kind", None),
    ("GET", "/api/warehouse/query", "?question=nonsense", None),
    ("POST", "/api/warehouse/sync", "", Some(r#"{"dry_run":true,"wait":true}"#)),
];

#[test]
fn answers_are_as_documented() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let document = server.get("/openapi.json").json();
        let token = server.demo_token();
        let credentials = |call: Call, operation: &Value| {
            let wants = operation["security"].to_string();
            if wants.contains("operator") {
                call.key(server.operator_key())
            } else if wants.contains("session") {
                call.bearer(&token)
            } else {
                call
            }
        };
        let mut succeeded = 0;
        for (method, path, query, body) in SAMPLES {
            let operation = &document["paths"][*path][method.to_lowercase()];
            assert!(operation.is_object(), "{method} {path} is not documented");
            let call = credentials(server.call(method, &format!("{path}{query}")), operation);
            let answer = body.iter().fold(call, |call, body| call.body("application/json", body)).send();
            let wrong = judge(&document, method, path, &answer);
            assert_eq!(wrong, None, "{method} {path}{query} {body:?}: {}", answer.text);
            succeeded += usize::from(answer.status < 300);
        }
        assert!(succeeded >= 8, "only {succeeded} samples succeeded");
        // Everything that reads and needs nothing.
        for (method, path, operation) in operations(&document) {
            // A stream has no end; board_live.rs tells of it.
            let is_stream = operation["responses"]["200"]["content"]["text/event-stream"].is_object();
            if method != "GET" || path.contains('{') || is_stream {
                continue;
            }
            for call in [server.call("GET", &path), credentials(server.call("GET", &path), &operation)] {
                let html = operation["responses"]["200"]["content"]["text/html"].is_object();
                let answer = if html { call.header("Accept", "text/html") } else { call }.send();
                assert!(!html || answer.status < 400, "{path} answers {}", answer.status);
                assert_eq!(judge(&document, "GET", &path, &answer), None, "GET {path}: {}", answer.text);
            }
        }
    });
}
