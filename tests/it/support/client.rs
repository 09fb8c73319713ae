//! Asking a server over HTTP.

use std::time::Duration;

use echopilot_core::outbound::{Http, Reply};
use serde_json::Value;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request in the making; [`Call::send`] sends it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) text: String,
    reply: Reply,
}

impl Call {
    /// A request for JSON.
    pub(crate) fn new(method: &str, url: impl Into<String>) -> Self {
        let call = Self { method: method.to_owned(), url: url.into(), headers: Vec::new(), body: None };
        call.header("Accept", "application/json")
    }

    /// Set a header; the one of the same name is replaced.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As an operator with this key.
    #[must_use]
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("X-Dash-Key", key)
    }

    /// As the customer with this token.
    #[must_use]
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// With a JSON body.
    #[must_use]
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", &body.to_string())
    }

    /// With a body of any type.
    #[must_use]
    pub(crate) fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("Content-Type", content_type)
    }

    /// Send it.
    ///
    /// # Panics
    /// When no whole answer came.
    pub(crate) fn send(&self) -> Answer {
        self.try_send().unwrap_or_else(|words| panic!("{} {}: {words}", self.method, self.url))
    }

    /// Send it to a server that may not answer.
    pub(crate) fn try_send(&self) -> Result<Answer, String> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // A connection of its own: a test that stops a server must not meet a pooled one.
        let sent = Http::new(PATIENCE).send(&self.method, &self.url, &headers, self.body.as_deref());
        let reply = sent.map_err(|fault| fault.detail)?;
        Ok(Answer { status: reply.status, text: reply.body.clone(), reply })
    }
}

impl Answer {
    /// A header, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.reply.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.reply.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }

    /// The same answer, once it has this status.
    ///
    /// # Panics
    /// When it has another.
    #[must_use]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}
