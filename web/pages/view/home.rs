//! `/`: what EchoPilot is, for those who do not know it yet and those who do.

use askama::Template;

use super::{Cta, LeadForm, Seo, Shell, StatusCard, cta};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub shell: Shell,
    /// For search engines.
    pub seo: Seo,
    /// The same for machines: a JSON document whose `<` are escaped.
    pub linked_data: String,
    /// How the service is doing.
    pub status: StatusCard,
    /// What one gets, each with a figure.
    pub benefits: Vec<Benefit>,
    /// The plans with their prices.
    pub prices: Vec<PriceLine>,
    /// Jobs a month that cost nothing, where there is such a plan and anybody may begin with it.
    pub free_jobs: Option<String>,
    /// Whether anybody may begin by themselves.
    pub open: bool,
    /// The form for those who want more.
    pub lead: LeadForm,
}

/// One thing that one gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benefit {
    /// Its icon.
    pub glyph: &'static str,
    /// The figure.
    pub figure: String,
    /// What it counts.
    pub title: &'static str,
    /// What that means for the reader.
    pub text: &'static str,
}

/// A plan in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLine {
    /// Its name.
    pub title: String,
    /// What it costs.
    pub price: String,
    /// For how long that is: "a month", or nothing.
    pub per: &'static str,
    /// What it holds.
    pub holds: String,
}

impl HomePage {
    /// What leads to the plans.
    fn compare() -> String {
        cta(Cta::ComparePlans)
    }

    /// The first button: where it leads and what it says.
    fn first_step(&self) -> (&'static str, String) {
        match (&self.shell.account, self.open) {
            (Some(_), _) => ("/app", "Open your overview".to_owned()),
            (None, true) => ("/auth/login", cta(Cta::Start)),
            (None, false) => ("/auth/login", "Sign in".to_owned()),
        }
    }
}

#[cfg(test)]
impl HomePage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::Condition;
        use super::shell::samples::{signed_in, stranger};
        let price = |title: &str, price: &str, per, holds: &str| PriceLine {
            title: title.into(),
            price: price.into(),
            per,
            holds: holds.into(),
        };
        let benefit =
            |glyph, figure: &str, title, text| Benefit { glyph, figure: figure.into(), title, text };
        let mut forms = LeadForm::samples("/").into_iter();
        let mut form = || forms.next().unwrap().1;
        let full = Self {
            shell: stranger("/"),
            seo: super::seo::sample("/"),
            linked_data: "{\"@context\":\"https://schema.org\"}".into(),
            status: StatusCard::sample(Condition::Well),
            benefits: vec![
                benefit("check", "0 to 100", "Scores beside targets", "You see whether the work is good."),
                benefit("bolt", "50", "Jobs a month for nothing", "Enough to see what it does."),
                benefit("book", "66", "operations of the API", "Programs can do what you do."),
                benefit("clock", "12 KB", "Style and script of this page", "Fast on any phone."),
            ],
            prices: vec![
                price("Free", "USD 0", "a month", "50 jobs a month."),
                price("Pro", "USD 299", "a month", "10,000 jobs a month."),
                price("Enterprise", "On request", "", "Jobs by agreement."),
            ],
            free_jobs: Some("50".into()),
            open: true,
            lead: form(),
        };
        let light = Shell { theme: super::Theme::Light, ..full.shell.clone() };
        let unknown = StatusCard::sample(Condition::Unknown);
        vec![
            ("home", full.clone()),
            ("home-light", Self { shell: light, ..full.clone() }),
            ("home-signed-in", Self { shell: signed_in("/"), ..full.clone() }),
            ("home-invited-only", Self { open: false, free_jobs: None, ..full.clone() }),
            ("home-unknown", Self { status: unknown, benefits: Vec::new(), ..full.clone() }),
            ("home-down", Self { status: StatusCard::sample(Condition::Down), ..full.clone() }),
            ("home-lead-wrong", Self { lead: form(), ..full.clone() }),
            ("home-lead-old", Self { lead: form(), ..full.clone() }),
            ("home-lead-sent", Self { lead: form(), ..full }),
        ]
    }
}
