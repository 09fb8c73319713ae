//! Everybody's tickets, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::EVERY;
use super::{OperatorsTicket, TicketStatus};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route};
use crate::platform::Result;
use crate::store::args;

/// List the tickets of all customers, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAllTickets {
    /// Only those that are this far.
    #[serde(default)]
    pub status: Option<TicketStatus>,
    /// Only those of this customer (an identifier).
    #[serde(default)]
    pub customer: Option<String>,
    /// How many, 1 to 200; 50 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A page of tickets.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AllTickets {
    /// Newest first.
    pub tickets: Vec<OperatorsTicket>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListAllTickets {
    const META: Meta = Meta {
        name: "list-all-tickets",
        route: Route::get("/api/support/tickets"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = AllTickets;

    fn run(&self, cx: &Cx) -> Result<AllTickets> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let status = self.status.map(TicketStatus::as_str);
        let customer = self.customer.as_deref();
        let wanted = args![page.before.0, page.before.1.as_str(), page.fetch(), status, customer];
        let mut tickets: Vec<OperatorsTicket> = cx.deps.store.read(|tx| tx.rows(EVERY, wanted))?;
        let next_cursor = page.cut(&mut tickets, |ticket| (ticket.created_at, ticket.id.clone()));
        Ok(AllTickets { tickets, next_cursor })
    }
}
