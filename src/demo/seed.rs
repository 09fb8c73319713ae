//! Fill the store with the demonstration data. A second run adds nothing.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::documents::{InvoiceSeed, JobSeed, Seeds};
use crate::billing::{self, Invoice, Payment};
use crate::customers::directory;
use crate::customers::referrals::{self, Referral};
use crate::events::Log;
use crate::governance::{self, GovernanceItem};
use crate::jobs::{self, Job};
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::platform::{Code, Email, Fault, Result, Timestamp};
use crate::store::Tx;

/// Add the demo customer with invoices, payments, jobs, a referral and a proposal.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct SeedDemo {}

/// How many rows were added; all zero when the data was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seeded {
    /// The demo customer's address.
    pub email: String,
    /// Customers added.
    pub customers: u64,
    /// Invoices added.
    pub invoices: u64,
    /// Payments added.
    pub payments: u64,
    /// Jobs added.
    pub jobs: u64,
    /// Referral codes added.
    pub referrals: u64,
    /// Proposals added.
    pub governance_items: u64,
}

impl Operation for SeedDemo {
    const META: Meta = Meta {
        name: "seed-demo",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Audit,
    };
    type Output = Seeded;

    fn run(&self, cx: &Cx) -> Result<Seeded> {
        if cx.deps.settings.stripe.is_live() {
            let why = "Demonstration data does not belong into a store with live payments (STRIPE_MODE is live, or a \
                live key is set)";
            return Err(Fault::new(Code::Refused, why));
        }
        // Read once outside: the closure may run again.
        let seeds = Seeds::embedded()?;
        let (now, new_id) = (cx.now, cx.deps.ids.ulid_at(cx.now));
        let told = OpsEvent::by(cx, "demo_seeded", Severity::Info, "Demonstration data was added");
        cx.deps.store.write(move |tx| {
            let seeded = plant(tx, &seeds, &new_id, now)?;
            if seeded.customers > 0 {
                told.store(tx)?;
            }
            Ok(seeded)
        })
    }
}

fn plant(tx: &mut Tx<'_>, seeds: &Seeds, new_id: &str, now: Timestamp) -> Result<Seeded> {
    let account = &seeds.account.customer;
    let email = Email::parse(&account.email)?;
    let mut seeded = Seeded { email: account.email.clone(), ..Seeded::default() };
    let made = now.minus(days(account.days_ago));
    seeded.customers += u64::from(directory::add(tx, new_id, &email, &account.name, account.plan, made)?);
    let customer =
        directory::by_email(tx, &email)?.ok_or_else(|| Fault::internal("the demo customer is missing"))?;
    for seed in &seeds.invoices {
        let invoice = invoice(seed, &customer.id, now);
        seeded.invoices += u64::from(billing::add_invoice(tx, &invoice)?);
        if let Some(payment) = payment(seed, &invoice, now) {
            seeded.payments += u64::from(billing::add_payment(tx, &payment)?);
        }
    }
    for seed in &seeds.jobs {
        seeded.jobs += u64::from(jobs::add(tx, &job(seed, &customer.id, now))?);
    }
    let seed = &seeds.account.referral;
    let referral = Referral {
        code: seed.code.clone(),
        customer_id: customer.id,
        referred_customer_id: None,
        status: "active".into(),
        credit_minor: seed.credit_minor,
        currency: seed.currency.clone(),
        created_at: now.minus(days(seed.days_ago)),
        credited_at: None,
    };
    seeded.referrals += u64::from(referrals::add(tx, &referral)?);
    for seed in &seeds.governance {
        let item = GovernanceItem {
            id: seed.id.clone(),
            title: seed.title.clone(),
            why: seed.why.clone(),
            priority: seed.priority.clone(),
            effort: seed.effort.clone(),
            status: seed.status.clone(),
            engine: seed.engine.clone(),
            proposed_at: now.minus(hours(seed.hours_ago)),
        };
        seeded.governance_items += u64::from(governance::add(tx, &item)?);
    }
    Ok(seeded)
}

fn invoice(seed: &InvoiceSeed, customer_id: &str, now: Timestamp) -> Invoice {
    let issued_at = now.minus(days(seed.days_ago));
    Invoice {
        id: seed.id.clone(),
        customer_id: customer_id.to_owned(),
        number: seed.number.clone(),
        description: seed.description.clone(),
        amount_minor: seed.amount_minor,
        refunded_minor: seed.refunded_minor,
        currency: seed.currency.clone(),
        status: seed.status.clone(),
        issued_at,
        due_at: Some(issued_at.plus(days(seed.due_in_days))),
        hosted_invoice_url: None,
        invoice_pdf: None,
        observed_at: now,
    }
}

fn payment(seed: &InvoiceSeed, invoice: &Invoice, now: Timestamp) -> Option<Payment> {
    seed.paid_days_ago.map(|ago| Payment {
        id: seed.id.replacen("in_", "py_", 1),
        customer_id: invoice.customer_id.clone(),
        invoice_id: Some(invoice.id.clone()),
        amount_minor: invoice.amount_minor,
        refunded_minor: invoice.refunded_minor,
        currency: invoice.currency.clone(),
        status: "succeeded".into(),
        created_at: now.minus(days(ago)),
    })
}

fn job(seed: &JobSeed, customer_id: &str, now: Timestamp) -> Job {
    let created_at = now.minus(hours(seed.hours_ago));
    Job {
        id: seed.id.clone(),
        customer_id: customer_id.to_owned(),
        kind: seed.kind.clone(),
        task: seed.task.clone(),
        status: seed.status.clone(),
        qa_score: Some(seed.qa_score),
        qa_target: seed.qa_target,
        cost_micro: seed.cost_micro,
        tokens_in: seed.tokens_in,
        tokens_out: seed.tokens_out,
        created_at,
        started_at: Some(created_at),
        finished_at: Some(created_at.plus(Duration::from_secs(seed.seconds))),
    }
}

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 3600)
}

const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}
