//! The one check that touches real money: an invoice of USD 0.50, made and voided again. It wants three consents, and
//! what it made is named whenever it could not be ended.

use echopilot_core::billing::{AskState, CreateInvoice, VoidInvoice};
use echopilot_core::config::Settings;
use echopilot_core::platform::Email;
use serde_json::json;

use super::checks::{Verdict, decode, ensure, unreachable_server};
use super::target::Target;
use crate::global::Global;
use crate::ui::is_watched;

/// The smallest sum that Stripe takes in US dollars.
const AMOUNT_MINOR: i64 = 50;

/// Whether the check may be made.
#[derive(Debug)]
pub(super) enum Consent {
    /// It may, with this customer.
    Given(Option<Email>),
    /// What is missing.
    Missing(&'static str),
}

impl Consent {
    /// As settings and command line have it.
    pub(super) fn of(settings: Option<&Settings>, yes: bool, global: &Global) -> Self {
        let Some(settings) = settings.filter(|settings| settings.confirm_live) else {
            return Self::Missing("CONFIRM_LIVE is not YES");
        };
        if !settings.stripe.is_live() || settings.stripe.key_in_use().is_none() {
            Self::Missing("there is no live key: set STRIPE_MODE=live and STRIPE_SECRET_LIVE")
        } else if !yes && !is_watched(global) {
            Self::Missing("nobody watches: give --yes, or run it at a terminal")
        } else {
            Self::Given(settings.smoke_customer.as_ref().map(|(email, _)| email.clone()))
        }
    }
}

/// Make the invoice and void it.
pub(super) fn invoice(target: &mut Target) -> Verdict {
    let email = match &target.live {
        Consent::Missing(what) => return Verdict::NotAskedFor((*what).to_owned()),
        Consent::Given(None) => {
            return Verdict::NotConfigured(
                "SMOKE_EMAIL and SMOKE_PASSWORD are not set: whose invoice would it be?".into(),
            );
        }
        Consent::Given(Some(email)) => email.clone(),
    };
    let wanted = json!({
        "amount_minor": AMOUNT_MINOR, "currency": "usd", "email": email, "description": "Check of payments, voided at once",
    });
    let reply = match target.call::<CreateInvoice>(&wanted) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    let (mut made, mut is_test) = (None, false);
    let verdict = decode::<CreateInvoice>(reply, |invoice| {
        is_test = invoice.test_mode;
        made.clone_from(&invoice.invoice_id);
        ensure(
            invoice.state == AskState::Succeeded,
            "Stripe has not decided: void the invoice once it is there",
        )?;
        ensure(
            invoice.amount_minor == AMOUNT_MINOR && invoice.currency == "usd",
            "another sum was asked for",
        )?;
        ensure(invoice.status.as_deref() == Some("open"), "the invoice is not open")
    });
    let Some(made) = made else { return verdict };
    match (verdict, void(target, &made)) {
        (Verdict::Passed, Verdict::Passed) if is_test => Verdict::Failed {
            why: "the server made a test invoice although the key here is a live one; it was voided"
                .to_owned(),
            body: String::new(),
        },
        (Verdict::Passed, Verdict::Failed { why, body }) => {
            Verdict::Failed { why: format!("{why}; void invoice {made} by hand"), body }
        }
        (verdict, _) => verdict,
    }
}

fn void(target: &Target, invoice_id: &str) -> Verdict {
    match target.call::<VoidInvoice>(&json!({ "invoice_id": invoice_id })) {
        Ok(reply) => decode::<VoidInvoice>(reply, |voided| {
            ensure(voided.status.as_deref() == Some("void"), "the invoice was not voided")
        }),
        Err(fault) => unreachable_server(&fault),
    }
}
