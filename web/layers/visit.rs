//! What a handler learns about the request beside its own extractors.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use echopilot_core::operation::{Caller, Cx};
use echopilot_core::platform::Timestamp;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::caller;
use crate::problem::Problem;
use crate::site::Site;

/// Who asks, when, and under which name; an extractor of every handler.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who calls, as far as the headers prove it.
    pub caller: Caller,
    /// The name of the request.
    pub request_id: String,
    /// When it came.
    pub now: Timestamp,
    /// The client's address; forwarded ones count only from trusted proxies.
    pub address: IpAddr,
    /// Whether the other end of the socket is this machine itself and no proxy stood in between.
    pub is_local: bool,
    /// The token of a visitor who came without one.
    pub(super) new_visitor: OnceLock<String>,
}

/// Seconds that a visitor is remembered.
const VISITOR_KEPT: u64 = 180 * 24 * 3600;

impl Visit {
    /// The call that this request makes.
    pub fn cx(&self, site: &Site) -> Cx {
        site.cx(self.caller.clone(), self.request_id.clone(), self.now)
    }

    /// The token for a form on the page, and the cookie to set when the visitor has none yet.
    pub fn form_token(&self, site: &Site, headers: &HeaderMap) -> (String, Option<HeaderValue>) {
        if let Some(binding) = self.binding(site, headers) {
            return (site.forms.issue(binding), None);
        }
        (site.forms.issue(self.visitor(site, headers)), self.visitor_cookie(site, headers))
    }

    /// Who the visitor is, signed in or not: what their cookie says, or a new token for those who have none.
    pub fn visitor<'a>(&'a self, site: &Site, headers: &'a HeaderMap) -> &'a str {
        let known = filled(caller::cookie(headers, site.cookies.visitor));
        known.unwrap_or_else(|| self.new_visitor.get_or_init(|| site.deps.ids.token(16)))
    }

    /// The cookie to set when the visitor has none yet. It stays for half a year, so that experiments show the same
    /// person the same thing.
    pub fn visitor_cookie(&self, site: &Site, headers: &HeaderMap) -> Option<HeaderValue> {
        if filled(caller::cookie(headers, site.cookies.visitor)).is_some() {
            return None;
        }
        site.cookies.set(site.cookies.visitor, self.visitor(site, headers), Some(VISITOR_KEPT))
    }

    /// Refuse a form that was not made for this visitor.
    ///
    /// A form on an operator's page may lead where a customer's cookie counts (the theme), so the operator's own
    /// binding is good there too.
    pub fn verify_form(&self, site: &Site, headers: &HeaderMap, token: &str) -> Result<(), Problem> {
        let own = site.forms.verify(self.binding(site, headers).unwrap_or(""), token);
        own.or_else(|problem| match operator_binding(site, headers) {
            Some(binding) => site.forms.verify(binding, token),
            None => Err(problem),
        })
    }

    /// A form is bound to the session of whoever calls, else to the visitor's cookie.
    fn binding<'a>(&'a self, site: &Site, headers: &'a HeaderMap) -> Option<&'a str> {
        let session = match &self.caller {
            Caller::Customer(session) => Some(session.session_id.as_str()),
            Caller::Operator(_) => operator_binding(site, headers),
            _ => None,
        };
        session.or_else(|| filled(caller::cookie(headers, site.cookies.visitor)))
    }
}

fn operator_binding<'h>(site: &Site, headers: &'h HeaderMap) -> Option<&'h str> {
    filled(caller::cookie(headers, site.cookies.operator))
}

fn filled(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        match parts.extensions.get::<Arc<Self>>() {
            Some(visit) => Ok(Self::clone(visit)),
            None => unreachable!("the front puts a visit into every request it hands on"),
        }
    }
}
