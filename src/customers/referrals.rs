//! Referral codes: who brought whom, and what they were credited.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{REFERRAL_ADD, REFERRALS};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Result, Timestamp};
use crate::store::{Tx, args, row};

/// List referral codes, newest first, 200 at the most.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListReferrals {
    /// Only those of this customer (its identifier).
    #[serde(default)]
    pub customer: Option<String>,
}

/// One code.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Referral {
    /// What the new customer enters.
    pub code: String,
    /// Whose code it is.
    pub customer_id: String,
    /// Who came by it.
    pub referred_customer_id: Option<String>,
    /// `active`, or `credited` once the referred customer has paid.
    pub status: String,
    /// What the referring customer gets, in minor units.
    pub credit_minor: i64,
    /// The currency of the credit.
    pub currency: String,
    /// When the code was made.
    pub created_at: Timestamp,
    /// When it was credited.
    pub credited_at: Option<Timestamp>,
}

row! { Referral { code, customer_id, referred_customer_id, status, credit_minor, currency, created_at, credited_at } }

/// Referral codes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Referrals {
    /// Newest first.
    pub referrals: Vec<Referral>,
}

impl Operation for ListReferrals {
    const META: Meta = Meta {
        name: "list-referrals",
        route: Route::get("/api/growth/referrals"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Http,
    };
    type Output = Referrals;

    fn run(&self, cx: &Cx) -> Result<Referrals> {
        let referrals = cx.deps.store.read(|tx| tx.rows(REFERRALS, args![self.customer.as_deref()]))?;
        Ok(Referrals { referrals })
    }
}

/// Make a code within the caller's transaction; false when it is taken.
pub fn add(tx: &mut Tx<'_>, referral: &Referral) -> Result<bool> {
    let Referral {
        code, customer_id, referred_customer_id, status, credit_minor, currency, created_at, ..
    } = referral;
    let added = tx.run(
        REFERRAL_ADD,
        args![
            code.as_str(),
            customer_id.as_str(),
            referred_customer_id.as_deref(),
            status.as_str(),
            *credit_minor,
            currency.as_str(),
            *created_at
        ],
    )?;
    Ok(added == 1)
}
