//! Whose it is. A customer of Stripe belongs to the customer of ours who pays through it, else to the one with its
//! address, who is made when there is none. Once found it stays: an address that is changed at Stripe moves nothing,
//! and no address that somebody signs in with is ever changed from here, or whoever may write to Stripe could take over
//! an account.

use super::content::CustomerContent;
use super::register;
use super::sql::{OBJECTS_OF_CUSTOMER, OTHER_LIVE, OWNER, OWNER_PUT, PAYMENT_OWNER};
use super::{Kind, Taking};
use crate::customers::{Plan, directory};
use crate::platform::{Email, Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// The domain of those who gave no address (RFC 2606): no mail can reach it, so nobody signs in by it.
const NO_ADDRESS: &str = "no-address.invalid";

#[derive(Debug, Clone, PartialEq)]
struct Owner {
    id: String,
    customer_id: String,
    email: Option<String>,
    deleted_at: Option<Timestamp>,
    /// The address of the customer of ours.
    address: String,
}

row! { Owner { id, customer_id, email, deleted_at, address } }

/// Whether it is known whose customer of Stripe that is.
pub(super) fn is_known(tx: &mut Tx<'_>, stripe_id: &str) -> Result<bool> {
    let owner: Option<Owner> = tx.maybe(OWNER, args![stripe_id])?;
    Ok(owner.is_some())
}

impl Taking<'_, '_> {
    /// Bring a customer of Stripe in line with what was said last of them.
    pub(super) fn customer(&mut self, stripe_id: &str) -> Result<()> {
        self.owner_of(stripe_id, None).map(drop)
    }

    /// The customer of ours that an object belongs to: by its customer of Stripe, or for a guest by the address given.
    pub(super) fn owner(
        &mut self,
        stripe_id: Option<&str>,
        own_id: &str,
        email: Option<&str>,
    ) -> Result<String> {
        match stripe_id {
            Some(stripe_id) => self.owner_of(stripe_id, email),
            None => self.guest(own_id, email),
        }
    }

    fn owner_of(&mut self, stripe_id: &str, hint: Option<&str>) -> Result<String> {
        let before: Option<Owner> = self.tx.maybe(OWNER, args![stripe_id])?;
        let object = register::find(self.tx, stripe_id)?;
        let content = match &object {
            Some(object) => object.read()?,
            None => CustomerContent::default(),
        };
        let email = address(content.email.as_deref()).or_else(|| address(hint));
        let nobody = no_address(stripe_id)?;
        let stays = before.as_ref().filter(|owner| owner.address != nobody.as_str() || email.is_none());
        let customer_id = if let Some(owner) = stays {
            owner.customer_id.clone()
        } else {
            let paying = directory::by_stripe_id(self.tx, stripe_id)?;
            if let Some(customer) = paying.filter(|customer| customer.email != nobody) {
                customer.id
            } else {
                self.by_address(email.as_ref().unwrap_or(&nobody), content.name.as_deref())?
            }
        };
        let deleted_at = object.and_then(|object| object.deleted_at);
        let after = Owner {
            id: stripe_id.to_owned(),
            customer_id,
            email: content.email,
            deleted_at,
            address: String::new(),
        };
        self.put_owner(before, &after)?;
        Ok(after.customer_id)
    }

    fn put_owner(&mut self, before: Option<Owner>, after: &Owner) -> Result<()> {
        let now = self.seen.observed_at;
        let same = before.as_ref().is_some_and(|before| {
            (&before.customer_id, &before.email, before.deleted_at)
                == (&after.customer_id, &after.email, after.deleted_at)
        });
        if same {
            return Ok(());
        }
        let id = after.id.as_str();
        self.tx.run(
            OWNER_PUT,
            args![id, after.customer_id.as_str(), after.email.as_deref(), after.deleted_at, now],
        )?;
        if let Some(before) = &before {
            if before.customer_id != after.customer_id {
                self.pay_no_longer_through(&before.customer_id, id, None)?;
                self.left.insert(before.customer_id.clone());
                self.plans.insert(before.customer_id.clone());
                self.plans.insert(after.customer_id.clone());
                self.touch_all_of(id)?;
            }
            if before.deleted_at != after.deleted_at {
                self.touch_all_of(id)?;
            }
        }
        if after.deleted_at.is_none() {
            if directory::pay_through(self.tx, &after.customer_id, id, now)? {
                self.changed.insert(after.customer_id.clone());
            }
            return Ok(());
        }
        let other: Option<String> = self.tx.one(OTHER_LIVE, args![after.customer_id.as_str(), id])?;
        self.pay_no_longer_through(&after.customer_id, id, other.as_deref())
    }

    fn pay_no_longer_through(&mut self, customer_id: &str, gone: &str, next: Option<&str>) -> Result<()> {
        let now = self.seen.observed_at;
        if directory::pay_no_longer_through(self.tx, customer_id, gone, next, now)? {
            self.changed.insert(customer_id.to_owned());
        }
        Ok(())
    }

    fn touch_all_of(&mut self, stripe_id: &str) -> Result<()> {
        let objects: Vec<register::Object> = self.tx.rows(OBJECTS_OF_CUSTOMER, args![stripe_id])?;
        for object in objects {
            if let Some(kind) = object.kind().filter(|kind| *kind != Kind::Customer) {
                self.touch(kind, &object.id, object.parent.as_deref())?;
            }
        }
        Ok(())
    }

    /// Whoever pays without being a customer of Stripe.
    fn guest(&mut self, own_id: &str, email: Option<&str>) -> Result<String> {
        let before: Option<(String, String)> = self.tx.maybe(PAYMENT_OWNER, args![own_id])?;
        let nobody = no_address(own_id)?;
        let email = address(email);
        match before {
            Some((customer, known)) if known != nobody.as_str() || email.is_none() => Ok(customer),
            before => {
                self.left.extend(before.map(|(customer, _)| customer));
                self.by_address(&email.unwrap_or(nobody), None)
            }
        }
    }

    /// The customer of ours with that address, made when there is none.
    fn by_address(&mut self, email: &Email, name: Option<&str>) -> Result<String> {
        if let Some(customer) = directory::by_email(self.tx, email)? {
            return Ok(customer.id);
        }
        let fresh = self.seen.fresh_ids.get(self.used_ids).cloned();
        let id = fresh.ok_or_else(|| Fault::internal("one object brought more customers than it may"))?;
        self.used_ids += 1;
        let local = email.as_str().split('@').next().unwrap_or_default();
        directory::add(self.tx, &id, email, name.unwrap_or(local), Plan::Free, self.seen.observed_at)?;
        self.changed.insert(id.clone());
        Ok(id)
    }
}

/// An address that mail can reach.
fn address(text: Option<&str>) -> Option<Email> {
    Email::parse(text?).ok()
}

/// Whether an address is one that nobody gave: of those without one, and of the erased.
pub(super) fn has_no_address(email: &Email) -> bool {
    email.as_str().strip_suffix(NO_ADDRESS).is_some_and(|rest| rest.ends_with('@'))
}

/// Where nobody can be reached: Stripe's identifier in place of the name.
fn no_address(stripe_id: &str) -> Result<Email> {
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let local: String = stripe_id.chars().filter(kept).take(64).collect();
    Email::parse(&format!("{local}@{NO_ADDRESS}")).map_err(Fault::internal)
}
