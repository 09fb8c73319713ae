//! Inputs of operations as their schemas describe them, for tests that go over the whole catalogue.

use echopilot_core::catalogue::CATALOGUE;
use echopilot_core::operation::Entry;
use serde_json::{Map, Value, json};

/// A sound value of every member that some operation demands. A new operation with another member is added here
/// consciously, once somebody has thought about what strangers could do with it.
const SOUND: &[(&str, &str)] = &[
    ("amount_minor", "5000"),
    ("answer", "\"An answer in words\""),
    ("confirm", "\"bob@example.com\""),
    ("currency", "\"usd\""),
    ("description", "\"A description\""),
    ("email", "\"bob@example.com\""),
    ("file", "\"http\""),
    ("id", "\"01ARZ3NDEKTSV4RRFFQ69G5FAV\""),
    ("invoice_id", "\"in_nobodys\""),
    ("kid", "\"0000000000000000\""),
    ("f", "\"pricing_cta\""),
    ("flag", "\"hero\""),
    ("goal", "\"checkout_or_lead\""),
    ("k", "\"visitor-1\""),
    ("message", "\"A message that is long enough\""),
    ("new", "\"heather over the moor\""),
    ("payment_id", "\"pi_nobodys\""),
    ("period", "\"month\""),
    ("plan", "\"starter\""),
    ("question", "\"qa_by_kind\""),
    ("reason", "\"duplicate\""),
    ("task", "\"clean-up\""),
    ("token", "\"kZ0u5yJ4mYc3nq9wq8yZr1oK2d7sT6vXb0aQeWfGhIj\""),
    ("topic", "\"other\""),
    ("use_case", "\"A use case in words\""),
];

/// An operation with its route and its input.
pub(crate) struct Described {
    /// The row of the catalogue.
    pub(crate) entry: &'static Entry,
    /// Its members and their schemas.
    pub(crate) members: Map<String, Value>,
    required: Vec<String>,
    schema: Value,
}

/// Every operation that HTTP offers.
pub(crate) fn described() -> Vec<Described> {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let offered = CATALOGUE.iter().filter(|entry| entry.meta.route.is_offered());
    let all = offered.map(|entry| {
        let [input, _] = (entry.schema)(&mut generator);
        let schema = Value::from(input);
        let required = schema["required"].as_array().into_iter().flatten();
        Described {
            entry,
            members: schema["properties"].as_object().cloned().unwrap_or_default(),
            required: required.map(|name| name.as_str().unwrap().to_owned()).collect(),
            schema,
        }
    });
    all.collect()
}

impl Described {
    /// Method, in capitals.
    pub(crate) fn method(&self) -> &'static str {
        self.entry.meta.route.method.as_str()
    }

    /// Whether the operation can't be asked without it.
    pub(crate) fn demands(&self, member: &str) -> bool {
        self.required.iter().any(|name| name == member)
    }

    /// Whether a member takes values of this JSON type.
    pub(crate) fn takes(&self, member: &str, kind: &str) -> bool {
        fn says(schema: &Value, kind: &str) -> bool {
            let own = match &schema["type"] {
                Value::String(own) => own == kind,
                Value::Array(all) => all.iter().any(|own| own == kind),
                _ => kind == "string" && (schema["enum"].is_array() || schema["const"].is_string()),
            };
            let below =
                ["anyOf", "oneOf", "allOf"].iter().filter_map(|name| schema[*name].as_array()).flatten();
            own || below.into_iter().any(|schema| says(schema, kind))
        }
        assert!(self.schema["properties"].get(member).is_some(), "{member} is no member");
        says(&self.members[member], kind)
    }

    /// Sound values of all that it demands.
    pub(crate) fn sound(&self) -> Map<String, Value> {
        let value = |name: &String| {
            let found = SOUND.iter().find(|(own, _)| own == name);
            let (_, text) = found.unwrap_or_else(|| {
                panic!("{} demands {name}: give it a sound value in SOUND", self.entry.meta.name)
            });
            (name.clone(), serde_json::from_str(text).unwrap())
        };
        self.required.iter().map(value).collect()
    }
}

/// A path with what `members` say of it, and those that are left over.
pub(crate) fn filled(path: &str, members: &Map<String, Value>) -> (String, Map<String, Value>) {
    let mut rest = members.clone();
    let parts = path.split('/').map(|part| {
        let Some(name) = part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
            return part.to_owned();
        };
        super::percent(&text(&rest.remove(name).unwrap_or_else(|| json!("x"))))
    });
    let path = parts.collect::<Vec<_>>().join("/");
    (path, rest)
}

/// As a text in a path or a query.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
