//! Money back: asked for once, exactly once done, whatever crashes in between.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fields::{stripe_id, words};
use super::operations::{Answered, AskState, Asked, Draft, Kind, Settled, carry_out, incomplete, under_way};
use super::rows::Payment;
use super::sql::PAYMENT;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, Status};
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Code, Fault, Result, format_money};
use crate::store::{Tx, args};

/// Reasons that Stripe has a word for.
const STRIPES_REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

/// Give a payment back, wholly or in part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RefundPayment {
    /// Which payment: a payment intent (`pi_…`) or a charge (`ch_…`, `py_…`).
    #[arg(value_name = "PAYMENT")]
    pub payment_id: String,
    /// How much, in minor units; all that is left when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub amount_minor: Option<i64>,
    /// Why: `duplicate`, `fraudulent`, `requested_by_customer`, or words of your own, which Stripe keeps as metadata.
    #[arg(long)]
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// Look only: ask Stripe for nothing.
    #[arg(long)]
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RefundedPayment {
    /// The provider's identifier; null until it has decided.
    pub refund_id: Option<String>,
    /// Ours, which the log and the events name; null when it was a look only.
    pub operation_id: Option<String>,
    /// The provider's word: `succeeded`, `pending` …; null until it has decided.
    pub status: Option<String>,
    /// How much, in minor units; null while nobody has said how much is left.
    pub amount_minor: Option<i64>,
    /// ISO 4217, lower case; null while it is not known.
    pub currency: Option<String>,
    /// The payment, also when its charge was named.
    pub payment_id: String,
    /// Where it stands.
    pub state: AskState,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wanted {
    /// As it was named; the subject is the payment it turned out to be. Older rows have only the subject.
    #[serde(default)]
    payment_id: String,
    amount_minor: Option<i64>,
    reason: String,
}

/// What is known before Stripe is asked.
struct Begun {
    payment: Option<Payment>,
    asked: Option<Asked>,
}

impl Operation for RefundPayment {
    const META: Meta = Meta {
        name: "refund-payment",
        route: Route::post("/api/payments/refund"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = RefundedPayment;
    const SUCCESS: &'static [Status] = &[Status::Ok, Status::Accepted];

    fn run(&self, cx: &Cx) -> Result<RefundedPayment> {
        self.check()?;
        cx.deps.stripe()?;
        let Begun { payment, asked } = self.begin(cx)?;
        let amount_minor = self.amount_minor.or_else(|| payment.as_ref().map(Payment::left));
        let mut refunded = RefundedPayment {
            refund_id: None,
            operation_id: None,
            status: None,
            amount_minor,
            payment_id: payment
                .as_ref()
                .map_or_else(|| self.payment_id.clone(), |payment| payment.id.clone()),
            currency: payment.map(|payment| payment.currency),
            state: AskState::Planned,
        };
        let Some(asked) = asked else { return Ok(refunded) };
        let settled = carry_out(cx, &asked)?;
        refunded.operation_id = Some(asked.id);
        refunded.state = AskState::Started;
        if let Settled::Done(refund) = settled {
            let text = |name: &str| refund[name].as_str().map(str::to_owned);
            refunded.state = AskState::Succeeded;
            (refunded.refund_id, refunded.status) = (text("id"), text("status"));
            refunded.currency = text("currency").or(refunded.currency);
            refunded.amount_minor = refund["amount"].as_i64().or(refunded.amount_minor);
        }
        Ok(refunded)
    }

    fn status(output: &RefundedPayment) -> Status {
        let is_open = output.state == AskState::Started || output.status.as_deref() == Some("pending");
        if is_open { Status::Accepted } else { Status::Ok }
    }
}

impl RefundPayment {
    fn check(&self) -> Result<()> {
        stripe_id("payment_id", &self.payment_id, &["pi_", "ch_", "py_"])?;
        words("reason", &self.reason, 500)?;
        match self.amount_minor {
            Some(..=0) => Err(Fault::invalid("amount_minor", "expected a whole number from 1")),
            _ => Ok(()),
        }
    }

    /// Look at what the mirror knows and store what is to be asked, in one transaction.
    fn begin(&self, cx: &Cx) -> Result<Begun> {
        let payment_id = self.payment_id.clone();
        if self.dry_run {
            let payment = cx.deps.store.read(|tx| payment(tx, &payment_id))?;
            self.fits(payment.as_ref())?;
            return Ok(Begun { payment, asked: None });
        }
        let operation = self.clone();
        let draft = Draft::new(cx, Kind::Refund, &self.payment_id);
        let what = self.amount_minor.map_or_else(|| "all that is left".to_owned(), |minor| minor.to_string());
        let words = format!(
            "A refund ({what}, minor units) of payment {payment_id} was asked for (operation {})",
            draft.id
        );
        let told = OpsEvent::by(cx, "refund_requested", Severity::Info, words);
        cx.deps.store.write(move |tx| {
            let payment = payment(tx, &payment_id)?;
            // A payment and its charge are the same money, whichever of the two is named.
            let draft = match &payment {
                Some(payment) => draft.clone().about(&payment.id),
                None => draft.clone(),
            };
            let wanted = Wanted {
                payment_id: payment_id.clone(),
                amount_minor: operation.amount_minor,
                reason: operation.reason.trim().to_owned(),
            };
            if let Some(before) = draft.repeated(tx, &wanted)? {
                return Ok(Begun { payment, asked: Some(before) });
            }
            operation.fits(payment.as_ref())?;
            for open in draft.open(tx)? {
                let other: Wanted = open.request()?;
                if other.amount_minor.is_none()
                    || operation.amount_minor.is_none()
                    || other.amount_minor == operation.amount_minor
                {
                    return Err(under_way("A refund of this payment", &open));
                }
            }
            let asked = draft.begin_new(tx, &wanted)?;
            told.store(tx)?;
            Ok(Begun { payment, asked: Some(asked) })
        })
    }

    /// Whether so much is left, when the mirror knows the payment. Else Stripe says.
    fn fits(&self, payment: Option<&Payment>) -> Result<()> {
        let Some(payment) = payment else { return Ok(()) };
        let left = payment.left();
        if left == 0 {
            return Err(Fault::new(Code::Refused, "This payment was given back wholly already"));
        }
        if self.amount_minor.is_some_and(|wanted| wanted > left) {
            let left = format_money(left, &payment.currency);
            return Err(Fault::new(
                Code::Refused,
                format!("Only {left} of this payment is left to give back"),
            ));
        }
        Ok(())
    }
}

impl Payment {
    /// What was not given back.
    fn left(&self) -> i64 {
        (self.amount_minor - self.refunded_minor).max(0)
    }
}

fn payment(tx: &mut Tx<'_>, id: &str) -> Result<Option<Payment>> {
    tx.maybe(PAYMENT, args![id])
}

/// Ask for it, and for what was paid as it is afterwards, so that the mirror follows.
pub(super) fn ask(stripe: &dyn Stripe, asked: &Asked) -> Result<Answered, StripeFailure> {
    let Wanted { amount_minor, reason, .. } = asked.wanted()?;
    let object = if asked.subject.starts_with("pi_") { "payment_intent" } else { "charge" };
    let mut call = StripeCall::post("/v1/refunds", asked.idempotency_key.as_str())
        .with(object, asked.subject.as_str())
        .with("metadata[operation]", asked.id.as_str());
    if let Some(amount) = amount_minor {
        call = call.with("amount", amount.to_string());
    }
    let name = if STRIPES_REASONS.contains(&reason.as_str()) { "reason" } else { "metadata[reason]" };
    let refund = stripe.call(&call.with(name, reason))?;
    let amount = refund["amount"].as_i64().filter(|_| refund["id"].is_string());
    let amount = amount.ok_or_else(|| incomplete("id and amount"))?;
    let kept = json!({
        "id": refund["id"],
        "status": refund["status"],
        "amount": amount,
        "currency": refund["currency"],
    });
    // What was paid as it is now; the refund stands whatever becomes of these questions.
    let paid = [("charge", "/v1/charges"), ("payment_intent", "/v1/payment_intents")];
    let paid = paid.into_iter().filter_map(|(name, path)| {
        let id = refund[name].as_str()?;
        stripe.call(&StripeCall::get(format!("{path}/{id}"))).ok()
    });
    let mut objects: Vec<Value> = paid.collect();
    objects.push(refund);
    Ok(Answered { kept, objects })
}

/// What a colleague would be told of its end.
pub(super) fn told(cx: &Cx, asked: &Asked, refund: &Value, refused: Option<&str>) -> OpsEvent {
    let (severity, words) = if let Some(refused) = refused {
        let words = format!(
            "The refund of payment {} (operation {}) was refused: {refused}",
            asked.subject, asked.id
        );
        (Severity::Warning, words)
    } else {
        let text = |name: &str| refund[name].as_str().unwrap_or_default();
        let sum = format_money(refund["amount"].as_i64().unwrap_or_default(), text("currency"));
        let words = format!(
            "A refund of {sum} of payment {} is {} ({}, operation {})",
            asked.subject,
            text("status"),
            text("id"),
            asked.id
        );
        let came_back = !matches!(text("status"), "failed" | "canceled");
        (if came_back { Severity::Info } else { Severity::Warning }, words)
    };
    OpsEvent::by(cx, "refund_finished", severity, words)
}
