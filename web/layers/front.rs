//! The order of the guards, in code; the reasons stand in the head of `layers`.

use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::body::Body;
use axum::response::IntoResponse;
use echopilot_core::config::RateGroup;
use echopilot_core::observability::RouteMetrics;
use echopilot_core::openapi::ForeignRoute;
use echopilot_core::operation::{Access, Caller, Cost, Entry};
use echopilot_core::platform::{Code, Fault, Result};
use echopilot_core::sentinel::{self, DependencyStatus};
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use hyper::body::{Body as _, Incoming};
use tower::ServiceExt;

use super::access_log::{self, Address, Line};
use super::limits::shared::Shared;
use super::record::Record;
use super::streaming::Streaming;
use super::{address, body, csrf, headers, host, packed, request_id};
use crate::caller::{self, Credentials, WrongKey};
use crate::foreign::{self, Foreign};
use crate::mount::{self, Matched, Table, Target, What};
use crate::problem::Problem;
use crate::server::{Connection, Host};
use crate::site::Site;

/// All guards and all routes.
pub struct Front {
    site: Arc<Site>,
    table: Table,
    handlers: axum::Router,
    shared: Option<Shared>,
    unmatched: Arc<RouteMetrics>,
}

impl Front {
    /// The front of `catalogue` and of the handlers in `router`, each of which has a row in `rows`. What
    /// other standards own (keys, metrics, the API's description) is added here.
    pub fn new(
        site: Arc<Site>,
        catalogue: &'static [Entry],
        rows: &[Foreign],
        router: axum::Router<Arc<Site>>,
    ) -> Result<Arc<Self>> {
        let rows: Vec<Foreign> = foreign::ROWS.iter().chain(rows).copied().collect();
        let table = Table::build(catalogue, &rows, &site.deps.metrics)?;
        let routes: Vec<ForeignRoute> = rows.iter().map(|row| row.route).collect();
        site.describe(catalogue, routes);
        let shared = site.deps.settings.redis.as_ref();
        let shared = shared.map(|url| Shared::new(url, site.deps.references.clone())).transpose()?;
        Ok(Arc::new(Self {
            table,
            handlers: router.merge(foreign::router()).with_state(Arc::clone(&site)),
            shared,
            unmatched: site.deps.metrics.route("ANY", "unmatched"),
            site,
        }))
    }

    /// Keep the connection to Redis, and tell health how it is; for as long as the server runs.
    pub(crate) async fn share_limits(self: Arc<Self>) {
        let Some(shared) = &self.shared else { return };
        let say = |answers| {
            let status = if answers { DependencyStatus::Ok } else { DependencyStatus::Down };
            sentinel::report_dependency(&self.site.deps, "redis", status);
        };
        shared.keep_connected(say).await;
    }

    /// Look for what open pages are to be told, for as long as the server runs.
    pub(crate) async fn watch_changes(self: Arc<Self>) {
        self.site.live.watch(&self.site).await;
    }

    /// Let the streams to open pages end, since the server does.
    pub(crate) fn end_streams(&self) {
        self.site.live.end();
    }

    async fn handle(&self, request: Request<Incoming>, connection: &Connection) -> Response<Body> {
        let mut record = Record::begin(&self.site, self.unmatched.begin(), &request, connection);
        let guarded = catch_panic(self.guarded(request, connection, &mut record)).await;
        let response = match guarded {
            Ok(Ok(response)) => response,
            Ok(Err(problem)) => problem.into_response(),
            // The panic hook has written what and where.
            Err(()) => Problem::from(Fault::internal("a handler panicked")).into_response(),
        };
        self.finish(response, &record, connection)
    }

    async fn guarded<'s>(
        &'s self,
        request: Request<Incoming>,
        connection: &Connection,
        record: &mut Record<'s>,
    ) -> Result<Response<Body>, Problem> {
        host::examine(&request, connection.pulse.has_conflict())?;
        let (parts, incoming) = request.into_parts();
        record.has_unread = !incoming.is_end_stream();
        let site = &self.site;
        record.address =
            address::client(connection.peer.ip(), &parts.headers, &site.deps.settings.trusted_proxies);
        let matched = self.table.find(&parts.method, parts.uri.path());
        let target = if let Matched::Target(target, _) = &matched { Some(*target) } else { None };
        record.target = target;

        let operator = caller::operator(site, &parts.headers);
        let is_operator = matches!(operator, Some(Ok(_)));
        if !is_operator {
            let group = target.map_or(RateGroup::Other, |target| target.group);
            self.limit(group, target.is_some_and(may_wait), record).await?;
            if operator.is_some() {
                access_log::wrong_key(&site.deps, &record.request_id, record.address);
                self.limit(RateGroup::OperatorKey, true, record).await?;
            }
        }
        let (target, params) = match matched {
            Matched::Target(target, params) => (target, params),
            Matched::OtherMethods(allow) => return Err(Problem::of_status(405).header(ALLOW, allow.clone())),
            Matched::Nothing => return Err(Fault::not_found("This address").into()),
        };
        let credentials =
            caller::read(site, &parts.headers, operator, target.audience, looks_up(target)).await;
        record.caller = credentials.caller.clone();
        csrf::check(&parts.method, &parts.headers, credentials.by_cookie, &site.deps.base_url)?;
        if let Some(access) = target.access {
            credentials.admit(access, site)?;
        }
        let bytes =
            body::read(&parts.headers, incoming, largest(target, &credentials), connection.body_patience)
                .await?;
        record.has_unread = false;
        match target.what {
            What::Operation(entry) => {
                if target.group == RateGroup::Flags && !is_operator {
                    self.limit_user(parts.uri.query().unwrap_or(""), record)?;
                }
                let cx = site.cx(credentials.caller, record.request_id.clone(), record.now);
                let request = mount::Call { params, query: parts.uri.query().unwrap_or(""), body: bytes };
                mount::call(site, entry, cx, request, &parts.headers, &parts.method).await
            }
            What::Handler => {
                let mut request = Request::from_parts(parts, Body::from(bytes));
                let visit = Arc::new(record.visit(connection, request.headers()));
                let is_packed = packed::wants(request.headers(), request.uri().query().is_some());
                request.extensions_mut().insert(visit);
                // Boxed, so that requests without a handler need not carry its size.
                let response = Box::pin(self.handlers.clone().oneshot(request)).await;
                let mut response = response.unwrap_or_else(|never| match never {});
                // A key tried in the form of the sign-in counts with those tried in the header.
                if response.extensions_mut().remove::<WrongKey>().is_some() {
                    self.limit(RateGroup::OperatorKey, true, record).await?;
                }
                Ok(if is_packed { packed::packed(response, &record.request_id).await } else { response })
            }
        }
    }

    /// Count a request, and refuse one too many. Replicas share the count where the request may wait for it.
    async fn limit(&self, group: RateGroup, may_wait: bool, record: &mut Record<'_>) -> Result<(), Problem> {
        let shared = match (&self.shared, self.site.limits.quota(group)) {
            (Some(shared), Some(quota)) if may_wait => shared.take(group, record.address, quota).await,
            _ => None,
        };
        let verdict = shared.or_else(|| self.site.limits.take(group, record.address, record.now));
        let Some(verdict) = verdict else { return Ok(()) };
        let passed = verdict.passed;
        // The fields cost time; the wide limit of everything else is told only when it strikes.
        if !passed || !matches!(group, RateGroup::Other | RateGroup::OperatorKey) {
            record.verdict = Some(verdict);
        }
        if passed {
            return Ok(());
        }
        Err(verdict.refusal())
    }

    /// Count an evaluation for its user, and refuse one too many.
    fn limit_user(&self, query: &str, record: &mut Record<'_>) -> Result<(), Problem> {
        let Some((_, key)) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "k") else {
            return Ok(());
        };
        match self.site.limits.take_key(RateGroup::FlagsUser, &key, record.now) {
            Some(verdict) if !verdict.passed => {
                record.verdict = Some(verdict);
                Err(verdict.refusal())
            }
            _ => Ok(()),
        }
    }

    /// Everything that every answer gets, and the line about it.
    fn finish(
        &self,
        mut response: Response<Body>,
        record: &Record<'_>,
        connection: &Connection,
    ) -> Response<Body> {
        let mut cause = None;
        if let Some(problem) =
            response.extensions_mut().remove::<Problem>().or_else(|| foreign_error(&response))
        {
            let page = record.wants_page.then_some((self.site.error_page, record.theme()));
            response = problem.write(page, record.uri.path(), &record.request_id);
            cause = problem.cause().map(str::to_owned);
        }
        if record.has_unread {
            connection.pulse.leave_unread();
        }
        let fields = response.headers_mut();
        headers::secure(fields);
        if record.is_chunked {
            fields.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(verdict) = &record.verdict {
            self.site.limits.write_fields(verdict, fields);
        }
        if let Ok(id) = HeaderValue::try_from(record.request_id.as_str()) {
            fields.insert(request_id::REQUEST_ID.clone(), id);
        }
        let bytes = response.body().size_hint().exact();
        if bytes.is_none() {
            let pulse = Arc::clone(&connection.pulse);
            response = response.map(|body| Body::new(Streaming { body, pulse }));
        }
        let took = record.begun.elapsed();
        let status = response.status().as_u16();
        record.target.map_or(&self.unmatched, |target| &target.metrics).record(status, took);
        let is_peer = record.address == connection.peer.ip();
        access_log::write(
            &self.site.deps,
            &Line {
                request_id: &record.request_id,
                method: &record.method,
                route: record.target.map(|target| target.template),
                uri: &record.uri,
                status,
                took,
                bytes,
                address: if is_peer {
                    Address::Peer(&connection.prefix)
                } else {
                    Address::Client(record.address)
                },
                caller: &record.caller,
                cause: cause.as_deref(),
            },
        );
        response
    }
}

/// Whether a request of this kind may wait for Redis: what runs from memory alone must not.
fn may_wait(target: &Target) -> bool {
    match target.what {
        What::Operation(entry) => entry.meta.cost == Cost::Blocking,
        // Pages and documents come from memory too, but for those that act.
        What::Handler => target.group != RateGroup::Other,
    }
}

/// Whether a token that memory does not know is worth a lookup: not where nobody asks who it is.
fn looks_up(target: &Target) -> bool {
    match (target.what, target.access) {
        (What::Operation(entry), Some(Access::Public)) => entry.meta.cost == Cost::Blocking,
        (_, access) => access.is_some(),
    }
}

/// Imports are for operators; to others the route is as small as any.
fn largest(target: &Target, credentials: &Credentials) -> usize {
    match target.largest_body {
        body::IMPORT if !matches!(credentials.caller, Caller::Operator(_)) => body::USUAL,
        size => size,
    }
}

/// An error that no code of ours wrote, such as an extractor's, in bare text.
fn foreign_error(response: &Response<Body>) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let kind = response.headers().get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_bare = kind.is_empty() || kind.starts_with(b"text/plain");
    is_bare.then(|| match status.as_u16() {
        404 => Fault::not_found("This address").into(),
        422 => Fault::new(Code::Invalid, "A field is missing or has the wrong form").into(),
        500.. => Fault::internal("a handler answered with a bare error").into(),
        other => Problem::of_status(other),
    })
}

impl Host for Front {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        connection: &Arc<Connection>,
    ) -> impl Future<Output = Response<Body>> + Send + 'static {
        let (this, connection) = (Arc::clone(self), Arc::clone(connection));
        async move { this.handle(request, &connection).await }
    }

    fn refuse(&self, status: u16, peer: IpAddr) -> Vec<u8> {
        let deps = &self.site.deps;
        let id = deps.ids.ulid();
        let problem = Problem::of_status(status);
        let body = problem.json("", &id);
        let reason = problem.status().canonical_reason().unwrap_or("Refused");
        let retry = if status == 503 { "retry-after: 1\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
             connection: close\r\nx-request-id: {id}\r\n{retry}{}\r\n",
            body.len(),
            headers::as_lines(),
        );
        self.unmatched.record(status, std::time::Duration::ZERO);
        access_log::refused(deps, &id, status, peer);
        [head.into_bytes(), body].concat()
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        address::is_trusted(&self.site.deps.settings.trusted_proxies, peer)
    }
}

/// Run `work`; a panic inside it is an error.
async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, ()> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        // What the panic left half done belongs to this request alone and is dropped with it.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(())),
        }
    })
    .await
}
