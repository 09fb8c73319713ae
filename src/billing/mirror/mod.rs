//! The mirror of what Stripe knows. [`take_in`] is the one way in, for what a webhook sent and for what was fetched:
//! it decodes the object and all that stands in it (`decode`, `content`), moves what was said last of each forward
//! (`register`), finds out whose it is (`owner`), and brings the rows that pages read in line (`settle`).
//!
//! Whatever order things are heard in, and however often, the same is known in the end; docs/BILLING.md says why.

mod content;
mod decode;
mod erased;
mod owner;
mod register;
mod settle;
pub(super) mod sql;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::customers::{Mirror, Plan, Plans, directory};
use crate::operation::Cx;
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args};

pub use content::Kind;
pub(super) use decode::text;
use decode::{Fact, Told};
pub(super) use erased::{empty, is_of_erased};
use sql::LINK_ADD;

/// New customers that one object may bring: its own, and those of the objects inside it.
const NEW_CUSTOMERS: usize = 8;

/// When and how an object was seen; made outside the transaction, since what runs inside may run twice.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The second of the state: when the event was made, or when fetching began.
    at: i64,
    /// It was asked for, not sent.
    is_fetched: bool,
    /// It was told because it is gone.
    is_deleted: bool,
    /// What was heard until then is older than what was fetched.
    began: Timestamp,
    observed_at: Timestamp,
    fresh_ids: Vec<String>,
    prices: Vec<(String, Plan)>,
    pages: Mirror,
}

impl Seen {
    /// What an event of that second says; `is_deleted` when the event is that the object is gone.
    pub fn event(cx: &Cx, created: i64, is_deleted: bool) -> Self {
        Self { at: created, is_fetched: false, is_deleted, ..Self::fetched(cx) }
    }

    /// What was fetched after `cx.now`.
    pub fn fetched(cx: &Cx) -> Self {
        Self {
            at: cx.now.seconds(),
            is_fetched: true,
            is_deleted: false,
            began: cx.now,
            observed_at: cx.now,
            fresh_ids: (0..NEW_CUSTOMERS).map(|_| cx.deps.ids.ulid_at(cx.now)).collect(),
            prices: cx.deps.resident::<Plans>().sold(&cx.deps.settings.stripe.prices),
            pages: Mirror::of(&cx.deps),
        }
    }

    /// The plan that a price belongs to.
    fn plan_of(&self, price: &str) -> Option<Plan> {
        self.prices.iter().find(|(own, _)| own == price).map(|(_, plan)| *plan)
    }
}

/// Take in an object as Stripe has it, and everything that stands whole inside it; whether the mirror keeps something of
/// such objects.
pub fn take_in(tx: &mut Tx<'_>, object: &Value, seen: &Seen) -> Result<bool> {
    let told = decode::read(object, seen.is_deleted)?;
    Taking::new(tx, seen).take(&told)?;
    Ok(decode::is_mirrored(object))
}

/// Take in that Stripe no longer has an object.
pub(super) fn take_away(tx: &mut Tx<'_>, kind: Kind, id: &str, seen: &Seen) -> Result<()> {
    let gone = serde_json::json!({ "object": kind.as_str(), "id": id, "deleted": true });
    take_in(tx, &gone, seen).map(drop)
}

/// The customer of Stripe that an object belongs to and of whom nothing is known, so that asking for them is worth a
/// call before the object is taken in. Nobody when the object tells an address to find them by.
pub(super) fn unknown_customer(tx: &mut Tx<'_>, object: &Value) -> Result<Option<String>> {
    let told = decode::read(object, false)?;
    let Some(fact) = told.facts.first() else { return Ok(None) };
    let Some(customer) = &fact.customer_ref else { return Ok(None) };
    let is_told = told.facts.iter().any(|fact| fact.id == *customer) || decode::tells_address(object);
    let is_known = is_told || owner::is_known(tx, customer)?;
    Ok((!is_known).then(|| customer.clone()))
}

/// Customers of Stripe of whom nothing is known but that something is theirs.
pub(super) fn nameless_customers(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    tx.rows(sql::NAMELESS, args![])
}

/// How an object that was fetched differs from what is known: `None` when it is not known or gone, else the names of
/// the fields that differ.
pub(super) struct Difference {
    pub(super) id: String,
    pub(super) fields: Option<Vec<String>>,
}

/// What the mirror knows of a kind, to be held against a list of Stripe.
pub(super) struct Known {
    objects: BTreeMap<String, register::Object>,
    /// Invoice, and the payment or charge that paid it.
    links: BTreeSet<(String, String)>,
}

impl Known {
    /// What is known of objects made at `since` or later.
    pub(super) fn read(tx: &mut Tx<'_>, kind: Kind, since: Timestamp) -> Result<Self> {
        let rows: Vec<register::Object> = tx.rows(sql::OBJECTS_OF_KIND, args![kind.as_str(), since])?;
        let tells_links = matches!(kind, Kind::Invoice | Kind::PaymentIntent | Kind::Charge);
        let links: Vec<(String, String)> =
            if tells_links { tx.rows(sql::LINKS_ALL, args![])? } else { Vec::new() };
        Ok(Self {
            objects: rows.into_iter().map(|object| (object.id.clone(), object)).collect(),
            links: links.into_iter().collect(),
        })
    }

    /// Hold an object of a list against it. Nothing when they agree, or when the object was heard of after `began`.
    pub(super) fn compare(&self, object: &Value, began: Timestamp) -> Result<Option<Difference>> {
        let told = decode::read(object, false)?;
        let Some(fact) = told.facts.first() else { return Ok(None) };
        let (kind, id) = (fact.kind, fact.id.clone());
        let Some(known) = self.objects.get(&id).filter(|known| known.is_live() != fact.is_deleted) else {
            return Ok((!fact.is_deleted).then_some(Difference { id, fields: None }));
        };
        if known.observed_at > began {
            return Ok(None);
        }
        let content = fact.content.as_deref().unwrap_or("{}");
        // Of an erased customer only what is kept is compared, else they would differ for ever.
        let content = if known.is_emptied() { erased::emptied(kind, content)? } else { content.to_owned() };
        let mut fields = differing(&known.content, &content)?;
        let told_more = |told: &Option<String>, own: &Option<String>| told.is_some() && told != own;
        if told_more(&fact.customer_ref, &known.customer_ref) {
            fields.push("customer".to_owned());
        }
        // A refund may name its charge in one version and its payment in another.
        let has_moved = kind == Kind::Charge && told_more(&fact.parent, &known.parent);
        if has_moved || told.links.iter().any(|link| !self.links.contains(link)) {
            fields.push("payment".to_owned());
        }
        Ok((!fields.is_empty()).then_some(Difference { id, fields: Some(fields) }))
    }

    /// The live ones that are not among `listed` and were not heard of after `began`.
    pub(super) fn without(&self, listed: &BTreeSet<String>, began: Timestamp) -> Vec<String> {
        let is_gone = |object: &&register::Object| {
            object.is_live() && object.observed_at <= began && !listed.contains(&object.id)
        };
        self.objects.values().filter(is_gone).map(|object| object.id.clone()).collect()
    }
}

fn differing(known: &str, told: &str) -> Result<Vec<String>> {
    let parse =
        |text: &str| serde_json::from_str::<serde_json::Map<String, Value>>(text).map_err(Fault::internal);
    let (known, told) = (parse(known)?, parse(told)?);
    let names = told.iter().filter(|(name, value)| known.get(*name) != Some(*value));
    Ok(names.map(|(name, _)| name.clone()).collect())
}

/// A taking-in at work: what has to be brought in line is gathered first.
struct Taking<'a, 't> {
    tx: &'a mut Tx<'t>,
    seen: &'a Seen,
    used_ids: usize,
    invoices: BTreeSet<String>,
    payments: BTreeSet<String>,
    subscriptions: BTreeSet<String>,
    /// Customers of ours whose plan may be another now.
    plans: BTreeSet<String>,
    /// Customers of ours made for want of an address, whose things have moved to somebody with one.
    left: BTreeSet<String>,
    /// Customers of ours who were made or are something else now.
    changed: BTreeSet<String>,
}

impl<'a, 't> Taking<'a, 't> {
    fn new(tx: &'a mut Tx<'t>, seen: &'a Seen) -> Self {
        Self {
            tx,
            seen,
            used_ids: 0,
            invoices: BTreeSet::new(),
            payments: BTreeSet::new(),
            subscriptions: BTreeSet::new(),
            plans: BTreeSet::new(),
            left: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }

    fn take(mut self, told: &Told) -> Result<()> {
        for (invoice, payment) in &told.links {
            if self.tx.run(LINK_ADD, args![invoice.as_str(), payment.as_str()])? == 1 {
                self.invoices.insert(invoice.clone());
                let payment = self.payment_named(payment)?;
                self.payments.insert(payment);
            }
        }
        let mut customers = BTreeSet::new();
        // What stands in an object and names nobody belongs to whom the object names.
        let payer = told.facts.iter().find_map(Fact::payer).map(str::to_owned);
        for fact in &told.facts {
            let fact = &erased::without_person(self.tx, fact, payer.as_deref())?;
            if !register::merge(self.tx, fact, self.seen)? {
                continue;
            }
            if fact.kind == Kind::Customer {
                customers.insert(fact.id.clone());
            }
            self.touch(fact.kind, &fact.id, fact.parent.as_deref())?;
        }
        for customer in customers {
            self.customer(&customer)?;
        }
        self.settle()?;
        self.tell_pages()
    }

    /// Have the pages of those written anew who are something else now; nobody has one without an address.
    fn tell_pages(&mut self) -> Result<()> {
        for id in std::mem::take(&mut self.changed) {
            let customer = directory::by_id(self.tx, &id)?;
            if customer.is_some_and(|customer| !owner::has_no_address(&customer.email)) {
                self.seen.pages.changed(self.tx, &id, self.seen.observed_at)?;
            }
        }
        Ok(())
    }

    /// Note what an object has a part in.
    fn touch(&mut self, kind: Kind, id: &str, parent: Option<&str>) -> Result<()> {
        match kind {
            Kind::Customer => {}
            Kind::Subscription => drop(self.subscriptions.insert(id.to_owned())),
            Kind::Invoice => drop(self.invoices.insert(id.to_owned())),
            Kind::PaymentIntent => drop(self.payments.insert(id.to_owned())),
            Kind::Charge => {
                // Also its own: it may have stood for a payment before that was heard of.
                self.payments.extend([parent.unwrap_or(id).to_owned(), id.to_owned()]);
            }
            Kind::Refund => {
                let payment = self.payment_named(parent.unwrap_or(id))?;
                self.payments.insert(payment);
            }
        }
        Ok(())
    }

    /// The payment that a payment intent or a charge is or belongs to.
    fn payment_named(&mut self, id: &str) -> Result<String> {
        let parent = register::find(self.tx, id)?.filter(|object| object.kind() == Some(Kind::Charge));
        Ok(parent.and_then(|charge| charge.parent).unwrap_or_else(|| id.to_owned()))
    }
}
