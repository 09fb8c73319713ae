//! Support: customers write, operators answer.

mod answer;
mod create;
mod forget;
mod list;
mod list_all;
mod mail;
mod show;
mod sql;
mod ticket;

pub use answer::AnswerTicket;
pub use create::CreateTicket;
pub use forget::{forget_address, forget_customer, forget_old};
pub use list::{ListTickets, Tickets};
pub use list_all::{AllTickets, ListAllTickets};
pub use show::{ShowTicket, mark};
pub(crate) use sql::ALL as STATEMENTS;
pub use ticket::{MESSAGE_LENGTH, OperatorsTicket, Ticket, TicketStatus, Topic};
