//! What billing forgets when a customer is erased.

use serde_json::{Map, Value, json};

use super::{ledger, mirror, operations};
use crate::customers::Customer;
use crate::platform::{Fault, Result};
use crate::store::Tx;

/// Empty what billing keeps of a customer: texts, addresses and links of the mirror, the bodies of events that name them
/// and the free words of what Stripe was asked; how many rows. Sums, states, times and identifiers stay. `Conflict`
/// while Stripe has not decided something of theirs, which must be repeated word for word.
pub fn forget_customer(tx: &mut Tx<'_>, customer: &Customer) -> Result<u64> {
    // Before the mirror: it tells whose the payments are.
    let asked = operations::forget_words(tx, customer)?;
    let (rows, named) = mirror::empty(tx, customer)?;
    Ok(asked + rows + ledger::forget_bodies(tx, &named, &customer.email)?)
}

/// `kept` without words that people wrote and links to pages that show who paid.
pub(super) fn without_words(kept: &str) -> Result<String> {
    let mut members: Map<String, Value> = serde_json::from_str(kept).map_err(Fault::internal)?;
    for name in ["description", "reason"] {
        if let Some(words) = members.get_mut(name) {
            *words = json!("");
        }
    }
    for name in ["hosted_invoice_url", "invoice_pdf"] {
        if let Some(link) = members.get_mut(name) {
            *link = Value::Null;
        }
    }
    serde_json::to_string(&members).map_err(Fault::internal)
}
