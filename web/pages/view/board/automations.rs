//! `/dashboard/v2/automations`: every scheduled task, how it went, and what can be done with it.

use askama::Template;

use super::{badge, beat_counts};
use crate::chart::strip::{Beat, Strip};
use crate::pages::view::{Badge, Moment, Part, Shell, Tone};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "board_automations.html")]
pub struct AutomationsPage {
    /// The frame.
    pub shell: Shell,
    /// Where the stream about changes is.
    pub live: String,
    /// What an action that led here did, and to which task.
    pub notice: Option<(TaskNotice, String)>,
    /// In the order of the schedule.
    pub tasks: Part<Vec<TaskRow>>,
}

/// What an action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskNotice {
    /// A run was stored.
    Started,
    /// It runs no more by the clock.
    Paused,
    /// It does again.
    Resumed,
}

impl AutomationsPage {
    /// Those that have run.
    fn ran(rows: &[TaskRow]) -> Vec<&TaskRow> {
        rows.iter().filter(|row| !row.beats.is_empty()).collect()
    }
}

impl TaskNotice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Started, Self::Paused, Self::Resumed];

    /// Its word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    /// What to know about it.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Started => "A scheduler takes the run up within seconds; its own time is not moved.",
            Self::Paused => "No replica starts it by the clock until it is resumed. It can be run by hand.",
            Self::Resumed => "It runs again at its next time; what it missed is not made up for.",
        }
    }

    /// What happened to the task.
    pub fn title(&self, task: &str) -> String {
        match self {
            Self::Started => format!("A run of {task} was asked for"),
            Self::Paused => format!("{task} is paused"),
            Self::Resumed => format!("{task} goes on"),
        }
    }
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The operation it runs.
    pub name: String,
    /// When, in words.
    pub words: String,
    /// Its latest run.
    pub last: Option<RunMark>,
    /// When it runs next; none while it is paused.
    pub next: Option<Moment>,
    /// Who paused it; empty while it is not paused.
    pub paused_by: Option<String>,
    /// Whether it runs at this moment.
    pub at_work: bool,
    /// Failures in a row.
    pub failures: u64,
    /// Its latest runs, oldest first.
    pub beats: Vec<Beat>,
    /// What outside of this service it changes.
    pub writes_to: Option<String>,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunMark {
    /// When it began.
    pub at: Moment,
    /// How long it took: "0.4 s"; none while it is at work.
    pub took: Option<String>,
    /// `running`, `ok`, or the code of the fault.
    pub result: String,
    /// The fault's words.
    pub detail: Option<String>,
    /// Its lines in the log.
    pub log_link: String,
}

impl RunMark {
    fn badge(&self) -> Badge {
        match self.result.as_str() {
            "ok" => badge(Tone::Ok, "check", "ok"),
            "running" => badge(Tone::Info, "bolt", "running"),
            "not_configured" => badge(Tone::Neutral, "dash", "not configured"),
            other => badge(Tone::Bad, "cross", &other.replace('_', " ")),
        }
    }

    /// Whether it is a fault, and not only something that is not in use.
    fn is_fault(&self) -> bool {
        self.result != "not_configured"
    }
}

impl TaskRow {
    fn strip(&self) -> Option<String> {
        let label = format!("Last {} runs of {}: {}", self.beats.len(), self.name, beat_counts(&self.beats));
        Strip { label: &label, list: &self.list(), beats: &self.beats, places: 30 }.render()
    }

    /// The id of the list of its runs.
    fn list(&self) -> String {
        format!("runs-{}", self.name)
    }

    /// What fills the place of its runs.
    fn first_run(&self) -> String {
        match &self.next {
            Some(next) => format!("No runs yet. First run {}", next.text),
            None => "No runs yet, and none while it is paused".to_owned(),
        }
    }
}

/// "Run it now?" for a task that changes something outside.
#[derive(Debug, Clone, Template)]
#[template(path = "board_confirm_run.html")]
pub struct ConfirmRunPage {
    /// The frame.
    pub shell: Shell,
    /// The task.
    pub task: String,
    /// When it would run by itself.
    pub words: String,
    /// What it changes.
    pub writes_to: String,
}
