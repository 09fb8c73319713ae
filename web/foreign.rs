//! Routes whose bodies another standard owns: handlers, each with a row, so that documents and tests see them.
//! Pages have rows of the same kind.

mod documents;
mod follow;
mod live;
mod metrics;
mod ofrep;
mod stream;
mod stripe_webhook;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use echopilot_core::openapi::ForeignRoute;
use echopilot_core::operation::{Access, Method};

use crate::site::Site;

/// A route with an axum handler.
#[derive(Debug, Clone, Copy)]
pub struct Foreign {
    /// What documents say of it.
    pub route: ForeignRoute,
    /// Who asks who may.
    pub gate: Gate,
    /// Whom it is for, which decides whose cookie counts.
    pub audience: Access,
}

/// Who asks who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The front, by the route's access.
    ByAccess,
    /// Nobody is turned away: the page leads a stranger to the sign-in.
    SignInFirst,
    /// The handler itself, for this reason.
    ByHandler(&'static str),
}

impl Foreign {
    /// A row that the front guards by its access.
    pub const fn of(
        method: Method,
        path: &'static str,
        access: Access,
        summary: &'static str,
        content_type: &'static str,
    ) -> Self {
        let route = ForeignRoute { method, path, access, summary, content_type };
        Self { route, gate: Gate::ByAccess, audience: access }
    }

    /// A page that everybody may ask for.
    pub const fn page(path: &'static str, summary: &'static str) -> Self {
        Self::of(Method::Get, path, Access::Public, summary, "text/html")
    }

    /// A page of a signed-in customer; strangers are led to the sign-in.
    pub const fn customer_page(path: &'static str, summary: &'static str) -> Self {
        let mut row = Self::of(Method::Get, path, Access::Customer, summary, "text/html");
        row.gate = Gate::SignInFirst;
        row
    }

    /// A form of a customer's page; the front turns everybody else away.
    pub const fn customer_form(path: &'static str, summary: &'static str) -> Self {
        Self::of(Method::Post, path, Access::Customer, summary, "text/html")
    }

    /// A page of an operator; strangers are led to the operators' sign-in.
    pub const fn operator_page(path: &'static str, summary: &'static str) -> Self {
        let mut row = Self::of(Method::Get, path, Access::Operator, summary, "text/html");
        row.gate = Gate::SignInFirst;
        row
    }

    /// A form of an operator's page; the front turns everybody else away.
    pub const fn operator_form(path: &'static str, summary: &'static str) -> Self {
        Self::of(Method::Post, path, Access::Operator, summary, "text/html")
    }

    /// For everybody, but about operators: their cookie is the one that counts.
    #[must_use]
    pub const fn about_operators(mut self) -> Self {
        self.audience = Access::Operator;
        self
    }

    /// A form of a page: it answers by leading on to a page.
    pub const fn form(path: &'static str, summary: &'static str) -> Self {
        Self::of(Method::Post, path, Access::Public, summary, "text/html")
    }

    /// An address that Stripe sends events to.
    const fn webhook(path: &'static str, summary: &'static str) -> Self {
        Self::of(Method::Post, path, Access::Public, summary, "application/json")
            .verified_by_handler("the signature over the body proves who sent it")
    }

    /// The same, but the handler itself asks who may, for `reason`.
    #[must_use]
    pub const fn verified_by_handler(mut self, reason: &'static str) -> Self {
        self.gate = Gate::ByHandler(reason);
        self
    }
}

/// The rows of the handlers here.
pub const ROWS: &[Foreign] = &[
    Foreign::of(
        Method::Get,
        "/.well-known/jwks.json",
        Access::Public,
        "The public keys that session tokens are signed with (RFC 7517).",
        "application/jwk-set+json",
    ),
    Foreign::of(
        Method::Get,
        "/.well-known/security.txt",
        Access::Public,
        "Where holes in security are reported to (RFC 9116).",
        "text/plain",
    ),
    Foreign::of(Method::Get, "/openapi.json", Access::Public, "This description of the API.", "application/json"),
    Foreign::of(
        Method::Get,
        "/metrics",
        Access::Operator,
        "Figures in the text format of Prometheus. Also for this machine itself and with METRICS_TOKEN as bearer.",
        "text/plain; version=0.0.4",
    )
    .verified_by_handler("a scraper on this machine needs no key, and one elsewhere may have a token of its own"),
    Foreign::of(
        Method::Get,
        "/dashboard/v2/live",
        Access::Operator,
        "A stream of events for the operators' pages: which section has changed.",
        "text/event-stream",
    ),
    Foreign::of(
        Method::Post,
        "/ofrep/v1/evaluate/flags",
        Access::Public,
        "All flags for one context, by the OpenFeature Remote Evaluation Protocol.",
        "application/json",
    ),
    Foreign::of(
        Method::Post,
        "/ofrep/v1/evaluate/flags/{key}",
        Access::Public,
        "One flag for one context, by the OpenFeature Remote Evaluation Protocol.",
        "application/json",
    ),
    Foreign::of(
        Method::Get,
        "/api/logs/follow",
        Access::Operator,
        "A stream of events with the lines that come into a log; asked for as its tail is, and `from` its `end`.",
        "text/event-stream",
    ),
    Foreign::webhook("/api/payments/webhook", "Events of Stripe, proved by the header Stripe-Signature."),
    Foreign::webhook("/webhook/stripe", "An older address of /api/payments/webhook."),
    Foreign::webhook("/api/public/after-payment", "An older address of /api/payments/webhook."),
];

/// The handlers of [`ROWS`].
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/.well-known/jwks.json", get(documents::keys))
        .route("/.well-known/security.txt", get(documents::security))
        .route("/openapi.json", get(documents::description))
        .route("/metrics", get(metrics::metrics))
        .route("/dashboard/v2/live", get(live::stream))
        .route("/ofrep/v1/evaluate/flags", post(ofrep::all))
        .route("/ofrep/v1/evaluate/flags/{key}", post(ofrep::one))
        .route("/api/logs/follow", get(follow::stream))
        .route("/api/payments/webhook", post(stripe_webhook::receive))
        .route("/webhook/stripe", post(stripe_webhook::receive))
        .route("/api/public/after-payment", post(stripe_webhook::receive))
}
