//! A customer's own tickets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::OWN;
use super::{OperatorsTicket, Ticket};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::Result;
use crate::store::args;

/// List the signed-in customer's tickets, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTickets {
    /// How many, 1 to 200; 50 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Only those whose message or answer has this in it.
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
}

/// A page of a customer's tickets.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tickets {
    /// Newest first.
    pub tickets: Vec<Ticket>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListTickets {
    const META: Meta = Meta {
        name: "list-tickets",
        route: Route::get("/api/support"),
        access: Access::Customer,
        cost: Cost::Blocking,
        log: Log::Support,
    };
    type Output = Tickets;

    fn run(&self, cx: &Cx) -> Result<Tickets> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let customer = cx.caller.customer()?.profile.customer_id.as_str();
        let word = WantedWord::parse(self.q.as_deref())?;
        let pattern = word.as_ref().map(|word| word.pattern.as_str());
        let wanted = args![customer, page.before.0, page.before.1.as_str(), page.fetch(), pattern];
        let mut rows: Vec<OperatorsTicket> = cx.deps.store.read(|tx| tx.rows(OWN, wanted))?;
        let next_cursor = page.cut(&mut rows, |ticket| (ticket.created_at, ticket.id.clone()));
        Ok(Tickets { tickets: rows.into_iter().map(Into::into).collect(), next_cursor })
    }
}
