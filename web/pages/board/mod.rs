//! The operators' dashboard. Each section is a page of its own; each part of a page fails by itself.

pub(super) mod account;
pub(super) mod automations;
pub(super) mod customer;
pub(super) mod customers;
mod filters;
pub(super) mod flags;
pub(super) mod job;
pub(super) mod jobs;
pub(super) mod lead;
pub(super) mod leads;
pub(super) mod logs;
pub(super) mod overview;
pub(super) mod tickets;
pub(super) mod warehouse;
mod warehouse_findings;

use std::time::Duration;

use axum::body::Body;
use axum::response::IntoResponse as _;
use echopilot_core::events::Log;
use echopilot_core::operation::Deps;
use echopilot_core::platform::{Fault, Result, Timestamp};
use filters::{Filters, Query, address, choices};
use http::Response;
use serde_json::Value;

use super::frame::{lead_to, moment};
use super::view::{Failure, Link, LogLine, Moment, Part, capitalised};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;

/// Where the dashboard is, and where an operator begins.
pub(super) const HOME: &str = "/dashboard/v2";

/// `/dashboard` leads on.
pub(super) async fn home() -> Response<Body> {
    lead_to(HOME, None)
}

/// Where the stream of a page is that was made when the store was so; the stream then tells what happened since.
fn live(seen: &Result<Seen>) -> String {
    match seen {
        Ok(seen) => format!("{HOME}/live?seen={}", seen.word()),
        Err(_) => format!("{HOME}/live"),
    }
}

/// The part of a page, or that it could not be loaded. What the visitor got wrong is theirs to mend, see [`wrong`].
fn part<T, U>(visit: &Visit, asked: Result<T>, show: impl FnOnce(T) -> U) -> Part<U> {
    match asked {
        Ok(found) => Part::Ready(show(found)),
        Err(_) => Part::Failed(Failure { request_id: visit.request_id.clone() }),
    }
}

/// The answer to an address that asks for what can't be: a page of its own, not a failed part.
fn wrong<T>(asked: &Result<T>) -> Option<Response<Body>> {
    let fault = asked.as_ref().err().filter(|fault| fault.code.http() < 500)?;
    let mut problem = Fault::new(fault.code, fault.detail.clone());
    problem.fields.clone_from(&fault.fields);
    Some(Problem::from(problem).into_response())
}

/// The spans to choose from, in days.
const SINCE: [(&str, u32); 3] = [("7d", 7), ("30d", 30), ("90d", 90)];

/// Since when, by the word of the filter.
fn since(query: &Query, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(word) = query.get("since") else { return Ok(None) };
    let found = SINCE.into_iter().find(|(own, _)| *own == word);
    let (_, days) = found.ok_or_else(|| Fault::invalid("since", "expected 7d, 30d or 90d"))?;
    Ok(Some(now.minus(Duration::from_hours(24) * days)))
}

/// The spans as links.
fn sinces(filters: &Filters<'_>) -> Vec<Link> {
    let words = SINCE.map(|(word, days)| (word.to_owned(), format!("{days} days")));
    choices(words, filters.query.get("since"), |word| filters.with("since", word))
}

/// The customer as logs name them.
fn reference(deps: &Deps, customer: &str) -> String {
    deps.references.reference("customer", customer).as_str().to_owned()
}

/// Lines of a log for people, newest first.
fn lines(file: Log, lines: Vec<Value>) -> Vec<LogLine> {
    lines.into_iter().rev().map(|line| log_line(file, &line)).collect()
}

fn log_line(file: Log, line: &Value) -> LogLine {
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let time = text("ts");
    let at = match Timestamp::parse(&time) {
        Some(at) => Moment::new(time, at.utc().format("%-d %b, %H:%M:%S UTC").to_string()),
        None => Moment::new(time.clone(), time),
    };
    let request = Some(text("request_id")).filter(|id| !id.is_empty());
    let request_link = request
        .as_deref()
        .map(|id| address("/dashboard/v2/logs", &[("file", Some(file.name())), ("request_id", Some(id))]));
    LogLine {
        at,
        level: text("level"),
        event: capitalised(&text("event").replace('_', " ")),
        summary: summary(line),
        json: serde_json::to_string_pretty(line).unwrap_or_default(),
        request_id: request,
        request_link,
    }
}

/// The first fields of a line that say something by themselves.
fn summary(line: &Value) -> String {
    const FRAME: [&str; 5] = ["ts", "level", "event", "request_id", "caller"];
    let Some(fields) = line.as_object() else { return String::new() };
    let told = fields.iter().filter(|(name, value)| {
        !FRAME.contains(&name.as_str()) && (value.is_string() || value.is_number() || value.is_boolean())
    });
    let words = told.take(4).map(|(name, value)| match value {
        Value::String(text) => format!("{name} {}", text.chars().take(60).collect::<String>()),
        other => format!("{name} {other}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A time that is still to come, in the words of somebody who waits for it: "today at 02:50 UTC".
fn coming(time: Timestamp, now: Timestamp) -> Moment {
    let (then, today) = (time.utc(), now.utc());
    let day = match (then.date_naive() - today.date_naive()).num_days() {
        0 => "today at".to_owned(),
        1 => "tomorrow at".to_owned(),
        _ => return moment(time),
    };
    Moment::new(time.to_string(), format!("{day} {} UTC", then.format("%H:%M")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_is_said_by_day() {
        let at = |text| Timestamp::parse(text).unwrap();
        let now = at("2026-11-25T23:00:00Z");
        assert_eq!(coming(at("2026-11-25T23:30:00Z"), now).text, "today at 23:30 UTC");
        assert_eq!(coming(at("2026-11-26T02:50:00Z"), now).text, "tomorrow at 02:50 UTC");
        assert_eq!(coming(at("2026-11-30T02:50:00Z"), now).text, "30 Nov 2026, 02:50 UTC");
    }

    #[test]
    fn a_line_shows_what_says_something_and_keeps_the_rest() {
        let line = json!({"ts": "2026-11-25T09:30:00.123Z", "level": "warn", "event": "login_failed",
            "request_id": "abcdefgh", "caller": {"kind": "operator"}, "outcome": "limited", "tries": 3});
        let shown = log_line(Log::Auth, &line);
        assert_eq!((&*shown.event, &*shown.summary), ("Login failed", "outcome limited, tries 3"));
        assert_eq!(shown.at.text, "25 Nov, 09:30:00 UTC");
        assert_eq!(shown.request_link.as_deref(), Some("/dashboard/v2/logs?file=auth&request_id=abcdefgh"));
        assert!(shown.json.contains("\"kind\": \"operator\""));
        assert_eq!(log_line(Log::Auth, &json!({})).level, "");
    }
}
