//! One connection from accept to farewell: hyper beside a watchdog and the drain's signal.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use echopilot_core::events::Scrubbed;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::pulse::{Phase, Pulse};
use super::stream::Stream;
use super::{Host, Patience};
use crate::layers::access_log;

/// No answer waits for more than this much of a refused body.
const FAREWELL_BYTES: usize = 1024 * 1024;

/// How far the end of the server has come.
#[derive(Debug, Default)]
pub(super) struct Ending {
    stage: AtomicU8,
    changed: Notify,
}

impl Ending {
    /// Connections end when their request in flight is answered.
    pub(super) fn drain(&self) {
        self.stage.store(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Connections end now.
    pub(super) fn cut(&self) {
        self.stage.store(2, Ordering::SeqCst);
        self.changed.notify_waiters();
    }
}

/// Who is at the other end, for the layers.
#[derive(Debug)]
pub struct Connection {
    /// The address of the socket's other end: the client's, or a proxy's.
    pub peer: SocketAddr,
    /// The peer as logs show it.
    pub(crate) prefix: Scrubbed,
    pub(crate) pulse: Arc<Pulse>,
    /// How long a body may take.
    pub(crate) body_patience: Duration,
}

impl Connection {
    /// A request keeps the connection from being idle until this is dropped.
    pub(crate) fn busy(&self) -> Busy {
        self.pulse.enter(Phase::Busy);
        Busy(Arc::clone(&self.pulse))
    }
}

/// A request at work.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Pulse>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// Serve `socket` until it ends.
pub(super) async fn drive<H: Host>(
    socket: TcpStream,
    peer: SocketAddr,
    host: Arc<H>,
    patience: Arc<Patience>,
    ending: Arc<Ending>,
) {
    // Small answers go out at once; a socket that refuses the option is slower, not broken.
    let _ = socket.set_nodelay(true);
    let pulse = Arc::new(Pulse::new());
    let refuse = {
        let host = Arc::clone(&host);
        Arc::new(move |status| host.refuse(status, peer.ip()))
    };
    let stream = Stream::new(socket, Arc::clone(&pulse), refuse);
    let connection = Arc::new(Connection {
        peer,
        prefix: access_log::shown(peer.ip()),
        pulse: Arc::clone(&pulse),
        body_patience: patience.body,
    });
    let service = service_fn(|request: Request<Incoming>| {
        let busy = connection.busy();
        let answer = host.answer(request, &connection);
        async move {
            let response: Response<Body> = answer.await;
            drop(busy);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut hyper = http1::Builder::new()
        .max_buf_size(patience.head_bytes)
        // The watchdog below does it, see pulse.rs.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let mut watchdog = pin!(sleep(patience.first_byte.min(patience.head)));
    let mut signal = pin!(ending.changed.notified());
    // Registered before the stage is read, so that no change is missed.
    let mut stage_seen = 0;
    let mut registered = false;
    let slow_head = poll_fn(|cx| {
        if !registered {
            registered = true;
            signal.as_mut().enable();
            // Both wakers stay the task's own, so one poll registers them for good.
            let _ = signal.as_mut().poll(cx);
            let _ = watchdog.as_mut().poll(cx);
        }
        let stage = ending.stage.load(Ordering::SeqCst);
        if stage > stage_seen {
            stage_seen = stage;
            if stage > 1 {
                return Poll::Ready(false);
            }
            Pin::new(&mut hyper).graceful_shutdown();
            signal.set(ending.changed.notified());
            signal.as_mut().enable();
            let _ = signal.as_mut().poll(cx);
            if ending.stage.load(Ordering::SeqCst) > 1 {
                return Poll::Ready(false);
            }
        }
        while watchdog.is_elapsed() {
            match pulse.overdue(&patience) {
                Ok(phase) => return Poll::Ready(phase == Phase::Head),
                Err(wait) => {
                    watchdog.as_mut().reset(Instant::now() + wait);
                    let _ = watchdog.as_mut().poll(cx);
                }
            }
        }
        // Errors here are the client's: it hung up, or sent what can't be read and got its answer.
        Pin::new(&mut hyper).poll(cx).map(|_result| false)
    })
    .await;
    let word = slow_head.then(|| host.refuse(408, peer.ip()));
    if word.is_some() || pulse.has_unread() {
        let socket = hyper.into_parts().io.into_inner().into_socket();
        // A client that does not let itself be told is cut.
        let _ = timeout(patience.farewell, farewell(socket, word)).await;
    }
}

/// Say the last word, if any, then read away what the client still sends: closing a socket with unread
/// bytes resets it, and the answer would be lost.
async fn farewell(mut socket: TcpStream, word: Option<Vec<u8>>) -> std::io::Result<()> {
    if let Some(word) = word {
        socket.write_all(&word).await?;
    }
    socket.shutdown().await?;
    let mut buffer = vec![0; 16 * 1024];
    let mut left = FAREWELL_BYTES;
    while left > 0 {
        let read = socket.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        left = left.saturating_sub(read);
    }
    Ok(())
}
