//! What pages show: one struct a template, filled by the handlers with finished words, so that a template decides nothing but
//! looks. A figure that is not known is [`Figure::Unknown`] with its reason, a part that could not be read is
//! [`Part::Failed`] with the request's id; neither hides the rest of the page.
//!
//! Every struct has `samples()` in tests: one for each state that its page can be in, all of them rendered and checked.

mod about;
mod board;
mod components;
mod contact;
mod cta;
mod docs;
mod error;
mod figures;
mod guides;
mod home;
mod invoices;
mod lead;
mod login;
mod looks;
mod nav;
mod nearest;
mod operator_login;
mod overview;
mod overview_chart;
mod payments;
mod pricing;
mod seo;
mod sessions;
mod settings;
mod shell;
mod status;
mod support;
#[cfg(test)]
mod tests;
mod verify;

pub use about::AboutPage;
pub use board::{
    AccountAct, AccountFacts, AnswerPage, AutomationsPage, BoardJob, BoardOverviewPage, ConfirmAccountPage,
    ConfirmErasurePage, ConfirmRunPage, ConfirmSyncPage, ConversionRow, CopyRow, Course, CoursePoint,
    CustomerNotice, CustomerPage, CustomerRow, CustomersPage, DependencyRow, EventRow, FlagCard, FlagFigures,
    FlagNotice, FlagPage, FlagsPage, Incident, Incidents, InvoiceLine, JobPage, JobsPage, LeadFacts,
    LeadNotice, LeadPage, LeadRow, LeadsPage, Listing, LogLine, LogsPage, QuarantineRows, RatioRow, RunMark,
    SessionLine, Slider, Standing, SyncAct, SyncRow, TaskNotice, TaskRow, TicketLine, VariantCourse,
    VariantRow, VersionRow, WarehouseFinding, WarehouseNotice, WarehousePage, WarehouseState,
};
pub use components::ComponentsPage;
pub use contact::{ContactPage, HelpTopic};
pub use cta::{BuyWords, Cta, cta};
pub use docs::{DocExample, DocGroup, DocOperation, DocParameter, DocsPage, Reference};
pub use error::ErrorPage;
pub use figures::{Change, Direction, Figure, Judgement, Stat, Usage};
pub use guides::{GuidePage, GuidesPage};
pub use home::{Benefit, HomePage, PriceLine};
pub use invoices::{Freshness, InvoiceRow, InvoiceStatus, InvoicesPage, StatusFilter};
pub use lead::LeadForm;
use login::error_at;
pub use login::{FieldError, LoginLimit, LoginNotice, LoginPage, LoginStep};
pub use looks::{CHOICES, Choice, Looks, Setting};
pub use nav::{Act, Audience, Command, PLACES, Place};
pub use nearest::nearest;
pub use operator_login::OperatorLoginPage;
pub use overview::{BillingNotice, JobRow, JobStatus, OverviewPage, Plan};
pub use overview_chart::{ChartChoice, DayChart, Metric};
pub use payments::{
    Compared, DifferenceRow, LastComparison, LinkFields, LinkPage, LinkStep, PaymentMode, PaymentRow,
    PaymentsNotice, PaymentsPage, ReconciliationPage, RefundFields, RefundPage, RefundState, RefundTarget,
    WebhookRow,
};
pub use pricing::{FeatureCell, FeatureRow, FreePlan, PricingNotice, PricingPage, TierAct, TierCard};
pub use seo::Seo;
pub use sessions::{Devices, SessionRow, SessionsNotice, SessionsPage};
pub use settings::SettingsPage;
pub use shell::{Account, Shell, Theme};
pub use status::{Condition, StatusCard};
pub use support::{SupportPage, TicketRow, TicketState};
pub use verify::{VerifyPage, VerifyState};

/// `text` with a capital at its beginning.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A part of a page that can fail by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<T> {
    /// It could be read.
    Ready(T),
    /// It could not.
    Failed(Failure),
}

/// Where to look when a part failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The id of the request, as it stands in the log.
    pub request_id: String,
}

/// A time for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339, for the `datetime` attribute.
    pub iso: String,
    /// As people read it: "23 Nov 2026".
    pub text: String,
}

impl Moment {
    /// Both forms at once.
    pub fn new(iso: impl Into<String>, text: impl Into<String>) -> Self {
        Self { iso: iso.into(), text: text.into() }
    }
}

/// What a colour means; each has words and a sign beside it, since colour alone tells many people nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Ok,
    /// Needs a look.
    Warn,
    /// Wrong.
    Bad,
    /// Worth knowing.
    Info,
    /// None of these.
    Neutral,
}

impl std::fmt::Display for Tone {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Neutral => "neutral",
        })
    }
}

/// A short word about a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Its colour.
    pub tone: Tone,
    /// Its icon, a name in `client/icons`.
    pub glyph: &'static str,
    /// Its word.
    pub text: String,
}

/// A link in a row of links of which one may be where the reader is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it goes.
    pub href: String,
    /// Whether the reader is there.
    pub current: bool,
}

/// An address of another house: shown only when it is HTTPS, so that no stored text can become a script.
fn outside(address: Option<&String>) -> Option<&str> {
    address.map(String::as_str).filter(|address| address.starts_with("https://"))
}

/// Every icon that views name, for the test that looks for them in the sprite.
#[cfg(test)]
pub(crate) fn icons() -> Vec<&'static str> {
    let mut icons: Vec<&'static str> = PLACES.iter().map(|place| place.icon).collect();
    icons.extend(shell::samples::signed_in("/app").commands().iter().map(|command| command.icon));
    icons.extend(InvoiceStatus::ALL.iter().map(|status| status.badge().glyph));
    icons.extend(JobStatus::ALL.iter().map(|status| status.badge().glyph));
    icons.extend(TicketState::ALL.iter().map(|state| state.badge().glyph));
    icons.extend(LoginNotice::ALL.iter().map(LoginNotice::glyph));
    icons.extend(PaymentsNotice::ALL.iter().map(PaymentsNotice::glyph));
    icons.extend([PaymentMode::Test, PaymentMode::Live].map(|mode| mode.badge().glyph));
    icons.extend(PricingNotice::ALL.iter().map(PricingNotice::glyph));
    icons.extend(Condition::ALL.map(|condition| condition.badge().glyph));
    icons.extend(["book", "bolt", "check", "invoice", "search"]);
    icons.extend(SessionsNotice::ALL.iter().map(SessionsNotice::glyph));
    icons.extend([Direction::Up, Direction::Down].iter().map(Direction::glyph));
    icons
}
