//! The operators' dashboard: overview, scheduled tasks, jobs, customers, leads, flags, logs.

mod automations;
mod customers;
mod flags;
#[cfg(test)]
mod flags_samples;
mod jobs;
mod leads;
#[cfg(test)]
mod leads_samples;
mod listing;
mod logs;
mod overview;
#[cfg(test)]
mod samples;
mod warehouse;
#[cfg(test)]
mod warehouse_samples;

pub use automations::{AutomationsPage, ConfirmRunPage, RunMark, TaskNotice, TaskRow};
pub use customers::{
    AccountAct, AccountFacts, AnswerPage, ConfirmAccountPage, CustomerNotice, CustomerPage, CustomerRow,
    CustomersPage, InvoiceLine, SessionLine, Standing, TicketLine,
};
pub use flags::{
    ConversionRow, FlagCard, FlagFigures, FlagNotice, FlagPage, FlagsPage, RatioRow, Slider, VariantCourse,
    VariantRow, VersionRow,
};
pub use jobs::{BoardJob, JobPage, JobsPage};
pub use leads::{ConfirmErasurePage, LeadFacts, LeadNotice, LeadPage, LeadRow, LeadsPage};
pub use listing::Listing;
pub use logs::{LogLine, LogsPage};
pub use overview::{BoardOverviewPage, Course, CoursePoint, DependencyRow, EventRow, Incident, Incidents};
pub use warehouse::{
    ConfirmSyncPage, CopyRow, QuarantineRows, SyncAct, SyncRow, WarehouseFinding, WarehouseNotice,
    WarehousePage, WarehouseState,
};

use super::{Badge, Tone};
use crate::chart::strip::{Beat, How};

/// How a beat is called.
const fn beat_word(how: How) -> &'static str {
    match how {
        How::Ok => "well",
        How::Warn => "not quite well",
        How::Bad => "bad",
        How::Unknown => "not looked at",
    }
}

/// How many beats there are of each kind, in words: "46 well, 1 bad, 1 not looked at".
fn beat_counts(beats: &[Beat]) -> String {
    let kinds = [How::Ok, How::Warn, How::Bad, How::Unknown];
    let counts = kinds.map(|how| (how, beats.iter().filter(|beat| beat.how == how).count()));
    let words = counts.iter().filter(|(_, count)| *count > 0);
    words.map(|(kind, count)| format!("{count} {}", beat_word(*kind))).collect::<Vec<_>>().join(", ")
}

fn badge(tone: Tone, glyph: &'static str, text: &str) -> Badge {
    Badge { tone, glyph, text: super::capitalised(text) }
}
