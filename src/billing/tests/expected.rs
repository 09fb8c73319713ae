//! What the mirror should hold, read from the server's objects by rules written down a second time, and what it holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::server::State;
use super::stage::Stage;
use crate::store::{args, statements};

statements! {
    for tests;
    INVOICES = "SELECT i.id, i.status, i.number, i.payment_id, c.email, i.amount_minor, i.refunded_minor \
        FROM invoices i JOIN customers c ON c.id = i.customer_id ORDER BY i.id";
    PAYMENTS = "SELECT p.id, p.status, p.invoice_id, p.charge_id, c.email, p.amount_minor, p.refunded_minor \
        FROM payments p JOIN customers c ON c.id = p.customer_id ORDER BY p.id";
    REFUNDS = "SELECT id, status, payment_id, amount_minor FROM refunds ORDER BY id";
    SUBSCRIPTIONS = "SELECT s.id, s.status, s.price_id, c.email, s.cancels_at_period_end FROM subscriptions s \
        JOIN customers c ON c.id = s.customer_id ORDER BY s.id";
    CUSTOMERS = "SELECT s.id, s.email, c.email FROM stripe_customers s JOIN customers c ON c.id = s.customer_id \
        WHERE s.deleted_at IS NULL ORDER BY s.id";
    PLANS = "SELECT email, plan FROM customers ORDER BY email";
}

/// The mirror as lines of text, so that a difference can be read.
pub(super) type Lines = BTreeSet<String>;

type Refund = (String, String, Option<String>, i64);
type Subscription = (String, String, Option<String>, String, bool);
type Money = (String, String, Option<String>, Option<String>, String, i64, i64);

/// What the mirror holds. Whose the things of deleted customers are is left out: nobody tells their address any more.
pub(super) fn held(stage: &Stage, state: &State) -> Lines {
    let mut lines = Lines::new();
    let owner = |id: &str, email: String| if of_gone(state, id) { "?".to_owned() } else { email };
    stage
        .deps
        .store
        .read(|tx| {
            for (id, status, number, payment, email, amount, refunded) in
                tx.rows::<Money>(INVOICES, args![])?
            {
                let email = owner(&id, email);
                lines.insert(format!("{id} {status} {number:?} {payment:?} {email} {amount} {refunded}"));
            }
            for (id, status, invoice, charge, email, amount, refunded) in
                tx.rows::<Money>(PAYMENTS, args![])?
            {
                let email = owner(&id, email);
                lines.insert(format!("{id} {status} {invoice:?} {charge:?} {email} {amount} {refunded}"));
            }
            for (id, status, payment, amount) in tx.rows::<Refund>(REFUNDS, args![])? {
                lines.insert(format!("{id} {status} {payment:?} {amount}"));
            }
            for (id, status, price, email, cancels) in tx.rows::<Subscription>(SUBSCRIPTIONS, args![])? {
                let email = owner(&id, email);
                lines.insert(format!("{id} {status} {price:?} {email} {cancels}"));
            }
            for (id, email, owner) in tx.rows::<(String, Option<String>, String)>(CUSTOMERS, args![])? {
                lines.insert(format!("{id} {email:?} {owner}"));
            }
            for (email, plan) in tx.rows::<(String, String)>(PLANS, args![])? {
                if plan != "free" {
                    lines.insert(format!("{email} is on {plan}"));
                }
            }
            Ok(())
        })
        .unwrap();
    lines
}

fn of_gone(state: &State, id: &str) -> bool {
    let customer = state.objects.get(id).and_then(|object| object["customer"].as_str());
    customer.is_some_and(|customer| state.gone.iter().any(|gone| gone == customer))
}

fn words(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// What it should hold.
pub(super) fn expected(state: &State) -> Lines {
    let mut lines = Lines::new();
    let mut plans: BTreeMap<String, &str> = BTreeMap::new();
    let all = |kind: &'static str| state.objects.iter().filter(move |(_, object)| object["object"] == kind);
    for (id, object) in &state.objects {
        let (status, owner) = (object["status"].as_str().unwrap_or_default(), owner(state, id, object));
        match object["object"].as_str().unwrap() {
            "customer" => {
                lines.insert(format!("{id} {:?} {owner}", words(&object["email"])));
            }
            "subscription" => {
                let price = object["items"]["data"][0]["price"]["id"].as_str().unwrap();
                let cancels = object["cancel_at_period_end"] == true;
                lines.insert(format!("{id} {status} {:?} {owner} {cancels}", Some(price)));
                if matches!(status, "active" | "past_due") && price != "price_other" {
                    let plan = if price == "price_pro" { "pro" } else { "starter" };
                    let best = plans.entry(owner).or_insert(plan);
                    *best = if plan == "pro" { "pro" } else { *best };
                }
            }
            "invoice" => {
                let payment = words(&object["payment_intent"]);
                let refunded = payment.as_ref().map_or(0, |payment| given_back(state, payment));
                let number = words(&object["number"]).or_else(|| Some(String::new()));
                lines.insert(format!(
                    "{id} {status} {number:?} {payment:?} {owner} {} {refunded}",
                    object["total"]
                ));
            }
            "payment_intent" => {
                let invoice = all("invoice").find(|(_, invoice)| invoice["payment_intent"] == id.as_str());
                let invoice = invoice.map(|(id, _)| id.clone());
                let mut charges: Vec<_> =
                    all("charge").filter(|(_, charge)| charge["payment_intent"] == id.as_str()).collect();
                charges.sort_by_key(|(id, charge)| {
                    (charge["status"] == "succeeded", charge["created"].as_i64(), (*id).clone())
                });
                let charge = charges.last().map(|(id, _)| (*id).clone());
                let refunded = given_back(state, id);
                lines.insert(format!(
                    "{id} {status} {invoice:?} {charge:?} {owner} {} {refunded}",
                    object["amount"]
                ));
            }
            "refund" => {
                // Some name their charge only, as those of older versions do.
                let charge = &state.objects[object["charge"].as_str().unwrap()];
                let payment = words(&charge["payment_intent"]);
                lines.insert(format!("{id} {status} {payment:?} {}", object["amount"]));
            }
            _ => {}
        }
    }
    lines.extend(plans.into_iter().map(|(email, plan)| format!("{email} is on {plan}")));
    lines
}

fn given_back(state: &State, payment: &str) -> i64 {
    let charges =
        state.objects.values().filter(|o| o["object"] == "charge" && o["payment_intent"] == payment);
    charges.map(|charge| charge["amount_refunded"].as_i64().unwrap()).sum()
}

fn owner(state: &State, id: &str, object: &Value) -> String {
    let no_address = |id: &str| format!("{id}@no-address.invalid");
    let email = |value: &Value, id: &str| value.as_str().map_or_else(|| no_address(id), str::to_lowercase);
    if of_gone(state, id) {
        return "?".to_owned();
    }
    match (object["object"].as_str(), object["customer"].as_str()) {
        (Some("customer"), _) => email(&object["email"], id),
        (_, Some(customer)) => email(&state.objects[customer]["email"], customer),
        _ => email(&object["receipt_email"], id),
    }
}
