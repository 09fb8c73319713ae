//! `/dashboard/v2/logs`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use echopilot_core::audit::TailLog;
use echopilot_core::events::{Level, Log};
use echopilot_core::platform::{Code, Fault, Result};
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;

use super::super::form::at_fields;
use super::super::frame::{frame, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{Failure, Link, LogsPage, Part, capitalised};
use super::{Query, address, lines, log_line};
use crate::layers::Visit;
use crate::site::Site;

/// Where it is.
const PATH: &str = "/dashboard/v2/logs";
/// Lines when nothing is said.
const USUAL: u32 = 100;
/// The fields of the form.
const FIELDS: [&str; 5] = ["file", "level", "text", "request_id", "n"];

/// The page.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let query = Query::of(uri.query());
    let asked = match wanted(uri.query()) {
        Ok(operation) => site.call(visit.cx(&site), operation).await,
        Err(fault) => Err(fault),
    };
    let file = chosen(&query).unwrap_or(Log::Audit);
    let parts = FIELDS.map(|name| (name, query.get(name)));
    let here = address(PATH, &parts);
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let level = query.get("level").and_then(Level::parse);
    let mut view = LogsPage {
        shell,
        here,
        files: Log::ALL.into_iter().map(|log| option(log.name(), log.name(), log == file)).collect(),
        purpose: file.purpose().to_owned(),
        levels: levels(level),
        text: query.owned("text").unwrap_or_default(),
        request_id: query.owned("request_id").unwrap_or_default(),
        n: query.owned("n").unwrap_or_else(|| USUAL.to_string()),
        errors: Vec::new(),
        is_filtered: ["level", "text", "request_id"].iter().any(|name| query.get(name).is_some()),
        lines: None,
        truncated: false,
        broken: 0,
        follow: None,
    };
    match asked {
        Ok(tail) => {
            let [named, level, text, request_id, _] = parts;
            let from = ("from", Some(tail.end.as_str()));
            view.follow = Some(address("/api/logs/follow", &[named, level, text, request_id, from]));
            (view.truncated, view.broken) = (tail.truncated, tail.broken);
            view.lines = Some(Part::Ready(lines(file, tail.lines)));
        }
        Err(fault) if fault.code == Code::Invalid => {
            view.errors = at_fields(&fault, &FIELDS);
            return with_status(rendered(&view, new_visitor), StatusCode::UNPROCESSABLE_ENTITY);
        }
        Err(_) => view.lines = Some(Part::Failed(Failure { request_id: visit.request_id.clone() })),
    }
    rendered(&view, new_visitor)
}

fn chosen(query: &Query) -> Option<Log> {
    query.get("file").map_or(Some(Log::Audit), |name| Log::ALL.into_iter().find(|log| log.name() == name))
}

/// The question that an address asks.
pub(crate) fn wanted(query: Option<&str>) -> Result<TailLog> {
    let query = Query::of(query);
    let file = chosen(&query).ok_or_else(|| Fault::invalid("file", "choose one of the logs"))?;
    let level = match query.get("level") {
        None => None,
        Some(word) => {
            Some(Level::parse(word).ok_or_else(|| Fault::invalid("level", "choose one of the levels"))?)
        }
    };
    let n = match query.get("n") {
        None => USUAL,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=500).contains(n))
            .ok_or_else(|| Fault::invalid("n", "enter a whole number from 1 to 500"))?,
    };
    Ok(TailLog { file, n, level, request_id: query.owned("request_id"), text: query.owned("text") })
}

/// A line as the stream tells it: as JSON, with the words of the page.
pub(crate) fn told(file: Log, line: &str) -> String {
    let line = log_line(file, &serde_json::from_str(line).unwrap_or_default());
    let badge = line.badge();
    let told = json!({ "iso": line.at.iso, "time": line.at.text, "tone": badge.tone.to_string(),
        "glyph": badge.glyph, "level": badge.text, "event": line.event, "summary": line.summary, "json": line.json,
        "href": line.request_link });
    told.to_string()
}

/// An option of a list: its address is the word that the form sends.
fn option(word: &str, label: &str, current: bool) -> Link {
    Link { label: label.to_owned(), href: word.to_owned(), current }
}

fn levels(chosen: Option<Level>) -> Vec<Link> {
    let all = [Level::Debug, Level::Info, Level::Warn, Level::Error];
    let any = option("", "Any", chosen.is_none());
    let rest = all.map(|level| option(level.as_str(), &capitalised(level.as_str()), chosen == Some(level)));
    std::iter::once(any).chain(rest).collect()
}
