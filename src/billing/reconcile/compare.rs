//! One kind: Stripe's list against what the mirror knows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::report::{DriftedKind, DriftedObject};
use crate::billing::mirror::{Kind, Known};
use crate::operation::Cx;
use crate::outbound::{Stripe, StripeCall, list_all};
use crate::platform::{Result, Timestamp};

/// Pages of a list, a hundred objects each.
const PAGES: usize = 10_000;
/// Objects asked for one by one, so that a mirror of another account does not ask for ever.
pub(super) const ASKED: usize = 500;

/// What was found of one kind.
pub(super) struct Compared {
    pub(super) counts: DriftedKind,
    pub(super) objects: Vec<DriftedObject>,
    pub(super) mending: Vec<Mending>,
}

/// What would make both equal.
pub(super) enum Mending {
    /// Take in the object.
    Take(Value),
    /// Take it away.
    Remove(Kind, String),
}

impl Compared {
    fn new(kind: Kind) -> Self {
        let counts = DriftedKind {
            kind,
            offered: true,
            listed: 0,
            missing: 0,
            stale: 0,
            extra: 0,
            deleted: 0,
            unverified: 0,
        };
        Self { counts, objects: Vec::new(), mending: Vec::new() }
    }

    fn note(&mut self, id: &str, drift: &str, fields: Vec<String>, mending: Mending) {
        let kind = self.counts.kind;
        self.objects.push(DriftedObject { kind, id: id.to_owned(), drift: drift.to_owned(), fields });
        self.mending.push(mending);
    }
}

/// Compare one kind.
pub(super) fn compare(
    cx: &Cx,
    stripe: &dyn Stripe,
    kind: Kind,
    since: Option<Timestamp>,
) -> Result<Compared> {
    let mut compared = Compared::new(kind);
    let mut call = StripeCall::get(kind.path());
    if kind == Kind::Subscription {
        call = call.with("status", "all");
    }
    if let Some(since) = since {
        call = call.with("created[gte]", since.seconds().to_string());
    }
    let listed = match list_all(stripe, &call, PAGES) {
        Ok(listed) => listed,
        Err(failure) if failure.is_missing() => {
            compared.counts.offered = false;
            return Ok(compared);
        }
        Err(failure) => return Err(failure.into()),
    };
    // Whole seconds, as Stripe filters.
    let since = since.map_or(Timestamp(i64::MIN), |since| Timestamp(since.seconds().saturating_mul(1000)));
    let known = cx.deps.store.read(|tx| Known::read(tx, kind, since))?;
    let mut ids = BTreeSet::new();
    for object in listed {
        if object["object"] != kind.as_str() {
            continue;
        }
        ids.extend(object["id"].as_str().map(str::to_owned));
        compared.counts.listed += 1;
        hold(cx, &mut compared, &known, object)?;
    }
    for (number, id) in known.without(&ids, cx.now).into_iter().enumerate() {
        if number >= ASKED {
            compared.counts.unverified += 1;
            continue;
        }
        match stripe.call(&StripeCall::get(format!("{}/{id}", kind.path()))) {
            Ok(object) if object["deleted"] == true => {
                compared.counts.deleted += 1;
                compared.note(&id, "deleted", Vec::new(), Mending::Remove(kind, id.clone()));
            }
            // It came to be, or changed, while the list was read.
            Ok(object) => hold(cx, &mut compared, &known, object)?,
            Err(failure) if failure.is_missing() => {
                compared.counts.extra += 1;
                compared.note(&id, "extra", Vec::new(), Mending::Remove(kind, id.clone()));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(compared)
}

fn hold(cx: &Cx, compared: &mut Compared, known: &Known, object: Value) -> Result<()> {
    let Some(difference) = known.compare(&object, cx.now)? else { return Ok(()) };
    match difference.fields {
        None => {
            compared.counts.missing += 1;
            compared.note(&difference.id, "missing", Vec::new(), Mending::Take(object));
        }
        Some(fields) => {
            compared.counts.stale += 1;
            compared.note(&difference.id, "stale", fields, Mending::Take(object));
        }
    }
    Ok(())
}
