//! The pages people see. A handler asks the operations, fills a view and renders it; it decides nothing that an
//! operation could decide. Every page and form has a row in [`ROWS`].

mod app;
mod board;
mod components;
mod contact;
mod csv;
mod device;
mod docs;
mod experiment;
mod form;
mod frame;
mod guides;
mod help;
mod home;
mod invoices;
mod invoices_file;
mod lead;
mod login;
mod operator_login;
mod overview;
mod palette;
mod payments;
mod plans;
mod portal;
mod pricing;
mod seo;
mod sessions;
mod settings;
mod status;
mod support;
mod theme;
mod verify;
pub mod view;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use echopilot_core::operation::{Access, Method};

pub(crate) use board::logs::{told as told_line, wanted as wanted_lines};
pub(crate) use docs::reference;
pub(crate) use frame::error_page;

use crate::foreign::Foreign;
use crate::site::Site;

/// Every page and form.
pub const ROWS: &[Foreign] = &[
    Foreign::page("/", "What EchoPilot is, what it costs, and how it is doing."),
    Foreign::form("/", "Form: ask for more than the plans offer."),
    Foreign::page("/about", "What EchoPilot is, with the facts of the program that answers."),
    Foreign::page("/pricing", "The plans, by the month or by the year."),
    Foreign::form("/pricing", "Form: ask for more than the plans offer."),
    Foreign::form("/pricing/checkout", "Form: go to the payment page of a plan."),
    Foreign::page("/support", "Help topics, the status of the service, and a form to write to us."),
    Foreign::form("/support", "Form: write to support."),
    Foreign::page("/docs", "The reference of the API."),
    Foreign::page("/docs/changes", "What has changed, version by version."),
    Foreign::page("/docs/security", "What is done for security, and how to report a hole."),
    Foreign::of(Method::Get, "/sitemap.xml", Access::Public, "The public pages.", "application/xml"),
    Foreign::of(Method::Get, "/robots.txt", Access::Public, "What search engines may read.", "text/plain"),
    Foreign::page("/auth/login", "Sign-in: the address first, then the code that was mailed; or a password."),
    Foreign::form("/auth/login/code", "Form: mail a link and a code to an address."),
    Foreign::form("/auth/login", "Form: sign in with the code or the password."),
    Foreign::page("/auth/verify", "The page of the mailed link; reading it uses nothing up."),
    Foreign::form("/auth/verify", "Form: sign in with the mailed link."),
    Foreign::form("/auth/login/demo", "Form: sign in to the demo account (demo mode only)."),
    Foreign::form("/auth/logout", "Form: sign out."),
    Foreign::form("/theme", "Form: choose a theme."),
    Foreign::form(
        "/choices",
        "Form: choose the density, the side bar, or whether single letters are shortcuts.",
    ),
    Foreign::operator_page("/dashboard/v2/settings", "How pages look and listen to this operator."),
    Foreign::operator_page("/dashboard/v2/guides", "The operators' guides."),
    Foreign::operator_page(
        "/dashboard/v2/guides/{name}",
        "One guide: the runbook, the checklist, the settings …",
    ),
    Foreign::customer_page("/app", "The customer's overview."),
    Foreign::customer_page("/app/invoices", "The customer's invoices."),
    Foreign::customer_page("/app/support", "Write to support; the customer's messages and their answers."),
    Foreign::form("/app/support", "Form: write to support."),
    Foreign::of(
        Method::Get,
        "/app/invoices.csv",
        Access::Customer,
        "The customer's invoices as a file, with the filters of the page.",
        "text/csv",
    ),
    Foreign::of(
        Method::Get,
        "/app/palette",
        Access::Customer,
        "What the customer's command palette finds: invoices and messages with a word in them.",
        "application/json",
    ),
    Foreign::of(
        Method::Get,
        "/dashboard/palette",
        Access::Operator,
        "What an operator's command palette finds: customers, leads and payments with a word in them.",
        "application/json",
    ),
    Foreign::customer_form("/app/billing/portal", "Form: go to the payment provider's billing portal."),
    Foreign::page("/dashboard/login", "Sign-in of operators: the key, once.").about_operators(),
    Foreign::form("/dashboard/login", "Form: exchange an operator's key for a session.").about_operators(),
    Foreign::form("/dashboard/logout", "Form: end an operator's session.").about_operators(),
    Foreign::page("/dashboard", "Leads to the operators' dashboard.").about_operators(),
    Foreign::operator_page(
        "/dashboard/v2",
        "What is broken, how much is going on and how well it is answered.",
    ),
    Foreign::operator_page("/dashboard/v2/automations", "The scheduled tasks, with their runs."),
    Foreign::operator_form("/dashboard/v2/automations", "Form: run, pause or resume a task."),
    Foreign::operator_page(
        "/dashboard/v2/automations/run",
        "Asks before a task is run that changes something outside.",
    ),
    Foreign::operator_page("/dashboard/v2/jobs", "The jobs of all customers."),
    Foreign::operator_page("/dashboard/v2/jobs/{id}", "One job, with its lines in the log."),
    Foreign::operator_page(
        "/dashboard/v2/customers",
        "Search for customers; messages that wait for an answer.",
    ),
    Foreign::operator_page(
        "/dashboard/v2/customers/{id}",
        "One customer: account, invoices, devices, messages.",
    ),
    Foreign::operator_page("/dashboard/v2/customers/{id}/disable", "Asks before an account is closed."),
    Foreign::operator_form("/dashboard/v2/customers/{id}/disable", "Form: close an account."),
    Foreign::operator_page("/dashboard/v2/customers/{id}/enable", "Asks before an account is opened again."),
    Foreign::operator_form("/dashboard/v2/customers/{id}/enable", "Form: open an account again."),
    Foreign::operator_page("/dashboard/v2/leads", "Those who asked for more than the plans offer."),
    Foreign::operator_page("/dashboard/v2/leads/{id}", "One lead: who asks, for what, and since when."),
    Foreign::operator_page("/dashboard/v2/leads/{id}/erase", "Asks before the address of a lead is erased."),
    Foreign::operator_form("/dashboard/v2/leads/{id}/erase", "Form: erase the address of a lead."),
    Foreign::operator_page("/dashboard/v2/tickets/{id}", "A message to support and its answer."),
    Foreign::operator_form("/dashboard/v2/tickets/{id}", "Form: answer a message."),
    Foreign::operator_page("/dashboard/v2/flags", "The flags: who sees which variant."),
    Foreign::operator_page("/dashboard/v2/flags/{flag}", "One flag: its shares, and what came of it."),
    Foreign::operator_form(
        "/dashboard/v2/flags/{flag}",
        "Form: share a flag anew, switch it on or off, or go back.",
    ),
    Foreign::operator_page(
        "/dashboard/v2/warehouse",
        "The copy in PostgreSQL: its last runs, its rows, what waits and what it can't keep.",
    ),
    Foreign::operator_form("/dashboard/v2/warehouse", "Form: sync or compare the warehouse."),
    Foreign::operator_page("/dashboard/v2/warehouse/run", "Asks before the warehouse is written to."),
    Foreign::operator_page("/dashboard/v2/logs", "The ends of the logs, by file, level, text and request."),
    Foreign::operator_page("/payments", "Payments, refunds and webhooks."),
    Foreign::operator_page("/payments/link", "The form of a payment link."),
    Foreign::operator_form("/payments/link", "Form: look at a payment link, then create it."),
    Foreign::operator_page("/payments/refund", "The form of a refund."),
    Foreign::operator_form("/payments/refund", "Form: give a payment back."),
    Foreign::operator_form("/payments/replay", "Form: apply a webhook again."),
    Foreign::operator_page("/payments/reconciliation", "The last comparison with Stripe."),
    Foreign::operator_form(
        "/payments/reconciliation",
        "Form: compare with Stripe, and put right what differs.",
    ),
    Foreign::of(
        Method::Post,
        "/payments/reconciliation.csv",
        Access::Operator,
        "Form: compare with Stripe and get the differences as a file.",
        "text/csv",
    ),
    Foreign::customer_page("/app/sessions", "Where the customer is signed in, and the password."),
    Foreign::form("/app/sessions/end", "Form: end one session, or all others."),
    Foreign::form("/app/sessions/code", "Form: mail a code that stands in for a forgotten password."),
    Foreign::form("/app/sessions/password", "Form: set or change the password."),
    Foreign::page("/dev/components", "Every component in every state; in debug builds only.")
        .about_operators(),
    Foreign::page(
        "/assets/{name}",
        "Style sheet, scripts and icons, by a name that changes with their content.",
    ),
];

/// The handlers of [`ROWS`].
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home::page).post(home::send))
        .route("/about", get(home::about))
        .route("/pricing", get(pricing::page).post(pricing::send))
        .route("/pricing/checkout", post(pricing::checkout))
        .route("/support", get(contact::page).post(contact::send))
        .route("/docs", get(docs::page))
        .route("/docs/changes", get(guides::public))
        .route("/docs/security", get(guides::public))
        .route("/dashboard/v2/guides", get(guides::list))
        .route("/dashboard/v2/guides/{name}", get(guides::of_operators))
        .route("/sitemap.xml", get(seo::sitemap))
        .route("/robots.txt", get(seo::robots))
        .route("/auth/login", get(login::page).post(login::sign_in))
        .route("/auth/login/code", post(login::send_code))
        .route("/auth/verify", get(verify::page).post(verify::sign_in))
        .route("/auth/login/demo", post(login::demo))
        .route("/auth/logout", post(login::sign_out))
        .route("/app/palette", get(palette::of_customer))
        .route("/dashboard/palette", get(palette::of_operator))
        .route("/theme", post(theme::choose))
        .route("/choices", post(settings::choose))
        .route("/dashboard/v2/settings", get(settings::page))
        .route("/app", get(app::overview))
        .route("/app/invoices", get(app::invoices))
        .route("/app/support", get(support::page).post(support::send))
        .route("/app/invoices.csv", get(invoices_file::file))
        .route("/app/billing/portal", post(portal::open))
        .route("/dashboard", get(board::home))
        .route("/dashboard/v2", get(board::overview::page))
        .route("/dashboard/v2/automations", get(board::automations::page).post(board::automations::act))
        .route("/dashboard/v2/automations/run", get(board::automations::confirm))
        .route("/dashboard/v2/flags", get(board::flags::page))
        .route("/dashboard/v2/flags/{flag}", get(board::flags::one).post(board::flags::change))
        .route("/dashboard/v2/jobs", get(board::jobs::page))
        .route("/dashboard/v2/jobs/{id}", get(board::job::page))
        .route("/dashboard/v2/customers", get(board::customers::page))
        .route("/dashboard/v2/customers/{id}", get(board::customer::page))
        .route(
            "/dashboard/v2/customers/{id}/disable",
            get(board::account::ask_disable).post(board::account::disable),
        )
        .route(
            "/dashboard/v2/customers/{id}/enable",
            get(board::account::ask_enable).post(board::account::enable),
        )
        .route("/dashboard/v2/leads", get(board::leads::page))
        .route("/dashboard/v2/leads/{id}", get(board::lead::page))
        .route("/dashboard/v2/leads/{id}/erase", get(board::lead::ask).post(board::lead::erase))
        .route("/dashboard/v2/tickets/{id}", get(board::tickets::page).post(board::tickets::answer))
        .route("/dashboard/v2/warehouse", get(board::warehouse::page).post(board::warehouse::act))
        .route("/dashboard/v2/warehouse/run", get(board::warehouse::confirm))
        .route("/dashboard/v2/logs", get(board::logs::page))
        .route("/payments", get(payments::list::page))
        .route("/payments/link", get(payments::link::page).post(payments::link::create))
        .route("/payments/refund", get(payments::refund::page).post(payments::refund::refund))
        .route("/payments/replay", post(payments::replay::replay))
        .route(
            "/payments/reconciliation",
            get(payments::reconciliation::page).post(payments::reconciliation::compare),
        )
        .route("/payments/reconciliation.csv", post(payments::reconciliation::file))
        .route("/dashboard/login", get(operator_login::page).post(operator_login::sign_in))
        .route("/dashboard/logout", post(operator_login::sign_out))
        .route("/app/sessions", get(sessions::page))
        .route("/app/sessions/end", post(sessions::end))
        .route("/app/sessions/code", post(sessions::send_code))
        .route("/app/sessions/password", post(sessions::set_password))
        .route("/dev/components", get(components::page))
        .route("/assets/{name}", get(app::asset))
}
