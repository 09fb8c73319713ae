//! The OpenAPI 3.1 document, made from the catalogue and from the rows that `web` adds for what other
//! standards own. Schemas come from the structs themselves.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::operation::{Access, Entry, Method};

/// A route whose body another standard owns, or that is a page: documented, but no operation.
#[derive(Debug, Clone, Copy)]
pub struct ForeignRoute {
    /// The method.
    pub method: Method,
    /// The path template.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
    /// What it answers, in a sentence.
    pub summary: &'static str,
    /// The type of a successful answer.
    pub content_type: &'static str,
}

/// The whole document.
pub fn document(catalogue: &[Entry], foreign: &[ForeignRoute]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for entry in catalogue {
        let operation = operation(entry, &mut generator);
        for (index, path) in entry.meta.route.paths().enumerate() {
            let mut operation = operation.clone();
            if index > 0 {
                operation["operationId"] = json!(format!("{}-alias-{index}", entry.meta.name));
                operation["deprecated"] = json!(true);
            }
            add(&mut paths, path, entry.meta.route.method, operation);
        }
    }
    for route in foreign {
        add(&mut paths, route.path, route.method, foreign_operation(route));
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Problem".into(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "EchoPilot",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The back office of a small company that sells AI automation. Success is a JSON object \
                with `ok: true` first; failure is a problem document (RFC 9457)."
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "What went wrong and what to do next",
                    "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
                }
            },
            "securitySchemes": {
                "session": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "operator": { "type": "apiKey", "in": "header", "name": "X-Dash-Key" }
            }
        }
    })
}

fn add(paths: &mut Map<String, Value>, path: &str, method: Method, operation: Value) {
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    item[method.as_str().to_ascii_lowercase()] = operation;
}

fn operation(entry: &Entry, generator: &mut SchemaGenerator) -> Value {
    let [input, output] = (entry.schema)(generator);
    let route = &entry.meta.route;
    let description = input.get("description").cloned().unwrap_or_default();
    let (parameters, body) = split_input(&input, route.path, route.method);
    let mut responses = Map::new();
    let answer = answer_schema(output);
    for success in entry.success {
        responses.insert(
            success.http().to_string(),
            json!({
                "description": "Done",
                "content": { "application/json": { "schema": answer } }
            }),
        );
    }
    add_problems(&mut responses, entry.meta.access, route.method);
    let mut operation = json!({
        "operationId": entry.meta.name,
        "summary": summary(&description),
        "description": description,
        "tags": [entry.meta.log.name()],
        "parameters": parameters,
        "responses": responses,
        "security": security(entry.meta.access),
    });
    if let Some(body) = body {
        operation["requestBody"] = body;
    }
    operation
}

/// The first sentence.
fn summary(description: &Value) -> String {
    let text = description.as_str().unwrap_or_default().replace('\n', " ");
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    text[..end].trim_end_matches('.').to_owned()
}

/// Members named in the path, and all of a GET, are parameters; the others are the body.
fn split_input(input: &Schema, path: &str, method: Method) -> (Vec<Value>, Option<Value>) {
    let none = Map::new();
    let properties = input.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required: Vec<&str> = input
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut parameters = Vec::new();
    let mut members = Map::new();
    for (name, schema) in properties {
        let in_path = path.contains(&format!("{{{name}}}"));
        if in_path || method == Method::Get {
            parameters.push(json!({
                "name": name,
                "in": if in_path { "path" } else { "query" },
                "required": in_path || required.contains(&name.as_str()),
                "description": schema.get("description").cloned().unwrap_or_default(),
                "schema": as_parameter(schema),
            }));
        } else {
            members.insert(name.clone(), schema.clone());
        }
    }
    if members.is_empty() {
        return (parameters, None);
    }
    let required: Vec<&str> = required.into_iter().filter(|name| members.contains_key(*name)).collect();
    let body = json!({
        "required": !required.is_empty(),
        "content": { "application/json": { "schema": {
            "type": "object",
            "properties": members,
            "required": required,
            "additionalProperties": false
        } } }
    });
    (parameters, Some(body))
}

/// In a query an absent value is an absent parameter; there is no null to send.
fn as_parameter(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice.get("type") != Some(&json!("null")));
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("default");
        object.remove("description");
    }
    schema
}

/// The output's schema with `ok` in front.
fn answer_schema(output: Schema) -> Value {
    let mut schema = output.to_value();
    let mut properties = Map::from_iter([("ok".to_owned(), json!({ "const": true }))]);
    if let Some(own) = schema.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
    let mut required = vec![json!("ok")];
    required.extend(schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    schema["properties"] = Value::Object(properties);
    schema["required"] = Value::Array(required);
    schema
}

fn foreign_operation(route: &ForeignRoute) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({
            "description": route.summary,
            "content": { route.content_type: {} }
        }),
    );
    if route.content_type == "text/html" {
        responses.insert("303".into(), json!({ "description": "The page to go on with" }));
    }
    add_problems(&mut responses, route.access, route.method);
    json!({
        "operationId": format!("{} {}", route.method.as_str(), route.path),
        "summary": route.summary,
        "responses": responses,
        "security": security(route.access),
    })
}

fn add_problems(responses: &mut Map<String, Value>, access: Access, method: Method) {
    let mut codes = vec!["400", "404", "405", "422", "429", "500", "503"];
    if access != Access::Public {
        codes.extend(["401", "403"]);
    } else if method == Method::Post {
        codes.push("401");
    }
    if method != Method::Get {
        codes.extend(["409", "413", "415", "502", "507"]);
    }
    codes.sort_unstable();
    for code in codes {
        responses.insert(code.into(), json!({ "$ref": "#/components/responses/Problem" }));
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Customer => json!([{ "session": [] }]),
        Access::Operator => json!([{ "operator": [] }]),
        Access::Either => json!([{ "session": [] }, { "operator": [] }]),
    }
}

fn problem() -> Value {
    let codes: Vec<_> = crate::platform::Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "description": "RFC 9457, with the members that callers of the replaced service read.",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string" },
            "ok": { "const": false },
            "error": { "type": "string", "description": "The same as detail" },
            "code": { "type": "string", "examples": codes },
            "request_id": { "type": "string" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "field": { "type": "string" }, "expected": { "type": "string" } },
                    "required": ["field", "expected"]
                }
            }
        },
        "required": ["type", "title", "status", "detail", "ok", "error", "code", "request_id"]
    })
}
