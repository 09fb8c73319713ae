//! What streams of server-sent events have in common: their answer, what they send, and whether their operator is still
//! signed in.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use echopilot_core::auth::{self, KnownOperator};
use echopilot_core::platform::{Code, Fault};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::caller::cookie;
use crate::live::PLACES;
use crate::site::Site;

/// How often something is sent when nothing happens: proxies cut what is silent, and a session may have ended.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// What is sent when nothing happens.
pub(super) const STILL_HERE: &str = ": still here\n\n";
/// Messages that may wait for a client that does not read.
pub(super) const WAITING: usize = 8;
/// Tells the usual proxy not to gather what is sent.
static ACCEL: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The answer that a stream is.
pub(super) fn answer(messages: mpsc::Receiver<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(Messages(messages)));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(ACCEL.clone(), HeaderValue::from_static("no"));
    response
}

/// All places to listen from are taken.
pub(super) fn no_place() -> Fault {
    let words = format!("{PLACES} pages are told of changes already; this one has to be reloaded by hand");
    Fault::new(Code::Unavailable, words).retry_after(60)
}

/// The operator of a stream.
pub(super) struct Operator {
    site: Arc<Site>,
    /// Their session; none for a caller with a key, which does not end.
    token: Option<String>,
}

impl Operator {
    /// Of the request that began the stream.
    pub(super) fn of(site: &Arc<Site>, headers: &HeaderMap) -> Self {
        let token = cookie(headers, site.cookies.operator).filter(|token| !token.is_empty());
        Self { site: Arc::clone(site), token: token.map(str::to_owned) }
    }

    /// Whether the session that began the stream is a live one still.
    pub(super) async fn is_signed_in(&self) -> bool {
        let Some(token) = &self.token else { return true };
        match auth::recall_operator(&self.site.deps, token) {
            KnownOperator::Known(_) => true,
            KnownOperator::Refused => false,
            KnownOperator::LookUp => {
                let (deps, token) = (Arc::clone(&self.site.deps), token.clone());
                let found = self.site.offload(move || auth::look_up_operator(&deps, &token)).await;
                // A store that does not answer says nothing about the session; the next time it is asked again.
                !matches!(found, Ok(Ok(None)))
            }
        }
    }
}

/// The messages as a body that goes on.
struct Messages(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Messages {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|message| message.map(|bytes| Ok(Frame::data(bytes))))
    }
}
