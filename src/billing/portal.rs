//! The way to Stripe's billing portal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::operations::{Asked, Draft, Kind, Settled, carry_out, incomplete};
use crate::customers::directory;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Code, Fault, Result};

/// Open the payment provider's portal for the signed-in customer: cards, receipts, cancelling.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBillingPortal {}

/// Where to go on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentPage {
    /// A page of the payment provider's, for this customer and for a short time.
    pub url: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    stripe_customer: String,
    return_url: String,
}

impl Operation for OpenBillingPortal {
    const META: Meta = Meta {
        name: "open-billing-portal",
        route: Route::post("/api/billing/portal"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = PaymentPage;

    fn run(&self, cx: &Cx) -> Result<PaymentPage> {
        cx.deps.stripe()?;
        let id = cx.caller.customer()?.profile.customer_id.clone();
        let found = cx.deps.store.read(|tx| directory::by_id(tx, &id))?;
        let stripe_customer = found.and_then(|customer| customer.stripe_customer_id).ok_or_else(|| {
            Fault::new(Code::NotFound, "There is nothing to manage yet: you have no plan and no invoice")
        })?;
        let wanted = Wanted { stripe_customer, return_url: format!("{}/app", cx.deps.base_url) };
        let draft = Draft::new(cx, Kind::Portal, &id);
        let asked = cx.deps.store.write(move |tx| draft.begin(tx, &wanted))?;
        PaymentPage::of(carry_out(cx, &asked).map_err(friendly)?)
    }
}

impl PaymentPage {
    /// The page that Stripe made.
    pub(super) fn of(settled: Settled) -> Result<Self> {
        match settled {
            Settled::Done(answer) => Ok(Self { url: answer["url"].as_str().unwrap_or_default().to_owned() }),
            Settled::Undecided(fault) => Err(fault),
        }
    }
}

/// Ask for it.
pub(super) fn ask(stripe: &dyn Stripe, asked: &Asked) -> Result<Value, StripeFailure> {
    let Wanted { stripe_customer, return_url } = asked.wanted()?;
    let call = StripeCall::post("/v1/billing_portal/sessions", asked.idempotency_key.as_str())
        .with("customer", stripe_customer)
        .with("return_url", return_url);
    page(&stripe.call(&call)?)
}

/// What is used of a session: its identifier and its address, which must be one that a browser may be sent to.
pub(super) fn page(session: &Value) -> Result<Value, StripeFailure> {
    let url = session["url"].as_str().filter(|url| url.starts_with("https://"));
    let url = url.ok_or_else(|| incomplete("url that begins with https://"))?;
    Ok(json!({ "id": session["id"], "url": url }))
}

/// Stripe has no code for a portal that nobody has set up; its words are for whoever can, not for customers.
fn friendly(fault: Fault) -> Fault {
    if fault.code == Code::Refused && fault.detail.contains("configuration") {
        let words = "The billing portal is not set up yet: an operator has to save its settings at Stripe once \
                     (Settings, Billing, Customer portal). Until then support can change or cancel your plan";
        return Fault::new(Code::Refused, words);
    }
    fault
}
