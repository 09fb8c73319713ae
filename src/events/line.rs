//! One line of a log: whether it is asked for, and how it may be shown.

use serde_json::Value;
use serde_json::value::RawValue;

use super::redact::Scrubbed;
use super::{Level, TailQuery};

/// Nothing longer is ever written, so it is not a line of ours.
pub(super) const LONGEST_LINE: usize = 64 * 1024;

/// What becomes of a line.
pub(super) enum Looked {
    /// It fits; redacted once more.
    Fits(Box<RawValue>),
    /// It was not asked for.
    PassedOver,
    /// It is no JSON object.
    Broken,
}

/// Look at a line, without its line break.
pub(super) fn look(query: &TailQuery, line: &[u8]) -> Looked {
    // Cheap for the many lines that a filter passes over.
    if let Some(id) = &query.request_id
        && !contains(line, id.as_bytes())
    {
        return Looked::PassedOver;
    }
    let Ok(Value::Object(mut object)) = serde_json::from_slice(line) else { return Looked::Broken };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if query.request_id.is_some() && text("request_id") != query.request_id.as_deref() {
        return Looked::PassedOver;
    }
    if let Some(least) = query.level
        && text("level").and_then(Level::parse).is_none_or(|level| level < least)
    {
        return Looked::PassedOver;
    }
    for (name, value) in &mut object {
        if !matches!(name.as_str(), "ts" | "level" | "event" | "request_id" | "caller") {
            scrub(value);
        }
    }
    let Ok(raw) = serde_json::value::to_raw_value(&object) else { return Looked::Broken };
    match &query.text {
        Some(text) if !raw.get().to_lowercase().contains(text) => Looked::PassedOver,
        _ => Looked::Fits(raw),
    }
}

fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => *text = Scrubbed::text(text).into_string(),
        Value::Array(values) => values.iter_mut().for_each(scrub),
        Value::Object(object) => object.values_mut().for_each(scrub),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    part.is_empty() || line.windows(part.len()).any(|window| window == part)
}
