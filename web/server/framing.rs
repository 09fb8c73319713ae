//! Watches the raw heads of requests for two ways of saying where the body ends.
//!
//! hyper drops `Content-Length` when `Transfer-Encoding` is there too, and merges equal lengths, so that
//! nobody behind it can tell. A proxy in front may have read the other header: such a request is refused and
//! its connection closed (RFC 9112, sections 6.1 and 11.2).

/// No framing header that matters is longer; the rest of a longer line is not kept.
const LONGEST_KEPT: usize = 64;

/// What has been read of a connection, line by line.
#[derive(Debug, Default)]
pub(super) struct Framing {
    /// The beginning of a line that the last read did not finish.
    partial: Vec<u8>,
    /// Whether the request line has passed.
    in_head: bool,
    /// Bytes of the body that are still to come.
    body: u64,
    lengths: u32,
    encodings: u32,
    length: Option<u64>,
    /// Nothing more is looked at: the connection ends with this request.
    finished: bool,
    conflict: bool,
}

impl Framing {
    /// Look at bytes as they arrive. True when a head that ended here was ambiguous.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() && !self.finished {
            if self.body > 0 {
                let skipped = usize::try_from(self.body).unwrap_or(usize::MAX).min(bytes.len());
                self.body -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                self.keep(bytes);
                break;
            };
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if self.partial.is_empty() {
                self.line(line);
            } else {
                self.keep(line);
                let whole = std::mem::take(&mut self.partial);
                self.line(&whole);
            }
            bytes = rest;
        }
        self.conflict
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST_KEPT.saturating_sub(self.partial.len()).min(bytes.len());
        self.partial.extend_from_slice(&bytes[..room]);
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (self.in_head, line.is_empty()) {
            (false, true) => {} // Empty lines before a request are allowed.
            (false, false) => self.in_head = true,
            (true, true) => self.end_of_head(),
            (true, false) => match line[0] {
                b'c' | b'C' => {
                    if let Some(value) = value_of(line, b"content-length:") {
                        self.lengths += 1;
                        self.length =
                            std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
                    }
                }
                b't' | b'T' if value_of(line, b"transfer-encoding:").is_some() => self.encodings += 1,
                _ => {}
            },
        }
    }

    fn end_of_head(&mut self) {
        let readable = self.lengths == 0 || self.length.is_some();
        self.conflict |= self.lengths + self.encodings > 1 || !readable;
        // A chunked request is the last one of its connection, see the layers.
        self.finished = self.conflict || self.encodings > 0;
        self.body = self.length.take().unwrap_or(0);
        (self.in_head, self.lengths, self.encodings) = (false, 0, 0);
    }
}

fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (head, value) = line.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict must not depend on how the bytes were cut.
    fn conflict(text: &str) -> bool {
        let whole = Framing::default().read(text.as_bytes());
        for size in [1, 2, 3, 7, 50] {
            let mut framing = Framing::default();
            let mut last = false;
            for piece in text.as_bytes().chunks(size) {
                last = framing.read(piece);
            }
            assert_eq!(last, whole, "{text:?} in pieces of {size}");
        }
        whole
    }

    #[test]
    fn ordinary_requests_pass() {
        assert!(!conflict("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(!conflict("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
        assert!(!conflict(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ));
        assert!(!conflict("GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\nHost: a\n\n"));
    }

    #[test]
    fn two_ways_of_framing_are_a_conflict() {
        assert!(conflict(
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ));
        assert!(conflict(
            "POST / HTTP/1.1\r\nTRANSFER-ENCODING: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n"
        ));
        assert!(conflict("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"));
        assert!(conflict("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"));
        assert!(conflict("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"));
    }

    #[test]
    fn a_body_is_not_a_head_and_the_next_head_is() {
        let smuggled = "X / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n";
        let first = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{smuggled}", smuggled.len());
        assert!(!conflict(&first));
        assert!(conflict(&format!("{first}{smuggled}")));
    }
}
