//! GET /api/logs/follow: a stream of server-sent events with the lines that come into a log.
//!
//! Each line has its place as the event's id, so whoever was cut off goes on behind the last one that they got. A client that
//! reads slowly is waited for: its lines lie in the log's files meanwhile, not in memory.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use bytes::Bytes;
use echopilot_core::audit::TailLog;
use echopilot_core::events::{Followed, Follower, Log, Place};
use echopilot_core::platform::{Code, Fault, Result};
use http::{HeaderMap, Response};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::stream::{HEARTBEAT, Operator, STILL_HERE, WAITING, answer, no_place};
use crate::layers::Visit;
use crate::live::News;
use crate::pages::{told_line, wanted_lines};
use crate::problem::Problem;
use crate::site::Site;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(500);
/// How long a client may leave what was sent unread.
const PATIENCE: Duration = Duration::from_secs(60);

/// Begin a stream.
pub(super) async fn stream(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response<Body>, Problem> {
    let query = uri.query().unwrap_or("");
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "from");
    let asked = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let from = match given {
        Some((_, word)) => Some(
            Place::parse(&word)
                .ok_or_else(|| Fault::invalid("from", "expected the end of a log as it was given"))?,
        ),
        None => None,
    };
    let operation = wanted_lines(uri.query())?;
    let (lines, log) = (operation.query()?, operation.file);
    // The access and the line in the log are those of a tail; only its end is needed, which no filter changes.
    let ending = TailLog { file: log, n: 1, level: None, request_id: None, text: None };
    let cx = visit.cx(&site);
    let directory = cx.deps.settings.log_dir.clone();
    let (place, news) = site.live.enter().ok_or_else(no_place)?;
    let begun = site.offload(move || {
        let end = Place::parse(&cx.call(&ending)?.end).unwrap_or_default();
        // What the browser got last counts, not what the page was made from.
        let from = match asked {
            Some(id) => Place::parse(&id),
            None => Some(from.unwrap_or(end)),
        };
        from.map_or(Ok(None), |from| Follower::start(directory, lines, &from))
    });
    let follower = begun.await??.map(|follower| Arc::new(Mutex::new(follower)));
    let (out, messages) = mpsc::channel(WAITING);
    let operator = Operator::of(&site, &headers);
    tokio::spawn(async move {
        if let Some(follower) = follower {
            let _ = Teller { site, operator, log, follower, news, out }.tell().await;
        } else {
            // Too much came meanwhile, or it is gone: the page shows the end of the log anew.
            let _ = out.send(Bytes::from_static(b"retry: 5000\nevent: behind\ndata: \n\n")).await;
        }
        drop(place);
    });
    Ok(answer(messages))
}

/// One stream.
struct Teller {
    site: Arc<Site>,
    operator: Operator,
    log: Log,
    follower: Arc<Mutex<Follower>>,
    news: watch::Receiver<News>,
    out: mpsc::Sender<Bytes>,
}

impl Teller {
    /// Tell the lines that come until the client leaves or does not read, the server ends, or the session does; then none.
    async fn tell(mut self) -> Option<()> {
        self.say("retry: 5000\n: lines follow\n\n".to_owned()).await?;
        let mut spoken = Instant::now();
        loop {
            if self.news.borrow_and_update().is_ending || !self.operator.is_signed_in().await {
                return None;
            }
            let part = self.read().await?;
            for line in &part.lines {
                let told = told_line(self.log, line.line.get());
                self.say(format!("id: {}\nevent: line\ndata: {told}\n\n", line.place)).await?;
                spoken = Instant::now();
            }
            if part.more {
                continue;
            }
            if spoken.elapsed() >= HEARTBEAT {
                self.say(STILL_HERE.to_owned()).await?;
                spoken = Instant::now();
            }
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                () = self.out.closed() => return None,
                () = sleep(EVERY) => {}
            }
        }
    }

    /// What came; nothing while too much is going on, which is looked at again. None when the log can't be read: the
    /// stream ends, so that the page does not say that it is up to date.
    async fn read(&self) -> Option<Followed> {
        let follower = Arc::clone(&self.follower);
        let read =
            self.site.offload(move || follower.lock().unwrap_or_else(PoisonError::into_inner).read()).await;
        match read.and_then(|read| read) {
            Ok(followed) => Some(followed),
            Err(fault) if fault.code == Code::Unavailable => Some(Followed::default()),
            Err(_) => None,
        }
    }

    async fn say(&self, text: String) -> Option<()> {
        timeout(PATIENCE, self.out.send(Bytes::from(text))).await.ok()?.ok()
    }
}
