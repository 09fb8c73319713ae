//! Credentials to [`Caller`]: the operator's key, a bearer token, or the cookie of a session.
//!
//! They are read from headers only. What memory knows is answered at once; a token not seen before is looked
//! up through `offload`. A wrong key or token is an error on routes that need one and nothing on public ones.
//!
//! One browser may hold two sessions, a customer's and an operator's; neither may stand in for the other. Which
//! cookie counts is the route's: on what is for customers the customer's alone; on what is for operators the
//! operator's (a customer's then only says who is turned away); on what is for both or for everybody the customer's,
//! and the operator's where there is no customer.

use std::sync::Arc;

use echopilot_core::auth::{self, KnownOperator, Recall};
use echopilot_core::config::OperatorKey;
use echopilot_core::operation::{Access, Caller};
use echopilot_core::platform::{Code, Fault, digest_hex};
use http::header::{AUTHORIZATION, COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::layers::csrf::same;
use crate::problem::Problem;
use crate::site::Site;

static DASH_KEY: HeaderName = HeaderName::from_static("x-dash-key");

/// What the headers proved.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// Who it is, as far as it is proved.
    pub(crate) caller: Caller,
    /// Whether a cookie proved it: the browser sends those unasked.
    pub(crate) by_cookie: bool,
    /// What was wrong with a credential, for routes that need one.
    pub(crate) wrong: Option<Problem>,
}

impl Credentials {
    fn of(caller: Caller) -> Self {
        Self { caller, by_cookie: false, wrong: None }
    }

    fn wrong(problem: Problem) -> Self {
        Self { wrong: Some(problem), ..Self::of(Caller::Anonymous) }
    }

    /// Whether the route lets this caller in.
    pub(crate) fn admit(&self, access: Access, site: &Site) -> Result<(), Problem> {
        if access == Access::Public {
            return Ok(());
        }
        let is_operator = matches!(self.caller, Caller::Operator(_));
        if access == Access::Operator && !is_operator && site.operators.is_empty() {
            return Err(Fault::not_configured("DASHBOARD_KEY", "operators sign in with it").into());
        }
        if let Some(wrong) = &self.wrong {
            return Err(wrong.clone());
        }
        access.admit(&self.caller).map_err(|fault| {
            let wants_key = access == Access::Operator && fault.code == Code::Unauthenticated;
            let problem = Problem::from(fault);
            if wants_key { problem.header(WWW_AUTHENTICATE, KEY_CHALLENGE) } else { problem }
        })
    }
}

pub(crate) const KEY_CHALLENGE: HeaderValue = HeaderValue::from_static("X-Dash-Key realm=\"operators\"");
const BAD_TOKEN: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"echopilot\", error=\"invalid_token\"");

/// The names of operators and the digests of their keys.
#[derive(Debug)]
pub(crate) struct Operators(Vec<(Arc<str>, String)>);

impl Operators {
    pub(crate) fn new(keys: &[OperatorKey]) -> Self {
        Self(keys.iter().map(|key| (Arc::from(key.name.as_str()), key.digest.to_ascii_lowercase())).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose key it is. Every digest is compared, and each in constant time.
    pub(crate) fn holder(&self, key: &[u8]) -> Option<Arc<str>> {
        let digest = digest_hex(key);
        self.0.iter().fold(None, |found, (name, own)| {
            if same(own.as_bytes(), digest.as_bytes()) { Some(Arc::clone(name)) } else { found }
        })
    }
}

/// The operator whose key the header has; `Err` when there is a key and it is none.
pub(crate) fn operator(site: &Site, headers: &HeaderMap) -> Option<Result<Arc<str>, WrongKey>> {
    let mut keys = headers.get_all(&DASH_KEY).iter();
    let key = keys.next()?;
    let holder = if keys.next().is_none() { site.operators.holder(key.as_bytes()) } else { None };
    Some(holder.ok_or(WrongKey))
}

/// A key that is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrongKey;

/// Read the other credentials. `audience`: whom the route is for, which decides whose cookie counts; `looks_up`:
/// whether a token unknown to memory is worth a lookup here.
///
/// A key beats a token when it is valid; a wrong key is wrong whatever stands beside it.
pub(crate) async fn read(
    site: &Site,
    headers: &HeaderMap,
    operator: Option<Result<Arc<str>, WrongKey>>,
    audience: Access,
    looks_up: bool,
) -> Credentials {
    match operator {
        Some(Ok(name)) => return Credentials::of(Caller::Operator(name)),
        Some(Err(WrongKey)) => return wrong_key(),
        None => {}
    }
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (None, _) => {}
        (Some(value), None) => match bearer(value) {
            Some(token) => {
                let token = token.to_owned();
                return by_token(site, &token, looks_up).await.unwrap_or_else(Credentials::wrong);
            }
            None => return Credentials::wrong(bad_token()),
        },
        _ => return Credentials::wrong(bad_token()),
    }
    if audience == Access::Operator
        && let Some(found) = by_operator_session(site, headers, looks_up).await
    {
        return found;
    }
    let customer = by_session(site, headers, looks_up).await;
    let is_nobody = matches!(customer.caller, Caller::Anonymous) && customer.wrong.is_none();
    if is_nobody
        && matches!(audience, Access::Either | Access::Public)
        && let Some(found) = by_operator_session(site, headers, looks_up).await
    {
        return found;
    }
    customer
}

/// The operator whose session the cookie carries; `None` without one, and for one that is over.
async fn by_operator_session(site: &Site, headers: &HeaderMap, looks_up: bool) -> Option<Credentials> {
    let token = cookie(headers, site.cookies.operator)?;
    let name = match auth::recall_operator(&site.deps, token) {
        KnownOperator::Known(name) => Some(name),
        KnownOperator::Refused => None,
        KnownOperator::LookUp if !looks_up => None,
        KnownOperator::LookUp => {
            let (deps, token) = (Arc::clone(&site.deps), token.to_owned());
            let found = site.offload(move || auth::look_up_operator(&deps, &token)).await;
            match found.and_then(|found| found) {
                Ok(name) => name,
                Err(fault) => {
                    return Some(Credentials { by_cookie: true, ..Credentials::wrong(fault.into()) });
                }
            }
        }
    };
    name.map(|name| Credentials { by_cookie: true, ..Credentials::of(Caller::Operator(name)) })
}

async fn by_session(site: &Site, headers: &HeaderMap, looks_up: bool) -> Credentials {
    match cookie(headers, site.cookies.session) {
        // A cookie that has run out is nobody, not an error: the browser sends it until it is replaced.
        Some(token) => {
            let token = token.to_owned();
            match by_token(site, &token, looks_up).await {
                Ok(found) => Credentials { by_cookie: true, ..found },
                Err(problem) if problem.status() == http::StatusCode::UNAUTHORIZED => {
                    Credentials { by_cookie: true, ..Credentials::of(Caller::Anonymous) }
                }
                Err(problem) => Credentials { by_cookie: true, ..Credentials::wrong(problem) },
            }
        }
        None => Credentials::of(Caller::Anonymous),
    }
}

async fn by_token(site: &Site, token: &str, looks_up: bool) -> Result<Credentials, Problem> {
    let known = match auth::recall(&site.deps, token) {
        Recall::Known(session) => session,
        Recall::Refused => return Err(bad_token()),
        Recall::LookUp if !looks_up => return Err(bad_token()),
        Recall::LookUp => {
            let (deps, token) = (Arc::clone(&site.deps), token.to_owned());
            let found = site.offload(move || auth::look_up(&deps, &token)).await?;
            found.map_err(|fault| match fault.code {
                Code::Unauthenticated => bad_token(),
                _ => Problem::from(fault),
            })?
        }
    };
    Ok(Credentials::of(Caller::Customer(known)))
}

fn wrong_key() -> Credentials {
    let fault = Fault::new(Code::Unauthenticated, "The key in the header X-Dash-Key is not valid");
    let problem = Problem::from(fault).header(WWW_AUTHENTICATE, KEY_CHALLENGE);
    Credentials::wrong(problem)
}

fn bad_token() -> Problem {
    let fault =
        Fault::new(Code::Unauthenticated, "The session token is not valid or no longer; sign in again");
    Problem::from(fault).header(WWW_AUTHENTICATE, BAD_TOKEN)
}

/// The token of `Bearer …`; the scheme is written as anybody likes.
pub(crate) fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ')).then_some(token)
}

/// The first cookie of that name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().find_map(|value| {
        value.to_str().ok()?.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
    })
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_scheme_is_any_case_and_the_token_one_word() {
        let token = |text: &'static str| bearer(&HeaderValue::from_static(text)).map(str::to_owned);
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bEaReR  abc").as_deref(), Some("abc"));
        for bad in ["Bearer", "Bearer ", "Basic abc", "abc", "Bearer a b"] {
            assert_eq!(token(bad), None, "{bad}");
        }
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("xep_session=1; ep_session=2=3;ep_theme=light"));
        assert_eq!(cookie(&headers, "ep_session"), Some("2=3"));
        assert_eq!(cookie(&headers, "ep_theme"), Some("light"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn a_key_belongs_to_its_holder_only() {
        let key =
            |name: &str, key: &str| OperatorKey { name: name.to_owned(), digest: digest_hex(key.as_bytes()) };
        let operators = Operators::new(&[key("ada", "first"), key("ben.b", "second")]);
        assert_eq!(operators.holder(b"second").as_deref(), Some("ben.b"));
        assert_eq!(operators.holder(b"Second"), None);
        assert_eq!(operators.holder(b""), None);
    }
}
