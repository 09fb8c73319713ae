//! `/dashboard/v2/jobs`: everybody's jobs, and one of them.

use askama::Template;

use super::{Listing, LogLine};
use crate::pages::view::{Badge, JobStatus, Link, Moment, Part, Shell};

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "board_jobs.html")]
pub struct JobsPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// The text that is looked for.
    pub q: String,
    /// What else is asked for, kept when another text is looked for.
    pub kept: Vec<(&'static str, String)>,
    /// The states to choose from.
    pub statuses: Vec<Link>,
    /// The kinds to choose from.
    pub kinds: Part<Vec<Link>>,
    /// What was found.
    pub list: Listing<BoardJob>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardJob {
    /// ULID.
    pub id: String,
    /// Its page.
    pub link: String,
    /// Whether this page is about it.
    pub is_chosen: bool,
    /// What was asked for.
    pub task: String,
    /// What kind: "Research".
    pub kind: String,
    /// How it stands.
    pub status: JobStatus,
    /// Its score, formatted; none while there is none.
    pub qa: Option<String>,
    /// The score it has to reach.
    pub target: String,
    /// With currency.
    pub cost: String,
    /// The day on which it was asked for.
    pub day: Moment,
    /// When it was asked for.
    pub created: Moment,
    /// When it began.
    pub started: Option<Moment>,
    /// When it ended.
    pub finished: Option<Moment>,
    /// How long it took: "42 s".
    pub took: Option<String>,
    /// Tokens to the model and from it.
    pub tokens: (String, String),
    /// The customer's reference, as it stands in logs.
    pub customer: String,
    /// The customer's page.
    pub customer_link: String,
}

impl BoardJob {
    fn badge(&self) -> Badge {
        self.status.badge()
    }

    /// What its score means.
    fn verdict(&self) -> String {
        match (&self.qa, self.status) {
            (None, _) => "It has no score yet; one is given when the job is done.".to_owned(),
            (Some(score), JobStatus::BelowTarget) => {
                format!("{score} of 100 is below the {} it has to reach: the job does not pass.", self.target)
            }
            (Some(score), _) => format!("{score} of 100; it has to reach {}.", self.target),
        }
    }
}

/// One job with all that is known of it.
#[derive(Debug, Clone, Template)]
#[template(path = "board_job.html")]
pub struct JobPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// Where this page is.
    pub here: String,
    /// The list, as it was left.
    pub back: String,
    /// The job.
    pub job: BoardJob,
    /// Its score as a share of 100, for the bar.
    pub score: Option<u64>,
    /// Its lines in the log, newest first.
    pub lines: Part<Vec<LogLine>>,
    /// The list beside it.
    pub list: Listing<BoardJob>,
}

impl JobPage {
    fn meter(&self) -> Option<String> {
        let label = format!("Quality score {} of 100", self.score?);
        crate::chart::meter::Meter { used: self.score?, limit: 100, label: &label }.render()
    }
}
