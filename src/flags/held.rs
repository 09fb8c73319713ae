//! The document in memory, and its history in the store.

use std::any::Any;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arc_swap::Guard;

use super::document::FlagsDocument;
use super::sql::{
    ASSIGNMENTS_FORGET, CONVERSIONS_FORGET, MARK, VERSION_ADD, VERSION_NEWEST, VERSION_NEWEST_DIGEST,
    VERSIONS_FORGET,
};
use crate::config::Loaded;
use crate::events::{Level, Log};
use crate::operation::{Cx, Deps, LiveDocument, OpsEvent};
use crate::platform::{Code, Fault, Result, Timestamp};
use crate::store::{Tx, args};

const NAME: &str = "flags";
/// What holds where there is no document.
pub const DEFAULT: &str = include_str!("../../configs/flags.json");
/// What is older is forgotten, but for the newest fifty versions.
const KEPT: Duration = Duration::from_hours(24 * 400);

/// The flags in memory.
pub struct Flags {
    document: LiveDocument<FlagsDocument>,
    /// The version that the history is known to have.
    noted: Mutex<String>,
}

impl Flags {
    /// Read the document. One that is wrong at the start is answered for by the newest good one of the history, else by
    /// the default that is built into the binary.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let document = LiveDocument::open(deps, NAME, DEFAULT, |before: &FlagsDocument, next| {
            next.version = next.version.max(before.version + 1);
        })?;
        let mut noted = String::new();
        if document.state().degraded.is_some() {
            let newest: Option<String> = deps.store.read(|tx| tx.maybe(VERSION_NEWEST, args![]))?;
            if let Some(body) = newest {
                document.stand_in(&body).map_err(Fault::internal)?;
                // It comes from the history, so it is in there.
                noted = document.state().version;
            }
        }
        Ok(Box::new(Self { document, noted: Mutex::new(noted) }))
    }

    /// Look whether the document has changed, keep what is new in the history, and tell health how it is doing.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        own.document.look(deps)?;
        own.note(deps, "the file")
    }

    /// The document in use.
    pub fn get(&self) -> Guard<std::sync::Arc<Loaded<FlagsDocument>>> {
        self.document.get()
    }

    /// Why the newest text is not in use, if that is so.
    pub fn degraded(&self) -> Option<String> {
        self.document.degraded()
    }

    /// Put another document in the place of `before`: `change` makes it. `Conflict` when another came meanwhile.
    pub(super) fn put(
        &self,
        cx: &Cx,
        before: &Loaded<FlagsDocument>,
        next: FlagsDocument,
        told: OpsEvent,
    ) -> Result<()> {
        let version = next.version;
        // It would be written over what a hand is in the middle of.
        if let Some(reason) = self.document.state().degraded {
            let words = format!(
                "The newest text of the flags is not in use, so none is written over it; mend it first: {reason}"
            );
            return Err(Fault::new(Code::Conflict, words));
        }
        // What is replaced is in the history first, also when nobody has looked at it since the start.
        self.note(&cx.deps, "the file")?;
        self.document.write(&before.version, next)?;
        let (kind, identity) = (cx.caller.kind(), cx.caller.identity());
        let by = identity.filter(|(_, id)| kind == "operator" && !id.is_empty());
        let by = by.map_or_else(|| kind.to_owned(), |(_, id)| format!("operator {id}"));
        self.note(&cx.deps, &by)?;
        cx.deps.store.write(move |tx| told.store(tx))?;
        cx.deps.events.emit(cx.event(Log::Ab, "flags_changed").field("version", version));
        Ok(())
    }

    /// Keep the document in use in the history.
    fn note(&self, deps: &Deps, by: &str) -> Result<()> {
        let current = self.document.get();
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if *noted == current.version {
            return Ok(());
        }
        let (digest, version) = (current.version.clone(), current.value.version);
        let (body, by, now) = (encode(&current.value)?, by.to_owned(), deps.clock.now());
        let is_new = deps.store.write(move |tx| {
            // Also what was in use before comes anew when somebody goes back to it.
            let newest: Option<String> = tx.maybe(VERSION_NEWEST_DIGEST, args![])?;
            let is_new = newest.as_deref() != Some(digest.as_str());
            if is_new {
                tx.run(VERSION_ADD, args![digest.as_str(), version, body.as_str(), now, by.as_str()])?;
            }
            Ok(is_new)
        })?;
        noted.clone_from(&current.version);
        if is_new {
            let event = crate::events::Event::new(Log::Ab, "flags_loaded").level(Level::Info);
            deps.events.emit(event.field("version", version));
        }
        Ok(())
    }
}

fn encode(document: &FlagsDocument) -> Result<String> {
    serde_json::to_string_pretty(document).map_err(Fault::internal)
}

/// What changes whenever somebody was given a variant or converted: for whoever watches.
pub fn mark(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    tx.one(MARK, args![])
}

/// Forget old versions, and who was given what and converted; how many of each.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<(u64, u64)> {
    let before = now.minus(KEPT);
    let users = tx.run(ASSIGNMENTS_FORGET, args![before])? + tx.run(CONVERSIONS_FORGET, args![before])?;
    Ok((tx.run(VERSIONS_FORGET, args![before])?, users))
}
