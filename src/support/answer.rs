//! An operator answers a ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ANSWER, FIND};
use super::{OperatorsTicket, TicketStatus, mail};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, outbox};
use crate::platform::{Code, Fault, Result, written};
use crate::store::args;

/// How many characters an answer may have.
const LENGTH: std::ops::RangeInclusive<usize> = 1..=4_000;

/// Answer a ticket; whoever wrote it gets the answer by mail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerTicket {
    /// The ticket's identifier.
    pub id: String,
    /// What to say, 1 to 4,000 characters.
    #[schemars(length(min = 1, max = 4_000))]
    pub answer: String,
    /// Whether the matter is done with.
    #[serde(default)]
    pub close: bool,
}

impl Operation for AnswerTicket {
    const META: Meta = Meta {
        name: "answer-ticket",
        route: Route::post("/api/support/tickets/{id}/answer"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = OperatorsTicket;

    fn run(&self, cx: &Cx) -> Result<OperatorsTicket> {
        let answer = written("answer", &self.answer, LENGTH)?;
        let status = if self.close { TicketStatus::Closed } else { TicketStatus::Answered };
        let (id, now, ids) = (self.id.clone(), cx.now, cx.deps.ids.clone());
        let page = format!("{}/app/support", cx.deps.base_url);
        let ticket: OperatorsTicket = cx.deps.store.write(move |tx| {
            let found: Option<OperatorsTicket> = tx.maybe(FIND, args![id.as_str()])?;
            let ticket = found.ok_or_else(|| Fault::not_found("A ticket with this identifier"))?;
            if tx.run(ANSWER, args![id.as_str(), status.as_str(), answer.as_str(), now])? == 0 {
                return Err(Fault::new(
                    Code::Conflict,
                    "This ticket was answered before; its answer is kept",
                ));
            }
            // Only customers have a page on which to read it again.
            let page = ticket.customer_id.as_ref().map(|_| page.as_str());
            let told = mail::answered(&ticket.email, page, &ticket.message, &answer);
            outbox::send_mail(tx, &ids, now, &told, mail::WORTH)?;
            tx.one(FIND, args![id.as_str()])
        })?;
        let wait = cx.now.since(ticket.created_at);
        let event = cx.event(Log::Support, "ticket_answered").field("topic", ticket.topic.as_str());
        cx.deps.events.emit(event.field("status", status.as_str()).field("waited_s", wait.as_secs()));
        Ok(ticket)
    }
}
