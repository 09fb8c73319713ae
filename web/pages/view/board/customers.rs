//! `/dashboard/v2/customers`: who they are, one of them, and their messages.

use askama::Template;

use super::{Listing, badge};
use crate::pages::view::{Badge, FieldError, Link, Moment, Part, Shell, Tone, error_at};

/// The search.
#[derive(Debug, Clone, Template)]
#[template(path = "board_customers.html")]
pub struct CustomersPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// The text that is looked for.
    pub q: String,
    /// What else is asked for, kept when another text is looked for.
    pub kept: Vec<(&'static str, String)>,
    /// The plans to choose from.
    pub plans: Vec<Link>,
    /// The spans to choose from.
    pub sinces: Vec<Link>,
    /// Who was found.
    pub list: Listing<CustomerRow>,
    /// Messages that wait for an answer, newest first.
    pub waiting: Part<Vec<TicketLine>>,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// Their page.
    pub link: String,
    /// Whether this page is about them.
    pub is_chosen: bool,
    /// Their name, else their address.
    pub name: String,
    /// Their address; none after erasure.
    pub email: String,
    /// "Pro".
    pub plan: String,
    /// Whether they may sign in.
    pub standing: Standing,
    /// When the account was made.
    pub created: Moment,
}

/// Whether a customer may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Active,
    /// An operator closed the account.
    Disabled,
    /// They were erased.
    Erased,
}

impl Standing {
    /// How it is shown.
    pub fn badge(self) -> Badge {
        match self {
            Self::Active => badge(Tone::Ok, "check", "active"),
            Self::Disabled => badge(Tone::Warn, "dash", "disabled"),
            Self::Erased => badge(Tone::Neutral, "cross", "erased"),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketLine {
    /// Its page.
    pub link: String,
    /// What was written.
    pub message: String,
    /// What it is about.
    pub topic: String,
    /// Whether somebody answered.
    pub is_open: bool,
    /// When it came.
    pub sent: Moment,
    /// How long it has waited: "3 hours"; none once it is answered.
    pub waits: Option<String>,
}

impl TicketLine {
    fn badge(&self) -> Badge {
        if self.is_open { badge(Tone::Warn, "clock", "open") } else { badge(Tone::Ok, "check", "answered") }
    }
}

/// One customer's page.
#[derive(Debug, Clone, Template)]
#[template(path = "board_customer.html")]
pub struct CustomerPage {
    /// The frame.
    pub shell: Shell,
    /// Where this page is.
    pub here: String,
    /// The list, as it was left.
    pub back: String,
    /// What an action that led here did.
    pub notice: Option<CustomerNotice>,
    /// Who it is.
    pub facts: AccountFacts,
    /// Newest first, and as of when.
    pub invoices: Part<Vec<InvoiceLine>>,
    /// Where they are signed in, and whether a password opens the account.
    pub sessions: Part<(Vec<SessionLine>, bool)>,
    /// What they wrote, newest first.
    pub tickets: Part<Vec<TicketLine>>,
    /// Their jobs.
    pub jobs_link: String,
    /// Their payments.
    pub payments_link: String,
    /// The list beside them.
    pub list: Listing<CustomerRow>,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerNotice {
    /// The account was closed.
    Disabled,
    /// The account was opened again.
    Enabled,
    /// A message was answered.
    Answered,
}

impl CustomerNotice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Disabled, Self::Enabled, Self::Answered];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Answered => "answered",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Disabled => "The account is disabled",
            Self::Enabled => "The account is enabled",
            Self::Answered => "The answer was sent",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Disabled => "Every session of theirs ends within a second, and nobody can sign in.",
            Self::Enabled => "They can sign in again.",
            Self::Answered => "It goes out by e-mail and is kept beside the message.",
        }
    }
}

/// Who a customer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// ULID.
    pub id: String,
    /// Their name, else their address.
    pub name: String,
    /// Their address.
    pub email: String,
    /// "Pro".
    pub plan: String,
    /// Whether they may sign in.
    pub standing: Standing,
    /// When the account was made.
    pub created: Moment,
    /// The payment provider's identifier.
    pub stripe: Option<String>,
    /// How logs call them.
    pub reference: String,
}

impl AccountFacts {
    fn badge(&self) -> Badge {
        self.standing.badge()
    }

    /// What can be done with the account.
    fn act(&self) -> Option<AccountAct> {
        match self.standing {
            Standing::Active => Some(AccountAct::Disable),
            Standing::Disabled => Some(AccountAct::Enable),
            Standing::Erased => None,
        }
    }
}

/// An invoice in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// Its number.
    pub number: String,
    /// What for.
    pub description: String,
    /// With currency.
    pub amount: String,
    /// How it is shown.
    pub badge: Badge,
    /// When.
    pub date: Moment,
}

/// A session in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// What it runs on.
    pub device: String,
    /// How they proved who they are.
    pub method: String,
    /// When it began.
    pub since: Moment,
    /// When it ends.
    pub until: Moment,
}

/// Closing an account, or opening it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAct {
    /// Close it.
    Disable,
    /// Open it.
    Enable,
}

impl AccountAct {
    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Disable => "Disable this account?",
            Self::Enable => "Enable this account?",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Disable => "Disable the account",
            Self::Enable => "Enable the account",
        }
    }

    fn kind(self) -> &'static str {
        if self == Self::Disable { "danger" } else { "primary" }
    }

    fn busy(self) -> &'static str {
        if self == Self::Disable { "Disabling" } else { "Enabling" }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Disable => {
                "Every session of theirs ends within a second and nobody can sign in until the account is enabled \
                 again. Invoices, payments and a running subscription stay as they are."
            }
            Self::Enable => "They can sign in again with a code, a link or their password.",
        }
    }
}

/// "Disable this account?"
#[derive(Debug, Clone, Template)]
#[template(path = "board_confirm_account.html")]
pub struct ConfirmAccountPage {
    /// The frame.
    pub shell: Shell,
    /// What would be done.
    pub act: AccountAct,
    /// To whom.
    pub facts: AccountFacts,
}

/// A message and its answer, or the form for one.
#[derive(Debug, Clone, Template)]
#[template(path = "board_ticket.html")]
pub struct AnswerPage {
    /// The frame.
    pub shell: Shell,
    /// Its identifier.
    pub id: String,
    /// What is known of it.
    pub ticket: TicketLine,
    /// Where the answer goes.
    pub email: String,
    /// The job it is about.
    pub job: Option<String>,
    /// The page of who wrote it; none when it was no customer.
    pub customer_link: Option<String>,
    /// The answer that was given, and when.
    pub answered: Option<(String, Moment)>,
    /// The answer as it was typed.
    pub answer: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

impl AnswerPage {
    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }
}
