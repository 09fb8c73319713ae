//! Notion, as far as we use it: JSON in, JSON out, decoded by the fields that are there.
//!
//! A page that may have been made although no answer came must be looked for before it is made again, so a call that
//! is not [`NotionCall::repeatable`] is sent again only when Notion said that it did nothing.

use std::time::Duration;

use serde_json::Value;

use super::http::{Http, Reply};
use super::retry::{Failed, Retry};
use crate::platform::{Chance, Code, Fault, Secret};

/// The version whose shapes requests and answers have.
const VERSION: &str = "2022-06-28";
/// One try.
const TRY: Duration = Duration::from_secs(8);
/// All tries of a call with the pauses between them.
const CALL: Duration = Duration::from_secs(12);
/// Tries of a call.
const TRIES: u32 = 4;
/// The pause before the second try at the most; it doubles.
const PAUSE: Duration = Duration::from_millis(400);

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct NotionCall {
    /// `GET`, `POST` or `PATCH`.
    pub method: &'static str,
    /// Such as `/v1/pages`.
    pub path: String,
    /// The JSON that is sent.
    pub body: Option<Value>,
    /// Whether sending it twice does what sending it once does.
    pub repeatable: bool,
}

impl NotionCall {
    /// A reading request.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: None, repeatable: true }
    }

    /// A question that is put as a POST.
    pub fn query(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body), repeatable: true }
    }

    /// A request that makes something, each time anew.
    pub fn create(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body), repeatable: false }
    }

    /// A request that sets what is there to these values.
    pub fn update(path: impl Into<String>, body: Value) -> Self {
        Self { method: "PATCH", path: path.into(), body: Some(body), repeatable: true }
    }
}

/// Why a call has no result.
#[derive(Debug)]
pub enum NotionFailure {
    /// Notion decided: the request was not executed and, unchanged, never will be.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Notion's code, such as `object_not_found`.
        code: String,
    },
    /// No decision is known: no answer, one that says nothing, or too many requests.
    Unknown(Fault),
}

impl From<NotionFailure> for Fault {
    fn from(failure: NotionFailure) -> Self {
        match failure {
            NotionFailure::Unknown(fault) => fault,
            NotionFailure::Refused { status: 401, code } => Self::new(
                Code::Upstream,
                "Notion does not accept the configured token; an operator must look at NOTION_TOKEN",
            )
            .because(code),
            NotionFailure::Refused { status: 403 | 404, code } => Self::new(
                Code::Upstream,
                "Notion knows nothing there that this token may see; share the database with the integration of \
                 NOTION_TOKEN, and compare NOTION_CLIENT_DB_ID and NOTION_PARTNERS_DB_ID with its address",
            )
            .because(code),
            // Not its words, which may quote what was sent.
            NotionFailure::Refused { status, code } => {
                Self::new(Code::Refused, format!("Notion refused the request ({status} {code})"))
            }
        }
    }
}

/// What is asked of Notion.
pub trait Notion: Send + Sync {
    /// Ask, with whatever repetitions are safe; the decoded answer of a success.
    fn call(&self, call: &NotionCall) -> Result<Value, NotionFailure>;
}

/// Notion over HTTP.
pub struct NotionOverHttp {
    http: Http,
    base: String,
    token: Secret,
    retry: Retry,
}

impl NotionOverHttp {
    /// Notion at `base` with the token of an integration.
    pub fn new(base: &str, token: Secret) -> Self {
        let retry = Retry { tries: TRIES, limit: CALL, pause: PAUSE, chance: Chance::System };
        Self { http: Http::new(TRY), base: base.to_owned(), token, retry }
    }

    fn once(&self, call: &NotionCall) -> Result<Value, Failed<NotionFailure>> {
        let authorization = format!("Bearer {}", self.token.expose());
        let mut headers = vec![("Authorization", authorization.as_str()), ("Notion-Version", VERSION)];
        let body = call.body.as_ref().map(Value::to_string);
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        let url = format!("{}{}", self.base, call.path);
        let reply = self.http.send(call.method, &url, &headers, body.as_deref()).map_err(|fault| {
            let cause = fault.cause().unwrap_or(fault.detail);
            let failure = NotionFailure::Unknown(Fault::new(Code::Upstream, NO_ANSWER).because(cause));
            Failed { failure, again: call.repeatable, after: None }
        })?;
        read(&reply, call.repeatable)
    }
}

const NO_ANSWER: &str = "Notion did not answer; what was to be written waits and is tried again";

impl Notion for NotionOverHttp {
    fn call(&self, call: &NotionCall) -> Result<Value, NotionFailure> {
        self.retry.ask(|| self.once(call))
    }
}

fn read(reply: &Reply, repeatable: bool) -> Result<Value, Failed<NotionFailure>> {
    let document = reply.document();
    if let (200..=299, Some(document)) = (reply.status, &document) {
        return Ok(document.clone());
    }
    let words = |name: &str| {
        document.as_ref().and_then(|document| document[name].as_str()).unwrap_or_default().to_owned()
    };
    let after = reply.retry_after();
    let unknown = |detail: &str| {
        let cause = format!("status {}: {}", reply.status, words("code"));
        NotionFailure::Unknown(Fault::new(Code::Upstream, detail).because(cause))
    };
    Err(match reply.status {
        // Nothing was done, so anything may be sent again.
        429 => Failed {
            failure: unknown("Notion is asked too often; what was to be written waits and is tried again"),
            again: true,
            after,
        },
        // Somebody else wrote to the same page at the same moment, or Notion is amiss.
        409 | 500..=599 => Failed { failure: unknown(NO_ANSWER), again: repeatable, after },
        400..=499 if document.is_some() => {
            let failure = NotionFailure::Refused { status: reply.status, code: words("code") };
            Failed { failure, again: false, after: None }
        }
        _ => Failed { failure: unknown(NO_ANSWER), again: false, after: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: u16, body: &str, repeatable: bool) -> Failed<NotionFailure> {
        read(&Reply { status, body: body.to_owned(), ..Reply::default() }, repeatable).err().unwrap()
    }

    #[test]
    fn a_decision_is_told_from_an_unknown_outcome() {
        let good = Reply { status: 200, body: r#"{"id":"p"}"#.to_owned(), ..Reply::default() };
        assert_eq!(read(&good, false).ok().unwrap()["id"], "p");
        let refused =
            failed(400, r#"{"code":"validation_error","message":"Email is expected to be x."}"#, true);
        assert!(!refused.again);
        let fault = Fault::from(refused.failure);
        assert_eq!(fault.detail, "Notion refused the request (400 validation_error)");
        for (status, body, again) in [
            (200, "[]", false),
            (200, "<html>", false),
            (302, "", false),
            (400, "<html>", false),
            (409, "{}", true),
            (429, "{}", true),
            (503, "", true),
        ] {
            let failed = failed(status, body, true);
            assert!(matches!(failed.failure, NotionFailure::Unknown(_)), "{status} {body}");
            assert_eq!(failed.again, again, "{status} {body}");
        }
    }

    #[test]
    fn what_makes_something_is_sent_again_only_when_nothing_was_done() {
        assert!(failed(429, "{}", false).again);
        assert!(!failed(502, "{}", false).again);
        assert!(!failed(409, "{}", false).again);
    }

    #[test]
    fn a_token_or_a_database_that_is_wrong_says_which_setting_to_look_at() {
        let token = Fault::from(
            failed(401, r#"{"code":"unauthorized","message":"API token is invalid."}"#, true).failure,
        );
        assert!(token.detail.contains("NOTION_TOKEN"));
        let absent = Fault::from(failed(404, r#"{"code":"object_not_found","message":"x"}"#, true).failure);
        assert!(absent.detail.contains("NOTION_CLIENT_DB_ID"));
    }
}
