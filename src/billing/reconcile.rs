//! Holding the mirror against Stripe: what is missing, stale, extra or deleted, and making both equal again.
//!
//! A list is compared with what was known when it was asked for; what was heard of since then is left for the next
//! time. An object that a list lacks is asked for by itself before it counts as gone.

mod compare;
mod report;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DriftFigure;
use super::ledger::sql::RECONCILED;
use super::mirror::{self, Kind, Seen};
use crate::events::{Level, Log};
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity};
use crate::outbound::{Stripe, StripeCall};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::args;
use crate::store::lease::Lease;

use compare::{Compared, Mending, compare};
pub use report::{DriftedKind, DriftedObject, ReconcileReport};

/// The lease, so that no two compare at a time.
const LEASE: &str = "reconcile-billing";
/// Objects taken in by one transaction.
const BATCH: usize = 50;
/// Objects shown; counts are exact.
const SHOWN: usize = 200;

/// Compare the mirror with Stripe.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct ReconcileBilling {
    /// Only what was made at this time or later, such as 2026-03-01T00:00:00Z; everything when nothing is said.
    #[arg(long, value_name = "TIME")]
    pub since: Option<Timestamp>,
    /// Make the mirror equal. The scheduled run always does.
    #[arg(long)]
    pub apply: bool,
}

impl Operation for ReconcileBilling {
    const META: Meta = Meta {
        name: "reconcile-billing",
        route: Route::post("/api/finance/reconcile"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = ReconcileReport;

    fn run(&self, cx: &Cx) -> Result<ReconcileReport> {
        let stripe = cx.deps.stripe()?;
        // A schedule runs with the default input, and its purpose is to mend.
        let apply = self.apply || matches!(cx.caller, Caller::Scheduler);
        cx.exclusively(LEASE, |lease| self.work(cx, stripe, lease, apply))
    }
}

impl ReconcileBilling {
    fn work(&self, cx: &Cx, stripe: &dyn Stripe, lease: &Lease, apply: bool) -> Result<ReconcileReport> {
        let mut report = ReconcileReport {
            run_id: cx.deps.ids.ulid_at(cx.now),
            started_at: cx.now,
            finished_at: cx.now,
            since: self.since,
            applied: apply,
            drift: 0,
            kinds: Vec::new(),
            shown: Vec::new(),
        };
        let mut mendings = Vec::new();
        for kind in Kind::ALL {
            let Compared { counts, mut objects, mending } = compare(cx, stripe, kind, self.since)?;
            report.drift += counts.drift();
            report.kinds.push(counts);
            objects.truncate(SHOWN.saturating_sub(report.shown.len()));
            report.shown.append(&mut objects);
            mendings.extend(mending);
        }
        if apply {
            mend(cx, lease, mendings)?;
            mend(cx, lease, nameless(cx, stripe)?)?;
        }
        report.finished_at = cx.deps.clock.now();
        keep(cx, &report)?;
        DriftFigure::refresh(&cx.deps)?;
        tell(cx, &report);
        Ok(report)
    }
}

/// Take in what differs, some at a time, so that others come between.
fn mend(cx: &Cx, lease: &Lease, mut mendings: Vec<Mending>) -> Result<()> {
    while !mendings.is_empty() {
        let rest = mendings.split_off(mendings.len().min(BATCH));
        let batch: Vec<(Mending, Seen)> = mendings.into_iter().map(|one| (one, Seen::fetched(cx))).collect();
        let fence = lease.fence();
        cx.deps.store.write(move |tx| {
            fence.check(tx)?;
            for (mending, seen) in &batch {
                match mending {
                    Mending::Take(object) => drop(mirror::take_in(tx, object, seen)?),
                    Mending::Remove(kind, id) => mirror::take_away(tx, *kind, id, seen)?,
                }
            }
            Ok(())
        })?;
        mendings = rest;
    }
    Ok(())
}

/// Customers of Stripe who are only known because something of theirs is: whoever is in no list was deleted.
fn nameless(cx: &Cx, stripe: &dyn Stripe) -> Result<Vec<Mending>> {
    let mut mendings = Vec::new();
    for id in cx.deps.store.read(mirror::nameless_customers)?.into_iter().take(compare::ASKED) {
        match stripe.call(&StripeCall::get(format!("{}/{id}", Kind::Customer.path()))) {
            Ok(customer) => mendings.push(Mending::Take(customer)),
            Err(failure) if failure.is_missing() => mendings.push(Mending::Remove(Kind::Customer, id)),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(mendings)
}

/// Remember the comparison, and tell of it when something was mended.
fn keep(cx: &Cx, report: &ReconcileReport) -> Result<()> {
    let counts = serde_json::to_string(&report.kinds).map_err(Fault::internal)?;
    let id = report.run_id.clone();
    let (started, finished, since) = (report.started_at, report.finished_at, report.since);
    let (applied, drift) = (report.applied, i64::try_from(report.drift).unwrap_or(i64::MAX));
    let is_whole = report.unknown().is_empty();
    let told = (applied && drift > 0).then(|| {
        let words =
            format!("The payment mirror differed from Stripe in {drift} objects, which were made equal");
        OpsEvent::by(cx, "billing_mended", Severity::Warning, words)
    });
    cx.deps.store.write(move |tx| {
        tx.run(
            RECONCILED,
            args![id.as_str(), started, finished, since, applied, counts.as_str(), drift, is_whole],
        )?;
        told.as_ref().map_or(Ok(()), |told| told.store(tx))
    })
}

fn tell(cx: &Cx, report: &ReconcileReport) {
    for kind in &report.kinds {
        let level = if kind.drift() > 0 { Level::Warn } else { Level::Info };
        let event = cx.event(Log::Billing, "kind_compared").level(level).field("kind", kind.kind.as_str());
        let event = event
            .field("offered", kind.offered)
            .field("listed", kind.listed)
            .field("applied", report.applied);
        let event = event.field("missing", kind.missing).field("stale", kind.stale);
        let event = event.field("extra", kind.extra).field("deleted", kind.deleted);
        cx.deps.events.emit(event.field("unverified", kind.unverified));
    }
}
