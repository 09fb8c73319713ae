//! One line a request: what was asked, by whom (never in clear), what came of it, and how long it took.

use std::net::IpAddr;
use std::time::Duration;

use echopilot_core::events::{Event, Level, Log, Scrubbed};
use echopilot_core::operation::{Caller, Deps};
use http::{Method, Uri};

use super::address;

/// What a line says.
pub(crate) struct Line<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    /// The template of the route; none when no route matched.
    pub(crate) route: Option<&'static str>,
    pub(crate) uri: &'a Uri,
    pub(crate) status: u16,
    pub(crate) took: Duration,
    /// None for a stream, whose length nobody knows yet.
    pub(crate) bytes: Option<u64>,
    pub(crate) address: Address<'a>,
    pub(crate) caller: &'a Caller,
    pub(crate) cause: Option<&'a str>,
}

/// Where the request came from.
pub(crate) enum Address<'a> {
    /// From the connection's own peer, whose prefix is known.
    Peer(&'a Scrubbed),
    /// From behind a proxy.
    Client(IpAddr),
}

/// An address as it may stand in a line.
pub(crate) fn shown(address: IpAddr) -> Scrubbed {
    Scrubbed::text(&address::prefix(address))
}

/// Write the line; a full queue drops it rather than wait.
pub(crate) fn write(deps: &Deps, line: &Line<'_>) {
    let identity = line.caller.identity().filter(|(_, id)| !id.is_empty());
    let reference = identity.map(|(kind, id)| deps.references.reference(kind, id));
    let level = match line.status {
        500.. => Level::Error,
        401 | 403 | 429 => Level::Warn,
        _ => Level::Info,
    };
    let event = Event::new(Log::Http, "request")
        .level(level)
        .request_id(line.request_id)
        .caller(line.caller.kind(), reference)
        .field("method", method(line.method))
        .field("route", line.route.unwrap_or("unmatched"));
    // A path that is its own template holds nothing to scrub.
    let event = match line.route {
        Some(route) if line.uri.query().is_none() && line.uri.path() == route => event.field("path", route),
        _ => {
            let asked = line.uri.path_and_query().map_or("", |asked| asked.as_str());
            event.field("path", Scrubbed::path(asked))
        }
    };
    let peer = match line.address {
        Address::Peer(prefix) => prefix.clone(),
        Address::Client(address) => shown(address),
    };
    let mut event = event
        .field("status", line.status)
        .field("duration", line.took)
        .field("bytes", line.bytes)
        .field("peer", peer);
    if let Some(cause) = line.cause {
        event = event.field("cause", Scrubbed::text(cause));
    }
    deps.events.offer(event);
}

/// Somebody tried a key that is none.
pub(crate) fn wrong_key(deps: &Deps, request_id: &str, address: IpAddr) {
    let event = Event::new(Log::Auth, "operator_key_refused").level(Level::Warn).request_id(request_id);
    deps.events.offer(event.field("peer", shown(address)));
}

/// What never became a request was refused.
pub(crate) fn refused(deps: &Deps, request_id: &str, status: u16, peer: IpAddr) {
    let event = Event::new(Log::Http, "refused").level(Level::Warn).request_id(request_id);
    deps.events.offer(event.field("status", status).field("peer", shown(peer)));
}

/// A method as a name that can't be long or odd.
pub(crate) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
