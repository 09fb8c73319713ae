//! `/app`: how the customer's work is going.

use askama::Template;

use super::overview_chart::{ChartChoice, DayChart, Metric};
use super::{Badge, InvoiceRow, Moment, Part, Shell, Stat, Tone};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "app_overview.html")]
pub struct OverviewPage {
    /// The frame, with the account that is greeted.
    pub shell: Shell,
    /// The plan beside the greeting.
    pub plan: Plan,
    /// Why the payment provider's portal did not open, when it did not.
    pub billing: Option<BillingNotice>,
    /// Jobs this month.
    pub jobs: Part<Stat>,
    /// Mean QA score.
    pub quality: Part<Stat>,
    /// Spend this month.
    pub spend: Part<Stat>,
    /// Open invoices.
    pub open_invoices: Part<Stat>,
    /// What the chart shows.
    pub choice: ChartChoice,
    /// A figure of each day.
    pub chart: Part<DayChart>,
    /// The latest jobs, newest first; empty when there is none.
    pub recent: Part<Vec<JobRow>>,
    /// The open invoice that is due first.
    pub next_invoice: Part<Option<InvoiceRow>>,
}

/// Why the payment provider's portal did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillingNotice {
    /// No payment provider is configured.
    NotConfigured,
    /// The customer has never bought anything.
    NothingYet,
    /// The provider's page could not be opened.
    Failed,
}

impl BillingNotice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NotConfigured, Self::NothingYet, Self::Failed];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::NothingYet => "nothing-yet",
            Self::Failed => "failed",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    fn tone(self) -> Tone {
        if self == Self::Failed { Tone::Bad } else { Tone::Info }
    }

    fn glyph(self) -> &'static str {
        if self == Self::Failed { "alert" } else { "info" }
    }

    fn title(self) -> &'static str {
        match self {
            Self::NotConfigured => "Billing can't be managed here yet",
            Self::NothingYet => "There is nothing to manage yet",
            Self::Failed => "The billing pages could not be opened",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::NotConfigured => {
                "Payments are not set up in this place. Your invoices are listed as before."
            }
            Self::NothingYet => "Cards, receipts and cancelling appear here once you have bought a plan.",
            Self::Failed => {
                "The payment provider's page could not be opened. Nothing was changed; try again in a minute."
            }
        }
    }
}

/// The customer's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name: "Pro".
    pub name: String,
    /// When it renews, where it does.
    pub renews: Option<Moment>,
    /// When it ends, where it was cancelled.
    pub ends: Option<Moment>,
    /// What the button to the plans says, for those who pay nothing yet.
    pub upgrade: Option<String>,
}

impl Plan {
    fn badge(&self) -> Badge {
        Badge { tone: Tone::Info, glyph: "bolt", text: self.name.clone() }
    }
}

/// One job in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What it was asked to do, shortened.
    pub name: String,
    /// "Task" or the workflow's name.
    pub kind: String,
    /// Its score, formatted; none while there is none.
    pub qa: Option<String>,
    /// Its cost with currency: "USD 0.0123".
    pub cost: String,
    /// Its state.
    pub status: JobStatus,
    /// When it was made.
    pub date: Moment,
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// Waits for a worker.
    Queued,
    /// Is being worked on.
    Running,
    /// Waits for a time or an approval.
    Waiting,
    /// Done, and good enough.
    Done,
    /// Done, but its score is below the target.
    BelowTarget,
    /// Could not be done.
    Failed,
    /// Was called off.
    Cancelled,
}

impl JobStatus {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Done,
        Self::BelowTarget,
        Self::Failed,
        Self::Cancelled,
    ];

    /// How it is shown.
    pub fn badge(&self) -> Badge {
        let (tone, glyph, text) = match self {
            Self::Queued => (Tone::Neutral, "clock", "Queued"),
            Self::Running => (Tone::Info, "bolt", "Running"),
            Self::Waiting => (Tone::Warn, "clock", "Waiting"),
            Self::Done => (Tone::Ok, "check", "Done"),
            Self::BelowTarget => (Tone::Warn, "alert", "Below target"),
            Self::Failed => (Tone::Bad, "cross", "Failed"),
            Self::Cancelled => (Tone::Neutral, "dash", "Cancelled"),
        };
        Badge { tone, glyph, text: text.to_owned() }
    }
}

impl OverviewPage {
    fn greeting(&self) -> String {
        match self.shell.account.as_ref().and_then(|account| account.name.as_deref()).map(str::trim) {
            Some(name) if !name.is_empty() => format!("Hello, {name}"),
            _ => "Welcome back".to_owned(),
        }
    }

    /// The four figures with the names they are missed by.
    fn stats(&self) -> [(&'static str, &Part<Stat>); 4] {
        [
            ("Jobs this month", &self.jobs),
            ("Mean QA score", &self.quality),
            ("Spend this month", &self.spend),
            ("Open invoices", &self.open_invoices),
        ]
    }

    /// The heading of the chart.
    fn chart_title(&self) -> &'static str {
        match self.choice.metric {
            Metric::Quality => "Quality",
            Metric::Jobs => "Jobs",
        }
    }
}

#[cfg(test)]
#[path = "overview_samples.rs"]
mod samples;
