//! One line of a log. What may stand in it is decided by type: see [`LogValue`].

use std::cell::RefCell;
use std::time::Duration;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::redact::Scrubbed;
use super::{Log, json};
use crate::platform::{Code, Reference, Timestamp};

/// How much a line matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Level {
    /// For somebody who looks for a cause.
    Debug,
    /// Ordinary work.
    Info,
    /// Works, but somebody should look.
    Warn,
    /// Failed.
    Error,
}

impl Level {
    /// The level as it stands in a line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Debug, Self::Info, Self::Warn, Self::Error].into_iter().find(|level| level.as_str() == text)
    }
}

/// The longest request id that is kept.
const REQUEST_ID: usize = 64;
/// A line is cut before the field that would make it longer than this.
const LONGEST_LINE: usize = 16 * 1024;

/// A line in the making: `Event::new(Log::Auth, "signed_in").request_id(id).field("method", "code")`.
#[derive(Debug)]
pub struct Event {
    log: Log,
    level: Level,
    name: &'static str,
    request_id: [u8; REQUEST_ID],
    request_id_length: usize,
    caller: Option<(&'static str, Option<Reference>)>,
    fields: Vec<u8>,
}

thread_local! {
    /// Buffers that this thread's earlier events left behind, so that a line costs no allocation.
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

impl Event {
    /// A line for `log`; the name is a verb in the past or a noun, in snake case.
    pub fn new(log: Log, name: &'static str) -> Self {
        let fields = SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(|| Vec::with_capacity(512));
        Self {
            log,
            level: Level::Info,
            name,
            request_id: [0; REQUEST_ID],
            request_id_length: 0,
            caller: None,
            fields,
        }
    }

    /// The level; `Info` when this is not called.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The request it belongs to. Anything but letters, digits, `.`, `_` and `-` becomes `_`.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id_length = id.len().min(REQUEST_ID);
        for (to, from) in self.request_id.iter_mut().zip(id.bytes()) {
            *to =
                if from.is_ascii_alphanumeric() || matches!(from, b'.' | b'_' | b'-') { from } else { b'_' };
        }
        self
    }

    /// Who asked for it: the kind (`customer`, `operator` …) and the keyed hash of who exactly.
    #[must_use]
    pub fn caller(mut self, kind: &'static str, reference: Option<Reference>) -> Self {
        self.caller = Some((kind, reference));
        self
    }

    /// One more field. A field that would make the line too long is left out, and `truncated` says so.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl LogValue) -> Self {
        let before = self.fields.len();
        self.fields.push(b',');
        json::text(&mut self.fields, name);
        self.fields.push(b':');
        value.write(&mut self.fields);
        if self.fields.len() > LONGEST_LINE {
            self.fields.truncate(before);
            if !self.fields.ends_with(json::TRUNCATED) {
                self.fields.extend_from_slice(json::TRUNCATED);
            }
        }
        self
    }

    /// The log it goes to.
    pub fn log(&self) -> Log {
        self.log
    }

    /// Append the whole line to `out` and keep the buffer for the next event of this thread.
    pub(super) fn write_to(self, now: Timestamp, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"ts\":\"");
        json::timestamp(out, now);
        out.extend_from_slice(b"\",\"level\":\"");
        out.extend_from_slice(self.level.as_str().as_bytes());
        out.extend_from_slice(b"\",\"event\":");
        json::text(out, self.name);
        out.extend_from_slice(b",\"request_id\":");
        if self.request_id_length == 0 {
            out.extend_from_slice(b"null");
        } else {
            out.push(b'"');
            out.extend_from_slice(&self.request_id[..self.request_id_length]);
            out.push(b'"');
        }
        out.extend_from_slice(b",\"caller\":");
        match &self.caller {
            None => out.extend_from_slice(b"null"),
            Some((kind, reference)) => {
                out.extend_from_slice(b"{\"kind\":");
                json::text(out, kind);
                out.extend_from_slice(b",\"ref\":");
                match reference {
                    Some(reference) => json::text(out, reference.as_str()),
                    None => out.extend_from_slice(b"null"),
                }
                out.push(b'}');
            }
        }
        out.extend_from_slice(&self.fields);
        out.extend_from_slice(b"}\n");
        let mut fields = self.fields;
        fields.clear();
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < 4 && fields.capacity() <= 4 * LONGEST_LINE {
                spare.push(fields);
            }
        });
    }
}

mod sealed {
    /// Keeps [`super::LogValue`] to the types listed here.
    pub trait Sealed {}
}

/// What a field may hold. An e-mail address, a secret or any other unchecked text has no implementation, so a
/// line that would show one does not compile; free text goes through [`Scrubbed`].
pub trait LogValue: sealed::Sealed {
    /// Append the value as JSON.
    fn write(&self, out: &mut Vec<u8>);
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl sealed::Sealed for $type {}
        impl LogValue for $type {
            fn write(&self, out: &mut Vec<u8>) {
                json::integer(out, i128::from(*self));
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl sealed::Sealed for usize {}
impl LogValue for usize {
    fn write(&self, out: &mut Vec<u8>) {
        json::integer(out, i128::try_from(*self).unwrap_or(i128::MAX));
    }
}

impl sealed::Sealed for f64 {}
impl LogValue for f64 {
    /// A number that JSON can't hold is `null`.
    fn write(&self, out: &mut Vec<u8>) {
        if self.is_finite() {
            out.extend_from_slice(format!("{self}").as_bytes());
        } else {
            out.extend_from_slice(b"null");
        }
    }
}

impl sealed::Sealed for bool {}
impl LogValue for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl sealed::Sealed for &'static str {}
impl LogValue for &'static str {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self);
    }
}

impl sealed::Sealed for Timestamp {}
impl LogValue for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        json::timestamp(out, *self);
        out.push(b'"');
    }
}

impl sealed::Sealed for Duration {}
impl LogValue for Duration {
    /// Milliseconds with three decimals.
    fn write(&self, out: &mut Vec<u8>) {
        json::milliseconds(out, *self);
    }
}

impl sealed::Sealed for Code {}
impl LogValue for Code {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self.as_str());
    }
}

impl sealed::Sealed for Level {}
impl LogValue for Level {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self.as_str());
    }
}

impl sealed::Sealed for Log {}
impl LogValue for Log {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self.name());
    }
}

impl sealed::Sealed for Reference {}
impl LogValue for Reference {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self.as_str());
    }
}

impl sealed::Sealed for Scrubbed {}
impl LogValue for Scrubbed {
    fn write(&self, out: &mut Vec<u8>) {
        json::text(out, self.as_str());
    }
}

impl<T: LogValue> sealed::Sealed for Option<T> {}
impl<T: LogValue> LogValue for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}
