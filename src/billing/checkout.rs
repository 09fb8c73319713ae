//! The way from a plan to Stripe's checkout page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operations::{Asked, Draft, Kind, carry_out};
use super::portal::{PaymentPage, page};
use super::sql::SUBSCRIPTIONS_LIVE;
use super::stripe_customer;
use crate::config::SignupMode;
use crate::customers::{Customer, Mirror, Offer, Period, Plans, directory};
use crate::events::Log;
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, Route};
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Code, Email, Fault, Result};
use crate::store::{Tx, args};

/// A plan that can be bought here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaidPlan {
    /// The smaller subscription.
    Starter,
    /// The larger subscription.
    Pro,
}

/// Begin to buy a plan: the address of the payment provider's checkout page. What it costs is the server's choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartCheckout {
    /// Which plan.
    pub plan: PaidPlan,
    /// How often it is paid.
    pub period: Period,
    /// Whose plan it will be; a signed-in customer leaves it out.
    #[serde(default)]
    pub email: Option<Email>,
    /// The variant of the plan's price experiment that the buyer was shown: decided by the server, never by who asks.
    #[serde(skip)]
    pub variant: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    customer_id: String,
    stripe_customer: String,
    price: String,
    plan: PaidPlan,
    base_url: String,
}

impl Operation for StartCheckout {
    const META: Meta = Meta {
        name: "start-checkout",
        route: Route::post("/api/billing/checkout"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = PaymentPage;

    fn run(&self, cx: &Cx) -> Result<PaymentPage> {
        let email = self.buyer(cx)?;
        refuse_a_second(cx)?;
        let price = self.price(cx)?;
        let (new_id, now, mirror) = (cx.deps.ids.ulid_at(cx.now), cx.now, Mirror::of(&cx.deps));
        let made = move |tx: &mut Tx<'_>| directory::found_or_made(tx, &mirror, &email, &new_id, now);
        let customer: Customer = cx.deps.store.write(made)?;
        let wanted = Wanted {
            stripe_customer: stripe_customer::of(cx, &customer)?,
            customer_id: customer.id.clone(),
            price,
            plan: self.plan,
            base_url: cx.deps.base_url.clone(),
        };
        let draft = Draft::new(cx, Kind::Checkout, &customer.id);
        let asked = cx.deps.store.write(move |tx| draft.begin(tx, &wanted))?;
        PaymentPage::of(carry_out(cx, &asked)?)
    }
}

impl StartCheckout {
    /// The price at Stripe that belongs to the price the buyer was shown.
    fn price(&self, cx: &Cx) -> Result<String> {
        let stripe = cx.deps.stripe()?;
        let (plan, prices) = (self.plan.as_str(), &cx.deps.settings.stripe.prices);
        let missing =
            |setting| Fault::not_configured(setting, "this plan can't be bought here; write to support");
        let terms = cx.deps.resident::<Plans>().terms(plan).ok_or_else(|| missing("pricing.json"))?;
        let offer = terms.offer(self.variant.as_deref(), self.period, prices);
        let own = prices.of(plan, self.period == Period::Year).map(|(setting, _)| setting);
        let setting =
            own.filter(|_| !offer.is_experiment).unwrap_or("stripe_price of the offer in pricing.json");
        let price = offer.stripe_price.clone().ok_or_else(|| missing(setting))?;
        if offer.is_experiment && !charges(stripe, &price, &offer, self.period)? {
            // Better no sale than another sum than was shown.
            let words = "The price that was shown is not the one that would be charged, so nothing was begun; write to \
                         support";
            return Err(Fault::new(Code::NotConfigured, words).because(format!(
                "{price} is not {} {} a {} at Stripe",
                offer.price_minor.unwrap_or(0),
                offer.currency,
                self.period.as_str()
            )));
        }
        Ok(price)
    }

    /// Whose plan it will be. Strangers get the same answers for every address.
    fn buyer(&self, cx: &Cx) -> Result<Email> {
        match (&cx.caller, &self.email) {
            (Caller::Customer(session), None) => Ok(session.profile.email.clone()),
            (Caller::Customer(session), Some(email)) if *email == session.profile.email => Ok(email.clone()),
            (Caller::Customer(_), Some(_)) => Err(Fault::invalid(
                "email",
                "expected none, or the address you are signed in with; sign out to buy for another",
            )),
            // Else whoever begins to buy would be a known customer without an invitation.
            (Caller::Anonymous, _) if cx.deps.settings.signup_mode == SignupMode::Invite => Err(Fault::new(
                Code::Unauthenticated,
                "Sign in first, at /auth/login: plans are sold to invited customers only",
            )),
            (_, Some(email)) => Ok(email.clone()),
            (_, None) => Err(Fault::invalid("email", "expected your e-mail address, or sign in first")),
        }
    }
}

/// A second subscription would be paid beside the first. Strangers are not told: it would tell who is a customer.
fn refuse_a_second(cx: &Cx) -> Result<()> {
    let Caller::Customer(session) = &cx.caller else { return Ok(()) };
    let id = session.profile.customer_id.as_str();
    let live: i64 = cx.deps.store.read(|tx| tx.one(SUBSCRIPTIONS_LIVE, args![id]))?;
    if live == 0 {
        return Ok(());
    }
    let words = "You have a subscription already. To change or cancel it, open the billing portal: \"Manage billing\" \
                 at /app, or POST /api/billing/portal";
    Err(Fault::new(Code::Conflict, words))
}

/// Whether a price at Stripe is what an offer shows.
fn charges(stripe: &dyn Stripe, price: &str, offer: &Offer, period: Period) -> Result<bool> {
    let known = stripe.call(&StripeCall::get(format!("/v1/prices/{price}")))?;
    Ok(known["unit_amount"].as_i64() == offer.price_minor
        && known["currency"] == offer.currency.as_str()
        && known["recurring"]["interval"] == period.as_str()
        && known["active"] == true)
}

impl PaidPlan {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Starter => "starter",
            Self::Pro => "pro",
        }
    }
}

/// Ask for it.
pub(super) fn ask(stripe: &dyn Stripe, asked: &Asked) -> Result<Value, StripeFailure> {
    let Wanted { customer_id, stripe_customer, price, plan, base_url } = asked.wanted()?;
    let call = StripeCall::post("/v1/checkout/sessions", asked.idempotency_key.as_str())
        .with("mode", "subscription")
        .with("customer", stripe_customer)
        .with("line_items[0][price]", price)
        .with("line_items[0][quantity]", "1")
        .with("success_url", format!("{base_url}/app?checkout=done"))
        .with("cancel_url", format!("{base_url}/pricing"))
        .with("client_reference_id", customer_id.as_str())
        .with("metadata[customer_id]", customer_id.as_str())
        .with("metadata[plan]", plan.as_str())
        .with("subscription_data[metadata][customer_id]", customer_id.as_str())
        .with("subscription_data[metadata][plan]", plan.as_str());
    page(&stripe.call(&call)?)
}
