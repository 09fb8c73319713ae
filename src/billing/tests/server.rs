//! A Stripe that stands in memory: it changes by steps, tells each change as an event, and lists what it has.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::stage::START;
use crate::outbound::{Stripe, StripeCall, StripeFailure};

/// One change, as an event tells it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// Seconds since 1970.
    pub(super) at: i64,
    pub(super) is_gone: bool,
    pub(super) object: Value,
}

/// What there is.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) objects: BTreeMap<String, Value>,
    pub(super) gone: Vec<String>,
    pub(super) sent: Vec<Sent>,
    /// Events have the shapes of 2025: an invoice does not name its payment.
    pub(super) is_new: bool,
    /// A list that this server does not know.
    pub(super) lacks: Option<&'static str>,
    now: i64,
    count: usize,
}

#[derive(Default)]
pub(super) struct Server(pub(super) Mutex<State>);

/// One step of a history: what kind, and which of the objects.
pub(super) type Step = (u8, u8, bool);

impl State {
    /// Begin anew.
    pub(super) fn begin(&mut self, is_new: bool) {
        *self = Self { is_new, now: START, ..Self::default() };
    }

    /// An object of the test's own making.
    pub(super) fn put(&mut self, object: Value) {
        self.objects.insert(object["id"].as_str().unwrap().to_owned(), object);
    }

    fn id(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}_{:03}", self.count)
    }

    fn pick(&self, kind: &str, which: u8, fits: impl Fn(&Value) -> bool) -> Option<String> {
        let ids: Vec<&String> = self
            .objects
            .iter()
            .filter(|(_, object)| object["object"] == kind && fits(object))
            .map(|(id, _)| id)
            .collect();
        (!ids.is_empty()).then(|| ids[usize::from(which) % ids.len()].clone())
    }

    /// Change an object and tell of it.
    fn change(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
        let object = self.objects.get_mut(id).unwrap();
        change(object);
        let object = object.clone();
        self.tell(object, false);
    }

    fn tell(&mut self, mut object: Value, is_gone: bool) {
        if self.is_new && object["object"] == "invoice" {
            object.as_object_mut().unwrap().remove("payment_intent");
        }
        self.sent.push(Sent { at: self.now, is_gone, object });
    }

    fn make(&mut self, prefix: &str, mut object: Value) -> String {
        let id = self.id(prefix);
        object["id"] = json!(id);
        object["created"] = json!(self.now);
        self.objects.insert(id.clone(), object.clone());
        self.tell(object, false);
        id
    }

    /// A change after which the second is another: nothing in the state says that it came later.
    fn second_passes(&mut self) {
        self.now += 1;
    }

    /// Take one step.
    pub(super) fn step(&mut self, (kind, which, flag): Step) {
        if flag {
            self.now += i64::from(which % 3);
        }
        match kind % 16 {
            0 => self.new_customer(which),
            1 => self.change_customer(which, flag),
            2 => self.delete_customer(which),
            3 => self.new_subscription(which, flag),
            4 | 5 => self.change_subscription(which, flag),
            6 => self.new_invoice(which),
            7 | 8 => self.advance_invoice(which, flag),
            9 => self.delete_draft(which),
            10 => self.new_payment(which, flag),
            11 | 12 => self.advance_payment(which, flag),
            13 | 14 => self.refund(which, flag),
            _ => self.finish_refund(which, flag),
        }
    }

    fn new_customer(&mut self, which: u8) {
        let email = match which % 4 {
            0 => Value::Null,
            1 => json!("Shared@Example.com"),
            _ => json!(format!("c{}@example.com", self.count)),
        };
        self.make("cus", json!({ "object": "customer", "email": email, "name": "Ada" }));
    }

    fn change_customer(&mut self, which: u8, flag: bool) {
        let Some(id) = self.pick("customer", which, |_| true) else { return };
        self.second_passes();
        let email = format!("late-{id}@example.com");
        self.change(&id, |customer| {
            customer["name"] = json!(format!("Ada {which}"));
            if flag && customer["email"].is_null() {
                customer["email"] = json!(email);
            }
        });
    }

    fn delete_customer(&mut self, which: u8) {
        if !which.is_multiple_of(3) {
            return;
        }
        let Some(id) = self.pick("customer", which, |_| true) else { return };
        while let Some(subscription) =
            self.pick("subscription", 0, |s| s["customer"] == id.as_str() && s["status"] != "canceled")
        {
            self.change(&subscription, |subscription| subscription["status"] = json!("canceled"));
        }
        let customer = self.objects.remove(&id).unwrap();
        self.gone.push(id);
        self.tell(customer, true);
    }

    fn customer(&self, which: u8) -> Option<(String, Value)> {
        let id = self.pick("customer", which, |_| true)?;
        let email = self.objects[&id]["email"].clone();
        Some((id, email))
    }

    fn new_subscription(&mut self, which: u8, flag: bool) {
        let Some((customer, _)) = self.customer(which) else { return };
        let price = ["price_starter", "price_pro", "price_other"][usize::from(which) % 3];
        let status = if flag { "incomplete" } else { "active" };
        self.make(
            "sub",
            json!({
                "object": "subscription", "customer": customer, "status": status, "cancel_at_period_end": false,
                "items": { "data": [{ "price": { "id": price }, "current_period_end": START + 1_000 }] },
            }),
        );
    }

    fn change_subscription(&mut self, which: u8, flag: bool) {
        let Some(id) = self.pick("subscription", which, |s| s["status"] != "canceled") else { return };
        let next = match (self.objects[&id]["status"].as_str().unwrap(), flag) {
            ("incomplete", _) => "active",
            ("active", true) => "past_due",
            ("past_due", false) => "canceled",
            (status, _) => {
                // Back again, or a switch that may be turned both ways.
                let next = if status == "past_due" { "active" } else { status }.to_owned();
                self.second_passes();
                self.change(&id, |subscription| {
                    if subscription["status"] == next.as_str() {
                        let before = subscription["cancel_at_period_end"] == true;
                        subscription["cancel_at_period_end"] = json!(!before);
                    }
                    subscription["status"] = json!(next);
                });
                return;
            }
        };
        self.change(&id, |subscription| subscription["status"] = json!(next));
    }

    fn new_invoice(&mut self, which: u8) {
        let Some((customer, email)) = self.customer(which) else { return };
        self.make(
            "in",
            json!({
                "object": "invoice", "customer": customer, "customer_email": email, "status": "draft",
                "total": 100 * (1 + i64::from(which)), "amount_paid": 0, "currency": "usd", "number": null,
                "payment_intent": null, "description": "Work",
            }),
        );
    }

    fn advance_invoice(&mut self, which: u8, flag: bool) {
        let Some(id) = self.pick("invoice", which, |i| i["status"] != "paid" && i["status"] != "void") else {
            return;
        };
        let invoice = self.objects[&id].clone();
        if invoice["status"] == "draft" {
            let payment = self.make(
                "pi",
                json!({
                    "object": "payment_intent", "customer": invoice["customer"], "amount": invoice["total"],
                    "currency": "usd", "status": "requires_payment_method",
                }),
            );
            self.change(&id, |invoice| {
                invoice["status"] = json!("open");
                invoice["number"] = json!(format!("N-{}", invoice["id"].as_str().unwrap()));
                invoice["payment_intent"] = json!(payment);
            });
            if self.is_new {
                let link = json!({
                    "object": "invoice_payment", "id": format!("inpay_{id}"), "invoice": id, "status": "open",
                    "payment": { "type": "payment_intent", "payment_intent": payment },
                });
                self.tell(link, false);
            }
            return;
        }
        let payment = invoice["payment_intent"].as_str().unwrap().to_owned();
        match (invoice["status"].as_str().unwrap(), flag) {
            ("open", false) if which.is_multiple_of(5) => {
                self.change(&id, |invoice| invoice["status"] = json!("uncollectible"));
            }
            // What was paid can't be called off.
            ("open", true) if which.is_multiple_of(5) && self.objects[&payment]["status"] != "succeeded" => {
                self.change(&payment, |payment| payment["status"] = json!("canceled"));
                self.change(&id, |invoice| invoice["status"] = json!("void"));
            }
            _ => {
                if self.objects[&payment]["status"] != "succeeded" {
                    self.succeed(&payment);
                }
                self.change(&id, |invoice| {
                    invoice["status"] = json!("paid");
                    invoice["amount_paid"] = invoice["total"].clone();
                });
            }
        }
    }

    fn delete_draft(&mut self, which: u8) {
        let Some(id) = self.pick("invoice", which, |invoice| invoice["status"] == "draft") else { return };
        let invoice = self.objects.remove(&id).unwrap();
        self.gone.push(id);
        self.tell(invoice, true);
    }

    fn new_payment(&mut self, which: u8, flag: bool) {
        let customer = if flag { self.customer(which).map(|(id, _)| id) } else { None };
        let email = (!flag && which.is_multiple_of(2)).then(|| format!("guest{}@example.com", which % 8));
        self.make(
            "pi",
            json!({
                "object": "payment_intent", "customer": customer, "amount": 1_000 + i64::from(which),
                "currency": "eur", "status": "requires_payment_method", "receipt_email": email,
            }),
        );
    }

    fn advance_payment(&mut self, which: u8, flag: bool) {
        let open = |p: &Value| p["status"] != "succeeded" && p["status"] != "canceled";
        let free = |state: &Self, id: &str| !state.objects.values().any(|o| o["payment_intent"] == id);
        let Some(id) = self.pick("payment_intent", which, open) else { return };
        if flag {
            self.fail(&id);
        } else if free(self, &id) || which % 2 == 1 {
            self.succeed(&id);
        }
    }

    fn charge(&mut self, payment: &str, status: &str) {
        let object = &self.objects[payment];
        let object_is_odd = object["amount"].as_i64().unwrap() % 2 == 1;
        let charge = json!({
            "object": "charge", "payment_intent": payment, "customer": object["customer"],
            "amount": object["amount"], "amount_refunded": 0, "currency": object["currency"], "status": status,
            "receipt_url": "https://pay.example.com/receipt",
            "failure_message": (status == "failed").then_some("Your card was declined."),
        });
        // A bank transfer's charge has another prefix, and sorts after its payment.
        let prefix = if object_is_odd { "py" } else { "ch" };
        self.make(prefix, charge);
    }

    fn fail(&mut self, payment: &str) {
        self.second_passes();
        self.charge(payment, "failed");
        self.change(payment, |payment| {
            payment["last_payment_error"] = json!({ "message": "Your card was declined." });
        });
    }

    fn succeed(&mut self, payment: &str) {
        self.change(payment, |payment| payment["status"] = json!("processing"));
        self.charge(payment, "succeeded");
        self.change(payment, |payment| payment["status"] = json!("succeeded"));
    }

    fn refund(&mut self, which: u8, flag: bool) {
        let left = |charge: &Value| {
            charge["status"] == "succeeded" && charge["amount_refunded"].as_i64() < charge["amount"].as_i64()
        };
        let Some(id) = self.pick("charge", which, left) else { return };
        let charge = self.objects[&id].clone();
        let left = charge["amount"].as_i64().unwrap() - charge["amount_refunded"].as_i64().unwrap();
        let amount = if flag { left } else { (left / 2).max(1) };
        self.make(
            "re",
            json!({
                "object": "refund", "charge": id, "amount": amount,
                "payment_intent": if which.is_multiple_of(2) { charge["payment_intent"].clone() } else { Value::Null },
                "currency": charge["currency"], "status": if which.is_multiple_of(3) { "pending" } else { "succeeded" },
                "reason": "requested_by_customer",
            }),
        );
        self.change(&id, |charge| {
            charge["amount_refunded"] = json!(charge["amount_refunded"].as_i64().unwrap() + amount);
        });
    }

    fn finish_refund(&mut self, which: u8, flag: bool) {
        let Some(id) = self.pick("refund", which, |refund| refund["status"] == "pending") else { return };
        let refund = self.objects[&id].clone();
        if flag {
            self.change(&id, |refund| refund["status"] = json!("succeeded"));
            return;
        }
        self.second_passes();
        self.change(&id, |refund| refund["status"] = json!("failed"));
        self.change(refund["charge"].as_str().unwrap(), |charge| {
            let left = charge["amount_refunded"].as_i64().unwrap() - refund["amount"].as_i64().unwrap();
            charge["amount_refunded"] = json!(left);
        });
    }
}

impl Stripe for Server {
    fn call(&self, call: &StripeCall) -> Result<Value, StripeFailure> {
        let state = self.0.lock().unwrap();
        let mut parts = call.path.trim_start_matches("/v1/").splitn(2, '/');
        let kind = parts.next().unwrap().trim_end_matches('s').to_owned();
        let missing =
            || StripeFailure::Refused { status: 404, code: "resource_missing".into(), message: "No.".into() };
        if let Some(id) = parts.next() {
            if state.gone.iter().any(|gone| gone == id) && kind == "customer" {
                return Ok(json!({ "id": id, "object": kind, "deleted": true }));
            }
            return state.objects.get(id).cloned().ok_or_else(missing);
        }
        if state.lacks == Some(kind.as_str()) {
            return Err(missing());
        }
        let after =
            call.params.iter().find(|(name, _)| name == "starting_after").map(|(_, value)| value.clone());
        let mut rows: Vec<&Value> =
            state.objects.values().filter(|object| object["object"] == kind.as_str()).collect();
        rows.reverse();
        let begin =
            after.map_or(0, |after| rows.iter().position(|row| row["id"] == after.as_str()).unwrap() + 1);
        // Pages of three, so that there are several.
        let page: Vec<&Value> = rows.iter().skip(begin).take(3).copied().collect();
        Ok(json!({ "object": "list", "data": page, "has_more": begin + page.len() < rows.len() }))
    }
}
