//! What is kept of each kind of object, read by the fields that are there: shapes differ between Stripe's versions
//! (2017-08-15, 2024-06-20, 2025 and later), and an unknown word is kept as it came.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decode::{first, id_of, text};

/// The kinds that are mirrored.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A customer of Stripe.
    Customer,
    /// A subscription.
    Subscription,
    /// An invoice.
    Invoice,
    /// A payment intent.
    PaymentIntent,
    /// A try to collect a payment.
    Charge,
    /// Money given back.
    Refund,
}

impl Kind {
    /// Every kind, in the order in which they are compared: owners before what they own.
    pub const ALL: [Self; 6] =
        [Self::Customer, Self::Subscription, Self::Invoice, Self::PaymentIntent, Self::Charge, Self::Refund];

    /// As stored, and as Stripe calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Subscription => "subscription",
            Self::Invoice => "invoice",
            Self::PaymentIntent => "payment_intent",
            Self::Charge => "charge",
            Self::Refund => "refund",
        }
    }

    /// Where Stripe lists them.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Customer => "/v1/customers",
            Self::Subscription => "/v1/subscriptions",
            Self::Invoice => "/v1/invoices",
            Self::PaymentIntent => "/v1/payment_intents",
            Self::Charge => "/v1/charges",
            Self::Refund => "/v1/refunds",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is kept of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CustomerContent {
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

/// What is kept of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SubscriptionContent {
    pub(super) status: String,
    pub(super) price_ids: Vec<String>,
    /// Seconds since 1970.
    pub(super) period_ends_at: Option<i64>,
    pub(super) cancels_at_period_end: bool,
}

/// What is kept of an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct InvoiceContent {
    pub(super) number: String,
    pub(super) description: String,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) status: String,
    /// Seconds since 1970.
    pub(super) due_at: Option<i64>,
    pub(super) hosted_invoice_url: Option<String>,
    pub(super) invoice_pdf: Option<String>,
    pub(super) email: Option<String>,
}

/// What is kept of a payment intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PaymentContent {
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) description: String,
    pub(super) failure: Option<String>,
    pub(super) email: Option<String>,
}

/// What is kept of a charge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ChargeContent {
    pub(super) amount_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) description: String,
    pub(super) failure: Option<String>,
    pub(super) receipt_url: Option<String>,
    pub(super) email: Option<String>,
}

/// What is kept of a refund.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RefundContent {
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) reason: Option<String>,
}

/// One step of progress is more than any amount in minor units.
const STEP: i64 = 1_000_000_000_000_000;

/// Within one second the further state wins: the step of the status, then how far it went.
fn rank(step: i64, progress: i64) -> i64 {
    step * STEP + progress.clamp(0, STEP - 1)
}

impl CustomerContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        (Self { email: text(&object["email"]), name: text(&object["name"]) }, 0)
    }
}

impl SubscriptionContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        let items = object["items"]["data"].as_array().map_or(&[][..], Vec::as_slice);
        let price_of = |item: &Value| id_of(&item["price"]).or_else(|| id_of(&item["plan"]));
        let mut price_ids: Vec<String> = items.iter().filter_map(price_of).collect();
        if price_ids.is_empty() {
            price_ids.extend(price_of(object));
        }
        let ends = object["current_period_end"].as_i64();
        let status = text(&object["status"]).unwrap_or_default();
        let step = match status.as_str() {
            "incomplete" => 0,
            "trialing" => 1,
            "active" => 2,
            "past_due" => 4,
            "unpaid" => 5,
            "incomplete_expired" | "canceled" => 9,
            _ => 3,
        };
        let cancels_at_period_end = object["cancel_at_period_end"] == true;
        let content = Self {
            status,
            price_ids,
            // Since 2025 the period stands on the items.
            period_ends_at: ends
                .or_else(|| items.iter().filter_map(|i| i["current_period_end"].as_i64()).max()),
            cancels_at_period_end,
        };
        (content, rank(step, i64::from(cancels_at_period_end)))
    }
}

impl InvoiceContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        let status = text(&object["status"]).unwrap_or_else(|| old_invoice_status(object).to_owned());
        let step = match status.as_str() {
            "draft" => 0,
            "open" => 1,
            "uncollectible" => 5,
            "paid" | "void" => 9,
            _ => 3,
        };
        let line = &object["lines"]["data"][0]["description"];
        let content = Self {
            number: text(&object["number"]).unwrap_or_default(),
            description: text(&object["description"]).or_else(|| text(line)).unwrap_or_default(),
            amount_minor: first(object, &["total", "amount_due"]).unwrap_or(0),
            currency: text(&object["currency"]).unwrap_or_default().to_ascii_lowercase(),
            status,
            due_at: object["due_date"].as_i64(),
            hosted_invoice_url: text(&object["hosted_invoice_url"]),
            invoice_pdf: text(&object["invoice_pdf"]),
            email: text(&object["customer_email"]),
        };
        let paid = first(object, &["amount_paid"]).unwrap_or(0);
        (content, rank(step, paid))
    }
}

/// Before 2018 an invoice had no status, but told how it ended.
fn old_invoice_status(object: &Value) -> &'static str {
    if object["paid"] == true {
        "paid"
    } else if object["forgiven"] == true {
        "uncollectible"
    } else if object["closed"] == true {
        "void"
    } else if object["attempted"] == true || object["attempt_count"].as_i64().is_some_and(|count| count > 0) {
        "open"
    } else {
        "draft"
    }
}

impl PaymentContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        let status = text(&object["status"]).unwrap_or_default();
        let failure =
            failure(&object["last_payment_error"]["message"], &object["last_payment_error"]["code"]);
        let step = match status.as_str() {
            "requires_payment_method" if failure.is_none() => 0,
            "requires_payment_method" => 1,
            "requires_confirmation" => 2,
            "requires_action" => 3,
            "processing" => 5,
            "requires_capture" => 6,
            "succeeded" | "canceled" => 9,
            _ => 4,
        };
        // A part may have been captured.
        let received = object["amount_received"].as_i64().filter(|sum| *sum > 0 && status == "succeeded");
        let content = Self {
            amount_minor: received.or_else(|| object["amount"].as_i64()).unwrap_or(0),
            currency: text(&object["currency"]).unwrap_or_default().to_ascii_lowercase(),
            description: text(&object["description"]).unwrap_or_default(),
            failure: failure.filter(|_| status != "succeeded"),
            email: text(&object["receipt_email"]),
            status,
        };
        (content, rank(step, 0))
    }
}

impl ChargeContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        let status = text(&object["status"]).unwrap_or_default();
        let step = match status.as_str() {
            "pending" => 1,
            "failed" | "succeeded" => 9,
            _ => 3,
        };
        let refunded_minor = object["amount_refunded"].as_i64().unwrap_or(0);
        let content = Self {
            amount_minor: object["amount"].as_i64().unwrap_or(0),
            refunded_minor,
            currency: text(&object["currency"]).unwrap_or_default().to_ascii_lowercase(),
            status,
            description: text(&object["description"]).unwrap_or_default(),
            failure: failure(&object["failure_message"], &object["failure_code"]),
            receipt_url: text(&object["receipt_url"]),
            email: text(&object["billing_details"]["email"]).or_else(|| text(&object["receipt_email"])),
        };
        (content, rank(step, refunded_minor))
    }
}

impl RefundContent {
    pub(super) fn read(object: &Value) -> (Self, i64) {
        // Before 2016 a refund had no status: there were none that waited.
        let status = text(&object["status"]).unwrap_or_else(|| "succeeded".to_owned());
        let step = match status.as_str() {
            "pending" => 1,
            "requires_action" => 2,
            "succeeded" => 5,
            "failed" | "canceled" => 9,
            _ => 3,
        };
        let content = Self {
            amount_minor: object["amount"].as_i64().unwrap_or(0),
            currency: text(&object["currency"]).unwrap_or_default().to_ascii_lowercase(),
            status,
            reason: text(&object["reason"]),
        };
        (content, rank(step, 0))
    }
}

fn failure(message: &Value, code: &Value) -> Option<String> {
    text(message).or_else(|| text(code))
}
