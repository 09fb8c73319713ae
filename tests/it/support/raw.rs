//! Speaking to a server in bytes: what no proper client sends, and from other addresses of this machine.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than the server's own patience with a head, shorter than a test may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    /// The status.
    pub(crate) status: u16,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// What stands after the head.
    pub(crate) body: String,
}

/// The address in `http://127.0.0.1:8080`.
pub(crate) fn address_of(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().expect("an address")
}

/// A connection to the server at `url`.
pub(crate) fn connect(url: &str) -> TcpStream {
    patient(TcpStream::connect(address_of(url)).expect("a connection"))
}

/// A connection to the server at `url` from another address of this machine, such as 127.0.0.9.
pub(crate) fn connect_from(url: &str, source: &str) -> TcpStream {
    let source: IpAddr = source.parse().expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(source, 0))?;
        socket.connect(address_of(url)).await?.into_std()
    });
    let stream = stream.expect("a connection from another address");
    stream.set_nonblocking(false).expect("a blocking socket");
    patient(stream)
}

/// Send bytes, then read until the server closes; what came until then.
pub(crate) fn exchange(url: &str, bytes: &[u8]) -> String {
    finish(connect(url), bytes)
}

/// The same on a connection that is there.
pub(crate) fn finish(mut stream: TcpStream, bytes: &[u8]) -> String {
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request on a connection of its own, from `source` of this machine.
pub(crate) fn ask_from(
    url: &str,
    source: &str,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> RawAnswer {
    let mut text = format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", address_of(url));
    for (name, value) in headers {
        text = format!("{text}{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text = format!("{text}Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    RawAnswer::parse(&finish(connect_from(url, source), format!("{text}\r\n{body}").as_bytes()))
}

impl RawAnswer {
    /// Take the first answer in `text` apart.
    ///
    /// # Panics
    /// When there is none.
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first.get(9..12).and_then(|status| status.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.unwrap_or_else(|| panic!("no status in {first:?}")),
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            body: body.to_owned(),
        }
    }

    /// A header, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time limit");
    stream
}
