//! The rows that pages read, computed from what was said last of each object. Each is a function of that alone, and is
//! written when it differs.

use super::Taking;
use super::content::{
    ChargeContent, InvoiceContent, Kind, PaymentContent, RefundContent, SubscriptionContent,
};
use super::register::{self, Object};
use super::sql::{
    INVOICE, INVOICE_DELETE, INVOICE_PUT, INVOICE_UNLINK, LINKS_OF_INVOICE, LINKS_OF_PAYMENT, OBJECTS_BELOW,
    PAYMENT, PAYMENT_DELETE, PAYMENT_PUT, PAYMENT_UNLINK, PLANS_OF, REFUND, REFUND_DELETE, REFUND_PUT,
    SUBSCRIPTION, SUBSCRIPTION_DELETE, SUBSCRIPTION_PUT,
};
use crate::customers::{Plan, directory};
use crate::platform::{Result, Timestamp};
use crate::store::{args, row};

#[derive(Debug, Clone, PartialEq)]
struct InvoiceRow {
    id: String,
    customer_id: String,
    number: String,
    description: String,
    amount_minor: i64,
    refunded_minor: i64,
    currency: String,
    status: String,
    issued_at: Timestamp,
    due_at: Option<Timestamp>,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
    payment_id: Option<String>,
}

row! { InvoiceRow {
    id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, due_at,
    hosted_invoice_url, invoice_pdf, payment_id
} }

#[derive(Debug, Clone, PartialEq)]
struct PaymentRow {
    id: String,
    customer_id: String,
    invoice_id: Option<String>,
    charge_id: Option<String>,
    amount_minor: i64,
    refunded_minor: i64,
    currency: String,
    status: String,
    description: String,
    failure: Option<String>,
    receipt_url: Option<String>,
    created_at: Timestamp,
}

row! { PaymentRow {
    id, customer_id, invoice_id, charge_id, amount_minor, refunded_minor, currency, status, description, failure,
    receipt_url, created_at
} }

#[derive(Debug, Clone, PartialEq)]
struct RefundRow {
    id: String,
    payment_id: Option<String>,
    amount_minor: i64,
    currency: String,
    status: String,
    reason: Option<String>,
    created_at: Timestamp,
}

row! { RefundRow { id, payment_id, amount_minor, currency, status, reason, created_at } }

#[derive(Debug, Clone, PartialEq)]
struct SubscriptionRow {
    id: String,
    customer_id: String,
    plan: Option<String>,
    price_id: Option<String>,
    status: String,
    period_ends_at: Option<Timestamp>,
    cancels_at_period_end: bool,
    created_at: Timestamp,
}

row! { SubscriptionRow {
    id, customer_id, plan, price_id, status, period_ends_at, cancels_at_period_end, created_at
} }

/// A charge beside its row.
struct Charge {
    object: Object,
    content: ChargeContent,
}

impl Taking<'_, '_> {
    /// Bring everything in line that was noted, and what that touches in turn: an owner may turn out to be another.
    pub(super) fn settle(&mut self) -> Result<()> {
        while !(self.subscriptions.is_empty() && self.invoices.is_empty() && self.payments.is_empty()) {
            self.round()?;
        }
        for customer in std::mem::take(&mut self.plans) {
            self.plan(&customer)?;
        }
        for customer in std::mem::take(&mut self.left) {
            directory::forget_unused(self.tx, &customer)?;
        }
        Ok(())
    }

    fn round(&mut self) -> Result<()> {
        let mut payments = std::mem::take(&mut self.payments);
        let mut invoices = std::mem::take(&mut self.invoices);
        for id in std::mem::take(&mut self.subscriptions) {
            self.subscription(&id)?;
        }
        for id in &payments {
            invoices.extend(self.links_of(id)?);
        }
        for id in &invoices {
            let links: Vec<String> = self.tx.rows(LINKS_OF_INVOICE, args![id.as_str()])?;
            for link in links {
                payments.insert(self.payment_named(&link)?);
            }
            self.invoice(id)?;
        }
        for id in &payments {
            self.payment(id)?;
        }
        // Once more: how much was given back stands on the payments.
        for id in &invoices {
            self.invoice(id)?;
        }
        Ok(())
    }

    fn live(&mut self, id: &str, kind: Kind) -> Result<Option<Object>> {
        let object = register::find(self.tx, id)?;
        Ok(object.filter(|object| object.is_live() && object.kind() == Some(kind)))
    }

    fn below(&mut self, id: &str, kind: Kind) -> Result<Vec<Object>> {
        let objects: Vec<Object> = self.tx.rows(OBJECTS_BELOW, args![id])?;
        Ok(objects.into_iter().filter(|object| object.kind() == Some(kind)).collect())
    }

    fn subscription(&mut self, id: &str) -> Result<()> {
        let before: Option<SubscriptionRow> = self.tx.maybe(SUBSCRIPTION, args![id])?;
        self.plans.extend(before.as_ref().map(|row| row.customer_id.clone()));
        let Some(object) = self.live(id, Kind::Subscription)? else {
            self.tx.run(SUBSCRIPTION_DELETE, args![id])?;
            return Ok(());
        };
        let content: SubscriptionContent = object.read()?;
        let customer_id = self.owner(object.customer_ref.as_deref(), id, None)?;
        let payer = match object.customer_ref.as_deref() {
            Some(payer) => register::find(self.tx, payer)?,
            None => None,
        };
        let plans = content.price_ids.iter().filter_map(|price| self.seen.plan_of(price));
        // Who was deleted at Stripe pays nothing any more, whatever was last said of the subscription.
        let plan = largest(plans).filter(|_| payer.is_none_or(|payer| payer.is_live()));
        let after = SubscriptionRow {
            id: id.to_owned(),
            customer_id,
            plan: plan.map(|plan| plan.as_str().to_owned()),
            price_id: content.price_ids.first().cloned(),
            status: content.status,
            period_ends_at: content.period_ends_at.map(from_seconds),
            cancels_at_period_end: content.cancels_at_period_end,
            created_at: object.created_at,
        };
        self.plans.insert(after.customer_id.clone());
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        self.tx.run(
            SUBSCRIPTION_PUT,
            args![
                id,
                after.customer_id.as_str(),
                after.plan.as_deref(),
                after.price_id.as_deref(),
                after.status.as_str(),
                after.period_ends_at,
                after.cancels_at_period_end,
                after.created_at,
                self.seen.observed_at
            ],
        )?;
        Ok(())
    }

    fn plan(&mut self, customer: &str) -> Result<()> {
        let names: Vec<String> = self.tx.rows(PLANS_OF, args![customer])?;
        let plans =
            [Plan::Starter, Plan::Pro].into_iter().filter(|plan| names.iter().any(|n| n == plan.as_str()));
        let plan = largest(plans).unwrap_or(Plan::Free);
        if directory::set_plan(self.tx, customer, plan, self.seen.observed_at)? {
            self.changed.insert(customer.to_owned());
        }
        Ok(())
    }

    fn invoice(&mut self, id: &str) -> Result<()> {
        let Some(object) = self.live(id, Kind::Invoice)? else {
            self.tx.run(INVOICE_UNLINK, args![id])?;
            self.tx.run(INVOICE_DELETE, args![id])?;
            return Ok(());
        };
        let content: InvoiceContent = object.read()?;
        let before: Option<InvoiceRow> = self.tx.maybe(INVOICE, args![id])?;
        let customer_id = self.owner(object.customer_ref.as_deref(), id, content.email.as_deref())?;
        let paid = self.payment_for(id)?;
        let after = InvoiceRow {
            id: id.to_owned(),
            customer_id,
            number: content.number,
            description: content.description,
            amount_minor: content.amount_minor,
            refunded_minor: paid.as_ref().map_or(0, |payment| payment.refunded_minor),
            currency: content.currency,
            status: content.status,
            issued_at: object.created_at,
            due_at: content.due_at.map(from_seconds),
            hosted_invoice_url: content.hosted_invoice_url,
            invoice_pdf: content.invoice_pdf,
            payment_id: paid.map(|payment| payment.id),
        };
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        self.tx.run(
            INVOICE_PUT,
            args![
                id,
                after.customer_id.as_str(),
                after.number.as_str(),
                after.description.as_str(),
                after.amount_minor,
                after.refunded_minor,
                after.currency.as_str(),
                after.status.as_str(),
                after.issued_at,
                after.due_at,
                after.hosted_invoice_url.as_deref(),
                after.invoice_pdf.as_deref(),
                after.payment_id.as_deref(),
                self.seen.observed_at
            ],
        )?;
        Ok(())
    }

    /// The payment that paid an invoice: one that succeeded, else the newest.
    fn payment_for(&mut self, invoice: &str) -> Result<Option<PaymentRow>> {
        let links: Vec<String> = self.tx.rows(LINKS_OF_INVOICE, args![invoice])?;
        let mut best: Option<PaymentRow> = None;
        for link in links {
            let named = self.payment_named(&link)?;
            let payment: Option<PaymentRow> = self.tx.maybe(PAYMENT, args![named])?;
            let place = |row: &PaymentRow| (row.status == "succeeded", row.created_at, row.id.clone());
            if payment.as_ref().map(place) > best.as_ref().map(place) {
                best = payment;
            }
        }
        Ok(best)
    }

    /// The invoices that a payment or one of its charges paid.
    fn links_of(&mut self, payment: &str) -> Result<Vec<String>> {
        let mut links: Vec<String> = self.tx.rows(LINKS_OF_PAYMENT, args![payment])?;
        for charge in self.below(payment, Kind::Charge)? {
            links.extend(self.tx.rows::<String>(LINKS_OF_PAYMENT, args![charge.id.as_str()])?);
        }
        links.sort();
        links.dedup();
        Ok(links)
    }

    /// The charges of a payment, the one that counts first: one that succeeded, else the newest.
    fn charges(&mut self, payment: &str) -> Result<Vec<Charge>> {
        let mut objects = self.below(payment, Kind::Charge)?;
        objects.extend(self.live(payment, Kind::Charge)?.filter(|charge| charge.parent.is_none()));
        objects.retain(Object::is_live);
        let mut charges = Vec::new();
        for object in objects {
            charges.push(Charge { content: object.read()?, object });
        }
        charges.sort_by_key(|charge| {
            let has_succeeded = charge.content.status == "succeeded";
            std::cmp::Reverse((has_succeeded, charge.object.created_at, charge.object.id.clone()))
        });
        Ok(charges)
    }

    fn payment(&mut self, id: &str) -> Result<()> {
        let charges = self.charges(id)?;
        let mut refunds = self.below(id, Kind::Refund)?;
        for charge in charges.iter().filter(|charge| charge.object.id != id) {
            refunds.extend(self.below(&charge.object.id, Kind::Refund)?);
        }
        // A refund that names no payment at all is brought in line by its own id.
        refunds.extend(register::find(self.tx, id)?.filter(|object| object.kind() == Some(Kind::Refund)));
        let mut given_back = 0;
        for refund in refunds.iter().filter(|refund| refund.is_live()) {
            let content: RefundContent = refund.read()?;
            given_back += if content.status == "succeeded" { content.amount_minor } else { 0 };
        }
        let payment = if let Some(row) = self.payment_row(id, &charges, given_back)? {
            self.put_payment(&row)?;
            Some(id.to_owned())
        } else {
            self.tx.run(PAYMENT_UNLINK, args![id])?;
            self.tx.run(PAYMENT_DELETE, args![id])?;
            // What was given back of a charge belongs to the payment that the charge is a part of.
            let named = self.payment_named(id)?;
            self.tx.maybe::<PaymentRow>(PAYMENT, args![named.as_str()])?.map(|row| row.id)
        };
        for refund in &refunds {
            self.refund(refund, payment.as_deref())?;
        }
        Ok(())
    }

    fn payment_row(&mut self, id: &str, charges: &[Charge], given_back: i64) -> Result<Option<PaymentRow>> {
        let known = register::find(self.tx, id)?.filter(|object| object.kind() == Some(Kind::PaymentIntent));
        if known.as_ref().is_some_and(|intent| !intent.is_live()) {
            return Ok(None);
        }
        let best = charges.first();
        // Until the payment itself is heard of, its charge stands for it.
        let (content, created_at): (PaymentContent, Timestamp) = match (&known, best) {
            (Some(intent), _) => (intent.read()?, intent.created_at),
            (None, Some(charge)) => (stand_in(&charge.content), charge.object.created_at),
            (None, None) => return Ok(None),
        };
        let customer_ref = known.as_ref().and_then(|intent| intent.customer_ref.clone());
        let customer_ref =
            customer_ref.or_else(|| charges.iter().find_map(|c| c.object.customer_ref.clone()));
        // Whose card it was may be somebody else's address than the customer's: it tells who a guest is, no more.
        let email = content.email.clone().or_else(|| charges.iter().find_map(|c| c.content.email.clone()));
        let email = email.filter(|_| customer_ref.is_none());
        let customer_id = self.owner(customer_ref.as_deref(), id, email.as_deref())?;
        let mut invoice_id = None;
        for link in self.links_of(id)? {
            let invoice: Option<InvoiceRow> = self.tx.maybe(INVOICE, args![link.as_str()])?;
            invoice_id = invoice_id.or(invoice.map(|invoice| invoice.id));
        }
        let told: i64 = charges.iter().map(|charge| charge.content.refunded_minor).sum();
        let failed = best.and_then(|charge| charge.content.failure.clone());
        let description = match (content.description.is_empty(), best) {
            (true, Some(charge)) => charge.content.description.clone(),
            _ => content.description,
        };
        Ok(Some(PaymentRow {
            id: id.to_owned(),
            customer_id,
            invoice_id,
            charge_id: best.map(|charge| charge.object.id.clone()),
            amount_minor: content.amount_minor,
            refunded_minor: told.max(given_back),
            currency: content.currency,
            failure: content.failure.or(failed.filter(|_| content.status != "succeeded")),
            status: content.status,
            description,
            receipt_url: best.and_then(|charge| charge.content.receipt_url.clone()),
            created_at,
        }))
    }

    fn put_payment(&mut self, after: &PaymentRow) -> Result<()> {
        let before: Option<PaymentRow> = self.tx.maybe(PAYMENT, args![after.id.as_str()])?;
        if before.as_ref() == Some(after) {
            return Ok(());
        }
        self.tx.run(
            PAYMENT_PUT,
            args![
                after.id.as_str(),
                after.customer_id.as_str(),
                after.invoice_id.as_deref(),
                after.charge_id.as_deref(),
                after.amount_minor,
                after.refunded_minor,
                after.currency.as_str(),
                after.status.as_str(),
                after.description.as_str(),
                after.failure.as_deref(),
                after.receipt_url.as_deref(),
                after.created_at,
                self.seen.observed_at
            ],
        )?;
        Ok(())
    }

    fn refund(&mut self, object: &Object, payment: Option<&str>) -> Result<()> {
        let id = object.id.as_str();
        if !object.is_live() {
            self.tx.run(REFUND_DELETE, args![id])?;
            return Ok(());
        }
        let content: RefundContent = object.read()?;
        let after = RefundRow {
            id: id.to_owned(),
            payment_id: payment.map(str::to_owned),
            amount_minor: content.amount_minor,
            currency: content.currency,
            status: content.status,
            reason: content.reason,
            created_at: object.created_at,
        };
        let before: Option<RefundRow> = self.tx.maybe(REFUND, args![id])?;
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        self.tx.run(
            REFUND_PUT,
            args![
                id,
                after.payment_id.as_deref(),
                after.amount_minor,
                after.currency.as_str(),
                after.status.as_str(),
                after.reason.as_deref(),
                after.created_at,
                self.seen.observed_at
            ],
        )?;
        Ok(())
    }
}

fn stand_in(charge: &ChargeContent) -> PaymentContent {
    PaymentContent {
        amount_minor: charge.amount_minor,
        currency: charge.currency.clone(),
        status: charge.status.clone(),
        description: charge.description.clone(),
        failure: charge.failure.clone(),
        email: charge.email.clone(),
    }
}

fn largest(plans: impl Iterator<Item = Plan>) -> Option<Plan> {
    plans.max_by_key(|plan| match plan {
        Plan::Free => 0,
        Plan::Starter => 1,
        Plan::Pro => 2,
        Plan::Enterprise => 3,
    })
}

fn from_seconds(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(1000))
}
