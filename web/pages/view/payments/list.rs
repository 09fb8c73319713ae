//! `/payments`: figures, payments and webhooks.

use askama::Template;

use super::PaymentMode;
use crate::pages::view::{Badge, Link, Moment, Part, Shell, Stat, Tone, capitalised};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "payments.html")]
pub struct PaymentsPage {
    /// The frame.
    pub shell: Shell,
    /// Which world the buttons act in.
    pub mode: PaymentMode,
    /// What an action that led here did.
    pub notice: Option<PaymentsNotice>,
    /// What is wrong with the connection to Stripe, with the age of what is shown.
    pub stale: Option<String>,
    /// The periods to choose from.
    pub periods: Vec<Link>,
    /// Volume, success rate, refunds.
    pub stats: Part<Vec<Stat>>,
    /// Payments, newest first.
    pub payments: Part<Vec<PaymentRow>>,
    /// The reference of the one customer whose payments are asked for.
    pub customer: Option<String>,
    /// Where this page is, for another try.
    pub here: String,
    /// Where the payments of all customers in this period are.
    pub everybody: String,
    /// Where the newest ones are; none on the first page.
    pub newest: Option<String>,
    /// Where the older ones are.
    pub older: Option<String>,
    /// What Stripe told lately, newest first.
    pub webhooks: Part<Vec<WebhookRow>>,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentsNotice {
    /// Stripe took a refund.
    Refunded,
    /// One was asked for and is not at its end.
    RefundUnderWay,
    /// An event was applied again.
    Replayed,
    /// An event could not be applied.
    ReplayFailed,
}

impl PaymentsNotice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Refunded, Self::RefundUnderWay, Self::Replayed, Self::ReplayFailed];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    const fn row(self) -> (&'static str, Tone, &'static str, &'static str, &'static str) {
        match self {
            Self::Refunded => (
                "refunded",
                Tone::Ok,
                "check",
                "Stripe took the refund",
                "The amount stands beside the payment. Banks take some days.",
            ),
            Self::RefundUnderWay => (
                "refunding",
                Tone::Info,
                "clock",
                "The refund is under way",
                "The money is not back yet. The state beside the payment follows what Stripe reports; do not refund a second time.",
            ),
            Self::Replayed => (
                "replayed",
                Tone::Ok,
                "check",
                "The event was applied again",
                "Its state is in the list below.",
            ),
            Self::ReplayFailed => (
                "replay-failed",
                Tone::Bad,
                "alert",
                "The event could not be applied",
                "The list below says why.",
            ),
        }
    }

    /// Its colour.
    pub fn tone(&self) -> Tone {
        self.row().1
    }

    /// Its icon.
    pub fn glyph(&self) -> &'static str {
        self.row().2
    }

    /// What happened.
    pub fn title(&self) -> &'static str {
        self.row().3
    }

    /// What to know about it.
    pub fn text(&self) -> &'static str {
        self.row().4
    }
}

/// What of a payment was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    /// Nothing.
    None,
    /// A refund is under way; nobody knows yet whether it happens.
    UnderWay,
    /// So much, with currency.
    Part(String),
    /// All of it.
    Whole,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// Stripe's identifier.
    pub id: String,
    /// With currency: "USD 99.00".
    pub amount: String,
    /// Stripe's own word.
    pub status: String,
    /// What was given back.
    pub refund: RefundState,
    /// When it was made.
    pub date: Moment,
    /// The customer's reference, as it stands in logs.
    pub customer: String,
    /// That customer's payments.
    pub customer_link: String,
    /// Where to give it back, when something is left and Stripe is there.
    pub refund_link: Option<String>,
}

impl PaymentRow {
    fn badge(&self) -> Badge {
        let (tone, glyph) = match (&self.refund, self.status.as_str()) {
            (RefundState::UnderWay, _) => return badge(Tone::Info, "clock", "Refunding"),
            (RefundState::Whole, _) => return badge(Tone::Neutral, "back", "Refunded"),
            (_, "succeeded") => (Tone::Ok, "check"),
            (_, "failed") => (Tone::Bad, "cross"),
            (_, "canceled") => (Tone::Neutral, "dash"),
            _ => (Tone::Info, "clock"),
        };
        badge(tone, glyph, &self.status.replace('_', " "))
    }

    fn refunded(&self) -> Option<&str> {
        match &self.refund {
            RefundState::Part(amount) => Some(amount),
            RefundState::None | RefundState::UnderWay | RefundState::Whole => None,
        }
    }
}

/// One message of Stripe's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Stripe's identifier.
    pub id: String,
    /// What it tells: `charge.refunded`.
    pub kind: String,
    /// `received`, `applied`, `failed` or `ignored`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it could not be applied.
    pub error: Option<String>,
    /// When it came.
    pub date: Moment,
}

impl WebhookRow {
    fn badge(&self) -> Badge {
        let (tone, glyph) = match self.state.as_str() {
            "applied" => (Tone::Ok, "check"),
            "failed" => (Tone::Bad, "cross"),
            "received" => (Tone::Info, "clock"),
            _ => (Tone::Neutral, "dash"),
        };
        badge(tone, glyph, &self.state)
    }
}

fn badge(tone: Tone, glyph: &'static str, text: &str) -> Badge {
    Badge { tone, glyph, text: capitalised(text) }
}

impl PaymentsPage {
    fn has_actions(&self) -> bool {
        matches!(&self.payments, Part::Ready(rows) if rows.iter().any(|row| row.refund_link.is_some()))
    }

    fn caption(&self) -> String {
        match &self.customer {
            Some(customer) => format!("Payments of the customer {customer}, newest first"),
            None => "Payments, newest first".to_owned(),
        }
    }
}
