//! Delivery of what is mirrored to Notion, every minute, apart from mail: an outage of Notion holds up nobody's code.
//! What can't be delivered waits with growing pauses, an hour at the most.

use std::ops::ControlFlow;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customers::{self, notion::CLIENTS};
use crate::events::{Level, Log, Scrubbed};
use crate::leads::{self, notion::PARTNERS};
use crate::operation::outbox::{self, Item};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::outbound::NotionDatabase;
use crate::outbound::notion_database::Schema;
use crate::platform::{Code, Fault, Result};
use crate::store::lease::{self, Lease};

/// Renewed while a round goes on; the next one may begin this long after a process died in one.
const LEASE: Duration = Duration::from_secs(30);

/// Write what has changed to Notion.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncNotion {}

/// What became of what was due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotionSynced {
    /// Changes that stand in Notion now.
    pub delivered: u64,
    /// Changes that were refused or met an outage; they are tried again.
    pub postponed: u64,
    /// Changes that waited 30 days and are worth nothing any more.
    pub expired: u64,
    /// Whether another round was under way, here or on another replica, which delivers what is due.
    pub at_work_elsewhere: bool,
}

impl Operation for SyncNotion {
    const META: Meta = Meta {
        name: "notion-sync",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = NotionSynced;

    fn run(&self, cx: &Cx) -> Result<NotionSynced> {
        let due = || cx.deps.store.read(|tx| outbox::due_for_notion(tx, cx.now));
        if cx.deps.outside.notion.is_none() || due()?.is_empty() {
            return Ok(NotionSynced::default());
        }
        let holder = format!("{} {}", cx.caller.kind(), cx.request_id);
        let Some(lease) = lease::try_acquire(&cx.deps.store, Self::META.name, &holder, LEASE)? else {
            return Ok(NotionSynced { at_work_elsewhere: true, ..NotionSynced::default() });
        };
        let mut round = Round {
            cx,
            lease: &lease,
            clients: None,
            partners: None,
            amiss: Vec::new(),
            synced: NotionSynced::default(),
            first: None,
        };
        // Read again: another holder may have delivered in between.
        for item in due()? {
            if !lease.is_held() || round.take(item)?.is_break() {
                break;
            }
        }
        let synced = round.end();
        lease.release()?;
        synced
    }
}

struct Round<'a> {
    cx: &'a Cx,
    lease: &'a Lease,
    /// Asked for once a round, and only when something is to be written.
    clients: Option<(String, Schema)>,
    partners: Option<(String, Schema)>,
    /// Kinds of items whose database is not as it must be: what is due for it waits, the other one goes on.
    amiss: Vec<String>,
    synced: NotionSynced,
    first: Option<Fault>,
}

impl Round<'_> {
    /// Deliver one item; no further ones when Notion itself is amiss.
    fn take(&mut self, item: Item) -> Result<ControlFlow<()>> {
        let (cx, now) = (self.cx, self.cx.deps.clock.now());
        if item.expires_at < now {
            self.synced.expired += 1;
            cx.deps.store.write(move |tx| outbox::delivered(tx, &item.id))?;
            return Ok(ControlFlow::Continue(()));
        }
        if self.amiss.contains(&item.kind) {
            self.synced.postponed += 1;
            let why = Code::NotConfigured.as_str();
            cx.deps.store.write(move |tx| outbox::postpone(tx, &item, now, why))?;
            return Ok(ControlFlow::Continue(()));
        }
        match self.hand_over(&item) {
            Ok(()) => {
                self.synced.delivered += 1;
                cx.deps.store.write(move |tx| outbox::delivered(tx, &item.id))?;
                Ok(ControlFlow::Continue(()))
            }
            Err(fault) => {
                self.synced.postponed += 1;
                let cause = fault.cause().unwrap_or_else(|| fault.detail.clone());
                let event = cx.event(Log::Scheduler, "notion_delivery_failed").level(Level::Error);
                let event = event.field("attempts", item.attempts).field("outcome", fault.code);
                cx.deps.events.emit(event.field("cause", Scrubbed::text(&cause)));
                if fault.code == Code::NotConfigured {
                    self.amiss.push(item.kind.clone());
                }
                let why = fault.code.as_str();
                cx.deps.store.write(move |tx| outbox::postpone(tx, &item, now, why))?;
                // One page that is refused or at work elsewhere says nothing about the others, nor one database.
                let goes_on = matches!(
                    fault.code,
                    Code::Conflict | Code::Internal | Code::NotConfigured | Code::Refused
                );
                self.first.get_or_insert(fault);
                Ok(if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
            }
        }
    }

    fn hand_over(&mut self, item: &Item) -> Result<()> {
        let (cx, settings) = (self.cx, &self.cx.deps.settings.notion);
        match item.kind.as_str() {
            customers::notion::KIND => {
                let (database, schema) =
                    examined(&mut self.clients, cx, &CLIENTS, settings.clients.as_ref())?;
                customers::notion::deliver(&cx.deps, database, schema, item, self.lease)
            }
            leads::notion::KIND => {
                let (database, schema) =
                    examined(&mut self.partners, cx, &PARTNERS, settings.partners.as_ref())?;
                leads::notion::deliver(&cx.deps, database, schema, item, self.lease)
            }
            other => Err(Fault::internal(format!("an outbox item of the unknown kind {other}"))),
        }
    }

    /// What was done; a round in which nothing could be delivered is a failed one.
    fn end(self) -> Result<NotionSynced> {
        match self.first {
            Some(fault) if self.synced.delivered == 0 => Err(fault),
            _ => Ok(self.synced),
        }
    }
}

/// A database, once it is as it must be.
fn examined<'a>(
    known: &'a mut Option<(String, Schema)>,
    cx: &Cx,
    expected: &NotionDatabase,
    id: Option<&String>,
) -> Result<(&'a str, &'a Schema)> {
    if known.is_none() {
        let id =
            id.ok_or_else(|| Fault::not_configured(expected.setting, "rows are mirrored to that database"))?;
        let schema = expected.examine(cx.deps.outside.notion()?, id)?;
        schema.check()?;
        *known = Some((id.clone(), schema));
    }
    match known {
        Some((id, schema)) => Ok((id.as_str(), schema)),
        None => Err(Fault::internal("a database that was examined is not known")),
    }
}
