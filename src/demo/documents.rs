//! The files of `seeds/`, embedded. Times are relative, so that "this month" has figures whenever it is seeded.

use serde::Deserialize;

use crate::platform::{Fault, Result};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerSeed {
    pub(super) customer: Account,
    pub(super) referral: ReferralSeed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) plan: crate::customers::Plan,
    pub(super) days_ago: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferralSeed {
    pub(super) code: String,
    pub(super) credit_minor: i64,
    pub(super) currency: String,
    pub(super) days_ago: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvoiceSeeds {
    pub(super) invoices: Vec<InvoiceSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvoiceSeed {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) description: String,
    pub(super) amount_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) days_ago: u64,
    pub(super) due_in_days: u64,
    pub(super) paid_days_ago: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JobSeeds {
    pub(super) jobs: Vec<JobSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JobSeed {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) task: String,
    pub(super) status: String,
    pub(super) qa_score: f64,
    pub(super) qa_target: f64,
    pub(super) cost_micro: i64,
    pub(super) tokens_in: i64,
    pub(super) tokens_out: i64,
    pub(super) hours_ago: u64,
    pub(super) seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GovernanceSeeds {
    pub(super) items: Vec<GovernanceSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GovernanceSeed {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) why: Vec<String>,
    pub(super) priority: String,
    pub(super) effort: String,
    pub(super) status: String,
    pub(super) engine: String,
    pub(super) hours_ago: u64,
}

/// All four files.
#[derive(Debug)]
pub(super) struct Seeds {
    pub(super) account: CustomerSeed,
    pub(super) invoices: Vec<InvoiceSeed>,
    pub(super) jobs: Vec<JobSeed>,
    pub(super) governance: Vec<GovernanceSeed>,
}

impl Seeds {
    pub(super) fn embedded() -> Result<Self> {
        let invoices: InvoiceSeeds = read(include_str!("../../seeds/demo_invoices.json"))?;
        let jobs: JobSeeds = read(include_str!("../../seeds/demo_jobs.json"))?;
        let governance: GovernanceSeeds = read(include_str!("../../seeds/demo_governance.json"))?;
        Ok(Self {
            account: read(include_str!("../../seeds/demo_customer.json"))?,
            invoices: invoices.invoices,
            jobs: jobs.jobs,
            governance: governance.items,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Fault::internal)
}
