//! A proxy for webhooks that disturbs what passes: it takes a delivery, answers `200` at once, and sends it on as
//! [`Chaos`] decides. What it did is counted.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use echopilot_core::billing::{Chaos, Fate};
use echopilot_core::outbound::Http;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::mount;
use crate::server::{Caps, Connection, Host, Patience, serve_host};

/// The largest delivery.
const LARGEST: usize = 1024 * 1024;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long what is still to be sent on is waited for at the end.
const FAREWELL: Duration = Duration::from_secs(15);

/// What passed, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// Deliveries that came.
    pub received: u64,
    /// Deliveries that were not sent on.
    pub dropped: u64,
    /// Deliveries that were sent on twice.
    pub duplicated: u64,
    /// Copies that waited for later ones to overtake them.
    pub late: u64,
    /// Copies with a byte changed.
    pub corrupted: u64,
    /// Copies whose signature was made an hour older.
    pub aged: u64,
    /// Copies that the receiver did not answer.
    pub unanswered: u64,
    /// Copies by the status that the receiver answered with.
    pub answers: BTreeMap<u16, u64>,
}

struct Proxy {
    chaos: Chaos,
    target: String,
    http: Http,
    permits: Arc<Semaphore>,
    number: AtomicU64,
    pending: AtomicU64,
    passed: Mutex<Passed>,
}

/// Stand on `listener` before `target` until `stop` resolves; what passed.
pub async fn disturb(
    chaos: Chaos,
    target: String,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Passed {
    let proxy = Arc::new(Proxy {
        chaos,
        target,
        http: Http::new(PATIENCE),
        permits: Arc::new(Semaphore::new(mount::PERMITS)),
        number: AtomicU64::new(0),
        pending: AtomicU64::new(0),
        passed: Mutex::default(),
    });
    let patience = Patience { drain: Duration::from_secs(2), ..Patience::default() };
    serve_host(Arc::clone(&proxy), listener, patience, Caps::within_file_limit(), stop).await;
    let step = Duration::from_millis(20);
    let mut left = FAREWELL;
    while proxy.pending.load(Ordering::Acquire) > 0 && !left.is_zero() {
        sleep(step).await;
        left = left.saturating_sub(step);
    }
    proxy.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Proxy {
    fn count(&self, count: impl FnOnce(&mut Passed)) {
        count(&mut self.passed.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn take(self: Arc<Self>, request: Request<Incoming>) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST).collect().await else {
            return StatusCode::PAYLOAD_TOO_LARGE;
        };
        let Ok(body) = String::from_utf8(body.to_bytes().into()) else { return StatusCode::BAD_REQUEST };
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let fates = self.chaos.fates(number);
        self.count(|passed| {
            passed.received += 1;
            passed.dropped += u64::from(fates.is_empty());
            passed.duplicated += u64::from(fates.len() > 1);
        });
        for fate in fates {
            self.pending.fetch_add(1, Ordering::AcqRel);
            let (own, headers, body) = (Arc::clone(&self), parts.headers.clone(), body.clone());
            tokio::spawn(async move {
                own.send(number, fate, &headers, &body).await;
                own.pending.fetch_sub(1, Ordering::AcqRel);
            });
        }
        StatusCode::OK
    }

    async fn send(&self, number: u64, fate: Fate, headers: &HeaderMap, body: &str) {
        sleep(fate.after).await;
        let text = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (signature, body) = self.chaos.damage(number, fate, &text("stripe-signature"), body);
        let (kind, http, target) = (text("content-type"), self.http.clone(), self.target.clone());
        let sent = mount::offload(&self.permits, move || {
            let headers = [("Content-Type", kind.as_str()), ("Stripe-Signature", signature.as_str())];
            http.send("POST", &target, &headers, Some(&body))
        });
        let answer = sent.await.and_then(|sent| sent);
        self.count(|passed| {
            passed.late += u64::from(fate.is_late);
            passed.corrupted += u64::from(fate.is_corrupt);
            passed.aged += u64::from(fate.is_old);
            match answer {
                Ok(reply) => *passed.answers.entry(reply.status).or_default() += 1,
                Err(_) => passed.unanswered += 1,
            }
        });
    }
}

impl Host for Proxy {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        _connection: &Arc<Connection>,
    ) -> impl Future<Output = Response<Body>> + Send + 'static {
        let own = Arc::clone(self);
        async move {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = own.take(request).await;
            response
        }
    }

    fn refuse(&self, status: u16, _peer: IpAddr) -> Vec<u8> {
        format!("HTTP/1.1 {status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    }

    fn is_proxy(&self, _peer: IpAddr) -> bool {
        true
    }
}
