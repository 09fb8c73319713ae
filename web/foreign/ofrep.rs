//! The OpenFeature Remote Evaluation Protocol, version 0.1: POST /ofrep/v1/evaluate/flags/{key} and, for all flags,
//! POST /ofrep/v1/evaluate/flags. Errors have the protocol's shape, since its clients read nothing else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::config::RateGroup;
use echopilot_core::flags::{AllEvaluated, EvaluateAllFlags, EvaluateFlag, Evaluated, Reason};
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Code, Fault, digest_hex};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::layers::Visit;
use crate::site::Site;

/// One flag.
pub(super) async fn one(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(flag): Path<String>,
    body: Bytes,
) -> Response<Body> {
    let key = match Context::read(&body) {
        Ok(context) => context.key,
        Err(wrong) => return wrong.answer(Some(&flag)),
    };
    if let Some(refused) = one_too_many(&site, &visit, &key) {
        return refused;
    }
    match visit.cx(&site).call(&EvaluateFlag { k: key, f: flag.clone() }) {
        Ok(answer) => {
            let metadata = Version { version: answer.version };
            document(StatusCode::OK, text(&One { flag: Shown::of(&answer), metadata }))
        }
        Err(fault) => Wrong::of(&fault).answer(Some(&flag)),
    }
}

/// All flags, with a tag that changes when the document or anything in the context does.
pub(super) async fn all(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let context = match Context::read(&body) {
        Ok(context) => context,
        Err(wrong) => return wrong.answer(None),
    };
    if let Some(refused) = one_too_many(&site, &visit, &context.key) {
        return refused;
    }
    let answer = match visit.cx(&site).call(&EvaluateAllFlags { k: context.key }) {
        Ok(answer) => answer,
        Err(fault) => return Wrong::of(&fault).answer(None),
    };
    // The version belongs to all of them: at each flag, clients would take every change of one for a change of all.
    // Of what was decided as well as of the whole context: members that no rule reads today may be read tomorrow.
    let mut named = answer.digest();
    named.extend_from_slice(context.canonical.as_bytes());
    let tag = format!("\"{}\"", &digest_hex(&named)[..32]);
    let is_known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|known| known.to_str().ok())
        .any(|known| super::documents::has(known, &tag));
    let mut response = if is_known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        document(StatusCode::OK, text(&All { flags: &answer, metadata: Version { version: answer.version } }))
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Count an evaluation for its user; the answer to one too many.
fn one_too_many(site: &Site, visit: &Visit, key: &str) -> Option<Response<Body>> {
    if matches!(visit.caller, Caller::Operator(_)) {
        return None;
    }
    let verdict = site.limits.take_key(RateGroup::FlagsUser, key, visit.now)?;
    (!verdict.passed).then(|| verdict.refusal().into_response())
}

/// What a client says of whom it asks for.
struct Context {
    key: String,
    /// The context with its members in order, whatever order they came in.
    canonical: String,
}

impl Context {
    fn read(body: &[u8]) -> Result<Self, Wrong> {
        let request: Value = serde_json::from_slice(body)
            .map_err(|_| Wrong::new(StatusCode::BAD_REQUEST, "PARSE_ERROR", "expected a JSON object"))?;
        let context = match request.get("context") {
            Some(Value::Object(context)) => context.clone(),
            None if request.is_object() => Map::new(),
            _ => {
                let words = "expected an object with the member `context`";
                return Err(Wrong::new(StatusCode::BAD_REQUEST, "INVALID_CONTEXT", words));
            }
        };
        let key = match context.get("targetingKey") {
            Some(Value::String(key)) if !key.is_empty() => key.clone(),
            _ => {
                let words = "expected the text `targetingKey` in the context: the key of the user or visitor";
                return Err(Wrong::new(StatusCode::BAD_REQUEST, "TARGETING_KEY_MISSING", words));
            }
        };
        let mut context = Value::Object(context);
        context.sort_all_objects();
        Ok(Self { key, canonical: context.to_string() })
    }
}

struct Wrong {
    status: StatusCode,
    code: &'static str,
    details: String,
}

impl Wrong {
    fn new(status: StatusCode, code: &'static str, details: impl Into<String>) -> Self {
        Self { status, code, details: details.into() }
    }

    fn of(fault: &Fault) -> Self {
        match fault.code {
            Code::NotFound => Self::new(StatusCode::NOT_FOUND, "FLAG_NOT_FOUND", fault.detail.clone()),
            Code::Invalid => Self::new(StatusCode::BAD_REQUEST, "INVALID_CONTEXT", fault.detail.clone()),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "GENERAL", "the evaluation failed"),
        }
    }

    fn answer(self, flag: Option<&str>) -> Response<Body> {
        let mut answer = json!({ "errorCode": self.code, "errorDetails": self.details });
        if let Some(flag) = flag {
            answer["key"] = json!(flag);
        }
        document(self.status, answer.to_string().into_bytes())
    }
}

/// A flag as the protocol shows it, written from what is there: a bulk has a hundred of them.
#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    value: Shape<'a>,
    variant: &'a str,
    reason: &'static str,
}

/// What a variant stands for.
#[derive(Serialize)]
#[serde(untagged)]
enum Shape<'a> {
    Value(&'a Value),
    Name(&'a str),
}

#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    flag: Shown<'a>,
    metadata: Version,
}

#[derive(Serialize)]
struct All<'a> {
    #[serde(serialize_with = "each")]
    flags: &'a AllEvaluated,
    metadata: Version,
}

fn each<S: Serializer>(flags: &AllEvaluated, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(flags.each().map(|given| Shown {
        key: given.flag,
        value: given.value.map_or(Shape::Name(given.variant), Shape::Value),
        variant: given.variant,
        reason: word(given.reason),
    }))
}

#[derive(Serialize)]
struct Version {
    version: i64,
}

impl<'a> Shown<'a> {
    fn of(answer: &'a Evaluated) -> Self {
        let (value, reason) = (Shape::Value(&answer.value), word(answer.reason));
        Self { key: &answer.flag, value, variant: &answer.variant, reason }
    }
}

const fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Split => "SPLIT",
        Reason::Disabled => "DISABLED",
        Reason::Static => "STATIC",
    }
}

/// Our own structures always become text.
fn text(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn document(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
