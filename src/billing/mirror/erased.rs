//! What is left of an erased customer in the mirror: sums, states, times and identifiers. Their address and name go, and
//! so do texts that people write (descriptions, reasons) and links to pages of Stripe's that show who paid; Stripe keeps
//! the invoice itself as long as the law wants. What Stripe tells later is emptied before it is taken in.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::content::Kind;
use super::decode::{self, Fact, id_of};
use super::register::{self, Object};
use super::sql::{
    ERASED_OWNER, ERASED_PAYER, INVOICES_EMPTY, OBJECT_EMPTY, OBJECTS_BELOW, OBJECTS_OF_CUSTOMER,
    PAYERS_EMPTY, PAYERS_OF, PAYMENTS_EMPTY, REFUNDS_EMPTY, THINGS_OF,
};
use crate::customers::{Customer, directory};
use crate::platform::{Fault, Result};
use crate::store::{Tx, args};

/// A refund belongs to a charge, and that to a payment.
const GENERATIONS: u8 = 3;

/// What is personal of a kind: members that become null, and texts that become empty.
const fn personal(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Customer => (&["email", "name"], &[]),
        Kind::Subscription => (&[], &[]),
        Kind::Invoice => (&["email", "hosted_invoice_url", "invoice_pdf"], &["description"]),
        Kind::PaymentIntent => (&["email"], &["description"]),
        Kind::Charge => (&["email", "receipt_url"], &["description"]),
        Kind::Refund => (&["reason"], &[]),
    }
}

/// The content without what is personal, marked as such.
pub(super) fn emptied(kind: Kind, content: &str) -> Result<String> {
    let mut members: Map<String, Value> = serde_json::from_str(content).map_err(Fault::internal)?;
    let (nulls, texts) = personal(kind);
    members.extend(nulls.iter().map(|name| ((*name).to_owned(), Value::Null)));
    members.extend(texts.iter().map(|name| ((*name).to_owned(), json!(""))));
    members.insert("erased".to_owned(), json!(true));
    serde_json::to_string(&members).map_err(Fault::internal)
}

/// The fact, without what is personal when it is about somebody who was erased. `payer` is whom the object that it
/// stands in names.
pub(super) fn without_person(tx: &mut Tx<'_>, fact: &Fact, payer: Option<&str>) -> Result<Fact> {
    let mut fact = fact.clone();
    if let Some(content) = &fact.content
        && is_erased(tx, &fact, payer)?
    {
        fact.content = Some(emptied(fact.kind, content)?);
    }
    Ok(fact)
}

/// Whether an object that Stripe sent is about a customer who was erased, mirrored or not.
pub(in crate::billing) fn is_of_erased(tx: &mut Tx<'_>, object: &Value) -> Result<bool> {
    if let Some(payer) = id_of(&object["customer"])
        && is_payer_erased(tx, &payer)?
    {
        return Ok(true);
    }
    let told = decode::read(object, false)?;
    let payer = told.facts.iter().find_map(Fact::payer);
    for fact in &told.facts {
        if is_erased(tx, fact, payer)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_erased(tx: &mut Tx<'_>, fact: &Fact, payer: Option<&str>) -> Result<bool> {
    let known = register::find(tx, &fact.id)?;
    if known.as_ref().is_some_and(Object::is_emptied) {
        return Ok(true);
    }
    let known_payer = known.as_ref().and_then(|object| object.customer_ref.clone());
    if let Some(payer) = fact.payer().or(known_payer.as_deref()).or(payer) {
        return is_payer_erased(tx, payer);
    }
    // A guest's: whose the payment is, or that of which it is a part.
    let mut next = Some(fact.id.clone());
    let mut parent = fact.parent.clone().or(known.and_then(|object| object.parent));
    for _ in 0..GENERATIONS {
        let Some(id) = next else { break };
        let owners: i64 = tx.one(ERASED_OWNER, args![id])?;
        if owners > 0 {
            return Ok(true);
        }
        let above = match &parent {
            Some(parent) => register::find(tx, parent)?,
            None => None,
        };
        if let Some(payer) = above.as_ref().and_then(|object| object.customer_ref.as_deref()) {
            return is_payer_erased(tx, payer);
        }
        next = parent;
        parent = above.and_then(|object| object.parent);
    }
    Ok(false)
}

fn is_payer_erased(tx: &mut Tx<'_>, stripe_id: &str) -> Result<bool> {
    let known: Option<i64> = tx.maybe(ERASED_PAYER, args![stripe_id])?;
    match known {
        Some(erased) => Ok(erased == 1),
        None => Ok(directory::by_stripe_id(tx, stripe_id)?.is_some_and(|found| found.erased_at.is_some())),
    }
}

/// Empty everything of a customer; how many rows, and the identifiers of Stripe's by which events name them: those of
/// the customer, and of the things that name no customer themselves.
pub(in crate::billing) fn empty(tx: &mut Tx<'_>, customer: &Customer) -> Result<(u64, BTreeSet<String>)> {
    let id = customer.id.as_str();
    let mut named: BTreeSet<String> = tx.rows::<String>(PAYERS_OF, args![id])?.into_iter().collect();
    named.extend(customer.stripe_customer_id.clone());
    let mut objects: Vec<Object> = Vec::new();
    for payer in &named {
        objects.extend(register::find(tx, payer)?);
        objects.extend(tx.rows::<Object>(OBJECTS_OF_CUSTOMER, args![payer.as_str()])?);
    }
    let things: Vec<String> = tx.rows(THINGS_OF, args![id])?;
    for thing in &things {
        objects.extend(register::find(tx, thing)?);
        objects.extend(tx.rows::<Object>(OBJECTS_BELOW, args![thing.as_str()])?);
    }
    let (mut rows, mut seen) = (0, BTreeSet::new());
    while let Some(object) = objects.pop() {
        if !seen.insert(object.id.clone()) {
            continue;
        }
        let Some(kind) = object.kind() else { continue };
        objects.extend(tx.rows::<Object>(OBJECTS_BELOW, args![object.id.as_str()])?);
        rows += tx.run(OBJECT_EMPTY, args![object.id.as_str(), emptied(kind, &object.content)?])?;
        if object.customer_ref.is_none() {
            named.insert(object.id);
        }
    }
    for statement in [PAYERS_EMPTY, INVOICES_EMPTY, PAYMENTS_EMPTY, REFUNDS_EMPTY] {
        rows += tx.run(statement, args![id])?;
    }
    Ok((rows, named))
}
