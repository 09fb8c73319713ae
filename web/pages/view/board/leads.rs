//! `/dashboard/v2/leads`: who asked for more than the plans offer, one of them, and the question before an erasure.

use askama::Template;

use super::Listing;
use crate::pages::view::{Link, Moment, Shell};

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "board_leads.html")]
pub struct LeadsPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// What an action that led here did.
    pub notice: Option<LeadNotice>,
    /// The text that is looked for.
    pub q: String,
    /// What else is asked for, kept when another text is looked for.
    pub kept: Vec<(&'static str, String)>,
    /// The spans to choose from.
    pub sinces: Vec<Link>,
    /// What was found.
    pub list: Listing<LeadRow>,
}

/// One lead in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadRow {
    /// Its page.
    pub link: String,
    /// Whether this page is about it.
    pub is_chosen: bool,
    /// Where the answer goes.
    pub email: String,
    /// For whom they ask.
    pub company: Option<String>,
    /// What it is for.
    pub use_case: String,
    /// When it came.
    pub came: Moment,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadNotice {
    /// An address was erased.
    Erased,
}

impl LeadNotice {
    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        "erased"
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        (word == Self::Erased.as_str()).then_some(Self::Erased)
    }
}

/// One lead with all that is known of it.
#[derive(Debug, Clone, Template)]
#[template(path = "board_lead.html")]
pub struct LeadPage {
    /// The frame.
    pub shell: Shell,
    /// The list, as it was left.
    pub back: String,
    /// The lead.
    pub facts: LeadFacts,
    /// The list beside it.
    pub list: Listing<LeadRow>,
}

/// What is known of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadFacts {
    /// ULID.
    pub id: String,
    /// Where the answer goes.
    pub email: String,
    /// For whom they ask.
    pub company: Option<String>,
    /// What it is for.
    pub use_case: String,
    /// When it came.
    pub came: Moment,
    /// When they agreed that this is kept; none where the form was not ours.
    pub consented: Option<Moment>,
    /// The customer's page, when the address is a customer's.
    pub customer_link: Option<String>,
    /// Everything of the same address.
    pub others_link: String,
}

impl LeadFacts {
    /// The company, else the address.
    fn name(&self) -> &str {
        self.company.as_deref().unwrap_or(&self.email)
    }
}

/// "Erase this address?"
#[derive(Debug, Clone, Template)]
#[template(path = "board_confirm_erasure.html")]
pub struct ConfirmErasurePage {
    /// The frame.
    pub shell: Shell,
    /// Whose address it is.
    pub facts: LeadFacts,
}
