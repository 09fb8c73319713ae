//! A browser without scripts: it keeps cookies, reads the hidden fields of forms and sends them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Answer, Call, Served};

/// One person at one browser.
pub(crate) struct Browser<'s> {
    server: &'s Served,
    /// What it sends with every request.
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'s> Browser<'s> {
    /// A new one.
    pub(crate) fn new(server: &'s Served) -> Self {
        Self { server, cookies: BTreeMap::new() }
    }

    /// A request as this browser makes it.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        let call =
            self.server.call(method, path).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { call } else { call.header("Cookie", &cookies.join("; ")) }
    }

    /// Open a page; a redirect is not followed.
    pub(crate) fn open(&mut self, path: &str) -> Answer {
        let answer = self.call("GET", path).send();
        self.keep(&answer);
        answer
    }

    /// Send a form as it was filled in.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let call = self.call("POST", path).header("Origin", &self.server.url);
        let answer = call.body("application/x-www-form-urlencoded", &encode(fields)).send();
        self.keep(&answer);
        answer
    }

    /// The token in the forms of a page.
    pub(crate) fn csrf(page: &Answer) -> String {
        let (_, after) = page.text.split_once("name=\"csrf\" value=\"").expect("a form");
        after.split_once('"').expect("its token").0.to_owned()
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// As `application/x-www-form-urlencoded`.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    pairs.join("&")
}

/// Everything but letters and digits as `%XX`.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
