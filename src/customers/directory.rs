//! Finding and making customers. An address is the key people know; the identifier is the one we use.

use serde::{Deserialize, Serialize};

use super::notion::Mirror;
use super::sql::{
    ADD, BY_EMAIL, BY_ID, BY_STRIPE_ID, CHANGE_ANNOUNCE, COUNT, DISABLE, ENABLE, ENTOMB, FORGET_UNUSED,
    PLAN_SET, SESSIONS_END, STRIPE_BURY, STRIPE_REPLACE, STRIPE_TAKE,
};
use crate::platform::{Email, Fault, Result, Timestamp, digest_hex};
use crate::store::{FromRow, Row, Tx, args};

/// What a customer pays for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Plan {
    /// Nothing.
    #[default]
    Free,
    /// The smaller subscription.
    Starter,
    /// The larger subscription.
    Pro,
    /// By agreement.
    Enterprise,
}

impl Plan {
    /// As stored and as shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }
}

/// A customer as stored.
#[derive(Debug, Clone)]
pub struct Customer {
    /// ULID.
    pub id: String,
    /// The address they sign in with.
    pub email: Email,
    /// What to call them.
    pub name: String,
    /// The plan's name.
    pub plan: String,
    /// The payment provider's identifier, once there is one.
    pub stripe_customer_id: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// When they were erased; what is left then is a tombstone.
    pub erased_at: Option<Timestamp>,
}

impl FromRow for Customer {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let email: String = row.get("email")?;
        Ok(Self {
            id: row.get("id")?,
            email: Email::parse(&email).map_err(Fault::internal)?,
            name: row.get("name")?,
            plan: row.get("plan")?,
            stripe_customer_id: row.get("stripe_customer_id")?,
            created_at: row.get("created_at")?,
            disabled_at: row.get("disabled_at")?,
            erased_at: row.get("erased_at")?,
        })
    }
}

/// The customer with this address.
pub fn by_email(tx: &mut Tx<'_>, email: &Email) -> Result<Option<Customer>> {
    tx.maybe(BY_EMAIL, args![email.as_str()])
}

/// The customer with this address, made under `new_id` on the plan `free` when there is none, which `mirror` hears.
pub fn found_or_made(
    tx: &mut Tx<'_>,
    mirror: &Mirror,
    email: &Email,
    new_id: &str,
    now: Timestamp,
) -> Result<Customer> {
    if add(tx, new_id, email, name_of(email), Plan::Free, now)? {
        mirror.changed(tx, new_id, now)?;
    }
    by_email(tx, email)?.ok_or_else(|| Fault::internal("a customer was made and is not there"))
}

/// What to call somebody of whom only the address is known.
fn name_of(email: &Email) -> &str {
    email.as_str().split('@').next().unwrap_or_default()
}

/// Whether a code may be sent there: known and not disabled, or unknown while anybody may sign up.
pub fn may_sign_in(tx: &mut Tx<'_>, email: &Email, open: bool) -> Result<bool> {
    Ok(by_email(tx, email)?.map_or(open, |customer| customer.disabled_at.is_none()))
}

/// The identifier of the customer who has just proved the address; made under `new_id` where sign-up is
/// open and there is none. `None`: may not sign in.
pub fn signed_in(
    tx: &mut Tx<'_>,
    email: &Email,
    new_id: &str,
    open: bool,
    now: Timestamp,
) -> Result<Option<String>> {
    match by_email(tx, email)? {
        Some(customer) => Ok(customer.disabled_at.is_none().then_some(customer.id)),
        None if open => {
            add(tx, new_id, email, name_of(email), Plan::Free, now)?;
            Ok(Some(new_id.to_owned()))
        }
        None => Ok(None),
    }
}

/// Make a customer; false when the address is taken.
pub fn add(tx: &mut Tx<'_>, id: &str, email: &Email, name: &str, plan: Plan, now: Timestamp) -> Result<bool> {
    let added = tx.run(ADD, args![id, email.as_str(), name, plan.as_str(), None::<String>, now])?;
    Ok(added == 1)
}

/// How many customers there are.
pub fn count(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one(COUNT, args![])
}

/// The customer with this identifier.
pub fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Customer>> {
    tx.maybe(BY_ID, args![id])
}

/// The customer with this identifier, or `NotFound`.
pub fn found(tx: &mut Tx<'_>, id: &str) -> Result<Customer> {
    by_id(tx, id)?.ok_or_else(|| Fault::not_found("A customer with this identifier"))
}

/// The customer whom the payment provider knows by this identifier; the tombstone of an erased one, so that what the
/// provider still sends about them makes nobody anew.
pub fn by_stripe_id(tx: &mut Tx<'_>, stripe_id: &str) -> Result<Option<Customer>> {
    tx.maybe(BY_STRIPE_ID, args![stripe_id, buried(stripe_id)])
}

/// Pay through this Stripe customer from now on, unless there is one already; true when that is news. A tombstone only
/// gets the digest, so that [`by_stripe_id`] finds it although it was erased while the provider was being asked.
pub fn pay_through(tx: &mut Tx<'_>, id: &str, stripe_customer_id: &str, now: Timestamp) -> Result<bool> {
    let taken = tx.run(STRIPE_TAKE, args![id, stripe_customer_id, now])? == 1;
    if !taken {
        tx.run(STRIPE_BURY, args![id, buried(stripe_customer_id), now])?;
    }
    Ok(taken)
}

/// Pay through `next` where it was `gone`; true when it was.
pub fn pay_no_longer_through(
    tx: &mut Tx<'_>,
    id: &str,
    gone: &str,
    next: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.run(STRIPE_REPLACE, args![id, gone, next, now])? == 1)
}

/// Put a customer on a plan, and tell the memory of sessions on every replica when that changed something. What was
/// agreed (`enterprise`) is not undone by what is subscribed to.
pub fn set_plan(tx: &mut Tx<'_>, id: &str, plan: Plan, now: Timestamp) -> Result<bool> {
    let changed = tx.run(PLAN_SET, args![id, plan.as_str(), now])? == 1;
    if changed {
        tx.run(CHANGE_ANNOUNCE, args![id, now])?;
    }
    Ok(changed)
}

/// Remove a customer that nothing refers to; false when something does.
pub fn forget_unused(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    Ok(tx.run(FORGET_UNUSED, args![id])? == 1)
}

/// Close the account: sign-in is refused and every session ends, on each replica and for good. False when it was
/// closed already.
pub fn disable(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<bool> {
    let changed = tx.run(DISABLE, args![id, now])? == 1;
    if changed {
        end_sessions(tx, id, now)?;
    }
    Ok(changed)
}

/// Open the account again; ended sessions stay ended. False when it was open, or is a tombstone.
pub fn enable(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.run(ENABLE, args![id, now])? == 1)
}

/// Leave a tombstone: an address that receives nothing, no name, no sign-in. The provider's identifier becomes a digest
/// that [`by_stripe_id`] still finds and nobody can turn back. False when it is one already.
pub fn entomb(tx: &mut Tx<'_>, customer: &Customer, now: Timestamp) -> Result<bool> {
    let address = format!("erased-{}@no-address.invalid", customer.id.to_ascii_lowercase());
    let stripe = customer.stripe_customer_id.as_deref().map(buried);
    let changed = tx.run(ENTOMB, args![customer.id.as_str(), address, stripe, now])? == 1;
    if changed {
        end_sessions(tx, &customer.id, now)?;
    }
    Ok(changed)
}

fn end_sessions(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<()> {
    tx.run(SESSIONS_END, args![id, now])?;
    tx.run(CHANGE_ANNOUNCE, args![id, now])?;
    Ok(())
}

/// What stands in place of the payment provider's identifier once its owner is erased.
fn buried(stripe_id: &str) -> String {
    format!("erased:{}", digest_hex(stripe_id.as_bytes()))
}
