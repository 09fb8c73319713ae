//! What leaves an operation: `{"ok": true, …}`, the same bytes over HTTP and for `--json`.

use serde::Serialize;

use crate::platform::{Fault, Result, Secret, Timestamp};

/// Which success it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Ok,
    /// Done, and something new exists.
    Created,
    /// Taken on; it runs later.
    Accepted,
}

impl Status {
    /// The HTTP status.
    pub const fn http(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::Created => 201,
            Self::Accepted => 202,
        }
    }
}

/// What the answer means for the browser's session cookie.
#[derive(Debug, Clone)]
pub enum SessionChange {
    /// Nothing.
    Keep,
    /// Keep this token until then.
    Start {
        /// The session token.
        token: Secret,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Forget it.
    End,
}

/// A finished call: status, JSON document, and what becomes of the session cookie.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Which success.
    pub status: Status,
    /// What the browser keeps.
    pub session: SessionChange,
    /// One JSON object, `ok` first.
    pub body: Vec<u8>,
}

impl Answer {
    /// Serialise `output` straight from its struct: through a JSON value, `ok` would not be first.
    pub fn encode<T: Serialize>(status: Status, session: SessionChange, output: &T) -> Result<Self> {
        const HEAD: &[u8] = b"{\"ok\":true";
        let mut body = Vec::with_capacity(256);
        body.extend_from_slice(HEAD);
        let start = body.len();
        serde_json::to_writer(&mut body, output).map_err(Fault::internal)?;
        match body.get(start..) {
            Some(b"{}") => {
                body.truncate(start);
                body.push(b'}');
            }
            Some([b'{', ..]) => body[start] = b',',
            _ => return Err(Fault::internal("an operation's output is not a JSON object")),
        }
        Ok(Self { status, session, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Two {
        b: u8,
        a: u8,
    }

    #[derive(Serialize)]
    struct Empty {}

    fn text<T: Serialize>(output: &T) -> String {
        let answer = Answer::encode(Status::Ok, SessionChange::Keep, output).unwrap();
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn ok_is_first_and_members_keep_their_order() {
        assert_eq!(text(&Two { b: 1, a: 2 }), r#"{"ok":true,"b":1,"a":2}"#);
        assert_eq!(text(&Empty {}), r#"{"ok":true}"#);
        assert!(Answer::encode(Status::Ok, SessionChange::Keep, &7).is_err());
    }
}
