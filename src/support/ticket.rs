//! A ticket, and what may stand in one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::{Email, Fault, Result, Timestamp};
use crate::store::{FromRow, Row};

/// How many characters a message may have.
pub const MESSAGE_LENGTH: std::ops::RangeInclusive<usize> = 10..=4_000;

/// What a ticket is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A job or its result.
    Job,
    /// An invoice or a payment.
    Billing,
    /// The account or signing in.
    Account,
    /// Anything else.
    Other,
}

impl Topic {
    /// All topics, as a form offers them.
    pub const ALL: [Self; 4] = [Self::Job, Self::Billing, Self::Account, Self::Other];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Billing => "billing",
            Self::Account => "account",
            Self::Other => "other",
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Job => "A job or its result",
            Self::Billing => "An invoice or a payment",
            Self::Account => "My account or signing in",
            Self::Other => "Something else",
        }
    }

    /// The topic by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == word)
    }
}

/// How far a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Nobody has answered yet.
    Open,
    /// Answered.
    Answered,
    /// Answered, and done with.
    Closed,
}

impl TicketStatus {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Answered, Self::Closed].into_iter().find(|status| status.as_str() == word)
    }
}

/// A ticket as its customer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// ULID.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// What was written.
    pub message: String,
    /// The job it is about; null when none was named.
    pub job_id: Option<String>,
    /// How far it is.
    pub status: TicketStatus,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was answered; null while it is open.
    pub answered_at: Option<Timestamp>,
    /// The answer; null while it is open.
    pub answer: Option<String>,
}

/// A ticket as operators see it: with who wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperatorsTicket {
    /// ULID.
    pub id: String,
    /// Who wrote it; null when it was no customer.
    pub customer_id: Option<String>,
    /// Where the answer goes.
    pub email: Email,
    /// What it is about.
    pub topic: Topic,
    /// What was written.
    pub message: String,
    /// The job it is about; null when none was named.
    pub job_id: Option<String>,
    /// How far it is.
    pub status: TicketStatus,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was answered; null while it is open.
    pub answered_at: Option<Timestamp>,
    /// The answer; null while it is open.
    pub answer: Option<String>,
}

impl From<OperatorsTicket> for Ticket {
    fn from(ticket: OperatorsTicket) -> Self {
        let OperatorsTicket { id, topic, message, job_id, status, created_at, answered_at, answer, .. } =
            ticket;
        Self { id, topic, message, job_id, status, created_at, answered_at, answer }
    }
}

impl FromRow for OperatorsTicket {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let (email, topic): (String, String) = (row.get("email")?, row.get("topic")?);
        let status: String = row.get("status")?;
        let strange = || Fault::internal("a ticket has a topic or a status that nobody knows");
        Ok(Self {
            id: row.get("id")?,
            customer_id: row.get("customer_id")?,
            email: Email::parse(&email).map_err(Fault::internal)?,
            topic: Topic::parse(&topic).ok_or_else(strange)?,
            message: row.get("message")?,
            job_id: row.get("job_id")?,
            status: TicketStatus::parse(&status).ok_or_else(strange)?,
            created_at: row.get("created_at")?,
            answered_at: row.get("answered_at")?,
            answer: row.get("answer")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.as_str()), Some(topic));
        }
        for status in [TicketStatus::Open, TicketStatus::Answered, TicketStatus::Closed] {
            assert_eq!(TicketStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!((Topic::parse("Job"), TicketStatus::parse("")), (None, None));
    }
}
