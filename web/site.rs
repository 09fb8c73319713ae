//! What every handler may use: the state of the routers in `pages` and `foreign`.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use echopilot_core::openapi::{self, ForeignRoute};
use echopilot_core::operation::{Caller, Cx, Deps, Entry, Operation, SessionChange};
use echopilot_core::platform::{Result, Timestamp, digest_hex};
use http::HeaderValue;
use tokio::sync::Semaphore;

use crate::caller::Operators;
use crate::layers::csrf::FormKey;
use crate::layers::limits::Limits;
use crate::live::Hub;
use crate::mount;
use crate::pages;
use crate::pages::view::Reference;
use crate::problem::ErrorPage;

/// Built once; shared by everything that answers.
pub struct Site {
    /// What operations use.
    pub deps: Arc<Deps>,
    /// Makes and verifies the tokens of forms.
    pub forms: FormKey,
    /// Names and attributes of the cookies.
    pub cookies: Cookies,
    pub(crate) live: Hub,
    /// How often who may ask.
    pub(crate) limits: Limits,
    pub(crate) operators: Operators,
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) error_page: ErrorPage,
    described: OnceLock<(&'static [Entry], Vec<ForeignRoute>)>,
    description: OnceLock<Description>,
    reference: OnceLock<Arc<Reference>>,
}

/// The OpenAPI document, as it is sent.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) body: Bytes,
    pub(crate) etag: String,
}

impl Site {
    /// The site over `deps`; `error_page` makes the styled page of an error.
    pub fn new(deps: Arc<Deps>, error_page: ErrorPage) -> Arc<Self> {
        let cookies = Cookies::of(deps.base_url.starts_with("https://"));
        let operators = Operators::new(&deps.settings.operator_keys);
        let forms = FormKey::new(&deps.root_key);
        let permits = Arc::new(Semaphore::new(mount::PERMITS));
        let limits = Limits::new(&deps.settings.rate_limits);
        Arc::new(Self {
            deps,
            forms,
            cookies,
            live: Hub::default(),
            limits,
            operators,
            permits,
            error_page,
            described: OnceLock::new(),
            description: OnceLock::new(),
            reference: OnceLock::new(),
        })
    }

    /// Run `work`, which may block, on a thread of its own; see [`mount::offload`].
    pub async fn offload<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        mount::offload(&self.permits, work).await
    }

    /// Do `operation` where it may block.
    pub async fn call<O: Operation>(&self, cx: Cx, operation: O) -> Result<O::Output> {
        self.offload(move || cx.call(&operation)).await?
    }

    /// A call by `caller` within a request.
    pub fn cx(&self, caller: Caller, request_id: impl Into<String>, now: Timestamp) -> Cx {
        let deps = Arc::clone(&self.deps);
        Cx { deps, caller, request_id: request_id.into(), now, repeat_key: None, progress: None }
    }

    /// Say what the description is to be made of; making it takes milliseconds that the start need not wait for.
    pub(crate) fn describe(&self, catalogue: &'static [Entry], routes: Vec<ForeignRoute>) {
        let _ = self.described.set((catalogue, routes));
    }

    /// The same for people, made when it is first asked for; empty while the server starts.
    pub(crate) fn reference(&self) -> Arc<Reference> {
        let Some((catalogue, routes)) = self.described.get() else { return Arc::default() };
        let made = || Arc::new(pages::reference(&openapi::document(catalogue, routes)));
        Arc::clone(self.reference.get_or_init(made))
    }

    /// The description of every route, made when it is first asked for.
    pub(crate) fn description(&self) -> Option<&Description> {
        let (catalogue, routes) = self.described.get()?;
        Some(self.description.get_or_init(|| {
            let body = serde_json::to_vec(&openapi::document(catalogue, routes)).unwrap_or_default();
            Description { etag: format!("\"{}\"", &digest_hex(&body)[..16]), body: body.into() }
        }))
    }
}

/// How cookies are called and what protects them. Over https the names say `__Host-`: no other host, no plain
/// connection and no path can have set them.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    /// The customer's session.
    pub session: &'static str,
    /// The operator's session.
    pub operator: &'static str,
    /// Binds the form tokens of those who are not signed in, and tells visitors apart in experiments.
    pub visitor: &'static str,
    secure: bool,
}

impl Cookies {
    const fn of(secure: bool) -> Self {
        if secure {
            Self {
                session: "__Host-ep_session",
                operator: "__Host-ep_operator",
                visitor: "__Host-ep_visitor",
                secure,
            }
        } else {
            Self { session: "ep_session", operator: "ep_operator", visitor: "ep_visitor", secure }
        }
    }

    /// What every `Set-Cookie` ends with.
    pub const fn secure_suffix(&self) -> &'static str {
        if self.secure { "; Secure" } else { "" }
    }

    /// A `Set-Cookie` that scripts can't read; without `max_age` it ends with the browser.
    pub fn set(&self, name: &str, value: &str, max_age: Option<u64>) -> Option<HeaderValue> {
        let secure = self.secure_suffix();
        let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        HeaderValue::try_from(text).ok()
    }

    /// What an answer means for the session cookie.
    pub fn session_change(&self, change: &SessionChange, now: Timestamp) -> Option<HeaderValue> {
        match change {
            SessionChange::Keep => None,
            SessionChange::Start { token, expires_at } => {
                self.set(self.session, token.expose(), Some(expires_at.since(now).as_secs()))
            }
            SessionChange::End => self.set(self.session, "", Some(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use echopilot_core::platform::Secret;

    use super::*;

    #[test]
    fn session_cookies_are_bound_to_the_host_over_https() {
        let start = SessionChange::Start {
            token: Secret::new("token"),
            expires_at: Timestamp(0).plus(Duration::from_secs(60)),
        };
        let secure = Cookies::of(true).session_change(&start, Timestamp(0)).unwrap();
        assert_eq!(secure, "__Host-ep_session=token; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
        let plain = Cookies::of(false).session_change(&SessionChange::End, Timestamp(0)).unwrap();
        assert_eq!(plain, "ep_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(Cookies::of(true).session_change(&SessionChange::Keep, Timestamp(0)).is_none());
    }
}
