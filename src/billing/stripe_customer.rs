//! One customer of Stripe's for each of ours: made when it is first needed, remembered in the directory.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::mirror::text;
use super::operations::{Answered, Asked, Draft, Kind, Settled, carry_out, incomplete};
use crate::customers::{Customer, directory};
use crate::operation::Cx;
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Fault, Result};

/// The address is read when Stripe is asked, so that it stands in one place.
#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    customer_id: String,
}

enum Begun {
    Known(String),
    Asked(Asked),
}

/// Stripe's identifier of `customer`. Everybody who needs it at the same time asks under the same key, so there is one.
pub(super) fn of(cx: &Cx, customer: &Customer) -> Result<String> {
    if let Some(id) = &customer.stripe_customer_id {
        return Ok(id.clone());
    }
    let wanted = Wanted { customer_id: customer.id.clone() };
    let draft = Draft::new(cx, Kind::Customer, &customer.id);
    let begun = cx.deps.store.write(move |tx| {
        // Somebody may have had it made since we looked.
        let found = directory::by_id(tx, &wanted.customer_id)?;
        match found.and_then(|customer| customer.stripe_customer_id) {
            Some(id) => Ok(Begun::Known(id)),
            None => draft.begin_shared(tx, &wanted).map(Begun::Asked),
        }
    })?;
    let asked = match begun {
        Begun::Known(id) => return Ok(id),
        Begun::Asked(asked) => asked,
    };
    match carry_out(cx, &asked)? {
        Settled::Done(answer) => {
            text(&answer["id"]).ok_or_else(|| Fault::internal("a customer without an id"))
        }
        Settled::Undecided(fault) => Err(fault),
    }
}

/// Ask for it.
pub(super) fn ask(cx: &Cx, stripe: &dyn Stripe, asked: &Asked) -> Result<Answered, StripeFailure> {
    let Wanted { customer_id } = asked.wanted()?;
    let found = cx.deps.store.read(|tx| directory::by_id(tx, &customer_id));
    let customer = found
        .and_then(|found| found.ok_or_else(|| Fault::not_found("The customer")))
        .map_err(StripeFailure::Unknown)?;
    let call = StripeCall::post("/v1/customers", asked.idempotency_key.as_str())
        .with("email", customer.email.as_str())
        .with("name", customer.name)
        .with("metadata[customer_id]", customer_id);
    let made = stripe.call(&call)?;
    let id = text(&made["id"]).ok_or_else(|| incomplete("id"))?;
    Ok(Answered { kept: json!({ "id": id }), objects: vec![made] })
}
