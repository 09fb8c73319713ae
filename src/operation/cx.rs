//! The gate: every call of every face goes through [`Cx::call`].

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{Caller, Cost, Deps, Meta, Operation, Progress, later};
use crate::events::{Event, Level, Log, Scrubbed};
use crate::platform::{Clock, Code, Fault, Result, Timestamp};
use crate::store::lease::{self, Lease};

/// Renewed while the work goes on; another process may take over this long after one died.
const LEASE: Duration = Duration::from_secs(60);

/// One call: what it may use, who makes it, under which request id, and when it began.
#[derive(Clone)]
pub struct Cx {
    /// Everything built once at start.
    pub deps: Arc<Deps>,
    /// Who calls.
    pub caller: Caller,
    /// Joins the lines of all logs that belong to this call.
    pub request_id: String,
    /// The time of the call; an operation takes it from here, never from a clock.
    pub now: Timestamp,
    /// What makes a repeated request the same one: a digest of caller, operation and `Idempotency-Key`; `None` when
    /// the caller sent no key. Work that outlives the request is found by it when the request comes again.
    pub repeat_key: Option<Arc<str>>,
    /// Who watches how far it is.
    pub progress: Option<Arc<dyn Progress>>,
}

impl Cx {
    /// A call by `caller` that begins now, under a request id of its own.
    pub fn new(deps: Arc<Deps>, caller: Caller) -> Self {
        let now = deps.clock.now();
        let request_id = deps.ids.ulid_at(now);
        Self { deps, caller, request_id, now, repeat_key: None, progress: None }
    }

    /// Check access, do the work, record what came of it.
    pub fn call<O: Operation>(&self, input: &O) -> Result<O::Output> {
        let _span =
            tracing::info_span!("operation", name = O::META.name, request_id = %self.request_id).entered();
        let begun = Clock::monotonic();
        let result = O::META.access.admit(&self.caller).and_then(|()| input.run(self));
        self.record(&O::META, result.as_ref().err(), Some(begun.elapsed()));
        result
    }

    /// An event of this call: request id and caller are filled in.
    pub fn event(&self, log: Log, name: &'static str) -> Event {
        let caller = self
            .caller
            .identity()
            .filter(|(_, id)| !id.is_empty())
            .map(|(kind, id)| self.deps.references.reference(kind, id));
        Event::new(log, name).request_id(&self.request_id).caller(self.caller.kind(), caller)
    }

    /// Do `work` under the lease `name`: shell, HTTP and schedule exclude each other, on every replica.
    ///
    /// Held by somebody else: `Conflict`, naming the holder and since when.
    pub fn exclusively<T>(&self, name: &str, work: impl FnOnce(&Lease) -> Result<T>) -> Result<T> {
        let holder = format!("{} {}", self.caller.kind(), self.request_id);
        let lease = lease::acquire(&self.deps.store, name, &holder, LEASE)?;
        let result = work(&lease);
        lease.release()?;
        result
    }

    /// Store a run of `operation` for the scheduler's runner and answer with its id.
    pub fn later<O: Operation + Serialize>(&self, operation: &O) -> Result<String> {
        later::enqueue(self, O::META.name, operation)
    }

    /// Write the line of a call. Operations of the log `http` are covered by their access line, unless
    /// there is a cause that only the log may know.
    pub(crate) fn record(&self, meta: &Meta, fault: Option<&Fault>, took: Option<Duration>) {
        let cause = fault.and_then(Fault::cause);
        if meta.log == Log::Http && cause.is_none() {
            return;
        }
        let level = match fault.map(|fault| fault.code) {
            None => Level::Info,
            Some(Code::Internal | Code::StorageFull | Code::Unavailable) => Level::Error,
            Some(_) => Level::Warn,
        };
        let event = self
            .event(meta.log, "operation")
            .level(level)
            .field("operation", meta.name)
            .field("outcome", fault.map_or("ok", |fault| fault.code.as_str()))
            .field("duration", took)
            .field("cause", cause.map(|cause| Scrubbed::text(&cause)));
        match meta.cost {
            Cost::Memory => self.deps.events.offer(event),
            Cost::Blocking => self.deps.events.emit(event),
        }
    }
}
