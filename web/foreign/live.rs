//! GET /dashboard/v2/live: a stream of server-sent events that names the sections which have changed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use bytes::Bytes;
use echopilot_core::auth::{self, KnownOperator};
use echopilot_core::platform::{Code, Fault};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use hyper::body::Frame;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::caller::cookie;
use crate::layers::Visit;
use crate::live::{News, PLACES, Seen};
use crate::problem::Problem;
use crate::site::Site;

/// How often something is sent when nothing happens: proxies cut what is silent, and a session may have ended.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Messages that may wait for a client that does not read; then the stream ends.
const WAITING: usize = 8;
/// Tells the usual proxy not to gather what is sent.
static ACCEL: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Begin a stream.
pub(super) async fn stream(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response<Body>, Problem> {
    let query = uri.query().unwrap_or("");
    let word = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "seen");
    let seen = if let Some((_, word)) = word {
        let seen = Seen::parse(&word);
        seen.ok_or_else(|| Fault::invalid("seen", "expected the word that the page was given"))?
    } else {
        let deps = Arc::clone(&visit.cx(&site).deps);
        site.offload(move || Seen::read(&deps)).await??
    };
    let Some((place, news)) = site.live.enter() else {
        let words =
            format!("{PLACES} pages are told of changes already; this one has to be reloaded by hand");
        return Err(Fault::new(Code::Unavailable, words).retry_after(60).into());
    };
    let (out, messages) = mpsc::channel(WAITING);
    let token = cookie(&headers, site.cookies.operator).filter(|token| !token.is_empty()).map(str::to_owned);
    let listener = Listener { site, token, seen, news, out };
    tokio::spawn(async move {
        listener.listen().await;
        drop(place);
    });
    let mut response = Response::new(Body::new(Messages(messages)));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(ACCEL.clone(), HeaderValue::from_static("no"));
    Ok(response)
}

/// One stream.
struct Listener {
    site: Arc<Site>,
    /// The operator's session; none for a caller with a key, which does not end.
    token: Option<String>,
    seen: Seen,
    news: watch::Receiver<News>,
    out: mpsc::Sender<Bytes>,
}

impl Listener {
    /// Tell what changes until the client leaves, the server ends or the session does.
    async fn listen(mut self) {
        if !self.say("retry: 5000\n: you are told which section has changed\n\n".to_owned()) {
            return;
        }
        loop {
            let News { seen, is_ending } = self.news.borrow_and_update().clone();
            if is_ending {
                return;
            }
            if let Some(seen) = seen {
                for section in seen.changed(&self.seen) {
                    if !self.say(format!("event: changed\ndata: {section}\n\n")) {
                        return;
                    }
                }
                self.seen = seen;
            }
            tokio::select! {
                changed = self.news.changed() => if changed.is_err() { return },
                () = self.out.closed() => return,
                () = sleep(HEARTBEAT) => if !self.say(": still here\n\n".to_owned()) { return },
            }
            if !self.is_signed_in().await {
                return;
            }
        }
    }

    /// False when the client does not read, or is gone.
    fn say(&self, text: String) -> bool {
        self.out.try_send(Bytes::from(text)).is_ok()
    }

    /// Whether the session that began the stream is a live one still.
    async fn is_signed_in(&self) -> bool {
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
