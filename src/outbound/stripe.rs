//! Stripe, as far as we use it: form-encoded requests, JSON answers, decoded by the fields that are there.
//!
//! A call that may have been executed although no answer came is told apart from one that was refused
//! ([`StripeFailure`]): the first may be repeated under the same idempotency key, the second has an outcome.

use std::time::Duration;

use serde_json::Value;

use super::http::{Http, Reply};
use super::retry::{Failed, Retry};
use crate::platform::{Chance, Code, Fault, Secret};

/// The version whose shapes answers have; webhooks come in whatever version their endpoint has.
const VERSION: &str = "2024-06-20";
/// One try.
const TRY: Duration = Duration::from_secs(8);
/// No try of a call begins later than this after the first; the call is over one try later at the latest.
const CALL: Duration = Duration::from_secs(20);
/// Tries of a call.
const TRIES: u32 = 4;
/// The pause before the second try at the most; it doubles.
const PAUSE: Duration = Duration::from_millis(400);

/// One request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StripeCall {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Such as `/v1/refunds`.
    pub path: String,
    /// Query of a GET, form of a POST; nested names as Stripe writes them: `line_items[0][price]`.
    pub params: Vec<(String, String)>,
    /// What makes a repetition the same request. Every POST has one, stored before the call.
    pub idempotency_key: Option<String>,
}

impl StripeCall {
    /// A reading request.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    /// A writing request under a key.
    pub fn post(path: impl Into<String>, idempotency_key: impl Into<String>) -> Self {
        let idempotency_key = Some(idempotency_key.into());
        Self { method: "POST", path: path.into(), idempotency_key, ..Self::default() }
    }

    /// One parameter more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}

/// Why a call has no result.
#[derive(Debug)]
pub enum StripeFailure {
    /// Stripe decided: the request was not executed and never will be.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Stripe's code, such as `charge_already_refunded`; empty when it gave none.
        code: String,
        /// Stripe's words. They may quote persons, cards and keys: they are for whoever asked and for nobody else.
        message: String,
    },
    /// No decision is known: no answer, or one that says nothing. It may have been executed.
    Unknown(Fault),
}

impl StripeFailure {
    /// Whether there is no such object.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Stripe's words on a refusal, for whoever asked. What is kept, logged or told to others is [`Fault::from`] alone,
    /// which leaves them out.
    pub fn words_for_who_asked(&self) -> Option<String> {
        match self {
            Self::Refused { status, code, message } if !matches!(status, 401 | 403) => {
                let code = if code.is_empty() { String::new() } else { format!(" ({code})") };
                Some(format!("Stripe refused: {message}{code}"))
            }
            _ => None,
        }
    }
}

impl From<StripeFailure> for Fault {
    fn from(failure: StripeFailure) -> Self {
        match failure {
            StripeFailure::Unknown(fault) => fault,
            StripeFailure::Refused { status: status @ (401 | 403), code, .. } => Self::new(
                Code::Upstream,
                "Stripe does not accept the configured key; an operator must look at STRIPE_SECRET_KEY or \
                 STRIPE_SECRET_LIVE",
            )
            .because(outline(status, &code)),
            StripeFailure::Refused { status, code, .. } => {
                Self::new(Code::Refused, format!("Stripe refused ({})", outline(status, &code)))
            }
        }
    }
}

/// An answer without its words.
fn outline(status: u16, code: &str) -> String {
    if code.is_empty() { format!("status {status}") } else { format!("status {status} {code}") }
}

/// What is asked of Stripe. The real one, or a recorded one in tests.
pub trait Stripe: Send + Sync {
    /// Ask once, with whatever repetitions are safe; the decoded answer of a success.
    fn call(&self, call: &StripeCall) -> Result<Value, StripeFailure>;
}

/// Every object of a list, page after page.
///
/// `most` bounds the pages (100 objects each), so that a server that never ends its list ends here: `Unknown`.
pub fn list_all(stripe: &dyn Stripe, call: &StripeCall, most: usize) -> Result<Vec<Value>, StripeFailure> {
    let mut all: Vec<Value> = Vec::new();
    for _ in 0..most {
        let mut page = call.clone().with("limit", "100");
        if let Some(last) = all.last().and_then(|object| object["id"].as_str()) {
            page = page.with("starting_after", last);
        }
        let mut answer = stripe.call(&page)?;
        let Value::Array(objects) = answer["data"].take() else { return Err(no_list()) };
        let is_last = answer["has_more"] != true || objects.is_empty();
        all.extend(objects);
        if is_last {
            return Ok(all);
        }
    }
    Err(no_list())
}

fn no_list() -> StripeFailure {
    StripeFailure::Unknown(Fault::new(
        Code::Upstream,
        "Stripe sent a list that is none, or that does not end",
    ))
}

/// Stripe over HTTP.
pub struct StripeOverHttp {
    http: Http,
    base: String,
    key: Secret,
    retry: Retry,
}

impl StripeOverHttp {
    /// Stripe at `base` with this key.
    pub fn new(base: &str, key: Secret) -> Self {
        let retry = Retry { tries: TRIES, limit: CALL, pause: PAUSE, chance: Chance::System };
        Self { http: Http::new(TRY), base: base.to_owned(), key, retry }
    }

    fn once(&self, call: &StripeCall) -> Result<Value, Failed<StripeFailure>> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&call.params).finish();
        let is_get = call.method == "GET";
        let mut url = format!("{}{}", self.base, call.path);
        if is_get && !form.is_empty() {
            url = format!("{url}?{form}");
        }
        let authorization = format!("Bearer {}", self.key.expose());
        let mut headers = vec![("Authorization", authorization.as_str()), ("Stripe-Version", VERSION)];
        if let Some(key) = &call.idempotency_key {
            headers.push(("Idempotency-Key", key));
        }
        if !is_get {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let reply = self.http.send(call.method, &url, &headers, (!is_get).then_some(form.as_str()));
        let reply = reply.map_err(|fault| {
            let cause = fault.cause().unwrap_or(fault.detail);
            let failure = StripeFailure::Unknown(Fault::new(Code::Upstream, NO_ANSWER).because(cause));
            Failed { failure, again: true, after: None }
        });
        // What changes something is repeated under its key only.
        let is_safe = is_get || call.idempotency_key.is_some();
        let answer = reply.and_then(|reply| read(&reply));
        answer.map_err(|failed| Failed { again: failed.again && is_safe, ..failed })
    }
}

const NO_ANSWER: &str = "Stripe did not answer; try again in a minute";

impl Stripe for StripeOverHttp {
    fn call(&self, call: &StripeCall) -> Result<Value, StripeFailure> {
        self.retry.ask(|| self.once(call))
    }
}

fn read(reply: &Reply) -> Result<Value, Failed<StripeFailure>> {
    let document = reply.document();
    if let (200..=299, Some(document)) = (reply.status, &document) {
        return Ok(document.clone());
    }
    let error = document.as_ref().map(|document| &document["error"]).filter(|error| error.is_object());
    let words = |name: &str| error.and_then(|error| error[name].as_str()).unwrap_or_default().to_owned();
    // Codes are words of a list, which say nothing of anybody.
    let is_code = |text: &String| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let code = Some(words("code")).filter(is_code).unwrap_or_default();
    let said = reply.header("stripe-should-retry");
    // 409 is a lock, or the first request under this key still at work; 424 a failure behind Stripe.
    let passing = matches!(reply.status, 409 | 424 | 429 | 500..=599) && said != Some("false");
    // A key that was used with other parameters, by an earlier version say: what those did is not said.
    let is_other_request = words("type") == "idempotency_error";
    let decided = matches!(reply.status, 400..=499)
        && !matches!(reply.status, 409 | 424 | 429)
        && error.is_some()
        && !is_other_request;
    let failure = if decided {
        StripeFailure::Refused { status: reply.status, code, message: words("message") }
    } else if reply.status == 429 {
        let fault =
            Fault::new(Code::Upstream, "Stripe is asked too often; try again in a minute").retry_after(60);
        StripeFailure::Unknown(fault.because(outline(reply.status, &code)))
    } else {
        let cause = outline(reply.status, &code);
        StripeFailure::Unknown(Fault::new(Code::Upstream, NO_ANSWER).because(cause))
    };
    Err(Failed { failure, again: passing || said == Some("true"), after: reply.retry_after() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: body.to_owned(), ..Reply::default() }
    }

    #[test]
    fn a_decision_is_told_from_an_unknown_outcome() {
        assert!(read(&reply(200, r#"{"id":"re_1"}"#)).is_ok());
        let refused = read(&reply(400, r#"{"error":{"code":"charge_already_refunded","message":"No."}}"#));
        let failed = refused.err().unwrap();
        assert!(!failed.again);
        let words = failed.failure.words_for_who_asked();
        assert_eq!(words.as_deref(), Some("Stripe refused: No. (charge_already_refunded)"));
        assert_eq!(Fault::from(failed.failure).code, Code::Refused);
        for (status, body) in [
            (200, "[]"),
            (200, "<html>"),
            (400, "<html>"),
            (400, r#"{"error":{"type":"idempotency_error","message":"Other parameters."}}"#),
            (409, r#"{"error":{}}"#),
            (429, r#"{"error":{}}"#),
            (500, r#"{"error":{}}"#),
            (302, ""),
        ] {
            let failed = read(&reply(status, body)).err().unwrap();
            assert!(matches!(failed.failure, StripeFailure::Unknown(_)), "{status} {body}");
            assert_eq!(failed.again, matches!(status, 409 | 429 | 500), "{status}");
        }
        let key = read(&reply(401, r#"{"error":{"message":"Invalid API Key provided: sk_test_1"}}"#))
            .err()
            .unwrap();
        let fault = Fault::from(key.failure);
        assert_eq!(fault.code, Code::Upstream);
        assert!(!fault.detail.contains("sk_test_1"));
    }

    #[test]
    fn what_is_kept_of_a_failure_has_none_of_stripes_words() {
        for (status, code, kept) in [
            (402, "card_declined", "refused: Stripe refused (status 402 card_declined)"),
            (400, "Ada Lovelace", "refused: Stripe refused (status 400)"),
            (401, "", "status 401)"),
            (429, "rate_limit", "status 429 rate_limit)"),
            (500, "", "status 500)"),
        ] {
            let error = serde_json::json!({ "code": code, "message": "No. Ada sk_test_1" });
            let body = serde_json::json!({ "error": error }).to_string();
            let fault = Fault::from(read(&reply(status, &body)).err().unwrap().failure);
            let all = format!("{fault:?}");
            assert!(all.ends_with(kept) && !all.contains("Ada") && !all.contains("sk_test_1"), "{all}");
        }
    }
}
