//! What Stripe is asked to do, durably: a row with its idempotency key is stored before the call, the outcome after it.
//!
//! - [`Draft`] is a row in the making; [`Draft::begin`] stores it within the caller's transaction.
//! - [`carry_out`] asks Stripe and writes down what came of it, together with what follows from it in our tables.
//! - What is undecided stays `started`; `finish.rs` repeats it under the same key until Stripe decides.
//!
//! The key at Stripe is the row's own identifier, made by chance. How a repeated request finds its row is another
//! matter: by the digest of caller, operation and `Idempotency-Key` ([`Cx::repeat_key`]), among rows that did not fail.
//! Were the key at Stripe derived from the caller's, an attempt after a refusal would get the old refusal again, and a
//! call without a key would need another rule. Keys last 24 hours at Stripe, so rows are found for [`REPEATABLE`].

use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mirror::{self, Seen};
use super::sql::{
    ASKED_ADD, ASKED_BY_CALLER, ASKED_BY_KEY, ASKED_DECIDE, ASKED_DECIDED, ASKED_EMPTY, ASKED_FORGET,
    ASKED_OF, ASKED_OPEN, ASKED_UNDECIDED,
};
use super::{checkout, create_invoice, forget, portal, refund, stripe_customer, void_invoice};
use crate::customers::{Customer, Mirror, directory};
use crate::events::{Level, Log, Scrubbed};
use crate::operation::{Caller, Cx, OpsEvent, used_otherwise};
use crate::outbound::{Stripe, StripeFailure};
use crate::platform::{Code, Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// Stripe forgets keys after 24 hours; within this time a repetition is safe.
pub(super) const REPEATABLE: Duration = Duration::from_secs(23 * 3600);
/// Longer than the request that stored the row can be at it: an invoice takes four calls, each of at most 28 seconds.
const FIRST_REPEAT: Duration = Duration::from_secs(2 * 60);

/// What Stripe is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A customer of theirs for one of ours.
    Customer,
    /// A session of the billing portal.
    Portal,
    /// A checkout session.
    Checkout,
    /// A final invoice with one line.
    Invoice,
    /// The end of an open invoice.
    VoidInvoice,
    /// Money back.
    Refund,
}

/// Where something asked of Stripe stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskState {
    /// Looked at only: Stripe was not asked.
    Planned,
    /// Stripe has not decided; it is asked again until it has.
    Started,
    /// Done.
    Succeeded,
}

/// A stored row.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// ULID.
    pub(super) id: String,
    kind: String,
    /// What makes a repetition the same request at Stripe.
    pub(super) idempotency_key: String,
    /// Whom or what it concerns: an identifier of ours or of Stripe's.
    pub(super) subject: String,
    request: String,
    state: String,
    response: Option<String>,
    /// How often it was repeated.
    pub(super) attempts: i64,
    /// When it was asked for.
    pub(super) created_at: Timestamp,
}

row! { Asked { id, kind, idempotency_key, subject, request, state, response, attempts, created_at } }

/// A row in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// ULID.
    pub(super) id: String,
    kind: Kind,
    caller_key: Option<String>,
    subject: String,
    requested_by: String,
    now: Timestamp,
}

/// What Stripe answered.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    /// What is kept of it, and told to whoever asked.
    pub(super) kept: Value,
    /// The objects as they are now, for the mirror.
    pub(super) objects: Vec<Value>,
}

impl Answered {
    /// An answer that the mirror learns nothing from.
    pub(super) fn kept(kept: Value) -> Self {
        Self { kept, objects: Vec::new() }
    }
}

/// What came of asking.
#[derive(Debug)]
pub(super) enum Settled {
    /// Done, with what is kept of Stripe's answer.
    Done(Value),
    /// Not known; it is repeated.
    Undecided(Fault),
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Customer, Self::Portal, Self::Checkout, Self::Invoice, Self::VoidInvoice, Self::Refund];

    /// As stored.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Portal => "portal",
            Self::Checkout => "checkout",
            Self::Invoice => "invoice",
            Self::VoidInvoice => "void_invoice",
            Self::Refund => "refund",
        }
    }

    /// Whether somebody counts on it, so that it is repeated until it is decided. The others are asked for anew by
    /// whoever still wants them.
    pub(super) const fn matters(self) -> bool {
        matches!(self, Self::Invoice | Self::VoidInvoice | Self::Refund)
    }

    /// Whether its answer holds an address that opens somebody's account: it is not kept.
    const fn leads_into_an_account(self) -> bool {
        matches!(self, Self::Portal | Self::Checkout)
    }

    fn ask(self, cx: &Cx, stripe: &dyn Stripe, asked: &Asked) -> Result<Answered, StripeFailure> {
        match self {
            Self::Customer => stripe_customer::ask(cx, stripe, asked),
            Self::Portal => portal::ask(stripe, asked).map(Answered::kept),
            Self::Checkout => checkout::ask(stripe, asked).map(Answered::kept),
            Self::Invoice => create_invoice::ask(stripe, asked),
            Self::VoidInvoice => void_invoice::ask(stripe, asked),
            Self::Refund => refund::ask(stripe, asked),
        }
    }

    /// What is told of its end; the words of a refusal stand in `refused`.
    fn told(self, cx: &Cx, asked: &Asked, answer: &Value, refused: Option<&str>) -> Option<OpsEvent> {
        match self {
            Self::Customer | Self::Portal | Self::Checkout => None,
            Self::Invoice => Some(create_invoice::told(cx, asked, answer, refused)),
            Self::VoidInvoice => void_invoice::told(cx, asked, refused),
            Self::Refund => Some(refund::told(cx, asked, answer, refused)),
        }
    }
}

impl Asked {
    /// What is asked for.
    pub(super) fn kind(&self) -> Result<Kind> {
        let known = Kind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        known.ok_or_else(|| Fault::internal(format!("a Stripe operation of the unknown kind {}", self.kind)))
    }

    /// The input it was stored with.
    pub(super) fn request<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.request).map_err(Fault::internal)
    }

    /// Whether a refusal says what became of it. One of the key alone says nothing of an earlier try: that may have
    /// been done with a key that was good then.
    fn is_decided_by(&self, cx: &Cx, refusal: &StripeFailure) -> bool {
        let is_first_try = self.created_at == cx.now;
        is_first_try || !matches!(refusal, StripeFailure::Refused { status: 401 | 403, .. })
    }

    /// The same for asking: what can't be read was never asked.
    pub(super) fn wanted<T: DeserializeOwned>(&self) -> Result<T, StripeFailure> {
        self.request().map_err(StripeFailure::Unknown)
    }
}

impl Draft {
    /// A row of `kind` about `subject`, on request of `cx`'s caller.
    pub(super) fn new(cx: &Cx, kind: Kind, subject: &str) -> Self {
        Self {
            id: cx.deps.ids.ulid_at(cx.now),
            kind,
            caller_key: cx.repeat_key.as_deref().map(str::to_owned),
            subject: subject.to_owned(),
            requested_by: match &cx.caller {
                Caller::Operator(name) => format!("operator {name}"),
                caller => caller.kind().to_owned(),
            },
            now: cx.now,
        }
    }

    /// The same about what turned out to be meant.
    pub(super) fn about(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// The row that this very request stored when it came before; `Invalid` when its key was used for something else.
    pub(super) fn repeated<T: Serialize>(&self, tx: &mut Tx<'_>, wanted: &T) -> Result<Option<Asked>> {
        let Some(key) = &self.caller_key else { return Ok(None) };
        let since = self.now.minus(REPEATABLE);
        let before: Option<Asked> =
            tx.maybe(ASKED_BY_CALLER, args![key.as_str(), self.kind.as_str(), since])?;
        let wanted = encoded(wanted)?;
        match before {
            Some(before) if before.request != wanted => Err(used_otherwise()),
            before => Ok(before),
        }
    }

    /// Rows of this kind and subject that are not decided.
    pub(super) fn open(&self, tx: &mut Tx<'_>) -> Result<Vec<Asked>> {
        tx.rows(ASKED_OPEN, args![self.kind.as_str(), self.subject.as_str()])
    }

    /// Store it with what is wanted; or find the row of the same request.
    pub(super) fn begin<T: Serialize>(&self, tx: &mut Tx<'_>, wanted: &T) -> Result<Asked> {
        match self.repeated(tx, wanted)? {
            Some(before) => Ok(before),
            None => self.begin_new(tx, wanted),
        }
    }

    /// Store it, for whoever has looked for a row of the same request.
    pub(super) fn begin_new<T: Serialize>(&self, tx: &mut Tx<'_>, wanted: &T) -> Result<Asked> {
        self.store(tx, &format!("echopilot-{}", self.id), wanted)
    }

    /// Store it under a key that everybody who wants the same thing arrives at, so that there is one of it. Once it is
    /// decided there is a new key, since Stripe would repeat its old answer: a refusal, or what it has deleted since.
    pub(super) fn begin_shared<T: Serialize>(&self, tx: &mut Tx<'_>, wanted: &T) -> Result<Asked> {
        let (kind, subject) = (self.kind.as_str(), self.subject.as_str());
        let decided: i64 = tx.one(ASKED_DECIDED, args![kind, subject])?;
        self.store(tx, &format!("echopilot-{kind}-{subject}-{decided}"), wanted)
    }

    fn store<T: Serialize>(&self, tx: &mut Tx<'_>, key: &str, wanted: &T) -> Result<Asked> {
        let wanted = encoded(wanted)?;
        tx.run(
            ASKED_ADD,
            args![
                self.id.as_str(),
                self.kind.as_str(),
                key,
                self.caller_key.as_deref(),
                self.subject.as_str(),
                wanted,
                self.requested_by.as_str(),
                self.now,
                self.now.plus(FIRST_REPEAT)
            ],
        )?;
        tx.one(ASKED_BY_KEY, args![key])
    }
}

fn encoded<T: Serialize>(wanted: &T) -> Result<String> {
    serde_json::to_string(wanted).map_err(Fault::internal)
}

/// Ask Stripe for what `asked` says and write down what came of it. A refusal is the fault that comes back.
pub(super) fn carry_out(cx: &Cx, asked: &Asked) -> Result<Settled> {
    let kind = asked.kind()?;
    if asked.state == "succeeded" && !kind.leads_into_an_account() {
        let kept = asked.response.as_deref().unwrap_or_default();
        return Ok(Settled::Done(serde_json::from_str(kept).map_err(Fault::internal)?));
    }
    let stripe = cx.deps.stripe()?;
    match kind.ask(cx, stripe, asked) {
        Ok(answer) => {
            decide(cx, kind, asked, &answer, None)?;
            Ok(Settled::Done(answer.kept))
        }
        Err(failure @ StripeFailure::Refused { .. }) if asked.is_decided_by(cx, &failure) => {
            let words = failure.words_for_who_asked();
            let fault = Fault::from(failure);
            decide(cx, kind, asked, &Answered::kept(Value::Null), Some(&fault.detail))?;
            Err(words.map_or_else(|| fault, |words| Fault::new(Code::Refused, words)))
        }
        Err(failure) => {
            let fault = Fault::from(failure);
            let cause = Scrubbed::text(&fault.cause().unwrap_or_else(|| fault.detail.clone())).into_string();
            note(cx, kind, asked, "started", Some(&cause));
            let id = asked.id.clone();
            cx.deps.store.write(move |tx| tx.run(ASKED_UNDECIDED, args![id.as_str(), cause.as_str()]))?;
            Ok(Settled::Undecided(fault))
        }
    }
}

/// Write down the end of it and what is told of it: at once, and only once, whoever else carries out the same row. Then
/// the mirror follows: what it can't take in must not undo that it was done, and the next comparison brings it.
fn decide(cx: &Cx, kind: Kind, asked: &Asked, answer: &Answered, refused: Option<&str>) -> Result<()> {
    let state = if refused.is_none() { "succeeded" } else { "failed" };
    note(cx, kind, asked, state, refused);
    let told = kind.told(cx, asked, &answer.kept, refused);
    let mut kept = answer.kept.clone();
    if kind.leads_into_an_account()
        && let Some(members) = kept.as_object_mut()
    {
        members.remove("url");
    }
    let kept = refused.is_none().then(|| kept.to_string());
    let made = answer.kept["id"].as_str().filter(|_| kind == Kind::Customer).map(str::to_owned);
    let (of, refused) = (asked.clone(), refused.map(str::to_owned));
    let (now, pages) = (cx.deps.clock.now(), Mirror::of(&cx.deps));
    let is_news = cx.deps.store.write(move |tx| {
        let row = args![of.id.as_str(), state, kept.as_deref(), refused.as_deref(), now];
        if tx.run(ASKED_DECIDE, row)? == 0 {
            return Ok(false);
        }
        if let Some(made) = &made
            && directory::pay_through(tx, &of.subject, made, now)?
        {
            pages.changed(tx, &of.subject, now)?;
        }
        told.as_ref().map_or(Ok(()), |told| told.store(tx))?;
        Ok(true)
    })?;
    if is_news && !answer.objects.is_empty() {
        follow(cx, asked, answer.objects.clone());
    }
    Ok(())
}

/// Have the mirror follow what was done.
fn follow(cx: &Cx, asked: &Asked, objects: Vec<Value>) {
    let seen = Seen::fetched(cx);
    let taken = cx.deps.store.write(move |tx| {
        for object in &objects {
            mirror::take_in(tx, object, &seen)?;
        }
        Ok(())
    });
    if let Err(fault) = taken {
        let cause = fault.cause().unwrap_or_else(|| fault.detail.clone());
        let event = cx.event(Log::Billing, "mirror_behind").level(Level::Warn);
        let event = event.field("operation_id", Scrubbed::text(&asked.id)).field("code", fault.code);
        cx.deps.events.emit(event.field("cause", Scrubbed::text(&cause)));
    }
}

/// Give up: nobody can say any more whether it was done, so a person has to look.
pub(super) fn give_up(cx: &Cx, asked: &Asked) -> Result<()> {
    const WORDS: &str = "outcome unknown: Stripe did not decide within 23 hours";
    let kind = asked.kind()?;
    note(cx, kind, asked, "failed", Some(WORDS));
    let told = kind.matters().then(|| {
        let words = format!(
            "Nobody knows whether Stripe did this: {} of {} (operation {}). Look it up at Stripe before it is asked \
             for again",
            kind.as_str(),
            asked.subject,
            asked.id
        );
        OpsEvent::by(cx, "stripe_outcome_unknown", crate::operation::Severity::Critical, words)
    });
    let (id, now) = (asked.id.clone(), cx.now);
    cx.deps.store.write(move |tx| {
        let row = args![id.as_str(), "failed", None::<String>, WORDS, now];
        match &told {
            Some(told) if tx.run(ASKED_DECIDE, row)? == 1 => told.store(tx),
            Some(_) => Ok(()),
            None => tx.run(ASKED_DECIDE, row).map(drop),
        }
    })
}

/// Remove sessions of the portal and of checkouts that were asked for before `before`; how many. What moved money or
/// asked for some stays.
pub fn forget_sessions(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(ASKED_FORGET, args![before])
}

/// Empty the free words of what was asked for a customer or about something of theirs; how many rows.
pub(super) fn forget_words(tx: &mut Tx<'_>, customer: &Customer) -> Result<u64> {
    let all: Vec<Asked> = tx.rows(ASKED_OF, args![customer.id.as_str()])?;
    let mut rows = 0;
    for asked in &all {
        if asked.state == "started" && asked.kind()?.matters() {
            // It is repeated with the same words under the same key, so they are needed until then.
            return Err(under_way("A refund or an invoice of this customer", asked));
        }
        let request = forget::without_words(&asked.request)?;
        let response = asked.response.as_deref().map(forget::without_words).transpose()?;
        rows += tx.run(ASKED_EMPTY, args![asked.id.as_str(), request, response])?;
    }
    Ok(rows)
}

/// `Conflict`: the same thing is being done.
pub(super) fn under_way(what: &str, asked: &Asked) -> Fault {
    let words = format!(
        "{what} is under way (operation {}) and Stripe has not decided; a running server repeats it \
         with growing pauses for 23 hours, so wait for its end before asking again",
        asked.id
    );
    Fault::new(Code::Conflict, words).retry_after(60)
}

/// A success of Stripe's that lacks what every such answer has: nobody knows what it did.
pub(super) fn incomplete(what: &str) -> StripeFailure {
    let words = "Stripe's answer can't be read; try again in a minute";
    StripeFailure::Unknown(Fault::new(Code::Upstream, words).because(format!("the answer has no {what}")))
}

fn note(cx: &Cx, kind: Kind, asked: &Asked, state: &'static str, words: Option<&str>) {
    let level = if words.is_none() { Level::Info } else { Level::Warn };
    let event = cx.event(Log::Billing, "stripe_operation").level(level);
    cx.deps.events.emit(
        event
            .field("operation_id", Scrubbed::text(&asked.id))
            .field("kind", kind.as_str())
            .field("state", state)
            .field("attempts", asked.attempts)
            .field("cause", words.map(Scrubbed::text)),
    );
}
