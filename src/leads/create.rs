//! Somebody asks for more than the plans offer.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ADD, SAME_DAY};
use super::{Mirror, mail};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, Status, outbox};
use crate::platform::{Email, Fault, Result, digest_hex, written};
use crate::store::args;

/// How many characters may say what it is for.
pub const USE_CASE_LENGTH: RangeInclusive<usize> = 1..=2_000;
/// How many characters a company's name may have.
pub const COMPANY_LENGTH: RangeInclusive<usize> = 1..=120;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Ask for more than the plans offer. The same request of the same day is kept once and gets the same answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLead {
    /// Where the answer goes.
    pub email: Email,
    /// What it is to be used for, 1 to 2,000 characters.
    #[schemars(length(min = 1, max = 2_000))]
    pub use_case: String,
    /// For whom, at most 120 characters.
    #[serde(default)]
    #[schemars(length(max = 120))]
    pub company: Option<String>,
    /// Whether they agree that this is kept to answer them: true, or absent where another form has asked.
    #[serde(default)]
    pub consent: Option<bool>,
    /// Leave it empty: only programs that fill in every field write something here.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub website: Option<String>,
}

/// It was taken.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeadTaken {
    /// The lead's identifier.
    pub id: String,
}

impl Operation for CreateLead {
    const META: Meta = Meta {
        name: "create-lead",
        route: Route::post("/api/lead"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Leads,
    };
    type Output = LeadTaken;
    const SUCCESS: &'static [Status] = &[Status::Created];

    fn run(&self, cx: &Cx) -> Result<LeadTaken> {
        let (email, now, ids) = (self.email.clone(), cx.now, cx.deps.ids.clone());
        let use_case = written("use_case", &self.use_case, USE_CASE_LENGTH)?;
        let company = self.company.as_deref().filter(|company| !company.trim().is_empty());
        let company = company.map(|company| written("company", company, COMPANY_LENGTH)).transpose()?;
        if self.consent == Some(false) {
            return Err(Fault::invalid(
                "consent",
                "expected true: without it nothing may be kept to answer you",
            ));
        }
        let id = ids.ulid_at(now);
        if self.website.as_deref().is_some_and(|text| !text.is_empty()) {
            count(cx, "discarded", "lead_discarded");
            return Ok(LeadTaken { id });
        }
        let (digest, day) = (digest_hex(use_case.as_bytes()), now.millis().div_euclid(DAY));
        let consented_at = self.consent.map(|_| now);
        let mirror = Mirror::of(&cx.deps);
        let to = cx.deps.settings.support_email.clone();
        let told = to.map(|to| mail::arrived(&to, &id, &email, company.as_deref(), &use_case));
        let new_id = id.clone();
        let kept: String = cx.deps.store.write(move |tx| {
            let (id, email, digest) = (new_id.as_str(), email.as_str(), digest.as_str());
            let company = company.as_deref();
            let row = args![id, email, company, use_case.as_str(), digest, day, consented_at, now];
            if tx.run(ADD, row)? == 1 {
                mirror.arrived(tx, id, now)?;
                if let Some(mail) = &told {
                    outbox::send_mail(tx, &ids, now, mail, mail::WORTH)?;
                }
            }
            tx.one(SAME_DAY, args![email, day, digest])
        })?;
        if kept == id {
            count(cx, "stored", "lead_created");
        } else {
            count(cx, "repeated", "lead_repeated");
        }
        Ok(LeadTaken { id: kept })
    }
}

/// Say what became of it, without a word of who or what.
fn count(cx: &Cx, outcome: &'static str, event: &'static str) {
    let help = "Leads that came, by what became of them.";
    cx.deps.metrics.counter_with("echopilot_leads_total", help, &[("outcome", outcome)]).increment();
    cx.deps.events.emit(cx.event(Log::Leads, event));
}
