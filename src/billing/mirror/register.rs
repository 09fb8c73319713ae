//! What was said last of each object: a row that only ever moves forward, whatever order things are heard in.
//!
//! Of two states the later second wins; within one second the further state (`rank`), then what was fetched over what
//! was sent, then the larger text, so that every order of hearing ends alike. That an object is gone is kept beside its
//! state: nothing sent takes it back.

use super::Seen;
use super::content::Kind;
use super::decode::Fact;
use super::sql::{OBJECT, OBJECT_HEARD, OBJECT_PUT};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) parent: Option<String>,
    pub(super) customer_ref: Option<String>,
    pub(super) content: String,
    pub(super) created_at: Timestamp,
    pub(super) event_at: i64,
    pub(super) event_rank: i64,
    pub(super) is_fetched: bool,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) observed_at: Timestamp,
}

row! { Object {
    id, kind, parent, customer_ref, content, created_at, event_at, event_rank, is_fetched, deleted_at, observed_at
} }

/// What the content of somebody erased says besides.
#[derive(serde::Deserialize)]
struct Emptied {
    #[serde(default)]
    erased: bool,
}

impl Object {
    pub(super) fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.kind)
    }

    /// The content, or its defaults when there never was any.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.content).map_err(Fault::internal)
    }

    /// Whether it belongs to an erased customer and says no more than accounting needs.
    pub(super) fn is_emptied(&self) -> bool {
        self.read::<Emptied>().is_ok_and(|content| content.erased)
    }

    /// Whether Stripe still has it.
    pub(super) fn is_live(&self) -> bool {
        self.deleted_at.is_none()
    }

    fn of(fact: &Fact) -> Self {
        Self {
            id: fact.id.clone(),
            kind: fact.kind.as_str().to_owned(),
            parent: None,
            customer_ref: None,
            content: "{}".to_owned(),
            created_at: Timestamp(0),
            event_at: -1,
            event_rank: 0,
            is_fetched: false,
            deleted_at: None,
            observed_at: Timestamp(0),
        }
    }

    /// Take in what a fact says.
    fn merge(&mut self, fact: &Fact, seen: &Seen) {
        let wins = self.yields_to(fact, seen);
        if let (true, Some(content)) = (wins, &fact.content) {
            self.content.clone_from(content);
            self.event_at = seen.at.max(if seen.is_fetched { self.event_at } else { 0 });
            (self.event_rank, self.is_fetched) = (fact.rank, seen.is_fetched);
        }
        for (own, told) in [(&mut self.parent, &fact.parent), (&mut self.customer_ref, &fact.customer_ref)] {
            if told.is_some() && (wins || own.is_none()) {
                own.clone_from(told);
            }
        }
        if fact.created > 0 {
            self.created_at = Timestamp(fact.created.saturating_mul(1000));
        }
        if fact.is_deleted {
            let at = Timestamp(seen.at.saturating_mul(1000));
            self.deleted_at = Some(self.deleted_at.map_or(at, |before| before.min(at)));
        } else if seen.is_fetched && self.deleted_at.is_some_and(|gone| gone.seconds() <= seen.at) {
            // Stripe has it after all: the account that said otherwise was another one.
            self.deleted_at = None;
        }
    }

    fn yields_to(&self, fact: &Fact, seen: &Seen) -> bool {
        let Some(content) = &fact.content else { return false };
        if seen.is_fetched && self.observed_at <= seen.began {
            return true;
        }
        let own = (self.event_at, self.event_rank, self.is_fetched, self.content.as_str());
        (seen.at, fact.rank, seen.is_fetched, content.as_str()) > own
    }
}

/// The row of an object.
pub(super) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Object>> {
    tx.maybe(OBJECT, args![id])
}

/// Take in a fact; true when that changed what is known.
pub(super) fn merge(tx: &mut Tx<'_>, fact: &Fact, seen: &Seen) -> Result<bool> {
    let before = find(tx, &fact.id)?;
    let mut after = before.clone().unwrap_or_else(|| Object::of(fact));
    after.merge(fact, seen);
    if before.as_ref() == Some(&after) {
        tx.run(OBJECT_HEARD, args![fact.id.as_str(), seen.observed_at])?;
        return Ok(false);
    }
    let says_more = before.is_none_or(|before| {
        (before.content, before.parent, before.customer_ref, before.created_at, before.deleted_at)
            != (
                after.content.clone(),
                after.parent.clone(),
                after.customer_ref.clone(),
                after.created_at,
                after.deleted_at,
            )
    });
    after.observed_at = after.observed_at.max(seen.observed_at);
    tx.run(
        OBJECT_PUT,
        args![
            after.id.as_str(),
            after.kind.as_str(),
            after.parent.as_deref(),
            after.customer_ref.as_deref(),
            after.content.as_str(),
            after.created_at,
            after.event_at,
            after.event_rank,
            after.is_fetched,
            after.deleted_at,
            after.observed_at
        ],
    )?;
    Ok(says_more)
}
