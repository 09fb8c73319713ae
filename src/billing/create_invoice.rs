//! A stand-alone invoice with one line. At Stripe it takes three calls; each has a key of its own, made from the stored
//! one, so that the whole is repeated from the start whatever crashed in between, and nothing is there twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{AMOUNTS, currency, words};
use super::operations::{Answered, AskState, Asked, Draft, Kind, Settled, carry_out, incomplete, under_way};
use super::stripe_customer;
use crate::customers::{Mirror, directory};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, Status};
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Email, Fault, Result, format_money};
use crate::store::Tx;

/// How long a customer has to pay.
const DAYS_UNTIL_DUE: &str = "14";

/// Make an invoice with one line and finalise it: the customer pays it on the page that the answer names.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct CreateInvoice {
    /// How much, in minor units of the currency: 1999 is USD 19.99.
    #[arg(long)]
    #[schemars(range(min = 50, max = 99_999_999))]
    pub amount_minor: i64,
    /// ISO 4217, such as `usd`.
    #[arg(long)]
    #[schemars(regex(pattern = "^[A-Za-z]{3}$"))]
    pub currency: String,
    /// Whose it is; an unknown address becomes a customer.
    #[arg(long)]
    pub email: Email,
    /// What it is for, as it stands on the invoice.
    #[arg(long)]
    #[schemars(length(min = 1, max = 500))]
    pub description: String,
}

/// The invoice.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CreatedInvoice {
    /// The provider's identifier; null until it has decided.
    pub invoice_id: Option<String>,
    /// The number printed on it.
    pub number: Option<String>,
    /// The provider's page where it is paid.
    pub hosted_invoice_url: Option<String>,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The provider's word; null until it has decided.
    pub status: Option<String>,
    /// Whether no real money is asked for.
    pub test_mode: bool,
    /// Ours, which the log and the events name.
    pub operation_id: String,
    /// Where it stands.
    pub state: AskState,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Wanted {
    stripe_customer: String,
    amount_minor: i64,
    currency: String,
    description: String,
}

impl Operation for CreateInvoice {
    const META: Meta = Meta {
        name: "create-invoice",
        route: Route::post("/api/payments/create-invoice"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = CreatedInvoice;
    const SUCCESS: &'static [Status] = &[Status::Ok, Status::Accepted];

    fn run(&self, cx: &Cx) -> Result<CreatedInvoice> {
        if !AMOUNTS.contains(&self.amount_minor) {
            let expected = format!("expected {} to {} in minor units", AMOUNTS.start(), AMOUNTS.end());
            return Err(Fault::invalid("amount_minor", expected));
        }
        let currency = currency(&self.currency)?;
        let description = words("description", &self.description, 500)?.to_owned();
        cx.deps.stripe()?;
        let (email, new_id, now) = (self.email.clone(), cx.deps.ids.ulid_at(cx.now), cx.now);
        let mirror = Mirror::of(&cx.deps);
        let made = move |tx: &mut Tx<'_>| directory::found_or_made(tx, &mirror, &email, &new_id, now);
        let customer = cx.deps.store.write(made)?;
        let stripe_customer = stripe_customer::of(cx, &customer)?;
        let wanted = Wanted {
            stripe_customer,
            amount_minor: self.amount_minor,
            currency: currency.clone(),
            description,
        };
        let draft = Draft::new(cx, Kind::Invoice, &customer.id);
        let asked = cx.deps.store.write(move |tx| {
            if let Some(before) = draft.repeated(tx, &wanted)? {
                return Ok(before);
            }
            for open in draft.open(tx)? {
                if open.request::<Wanted>()? == wanted {
                    return Err(under_way("The same invoice", &open));
                }
            }
            draft.begin_new(tx, &wanted)
        })?;
        let invoice = match carry_out(cx, &asked)? {
            Settled::Done(invoice) => invoice,
            Settled::Undecided(_) => Value::Null,
        };
        let text = |name: &str| invoice[name].as_str().map(str::to_owned);
        Ok(CreatedInvoice {
            invoice_id: text("id"),
            number: text("number"),
            hosted_invoice_url: text("hosted_invoice_url"),
            amount_minor: invoice["total"].as_i64().unwrap_or(self.amount_minor),
            currency: text("currency").unwrap_or(currency),
            status: text("status"),
            test_mode: !invoice["livemode"].as_bool().unwrap_or(cx.deps.settings.stripe.is_live()),
            operation_id: asked.id,
            state: if invoice.is_null() { AskState::Started } else { AskState::Succeeded },
        })
    }

    fn status(output: &CreatedInvoice) -> Status {
        if output.state == AskState::Started { Status::Accepted } else { Status::Ok }
    }
}

/// Make it, give it its line, finalise it.
pub(super) fn ask(stripe: &dyn Stripe, asked: &Asked) -> Result<Answered, StripeFailure> {
    let wanted: Wanted = asked.wanted()?;
    let key = |step: &str| format!("{}-{step}", asked.idempotency_key);
    let draft = StripeCall::post("/v1/invoices", key("create"))
        .with("customer", wanted.stripe_customer.as_str())
        .with("collection_method", "send_invoice")
        .with("days_until_due", DAYS_UNTIL_DUE)
        .with("pending_invoice_items_behavior", "exclude")
        .with("currency", wanted.currency.as_str())
        .with("description", wanted.description.as_str())
        .with("metadata[operation]", asked.id.as_str());
    let draft = stripe.call(&draft)?;
    let id = draft["id"].as_str().ok_or_else(|| incomplete("id"))?;
    fill_and_finalise(stripe, id, &wanted, key).inspect_err(|failure| {
        if matches!(failure, StripeFailure::Refused { .. }) {
            // A draft that nobody can use. Where it can't be removed it stays one, and no customer sees it.
            let removed =
                StripeCall { method: "DELETE", path: format!("/v1/invoices/{id}"), ..StripeCall::default() };
            let _ = stripe.call(&removed);
        }
    })
}

fn fill_and_finalise(
    stripe: &dyn Stripe,
    id: &str,
    wanted: &Wanted,
    key: impl Fn(&str) -> String,
) -> Result<Answered, StripeFailure> {
    let line = StripeCall::post("/v1/invoiceitems", key("item"))
        .with("customer", wanted.stripe_customer.as_str())
        .with("invoice", id)
        .with("amount", wanted.amount_minor.to_string())
        .with("currency", wanted.currency.as_str())
        .with("description", wanted.description.as_str());
    stripe.call(&line)?;
    let invoice = stripe.call(&StripeCall::post(format!("/v1/invoices/{id}/finalize"), key("finalize")))?;
    if invoice["id"] != id {
        return Err(incomplete("id"));
    }
    let kept =
        ["id", "number", "hosted_invoice_url", "invoice_pdf", "total", "currency", "status", "livemode"];
    let kept = kept.iter().map(|name| ((*name).to_owned(), invoice[*name].clone())).collect();
    Ok(Answered { kept, objects: vec![invoice] })
}

/// What a colleague would be told.
pub(super) fn told(cx: &Cx, asked: &Asked, invoice: &Value, refused: Option<&str>) -> OpsEvent {
    if let Some(refused) = refused {
        let words = format!("An invoice (operation {}) was refused: {refused}", asked.id);
        return OpsEvent::by(cx, "invoice_refused", Severity::Warning, words);
    }
    let text = |name: &str| invoice[name].as_str().unwrap_or_default();
    let sum = format_money(invoice["total"].as_i64().unwrap_or_default(), text("currency"));
    let words = format!("Invoice {} of {sum} was made (operation {})", text("id"), asked.id);
    OpsEvent::by(cx, "invoice_created", Severity::Info, words)
}
