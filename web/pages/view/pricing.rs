//! `/pricing`: the plans, by the month or by the year, what each holds, and how to get it.

use askama::Template;

use super::{Badge, FieldError, LeadForm, Link, Seo, Shell, Tone, error_at};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "pricing.html")]
pub struct PricingPage {
    /// The frame.
    pub shell: Shell,
    /// For search engines.
    pub seo: Seo,
    /// Whether prices by the year are shown.
    pub yearly: bool,
    /// Whether there are any.
    pub has_years: bool,
    /// The plan that costs nothing, in a line.
    pub free: Option<FreePlan>,
    /// The other plans.
    pub tiers: Vec<TierCard>,
    /// What each plan holds, row by row; as many cells as there are columns.
    pub rows: Vec<FeatureRow>,
    /// The names of the plans, the free one too.
    pub columns: Vec<String>,
    /// What came of a press on a button, when it did not lead to the payment page.
    pub notice: Option<PricingNotice>,
    /// What is wrong with the field of a plan.
    pub errors: Vec<FieldError>,
    /// The address that was typed to buy.
    pub buyer: String,
    /// Whether payments are trials; said beside every button that leads to one.
    pub test_mode: bool,
    /// Which settings an operator has to look at, when nothing can be bought.
    pub for_operators: Option<String>,
    /// The form for those who want more.
    pub lead: LeadForm,
}

/// The plan that costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreePlan {
    /// Its name.
    pub title: String,
    /// What it holds.
    pub holds: String,
    /// Whether anybody may begin with it by themselves.
    pub is_open: bool,
    /// Whether it is what the reader has.
    pub is_own: bool,
    /// The word on the button.
    pub cta: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierCard {
    /// Its word, as stored.
    pub plan: &'static str,
    /// Its name.
    pub title: String,
    /// For whom it is.
    pub summary: String,
    /// What it costs.
    pub price: String,
    /// For how long: "a month", "a year", or nothing.
    pub per: &'static str,
    /// What else is to be known of the price, or nothing.
    pub remark: String,
    /// What it holds, the limit first.
    pub holds: Vec<String>,
    /// Whether it stands first where there is room for one only.
    pub is_first: bool,
    /// What can be done about it.
    pub act: TierAct,
}

/// What can be done about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierAct {
    /// Buy it: a form to the payment page. The field for the address has this name; none where it is known.
    Buy {
        /// The word on the button.
        cta: String,
        /// The identifier of the field for the address.
        email_field: Option<&'static str>,
    },
    /// It is what they have.
    Own,
    /// Write to us: it can't be bought here.
    Contact {
        /// The word on the button.
        cta: String,
    },
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureRow {
    /// What it is about.
    pub name: String,
    /// A cell for each plan.
    pub cells: Vec<FeatureCell>,
}

/// A cell of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureCell {
    /// The plan has it.
    Yes,
    /// It has not.
    No,
    /// So much of it.
    Text(String),
}

/// What came of a press on a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PricingNotice {
    /// They have a subscription.
    HasOne,
    /// It can't be bought here.
    NotSold,
    /// Only those who are known may buy.
    InvitedOnly,
    /// The payment provider did not do it.
    Failed,
    /// The form was too old to be trusted.
    OldForm,
}

impl PricingNotice {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::HasOne, Self::NotSold, Self::InvitedOnly, Self::Failed, Self::OldForm];

    const fn row(self) -> (Tone, &'static str, &'static str, &'static str) {
        match self {
            Self::HasOne => (
                Tone::Info,
                "info",
                "You have a subscription already",
                "Change or cancel it with \"Manage billing\" in your overview.",
            ),
            Self::NotSold => (
                Tone::Warn,
                "alert",
                "This plan can't be bought here",
                "Write to us with the form below, and we set it up for you.",
            ),
            Self::InvitedOnly => (
                Tone::Info,
                "info",
                "Sign in first",
                "Plans are sold to invited customers. Sign in, or write to us with the form below.",
            ),
            Self::Failed => (
                Tone::Bad,
                "alert",
                "The payment page can't be reached",
                "Nothing was charged. Try again in a minute.",
            ),
            Self::OldForm => {
                (Tone::Info, "clock", "That form was too old", "Please press the button once more.")
            }
        }
    }

    /// Its colour.
    pub fn tone(&self) -> Tone {
        self.row().0
    }

    /// Its icon.
    pub fn glyph(&self) -> &'static str {
        self.row().1
    }

    /// Its first line.
    pub fn title(&self) -> &'static str {
        self.row().2
    }

    /// The rest.
    pub fn text(&self) -> &'static str {
        self.row().3
    }

    /// Where to go on, and what that is called.
    pub fn way_on(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::HasOne => Some(("/app", "Open your overview")),
            Self::InvitedOnly => Some(("/auth/login", "Sign in")),
            _ => None,
        }
    }
}

impl PricingPage {
    /// The choice of the period, as links.
    fn periods(&self) -> Vec<Link> {
        let link =
            |label: &str, href: &str, current| Link { label: label.into(), href: href.into(), current };
        vec![link("Monthly", "/pricing", !self.yearly), link("Yearly", "/pricing?period=year", self.yearly)]
    }

    fn period(&self) -> &'static str {
        if self.yearly { "year" } else { "month" }
    }

    fn error_at(&self, field: &str) -> Option<&str> {
        error_at(&self.errors, field)
    }

    fn has_errors(&self) -> bool {
        !self.errors.is_empty() || !self.lead.errors.is_empty()
    }

    fn test_badge() -> Badge {
        Badge { tone: Tone::Warn, glyph: "alert", text: "Test mode".to_owned() }
    }

    /// What each plan holds, row by row, for screens that have no room for the table.
    fn by_plan(&self) -> Vec<(&str, Vec<(&str, &FeatureCell)>)> {
        let held = |at: usize| {
            let cells = self.rows.iter().map(|row| (row.name.as_str(), row.cells.get(at)));
            cells.filter_map(|(name, cell)| Some((name, cell?))).collect()
        };
        self.columns.iter().enumerate().map(|(at, column)| (column.as_str(), held(at))).collect()
    }
}

#[cfg(test)]
#[path = "pricing_samples.rs"]
mod samples;
