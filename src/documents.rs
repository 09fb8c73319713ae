//! docs/API.md, made from the tables. The documents of settings and logs come from their own modules.

use std::fmt::Write as _;

use crate::catalogue::CATALOGUE;
use crate::openapi::ForeignRoute;
use crate::operation::Entry;

/// Every route with who may use it, what it does and which log it writes to.
pub fn api(foreign: &[ForeignRoute]) -> String {
    let mut text = String::from(
        "# HTTP API\n\n\
         Made from the catalogue by `echopilot dev-check --write`; a test fails when it is stale. The full schemas are \
         at `/openapi.json`.\n\n\
         Success is a JSON object with `\"ok\": true` first. Failure is `application/problem+json` (RFC 9457) with \
         `ok: false`, `error`, `code` and `request_id`. Operators send `X-Dash-Key`, customers \
         `Authorization: Bearer`. POST requests of signed-in callers accept `Idempotency-Key`.\n\n\
         ## Operations\n\n\
         | Operation | Route | Who | What it does | Log |\n|---|---|---|---|---|\n",
    );
    let mut generator = schemars::SchemaGenerator::default();
    for entry in CATALOGUE {
        let [input, _] = (entry.schema)(&mut generator);
        let what =
            input.get("description").and_then(|words| words.as_str()).unwrap_or_default().replace('\n', " ");
        let (name, who, log) = (entry.meta.name, entry.meta.access.words(), entry.meta.log.name());
        let _ = writeln!(text, "| `{name}` | {} | {who} | {what} | {log} |", route(entry));
    }
    text.push_str("\n## Pages and other standards' documents\n\n| Route | Who | What it answers | Type |\n|---|---|---|---|\n");
    for row in foreign {
        let (method, who) = (row.method.as_str(), row.access.words());
        let _ =
            writeln!(text, "| `{method} {}` | {who} | {} | `{}` |", row.path, row.summary, row.content_type);
    }
    text
}

fn route(entry: &Entry) -> String {
    let method = entry.meta.route.method.as_str();
    let paths: Vec<String> = entry.meta.route.paths().map(|path| format!("`{method} {path}`")).collect();
    if paths.is_empty() { "shell or schedule only".to_owned() } else { paths.join(", also ") }
}
