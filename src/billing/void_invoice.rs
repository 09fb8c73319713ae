//! The end of an open invoice that nobody shall pay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fields::stripe_id;
use super::operations::{Answered, AskState, Asked, Draft, Kind, Settled, carry_out, incomplete};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, Status};
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::Result;

/// Void an open invoice: it stays on record and can't be paid any more.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct VoidInvoice {
    /// Which one: `in_…`.
    #[arg(value_name = "INVOICE")]
    pub invoice_id: String,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct VoidedInvoice {
    /// The invoice.
    pub invoice_id: String,
    /// The provider's word; null until it has decided.
    pub status: Option<String>,
    /// Ours, which the log and the events name.
    pub operation_id: String,
    /// Where it stands.
    pub state: AskState,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    invoice_id: String,
}

impl Operation for VoidInvoice {
    const META: Meta = Meta {
        name: "void-invoice",
        route: Route::post("/api/payments/void-invoice"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = VoidedInvoice;
    const SUCCESS: &'static [Status] = &[Status::Ok, Status::Accepted];

    fn run(&self, cx: &Cx) -> Result<VoidedInvoice> {
        stripe_id("invoice_id", &self.invoice_id, &["in_"])?;
        cx.deps.stripe()?;
        let draft = Draft::new(cx, Kind::VoidInvoice, &self.invoice_id);
        let wanted = Wanted { invoice_id: self.invoice_id.clone() };
        let asked = cx.deps.store.write(move |tx| draft.begin(tx, &wanted))?;
        let status = match carry_out(cx, &asked)? {
            Settled::Done(invoice) => Some(invoice["status"].as_str().unwrap_or_default().to_owned()),
            Settled::Undecided(_) => None,
        };
        let state = if status.is_some() { AskState::Succeeded } else { AskState::Started };
        Ok(VoidedInvoice { invoice_id: self.invoice_id.clone(), status, operation_id: asked.id, state })
    }

    fn status(output: &VoidedInvoice) -> Status {
        if output.state == AskState::Started { Status::Accepted } else { Status::Ok }
    }
}

/// Ask for it.
pub(super) fn ask(stripe: &dyn Stripe, asked: &Asked) -> Result<Answered, StripeFailure> {
    let path = format!("/v1/invoices/{}/void", asked.subject);
    let invoice = stripe.call(&StripeCall::post(path, asked.idempotency_key.as_str()))?;
    let status = invoice["status"].as_str().ok_or_else(|| incomplete("status"))?;
    Ok(Answered { kept: json!({ "id": asked.subject, "status": status }), objects: vec![invoice] })
}

/// What a colleague would be told; a refusal is told to whoever asked.
pub(super) fn told(cx: &Cx, asked: &Asked, refused: Option<&str>) -> Option<OpsEvent> {
    let words = format!("Invoice {} was voided (operation {})", asked.subject, asked.id);
    refused.is_none().then(|| OpsEvent::by(cx, "invoice_voided", Severity::Info, words))
}
