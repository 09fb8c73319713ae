//! What the front keeps of a request until its answer is written.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Instant;

use echopilot_core::observability::InFlight;
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Clock, Timestamp};
use http::{HeaderValue, Method, Request, Uri};
use hyper::body::Incoming;

use super::limits::Verdict;
use super::{Visit, address, request_id};
use crate::mount::Target;
use crate::problem::prefers_html;
use crate::server::Connection;
use crate::site::Site;

/// What is known of a request, for the end of it.
pub(super) struct Record<'s> {
    pub(super) begun: Instant,
    pub(super) now: Timestamp,
    pub(super) request_id: String,
    pub(super) method: Method,
    pub(super) uri: Uri,
    cookies: Option<HeaderValue>,
    pub(super) wants_page: bool,
    pub(super) address: IpAddr,
    pub(super) target: Option<&'s Target>,
    pub(super) caller: Caller,
    pub(super) verdict: Option<Verdict>,
    /// Whether the client may still be sending a body that nobody reads.
    pub(super) has_unread: bool,
    /// Whether the body came in chunks: such a request is the last one of its connection, see
    /// `server/framing.rs`.
    pub(super) is_chunked: bool,
    _in_flight: InFlight,
}

impl Record<'_> {
    pub(super) fn begin(
        site: &Site,
        in_flight: InFlight,
        request: &Request<Incoming>,
        connection: &Connection,
    ) -> Self {
        let deps = &site.deps;
        let (now, fields) = (deps.clock.now(), request.headers());
        Self {
            begun: Clock::monotonic(),
            now,
            request_id: request_id::of(fields, &deps.ids, now),
            method: request.method().clone(),
            uri: request.uri().clone(),
            cookies: fields.get(http::header::COOKIE).cloned(),
            wants_page: prefers_html(fields),
            address: connection.peer.ip().to_canonical(),
            target: None,
            caller: Caller::Anonymous,
            verdict: None,
            has_unread: false,
            is_chunked: fields.contains_key(http::header::TRANSFER_ENCODING),
            _in_flight: in_flight,
        }
    }

    pub(super) fn visit(&self, connection: &Connection, fields: &http::HeaderMap) -> Visit {
        Visit {
            caller: self.caller.clone(),
            request_id: self.request_id.clone(),
            now: self.now,
            address: self.address,
            is_local: address::is_loopback(connection.peer.ip()) && !address::is_forwarded(fields),
            new_visitor: OnceLock::new(),
        }
    }

    /// The theme that the cookie names; dark is the default.
    pub(super) fn theme(&self) -> &str {
        let cookies = self.cookies.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("");
        let named = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("ep_theme="));
        named.filter(|theme| ["dark", "light", "system"].contains(theme)).unwrap_or("dark")
    }
}
