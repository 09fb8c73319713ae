use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

/// Answers `/slow` late, `/deaf` without reading the body, all else with its length.
struct Echo {
    answered: AtomicUsize,
}

impl Host for Echo {
    fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        connection: &Arc<Connection>,
    ) -> impl Future<Output = Response<Body>> + Send + 'static {
        let (this, connection) = (Arc::clone(self), Arc::clone(connection));
        async move {
            let mut status = 200;
            let mut length = 0;
            if connection.pulse.has_conflict() {
                status = 400;
                connection.pulse.leave_unread();
            } else if request.uri().path() == "/deaf" {
                connection.pulse.leave_unread();
                status = 413;
            } else {
                if request.uri().path() == "/slow" {
                    sleep(Duration::from_millis(200)).await;
                }
                length = request.into_body().collect().await.map_or(0, |body| body.to_bytes().len());
            }
            this.answered.fetch_add(1, Ordering::SeqCst);
            let mut response = Response::new(Body::from(format!("read {length}")));
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert("x-request-id", "echo-echo".parse().unwrap());
            if status != 200 {
                response.headers_mut().insert("connection", "close".parse().unwrap());
            }
            assert!(!response.headers().contains_key(CONTENT_LENGTH));
            response
        }
    }

    fn refuse(&self, status: u16, _peer: IpAddr) -> Vec<u8> {
        format!("HTTP/1.1 {status} Refused\r\nx-request-id: refused-refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .into_bytes()
    }

    fn is_proxy(&self, _peer: IpAddr) -> bool {
        false
    }
}

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Drained>,
}

async fn start(patience: Patience, caps: Caps) -> Running {
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let host = Arc::new(Echo { answered: AtomicUsize::new(0) });
    let ended = tokio::spawn(serve_host(host, listener, patience, caps, async {
        let _ = stopped.await;
    }));
    Running { address, stop: Some(stop), ended }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Send `bytes` and read until the server closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut socket = self.connect().await;
        socket.write_all(bytes).await.unwrap();
        read_all(&mut socket).await
    }
}

async fn read_all(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ =
        timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

fn quick() -> Patience {
    Patience {
        first_byte: Duration::from_millis(150),
        head: Duration::from_millis(150),
        idle: Duration::from_millis(300),
        drain: Duration::from_millis(600),
        farewell: Duration::from_millis(300),
        ..Patience::default()
    }
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const GET_AND_CLOSE: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_silent_connection_and_a_dripping_head_are_cut_but_a_quick_one_is_not() {
    let server = start(quick(), Caps::default()).await;
    assert_eq!(server.exchange(b"").await, "", "silent: closed without a word");
    let mut dripping = server.connect().await;
    for byte in b"GET / HTTP/1.1\r\nHost" {
        if dripping.write_all(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let answer = read_all(&mut dripping).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(server.exchange(GET_AND_CLOSE).await.ends_with("read 0"));
}

#[tokio::test]
async fn an_idle_connection_outlasts_the_head_time_out_and_is_cut_later() {
    let server = start(quick(), Caps::default()).await;
    let mut socket = server.connect().await;
    socket.write_all(GET).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    socket.write_all(GET).await.unwrap();
    let both = read_all(&mut socket).await;
    assert_eq!(both.matches("read 0").count(), 2, "{both}");
}

#[tokio::test]
async fn slow_answers_are_not_cut_by_head_or_idle_times() {
    let server = start(Patience { idle: Duration::from_millis(50), ..quick() }, Caps::default()).await;
    let answer = server.exchange(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.ends_with("read 0"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_answered_even_though_the_client_still_sends() {
    let server = start(quick(), Caps::default()).await;
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "a".repeat(64 * 1024));
    let answer = server.exchange(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431") && answer.contains("refused-refused"), "{answer}");
    let fits = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
        "a".repeat(16 * 1024)
    );
    assert!(server.exchange(fits.as_bytes()).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_refused_body_does_not_swallow_the_answer() {
    let server = start(quick(), Caps::default()).await;
    let mut request = b"POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n".to_vec();
    request.extend(std::iter::repeat_n(b'x', 600_000));
    let answer = server.exchange(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn smuggling_forms_get_one_answer_and_the_end() {
    let server = start(quick(), Caps::default()).await;
    let next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for framing in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "Content-Length: +3\r\n\r\nabc",
        "Content-Length: 3, 3\r\n\r\nabc",
        "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    ] {
        let answer =
            server.exchange(format!("POST / HTTP/1.1\r\nHost: a\r\n{framing}{next}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{framing:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{framing:?}: {answer}");
        assert!(answer.contains("x-request-id"), "{framing:?}: {answer}");
    }
    let control = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = server.exchange(control.as_bytes()).await;
    assert!(answer.contains("read 3") && answer.ends_with("read 0"), "{answer}");
}

#[tokio::test]
async fn draining_finishes_what_is_in_flight_and_closes_the_rest_at_once() {
    let mut server = start(Patience { idle: Duration::from_secs(9), ..quick() }, Caps::default()).await;
    let mut idle = server.connect().await;
    idle.write_all(GET).await.unwrap();
    let mut buffer = [0; 512];
    assert!(idle.read(&mut buffer).await.unwrap() > 0);
    let mut working = server.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await;
    server.stop.take().unwrap().send(()).unwrap();
    assert_eq!(timeout(Duration::from_millis(100), idle.read(&mut buffer)).await.unwrap().unwrap(), 0);
    assert!(TcpStream::connect(server.address).await.is_err(), "new connections are refused");
    let answer = read_all(&mut working).await;
    assert!(answer.ends_with("read 0"), "{answer}");
    assert_eq!(server.ended.await.unwrap(), Drained { cut: 0 });
}

#[tokio::test]
async fn what_outlasts_the_drain_is_cut() {
    let mut server = start(Patience { drain: Duration::from_millis(50), ..quick() }, Caps::default()).await;
    let mut working = server.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await;
    server.stop.take().unwrap().send(()).unwrap();
    assert_eq!(server.ended.await.unwrap(), Drained { cut: 1 });
}

#[tokio::test]
async fn the_connection_over_the_cap_is_turned_away_and_the_next_one_finds_its_place() {
    let server = start(Patience::default(), Caps { total: 2, per_address: 9, per_loopback: 9 }).await;
    let (first, _second) = (server.connect().await, server.connect().await);
    sleep(Duration::from_millis(30)).await;
    let answer = read_all(&mut server.connect().await).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    drop(first);
    sleep(Duration::from_millis(30)).await;
    assert!(server.exchange(GET_AND_CLOSE).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_hundred_slow_connections_do_not_slow_a_quick_one() {
    let server = start(Patience::default(), Caps::default()).await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut socket = server.connect().await;
        socket.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        slow.push(socket);
    }
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = echopilot_core::platform::Clock::monotonic();
        assert!(server.exchange(GET_AND_CLOSE).await.starts_with("HTTP/1.1 200"));
        times.push(begun.elapsed());
    }
    times.sort();
    assert!(times[18] < Duration::from_millis(50), "{times:?}");
    drop(slow);
}

#[tokio::test]
async fn an_address_in_use_is_said_in_plain_words() {
    let taken = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let fault = listen(taken.local_addr().unwrap()).await.unwrap_err();
    assert!(fault.detail.contains("already listens"), "{fault}");
    let elsewhere = listen("192.0.2.1:0".parse().unwrap()).await.unwrap_err();
    assert!(elsewhere.detail.contains("no address of this machine"), "{elsewhere}");
}
