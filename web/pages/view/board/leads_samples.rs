//! The leads on the dashboard in every state.

use super::samples::{HOSTILE, failed, links, live, moment, shell};
use super::{ConfirmErasurePage, LeadFacts, LeadNotice, LeadPage, LeadRow, LeadsPage, Listing};
use crate::pages::view::Part;

const ID: &str = "01JD9Z8Q4W7XN3V5T6Y2M1K0PB";

fn list() -> Listing<LeadRow> {
    let lead = |company: Option<&str>, use_case: &str| LeadRow {
        link: format!("/dashboard/v2/leads/{ID}?since=7d"),
        is_chosen: company.is_some(),
        email: "ada.lovelace.of.the.analytical.engine@example.com".into(),
        company: company.map(Into::into),
        use_case: use_case.into(),
        came: moment(6),
    };
    Listing {
        here: "/dashboard/v2/leads".into(),
        is_filtered: false,
        rows: Part::Ready(vec![
            lead(Some(HOSTILE), "Sort 40,000 letters a day by what they ask for.\nBy the end of the year."),
            lead(None, HOSTILE),
        ]),
        newest: Some("/dashboard/v2/leads".into()),
        older: Some("/dashboard/v2/leads?cursor=abc".into()),
    }
}

fn facts() -> LeadFacts {
    LeadFacts {
        id: ID.into(),
        email: "ada@example.com".into(),
        company: Some("Lovelace & Co".into()),
        use_case: "Sort 40,000 letters a day by what they ask for.\nBy the end of the year.".into(),
        came: moment(6),
        consented: Some(moment(6)),
        customer_link: None,
        others_link: "/dashboard/v2/leads?q=ada%40example.com".into(),
    }
}

fn of_a_customer() -> LeadFacts {
    LeadFacts {
        email: HOSTILE.into(),
        company: None,
        use_case: HOSTILE.into(),
        consented: None,
        customer_link: Some(format!("/dashboard/v2/customers/{ID}")),
        ..facts()
    }
}

impl LeadsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            shell: shell("/dashboard/v2/leads"),
            live: live(),
            notice: None,
            q: String::new(),
            kept: Vec::new(),
            sinces: links(&["All", "7 days", "30 days", "90 days"], 0),
            list: list(),
        };
        let none = Listing { rows: Part::Ready(Vec::new()), newest: None, older: None, ..list() };
        let filtered = Self {
            q: HOSTILE.into(),
            kept: vec![("since", "7d".into())],
            list: Listing { is_filtered: true, ..none.clone() },
            ..full.clone()
        };
        vec![
            ("leads", full.clone()),
            ("leads-empty", Self { notice: Some(LeadNotice::Erased), list: none, ..full.clone() }),
            ("leads-no-match", filtered),
            ("leads-failed", Self { list: Listing { rows: failed(), ..list() }, ..full }),
        ]
    }
}

impl LeadPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            shell: shell(&format!("/dashboard/v2/leads/{ID}")),
            back: "/dashboard/v2/leads?since=7d".into(),
            facts: facts(),
            list: list(),
        };
        let failing = Listing { rows: failed(), ..list() };
        vec![
            ("lead", full.clone()),
            ("lead-of-a-customer", Self { facts: of_a_customer(), list: failing, ..full }),
        ]
    }
}

impl ConfirmErasurePage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |facts| Self { shell: shell(&format!("/dashboard/v2/leads/{ID}/erase")), facts };
        vec![("lead-erase", page(facts())), ("lead-erase-customer", page(of_a_customer()))]
    }
}
