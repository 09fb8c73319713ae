//! The pages people see. A handler asks the operations, fills a view and renders it; it decides nothing that an
//! operation could decide. Every page and form has a row in [`ROWS`].

mod app;
mod device;
mod form;
mod frame;
mod invoices;
mod login;
mod overview;
mod sessions;
mod theme;
mod verify;
pub mod view;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use frame::error_page;

use crate::foreign::Foreign;
use crate::site::Site;

/// Every page and form.
pub const ROWS: &[Foreign] = &[
    Foreign::page("/", "Leads to the customer's overview."),
    Foreign::page("/auth/login", "Sign-in: the address first, then the code that was mailed; or a password."),
    Foreign::form("/auth/login/code", "Form: mail a link and a code to an address."),
    Foreign::form("/auth/login", "Form: sign in with the code or the password."),
    Foreign::page("/auth/verify", "The page of the mailed link; reading it uses nothing up."),
    Foreign::form("/auth/verify", "Form: sign in with the mailed link."),
    Foreign::form("/auth/login/demo", "Form: sign in to the demo account (demo mode only)."),
    Foreign::form("/auth/logout", "Form: sign out."),
    Foreign::form("/theme", "Form: choose a theme."),
    Foreign::customer_page("/app", "The customer's overview."),
    Foreign::customer_page("/app/invoices", "The customer's invoices."),
    Foreign::customer_page("/app/sessions", "Where the customer is signed in, and the password."),
    Foreign::form("/app/sessions/end", "Form: end one session, or all others."),
    Foreign::form("/app/sessions/code", "Form: mail a code that stands in for a forgotten password."),
    Foreign::form("/app/sessions/password", "Form: set or change the password."),
    Foreign::page(
        "/assets/{name}",
        "Style sheet, scripts and icons, by a name that changes with their content.",
    ),
];

/// The handlers of [`ROWS`].
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(app::home))
        .route("/auth/login", get(login::page).post(login::sign_in))
        .route("/auth/login/code", post(login::send_code))
        .route("/auth/verify", get(verify::page).post(verify::sign_in))
        .route("/auth/login/demo", post(login::demo))
        .route("/auth/logout", post(login::sign_out))
        .route("/theme", post(theme::choose))
        .route("/app", get(app::overview))
        .route("/app/invoices", get(app::invoices))
        .route("/app/sessions", get(sessions::page))
        .route("/app/sessions/end", post(sessions::end))
        .route("/app/sessions/code", post(sessions::send_code))
        .route("/app/sessions/password", post(sessions::set_password))
        .route("/assets/{name}", get(app::asset))
}
