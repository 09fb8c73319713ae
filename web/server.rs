//! The listener: an accept loop of our own, because the stock one sets no time-outs, no caps and ends nothing
//! in order. [`listen`] binds, [`serve`] serves until told to stop. What a request means is the layers' work;
//! here stand only connections.

mod caps;
mod connection;
mod framing;
mod pulse;
mod stream;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use echopilot_core::platform::{Code, Fault, Result};
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::layers::Front;

pub use caps::Caps;
use caps::Counter;
pub use connection::Connection;
use connection::Ending;
pub(crate) use pulse::Pulse;

/// How long the server waits for a client, and for itself at the end.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For the first byte of a new connection.
    pub first_byte: Duration,
    /// For a request's head, from its first byte.
    pub head: Duration,
    /// For a request's body.
    pub body: Duration,
    /// For the next request, or for the client to take the answer.
    pub idle: Duration,
    /// For requests in flight once the end has been asked for.
    pub drain: Duration,
    /// For what a refused client still sends.
    pub farewell: Duration,
    /// The longest head, in bytes.
    pub head_bytes: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(10),
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(30),
            farewell: Duration::from_secs(2),
            head_bytes: 32 * 1024,
        }
    }
}

/// What answers requests.
pub(crate) trait Host: Send + Sync + 'static {
    /// Answer a request.
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        connection: &Arc<Connection>,
    ) -> impl Future<Output = Response<Body>> + Send + 'static;

    /// The whole answer, as bytes, to what never became a request.
    fn refuse(&self, status: u16, peer: IpAddr) -> Vec<u8>;

    /// Whether `peer` is a proxy that may bring many clients.
    fn is_proxy(&self, peer: IpAddr) -> bool;
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut because they outlasted [`Patience::drain`].
    pub cut: usize,
}

/// Bind `address`, or say in plain words why not.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("another program already listens on {address}; stop it or choose another --bind")
            }
            io::ErrorKind::PermissionDenied => {
                format!("this user may not listen on {address}; ports below 1024 need a privilege")
            }
            io::ErrorKind::AddrNotAvailable => format!("{} is no address of this machine", address.ip()),
            _ => format!("can't listen on {address}"),
        };
        Fault::new(Code::Unavailable, why).because(error)
    })
}

/// Serve `front` until `stop` resolves; see [`Patience`] and [`Caps`] for what is waited for and how many fit.
pub async fn serve(
    front: Arc<Front>,
    listener: TcpListener,
    patience: Patience,
    caps: Caps,
    stop: impl Future<Output = ()>,
) -> Drained {
    let sharing = tokio::spawn(Arc::clone(&front).share_limits());
    let watching = tokio::spawn(Arc::clone(&front).watch_changes());
    let ended = Arc::clone(&front);
    let stop = async move {
        stop.await;
        // A stream never ends by itself, and draining waits for what is in flight.
        ended.end_streams();
    };
    let drained = serve_host(front, listener, patience, caps, stop).await;
    sharing.abort();
    watching.abort();
    drained
}

/// Serve until `stop` resolves, then finish what is in flight: no new connections, idle ones closed at once,
/// the rest cut after [`Patience::drain`].
pub(crate) async fn serve_host<H: Host>(
    host: Arc<H>,
    listener: TcpListener,
    patience: Patience,
    caps: Caps,
    stop: impl Future<Output = ()>,
) -> Drained {
    let (patience, ending, counter) = (Arc::new(patience), Arc::new(Ending::default()), Counter::new(caps));
    // Each connection holds a sender; the receiver sees the end of the last one.
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let (socket, peer) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if is_about_us(&error) {
                        tracing::warn!(%error, open = counter.total(), "can't accept connections for a moment");
                        sleep(Duration::from_millis(50)).await;
                    }
                    continue;
                }
            },
        };
        let Some(place) = counter.enter(peer.ip(), host.is_proxy(peer.ip())) else {
            turn_away(&socket, &host.refuse(503, peer.ip()));
            continue;
        };
        let driven =
            connection::drive(socket, peer, Arc::clone(&host), Arc::clone(&patience), Arc::clone(&ending));
        let alive = alive.clone();
        tokio::spawn(async move {
            driven.await;
            drop((place, alive));
        });
    }
    drop((listener, alive));
    ending.drain();
    if timeout(patience.drain, all_gone.recv()).await.is_ok() {
        return Drained { cut: 0 };
    }
    let cut = counter.total();
    ending.cut();
    let _ = timeout(patience.farewell, all_gone.recv()).await;
    Drained { cut }
}

/// Errors of accepting are mostly about a connection that is gone again; these are about this process.
fn is_about_us(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// Answer without waiting for anything: there is no place for this connection.
fn turn_away(socket: &TcpStream, answer: &[u8]) {
    let _ = socket.try_write(answer);
}

#[cfg(test)]
mod tests;
