//! The one HTTP client: blocking, bounded in time and size, follows no redirect, tells a status from a failure.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

use crate::platform::{Code, Fault, Result};

/// Longer answers are cut off: nobody we ask sends more.
const LONGEST_BODY: u64 = 8 << 20;

/// A client; clones share connections.
#[derive(Debug, Clone)]
pub struct Http(ureq::Agent);

/// What came back, whatever the status.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl Reply {
    /// The body, when it is a JSON object.
    pub(super) fn document(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok().filter(Value::is_object)
    }

    /// A header, when it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How long the other side wants to be left alone, when it says so in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs)
    }
}

impl Http {
    /// A client whose calls take `limit` at the most, from the name look-up to the last byte.
    pub fn new(limit: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(limit))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("echopilot/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.new_agent())
    }

    /// Send a request. `Upstream` when no whole answer came; any status is an answer.
    pub fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Reply> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Some(body) => self.0.run(request.body(body.to_owned()).map_err(|error| wrong(url, error))?),
            None => self.0.run(request.body(()).map_err(|error| wrong(url, error))?),
        };
        let mut response = sent.map_err(|error| no_answer(url, error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let read = response.body_mut().with_config().limit(LONGEST_BODY).lossy_utf8(true).read_to_string();
        Ok(Reply { status, headers, body: read.map_err(|error| no_answer(url, error))? })
    }
}

fn wrong(url: &str, error: ureq::http::Error) -> Fault {
    Fault::invalid("url", format!("{url} is no address that can be asked")).because(error)
}

fn no_answer(url: &str, error: ureq::Error) -> Fault {
    Fault::new(Code::Upstream, format!("{url} gave no whole answer: {error}")).because(error)
}
