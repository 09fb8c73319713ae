//! The server under test, and what was learned of it on the way.

use std::time::Duration;

use echopilot_core::operation::Operation;
use echopilot_core::outbound::{Http, Reply};
use echopilot_core::platform::{Email, Result, Secret};
use serde_json::Value;

use super::live::Consent;

/// Generous for a cold cache, short enough for cron.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, the key to it, and the token of the customer that signed in.
pub(super) struct Target {
    http: Http,
    base_url: String,
    key: Secret,
    /// Whom to sign in as outside a demonstration: address and password.
    pub(super) customer: Option<(Email, Secret)>,
    /// Whether /health said that it is a demonstration.
    pub(super) demo: bool,
    /// The customer's session, once the auth check has made one.
    pub(super) token: Option<Secret>,
    /// Whether a live invoice may be made.
    pub(super) live: Consent,
}

impl Target {
    pub(super) fn new(
        base_url: String,
        key: Secret,
        customer: Option<(Email, Secret)>,
        live: Consent,
    ) -> Self {
        Self { http: Http::new(PATIENCE), base_url, key, customer, demo: false, token: None, live }
    }

    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Ask without credentials.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Result<Reply> {
        self.send(method, path, &[], body)
    }

    /// Ask as an operator.
    pub(super) fn ask_as_operator(&self, method: &str, path: &str, body: Option<&str>) -> Result<Reply> {
        self.send(method, path, &[("X-Dash-Key", self.key.expose())], body)
    }

    /// Ask as whoever the operation wants: an operator, the customer who signed in, or nobody.
    pub(super) fn call<O: Operation>(&self, input: &Value) -> Result<Reply> {
        use echopilot_core::operation::{Access, Method};
        let route = O::META.route;
        let empty = input.as_object().is_none_or(serde_json::Map::is_empty);
        let (path, body) = match route.method {
            Method::Get => (format!("{}{}", route.path, query(input)), None),
            _ if empty => (route.path.to_owned(), None),
            _ => (route.path.to_owned(), Some(input.to_string())),
        };
        let bearer = self.token.as_ref().map(|token| format!("Bearer {}", token.expose()));
        match (O::META.access, &bearer) {
            (Access::Public, _) => self.ask(route.method.as_str(), &path, body.as_deref()),
            (Access::Customer, Some(bearer)) => {
                self.send(route.method.as_str(), &path, &[("Authorization", bearer)], body.as_deref())
            }
            _ => self.ask_as_operator(route.method.as_str(), &path, body.as_deref()),
        }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Result<Reply> {
        let mut all = vec![("Accept", "application/json")];
        all.extend_from_slice(headers);
        if body.is_some() {
            all.push(("Content-Type", "application/json"));
        }
        self.http.send(method, &format!("{}{path}", self.base_url), &all, body)
    }
}

fn query(input: &Value) -> String {
    let Some(members) = input.as_object().filter(|members| !members.is_empty()) else { return String::new() };
    let pairs: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    format!("?{}", pairs.join("&"))
}
