//! The socket as hyper sees it: counts time, watches framing, and dresses hyper's own bare refusals.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::framing::Framing;
use super::pulse::Pulse;

/// Makes the whole answer for a request that hyper refused by itself, from its status.
pub(super) type Refuse = Arc<dyn Fn(u16) -> Vec<u8> + Send + Sync>;

/// A watched socket.
pub(super) struct Stream {
    socket: TcpStream,
    pulse: Arc<Pulse>,
    framing: Framing,
    refuse: Refuse,
    /// Our answer in place of hyper's, how much of it is out, and the length of what it replaces.
    replacement: Option<(Vec<u8>, usize, usize)>,
}

impl Stream {
    pub(super) fn new(socket: TcpStream, pulse: Arc<Pulse>, refuse: Refuse) -> Self {
        Self { socket, pulse, framing: Framing::default(), refuse, replacement: None }
    }

    /// The bare socket, for the farewell.
    pub(super) fn into_socket(self) -> TcpStream {
        self.socket
    }

    fn poll_replacement(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<usize>>> {
        let Some((answer, written, replaced)) = &mut self.replacement else { return Poll::Ready(None) };
        while *written < answer.len() {
            match ready!(Pin::new(&mut self.socket).poll_write(cx, &answer[*written..])) {
                Ok(0) => return Poll::Ready(Some(Err(io::ErrorKind::WriteZero.into()))),
                Ok(count) => *written += count,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        let replaced = *replaced;
        self.replacement = None;
        Poll::Ready(Some(Ok(replaced)))
    }

    /// hyper answers an unreadable head with an empty message that has no header of ours.
    fn replace_bare_refusal(&mut self, bytes: &[u8]) {
        if bytes.len() < 256
            && self.replacement.is_none()
            && let Some(status) = bare_refusal(bytes)
        {
            self.pulse.leave_unread();
            self.replacement = Some(((self.refuse)(status), 0, bytes.len()));
        }
    }
}

fn bare_refusal(bytes: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix("HTTP/1.1 4")?;
    let bare = text.ends_with("\r\n\r\n") && text.contains("\r\ncontent-length: 0\r\n");
    let status = format!("4{}", text.get(..2)?).parse().ok()?;
    (bare && !text.contains("\r\nx-request-id: ")).then_some(status)
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let result = ready!(Pin::new(&mut self.socket).poll_read(cx, into));
        let read = &into.filled()[before..];
        if !read.is_empty() {
            self.pulse.bytes_read();
            if self.framing.read(read) {
                self.pulse.found_conflict();
            }
        }
        Poll::Ready(result)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.replace_bare_refusal(bytes);
        if let Some(result) = ready!(self.poll_replacement(cx)) {
            return Poll::Ready(result);
        }
        let result = ready!(Pin::new(&mut self.socket).poll_write(cx, bytes));
        self.pulse.bytes_written();
        Poll::Ready(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = slices {
            return self.poll_write(cx, only);
        }
        let result = ready!(Pin::new(&mut self.socket).poll_write_vectored(cx, slices));
        self.pulse.bytes_written();
        Poll::Ready(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::bare_refusal;

    #[test]
    fn only_an_empty_refusal_without_our_headers_is_replaced() {
        let bare =
            "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(bare_refusal(bare.as_bytes()), Some(431));
        let ours = bare.replace("connection: close", "x-request-id: abcdefgh");
        assert_eq!(bare_refusal(ours.as_bytes()), None);
        assert_eq!(bare_refusal(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), None);
        assert_eq!(bare_refusal(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno"), None);
        assert_eq!(bare_refusal(b"HTTP/1.1 4"), None);
    }
}
