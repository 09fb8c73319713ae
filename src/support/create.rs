//! Somebody writes to support: a customer, or a stranger who leaves an address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ADD, FIND, OWN_JOB};
use super::{MESSAGE_LENGTH, OperatorsTicket, Ticket, TicketStatus, Topic, mail};
use crate::events::Log;
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, Route, Status, outbox};
use crate::platform::{Code, Email, Fault, Result, written};
use crate::store::args;

/// Write to support. The answer goes to the address of whoever is signed in, or to the one that a stranger leaves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTicket {
    /// What it is about.
    pub topic: Topic,
    /// What to say, 10 to 4,000 characters.
    #[schemars(length(min = 10, max = 4_000))]
    pub message: String,
    /// One of the customer's own jobs, when it is about one.
    #[serde(default)]
    pub job_id: Option<String>,
    /// Where the answer goes; a signed-in customer leaves it out.
    #[serde(default)]
    pub email: Option<Email>,
    /// Leave it empty: only programs that fill in every field write something here.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub website: Option<String>,
}

impl Operation for CreateTicket {
    const META: Meta = Meta {
        name: "create-ticket",
        route: Route::post("/api/support"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = Ticket;
    const SUCCESS: &'static [Status] = &[Status::Created];

    fn run(&self, cx: &Cx) -> Result<Ticket> {
        let (customer, email) = self.writer(&cx.caller)?;
        let message = written("message", &self.message, MESSAGE_LENGTH)?;
        let job = self.job_id.as_deref().map(str::trim).filter(|job| !job.is_empty()).map(str::to_owned);
        let (topic, now, ids) = (self.topic, cx.now, cx.deps.ids.clone());
        let id = ids.ulid_at(now);
        if customer.is_none() && job.is_some() {
            return Err(no_such_job());
        }
        let reference = customer.as_deref().map(|id| cx.deps.references.reference("customer", id));
        let event = cx.event(Log::Support, "ticket_created").field("cust_ref", reference);
        let event = event.field("topic", topic.as_str()).field("characters", message.chars().count());
        if self.website.as_deref().is_some_and(|text| !text.is_empty()) {
            return Ok(self.taken_by_nobody(cx, id, message));
        }
        let to = cx.deps.settings.support_email.clone();
        let told = to.map(|to| mail::arrived(&to, &id, &email, topic, job.as_deref(), &message));
        let ticket: OperatorsTicket = cx.deps.store.write(move |tx| {
            if let (Some(job), Some(customer)) = (&job, &customer)
                && tx.one::<i64>(OWN_JOB, args![job, customer.as_str()])? == 0
            {
                return Err(no_such_job());
            }
            let (id, email) = (id.as_str(), email.as_str());
            let row =
                args![id, customer.as_deref(), email, topic.as_str(), message.as_str(), job.as_deref(), now];
            tx.run(ADD, row)?;
            if let Some(mail) = &told {
                outbox::send_mail(tx, &ids, now, mail, mail::WORTH)?;
            }
            tx.one(FIND, args![id])
        })?;
        cx.deps.events.emit(event);
        Ok(ticket.into())
    }
}

impl CreateTicket {
    /// The customer who writes, and where the answer goes.
    fn writer(&self, caller: &Caller) -> Result<(Option<String>, Email)> {
        match (caller, &self.email) {
            (Caller::Customer(session), None) => {
                let profile = &session.profile;
                Ok((Some(profile.customer_id.clone()), profile.email.clone()))
            }
            (Caller::Customer(session), Some(email)) if *email == session.profile.email => {
                Ok((Some(session.profile.customer_id.clone()), email.clone()))
            }
            (Caller::Customer(_), Some(_)) => Err(Fault::invalid(
                "email",
                "expected none, or the address you are signed in with: the answer goes there",
            )),
            (_, Some(email)) => Ok((None, email.clone())),
            (_, None) => Err(Fault::invalid(
                "email",
                "expected your e-mail address, or sign in first: the answer goes there",
            )),
        }
    }

    /// The answer to a program that filled in the field which people do not see: nothing is stored, and it learns nothing.
    fn taken_by_nobody(&self, cx: &Cx, id: String, message: String) -> Ticket {
        let event = cx.event(Log::Support, "ticket_discarded").field("topic", self.topic.as_str());
        cx.deps.events.emit(event);
        let (topic, created_at) = (self.topic, cx.now);
        let (status, job_id) = (TicketStatus::Open, None);
        Ticket { id, topic, message, job_id, status, created_at, answered_at: None, answer: None }
    }
}

/// Another's job is as good as none; the field is named, so that a form can show where.
fn no_such_job() -> Fault {
    let mut fault = Fault::invalid("job_id", "expected the identifier of one of your own jobs, or none");
    fault.code = Code::NotFound;
    fault
}
