//! `/docs`: the reference of the API, made from its description when it is first asked for.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Response};
use serde_json::{Map, Value};

use super::frame::{frame, page as rendered};
use super::seo::seo;
use super::view::{DocExample, DocGroup, DocOperation, DocParameter, DocsPage, Reference};
use crate::layers::Visit;
use crate::site::Site;

const PATH: &str = "/docs";

/// What the groups are called, in their order; an operation belongs to the log that it writes to.
const GROUPS: [(&str, &str); 13] = [
    ("auth", "Sign-in and customers"),
    ("jobs", "Jobs"),
    ("billing", "Payments"),
    ("webhooks", "Webhooks"),
    ("support", "Support"),
    ("leads", "Leads"),
    ("ab", "Flags and experiments"),
    ("http", "Service"),
    ("scheduler", "Scheduled tasks"),
    ("sentinel", "Machine and dependencies"),
    ("warehouse", "Warehouse"),
    ("governance_ai", "Governance"),
    ("audit", "Audit"),
];

/// The page.
pub(super) async fn page(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    let (shell, new_visitor) = frame(&site, &visit, &headers, PATH);
    let base_url = site.deps.base_url.clone();
    let view = DocsPage { shell, seo: seo(&site, PATH), base_url, reference: site.reference() };
    rendered(&view, new_visitor)
}

/// The reference of what a description describes. Pages are no operations and left out.
pub(crate) fn reference(document: &Value) -> Reference {
    let mut found: Vec<(String, DocOperation)> = Vec::new();
    let components = &document["components"]["schemas"];
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(tag) = operation["tags"][0].as_str() else { continue };
            let id = operation["operationId"].as_str().unwrap_or_default();
            if operation["deprecated"] == true {
                let own = id.rsplit_once("-alias-").map_or(id, |(own, _)| own);
                if let Some((_, known)) = found.iter_mut().find(|(_, known)| known.id == own) {
                    known.aliases.push(path.clone());
                }
                continue;
            }
            found.push((tag.to_owned(), describe(id, method, path, operation, components)));
        }
    }
    let count = found.len();
    let mut groups = Vec::new();
    let tags: Vec<String> = GROUPS
        .iter()
        .map(|(tag, _)| (*tag).to_owned())
        .chain(found.iter().map(|(tag, _)| tag.clone()))
        .collect();
    for tag in tags {
        let (own, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(|(own, _)| *own == tag);
        found = rest;
        let mut operations: Vec<_> = own.into_iter().map(|(_, operation)| operation).collect();
        if operations.is_empty() {
            continue;
        }
        operations.sort_by(|one, other| one.path.cmp(&other.path).then(one.method.cmp(&other.method)));
        let title = GROUPS.iter().find(|(own, _)| *own == tag).map_or(tag.as_str(), |(_, title)| title);
        groups.push(DocGroup {
            id: format!("group-{tag}"),
            title: super::view::capitalised(title),
            operations,
        });
    }
    Reference { groups, count }
}

fn describe(id: &str, method: &str, path: &str, operation: &Value, components: &Value) -> DocOperation {
    let mut parameters: Vec<DocParameter> = Vec::new();
    let mut sample = (path.to_owned(), Vec::new(), Map::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let (place, required) = (parameter["in"].as_str().unwrap_or_default(), parameter["required"] == true);
        let schema = resolved(&parameter["schema"], components);
        let value = example_of(name, schema);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match place {
            "path" => sample.0 = sample.0.replace(&format!("{{{name}}}"), &text),
            _ if required => sample.1.push((name.to_owned(), text)),
            _ => {}
        }
        let place = if place == "path" { "path" } else { "query" };
        parameters.push(field(name, place, required, schema, &parameter["description"]));
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    for (name, schema) in body["properties"].as_object().into_iter().flatten() {
        let required = body["required"].as_array().is_some_and(|all| all.iter().any(|own| own == name));
        let description = &schema["description"];
        let schema = resolved(schema, components);
        if required {
            sample.2.insert(name.clone(), example_of(name, schema));
        }
        parameters.push(field(name, "body", required, schema, description));
    }
    // What must be there comes first.
    parameters.sort_by_key(|parameter| !parameter.required);
    let (access, header) = access(&operation["security"]);
    let mut options = String::new();
    if method != "get" {
        let _ = write!(options, "-X {} ", method.to_uppercase());
    }
    if !header.is_empty() {
        let _ = write!(options, "-H '{header}' ");
    }
    let has_body = body.is_object();
    if has_body {
        options.push_str("-H 'Content-Type: application/json' ");
    }
    let (mut filled, query, members) = sample;
    if !query.is_empty() {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        filled = format!("{filled}?{query}");
    }
    let body = has_body.then(|| Value::Object(members).to_string());
    DocOperation {
        id: id.to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        aliases: Vec::new(),
        access,
        text: plain(operation["description"].as_str().unwrap_or_default()),
        parameters,
        answers: answers(&operation["responses"]),
        example: DocExample { options, path: filled, body },
    }
}

fn field(name: &str, place: &'static str, required: bool, schema: &Value, text: &Value) -> DocParameter {
    let text = plain(text.as_str().or_else(|| schema["description"].as_str()).unwrap_or_default());
    DocParameter { name: name.to_owned(), place, kind: kind_of(schema), required, text }
}

/// A description without the marks of its source.
fn plain(text: &str) -> String {
    text.replace('\n', " ").replace('`', "")
}

/// The schema itself, behind a reference and without the choice of null.
fn resolved<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    let schema = choices.into_iter().find(|choice| choice["type"] != "null").unwrap_or(schema);
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    name.map_or(schema, |name| &components[name])
}

/// What a value is, in words.
fn kind_of(schema: &Value) -> String {
    let words = words_of(schema);
    if !words.is_empty() {
        return format!("One of {}", words.join(", "));
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("any");
    let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
    match (kind, schema["format"].as_str()) {
        ("integer", _) => match (least, most) {
            (Some(least), Some(most)) => format!("Whole number from {least} to {most}"),
            _ => "Whole number".to_owned(),
        },
        ("number", _) => "Number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("string", Some("email")) => "E-mail address".to_owned(),
        ("string", Some("date-time")) => "Time, RFC 3339".to_owned(),
        ("string", _) => "Text".to_owned(),
        ("array", _) => "List".to_owned(),
        _ => "Any value".to_owned(),
    }
}

/// The words that an enumeration allows.
fn words_of(schema: &Value) -> Vec<&str> {
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let described = schema["oneOf"].as_array().into_iter().flatten();
    let described = described.flat_map(|one| {
        one["const"]
            .as_str()
            .into_iter()
            .chain(one["enum"].as_array().into_iter().flatten().filter_map(Value::as_str))
    });
    listed.chain(described).collect()
}

/// A value to try.
fn example_of(name: &str, schema: &Value) -> Value {
    if let Some(word) = words_of(schema).first() {
        return Value::from(*word);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    match (kind, schema["format"].as_str()) {
        ("integer", _) => Value::from(schema["minimum"].as_i64().unwrap_or(1)),
        ("number", _) => Value::from(1),
        ("boolean", _) => Value::from(true),
        ("array", _) => Value::Array(Vec::new()),
        ("string", Some("email")) => Value::from("name@example.com"),
        ("string", Some("date-time")) => Value::from("2026-01-31T12:00:00Z"),
        _ => Value::from(name.to_uppercase()),
    }
}

/// Who may ask, and the header with which they do.
fn access(security: &Value) -> (&'static str, &'static str) {
    let has =
        |name: &str| security.as_array().is_some_and(|all| all.iter().any(|one| one.get(name).is_some()));
    match (has("session"), has("operator")) {
        (true, true) => ("customers (their own) and operators (all)", "Authorization: Bearer TOKEN"),
        (true, false) => ("customers", "Authorization: Bearer TOKEN"),
        (false, true) => ("operators", "X-Dash-Key: KEY"),
        (false, false) => ("everybody", ""),
    }
}

/// The successes with the members of the answer.
fn answers(responses: &Value) -> String {
    let successes = responses.as_object().into_iter().flatten().filter(|(status, _)| status.starts_with('2'));
    let told = successes.map(|(status, response)| {
        let members = response["content"]["application/json"]["schema"]["properties"].as_object();
        let names: Vec<&str> = members.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        format!("Answers {status} with {}.", names.join(", "))
    });
    told.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use echopilot_core::catalogue::CATALOGUE;
    use echopilot_core::openapi;

    use super::*;

    fn whole() -> Reference {
        let rows: Vec<_> = crate::rows().map(|row| row.route).collect();
        reference(&openapi::document(CATALOGUE, &rows))
    }

    #[test]
    fn every_routed_operation_stands_there_once_with_a_request_to_try() {
        let reference = whole();
        let all: Vec<_> = reference.groups.iter().flat_map(|group| &group.operations).collect();
        let routed = CATALOGUE.iter().filter(|entry| entry.meta.route.is_offered()).count();
        assert_eq!((all.len(), reference.count), (routed, routed));
        for operation in &all {
            assert!(!operation.text.is_empty() && !operation.example.path.contains('{'), "{operation:?}");
            assert!(operation.answers.contains("ok"), "{operation:?}");
            if let Some(body) = &operation.example.body {
                assert!(serde_json::from_str::<Value>(body).unwrap().is_object() && !body.contains('\''));
            }
        }
        let lead = all.iter().find(|operation| operation.id == "create-lead").unwrap();
        assert_eq!((lead.method.as_str(), lead.access), ("POST", "everybody"));
        assert_eq!(
            lead.example.body.as_deref(),
            Some("{\"email\":\"name@example.com\",\"use_case\":\"USE_CASE\"}")
        );
        let status = all.iter().find(|operation| operation.id == "scheduler-status").unwrap();
        assert_eq!(status.aliases, ["/api/automations/status"]);
        let limit = all.iter().find(|operation| operation.id == "list-leads").unwrap().parameters.iter();
        let limit = limit.clone().find(|parameter| parameter.name == "limit").unwrap();
        assert_eq!((limit.kind.as_str(), limit.place), ("Whole number from 1 to 200", "query"));
    }

    #[test]
    fn every_group_has_a_name_for_people() {
        for group in whole().groups {
            let tag = group.id.strip_prefix("group-").unwrap();
            assert!(GROUPS.iter().any(|(known, _)| *known == tag), "{tag} has no name");
        }
    }
}
