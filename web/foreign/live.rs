//! GET /dashboard/v2/live: a stream of server-sent events that names the sections which have changed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use bytes::Bytes;
use echopilot_core::platform::Fault;
use http::{HeaderMap, Response};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::stream::{HEARTBEAT, Operator, STILL_HERE, WAITING, answer, no_place};
use crate::layers::Visit;
use crate::live::{News, Seen};
use crate::problem::Problem;
use crate::site::Site;

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
    let (place, news) = site.live.enter().ok_or_else(no_place)?;
    let (out, messages) = mpsc::channel(WAITING);
    let listener = Listener { operator: Operator::of(&site, &headers), seen, news, out };
    tokio::spawn(async move {
        listener.listen().await;
        drop(place);
    });
    Ok(answer(messages))
}

/// One stream.
struct Listener {
    operator: Operator,
    seen: Seen,
    news: watch::Receiver<News>,
    out: mpsc::Sender<Bytes>,
}

impl Listener {
    /// Tell what changes until the client leaves or does not read, the server ends or the session does.
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
                () = sleep(HEARTBEAT) => if !self.say(STILL_HERE.to_owned()) { return },
            }
            if !self.operator.is_signed_in().await {
                return;
            }
        }
    }

    /// False when the client does not read, or is gone.
    fn say(&self, text: String) -> bool {
        self.out.try_send(Bytes::from(text)).is_ok()
    }
}
