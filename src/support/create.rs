//! A customer writes to support.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ADD, FIND, OWN_JOB};
use super::ticket::sound;
use super::{MESSAGE_LENGTH, OperatorsTicket, Ticket, Topic, mail};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, Status, outbox};
use crate::platform::{Code, Fault, Result};
use crate::store::args;

/// Write to support.
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
}

impl Operation for CreateTicket {
    const META: Meta = Meta {
        name: "create-ticket",
        route: Route::post("/api/support"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = Ticket;
    const SUCCESS: &'static [Status] = &[Status::Created];

    fn run(&self, cx: &Cx) -> Result<Ticket> {
        let profile = &cx.caller.customer()?.profile;
        let (customer, email) = (profile.customer_id.clone(), profile.email.clone());
        let message = sound("message", &self.message, MESSAGE_LENGTH)?;
        let job = self.job_id.as_deref().map(str::trim).filter(|job| !job.is_empty()).map(str::to_owned);
        let (topic, now, ids) = (self.topic, cx.now, cx.deps.ids.clone());
        let id = ids.ulid_at(now);
        let reference = cx.deps.references.reference("customer", &customer);
        let event = cx.event(Log::Support, "ticket_created").field("cust_ref", reference);
        let event = event.field("topic", topic.as_str()).field("characters", message.chars().count());
        let to = cx.deps.settings.support_email.clone();
        let told = to.map(|to| mail::arrived(&to, &id, &email, topic, job.as_deref(), &message));
        let ticket: OperatorsTicket = cx.deps.store.write(move |tx| {
            if let Some(job) = &job
                && tx.one::<i64>(OWN_JOB, args![job, customer.as_str()])? == 0
            {
                return Err(no_such_job());
            }
            let (id, email) = (id.as_str(), email.as_str());
            let row =
                args![id, customer.as_str(), email, topic.as_str(), message.as_str(), job.as_deref(), now];
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

/// Another's job is as good as none; the field is named, so that a form can show where.
fn no_such_job() -> Fault {
    let mut fault = Fault::invalid("job_id", "expected the identifier of one of your own jobs, or none");
    fault.code = Code::NotFound;
    fault
}
