//! From an object as Stripe sends it to facts: one for it, one for each object that stands in it.

use serde::Serialize;
use serde_json::Value;

use super::content::{
    ChargeContent, CustomerContent, InvoiceContent, Kind, PaymentContent, RefundContent, SubscriptionContent,
};
use crate::platform::{Fault, Result};

/// What one object says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) kind: Kind,
    pub(super) id: String,
    /// The payment of a charge, the payment or charge of a refund.
    pub(super) parent: Option<String>,
    /// Stripe's customer.
    pub(super) customer_ref: Option<String>,
    /// The content as JSON; none when all that is told is that it is gone.
    pub(super) content: Option<String>,
    /// Seconds since 1970; 0 when it does not say.
    pub(super) created: i64,
    pub(super) rank: i64,
    pub(super) is_deleted: bool,
}

impl Fact {
    /// The customer of Stripe that it is or names.
    pub(super) fn payer(&self) -> Option<&str> {
        if self.kind == Kind::Customer { Some(&self.id) } else { self.customer_ref.as_deref() }
    }
}

/// What an object and everything inside it say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The object itself first.
    pub(super) facts: Vec<Fact>,
    /// Invoice, and the payment or charge that paid it.
    pub(super) links: Vec<(String, String)>,
}

/// How deep objects are looked for in others.
const DEPTH: u8 = 4;

/// Read an object; nothing when it is of a kind that is not mirrored. `is_deleted`: it was told because it is gone.
pub(super) fn read(object: &Value, is_deleted: bool) -> Result<Told> {
    let mut told = Told::default();
    visit(object, is_deleted, None, DEPTH, &mut told)?;
    Ok(told)
}

/// Whether the mirror keeps something of objects like this one.
pub(super) fn is_mirrored(object: &Value) -> bool {
    let kind = object["object"].as_str().unwrap_or_default();
    kind == "invoice_payment" || Kind::parse(kind).is_some()
}

/// Whether an object tells the address of its customer. Who paid is not always who is the customer.
pub(super) fn tells_address(object: &Value) -> bool {
    text(&object["customer_email"]).is_some()
}

fn visit(object: &Value, is_deleted: bool, within: Option<&str>, depth: u8, told: &mut Told) -> Result<()> {
    if depth == 0 {
        return Ok(());
    }
    if object["object"] == "invoice_payment" {
        link(told, id_of(&object["invoice"]), &object["payment"]);
        return Ok(());
    }
    let kind = object["object"].as_str().and_then(Kind::parse);
    let (Some(kind), Some(id)) = (kind, text(&object["id"])) else { return Ok(()) };
    let is_deleted = is_deleted || object["deleted"] == true;
    // Of a deleted object Stripe may tell no more than that.
    let is_whole = !is_deleted || object["created"].is_i64();
    let (content, rank) = match kind {
        Kind::Customer => encode(CustomerContent::read(object))?,
        Kind::Subscription => encode(SubscriptionContent::read(object))?,
        Kind::Invoice => encode(InvoiceContent::read(object))?,
        Kind::PaymentIntent => encode(PaymentContent::read(object))?,
        Kind::Charge => encode(ChargeContent::read(object))?,
        Kind::Refund => encode(RefundContent::read(object))?,
    };
    let own_parent = match kind {
        Kind::Charge => id_of(&object["payment_intent"]),
        Kind::Refund => id_of(&object["payment_intent"]).or_else(|| id_of(&object["charge"])),
        _ => None,
    };
    let parent = own_parent
        .or_else(|| within.filter(|_| matches!(kind, Kind::Charge | Kind::Refund)).map(str::to_owned));
    told.facts.push(Fact {
        kind,
        customer_ref: id_of(&object["customer"]).filter(|_| kind != Kind::Customer),
        content: is_whole.then_some(content),
        created: first(object, &["created", "date"]).unwrap_or(0),
        rank,
        is_deleted,
        parent: parent.clone(),
        id: id.clone(),
    });
    links(kind, &id, object, told);
    for (inner, within) in inside(kind, object, &id, parent.as_deref()) {
        visit(inner, false, within, depth - 1, told)?;
    }
    Ok(())
}

fn encode<T: Serialize>((content, rank): (T, i64)) -> Result<(String, i64)> {
    Ok((serde_json::to_string(&content).map_err(Fault::internal)?, rank))
}

/// The objects that stand whole in this one, each with the payment or charge it belongs to.
fn inside<'a>(
    kind: Kind,
    object: &'a Value,
    id: &'a str,
    parent: Option<&'a str>,
) -> Vec<(&'a Value, Option<&'a str>)> {
    let mut found: Vec<(&Value, Option<&str>)> = Vec::new();
    let list = |name: &str| object[name]["data"].as_array().map_or(&[][..], Vec::as_slice);
    found.push((&object["customer"], None));
    match kind {
        Kind::Customer => found.extend(list("subscriptions").iter().map(|inner| (inner, None))),
        Kind::Subscription => found.push((&object["latest_invoice"], None)),
        Kind::Invoice => {
            found.push((&object["subscription"], None));
            found.push((&object["payment_intent"], None));
            found.push((&object["charge"], object["payment_intent"].as_str()));
            let payments = list("payments").iter().map(|paid| &paid["payment"]);
            found
                .extend(payments.flat_map(|paid| [(&paid["payment_intent"], None), (&paid["charge"], None)]));
        }
        Kind::PaymentIntent => {
            found.extend(list("charges").iter().map(|inner| (inner, Some(id))));
            found.push((&object["latest_charge"], Some(id)));
            found.push((&object["invoice"], None));
        }
        Kind::Charge => {
            found.extend(list("refunds").iter().map(|inner| (inner, Some(parent.unwrap_or(id)))));
            found.push((&object["payment_intent"], None));
            found.push((&object["invoice"], None));
        }
        Kind::Refund => {
            found.push((&object["charge"], object["payment_intent"].as_str()));
            found.push((&object["payment_intent"], None));
        }
    }
    found.retain(|(inner, _)| inner.is_object());
    found
}

fn links(kind: Kind, id: &str, object: &Value, told: &mut Told) {
    match kind {
        Kind::Invoice => {
            link(told, Some(id.to_owned()), object);
            let paid = object["payments"]["data"].as_array().map_or(&[][..], Vec::as_slice);
            for paid in paid {
                link(told, Some(id.to_owned()), &paid["payment"]);
            }
        }
        Kind::PaymentIntent | Kind::Charge => {
            if let Some(invoice) = id_of(&object["invoice"]) {
                told.links.push((invoice, id.to_owned()));
            }
        }
        _ => {}
    }
}

/// `paid` names a payment intent, a charge, or both.
fn link(told: &mut Told, invoice: Option<String>, paid: &Value) {
    let Some(invoice) = invoice else { return };
    for paid in [&paid["payment_intent"], &paid["charge"]] {
        told.links.extend(id_of(paid).map(|payment| (invoice.clone(), payment)));
    }
}

/// The identifier that stands there, bare or in the object itself.
pub(super) fn id_of(value: &Value) -> Option<String> {
    text(value).or_else(|| text(value.get("id")?))
}

/// A text that is not empty, without characters that no database keeps.
pub(in crate::billing) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(|text| text.replace('\0', ""))
}

/// The first of these members that is a whole number.
pub(super) fn first(object: &Value, names: &[&str]) -> Option<i64> {
    names.iter().find_map(|name| object[*name].as_i64())
}
