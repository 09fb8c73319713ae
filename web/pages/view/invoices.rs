//! `/app/invoices`: what was billed, in Stripe's words.

use askama::Template;

use super::{Badge, Link, Moment, Part, Shell, Tone, outside};

/// Where the list lives.
const PATH: &str = "/app/invoices";
/// The list as a file.
const FILE: &str = "/app/invoices.csv";

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "app_invoices.html")]
pub struct InvoicesPage {
    /// The frame.
    pub shell: Shell,
    /// The status that is asked for.
    pub status: StatusFilter,
    /// The year that is asked for.
    pub year: Option<i32>,
    /// The years in which there are invoices, newest first.
    pub years: Vec<i32>,
    /// The invoices of this page, newest first.
    pub invoices: Part<Vec<InvoiceRow>>,
    /// How fresh they are.
    pub freshness: Freshness,
    /// Whether this is the first page.
    pub first_page: bool,
    /// The cursor of the next page, when there is one.
    pub older: Option<String>,
}

/// One status, or all.
pub type StatusFilter = Option<InvoiceStatus>;

/// How fresh the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Equal to the payment provider's at that time.
    AsOf(Moment),
    /// The provider has not answered since then.
    Stale {
        /// When it last did.
        as_of: Moment,
        /// What is known about it.
        reason: String,
    },
    /// It was never compared.
    Never,
}

impl Freshness {
    fn text(&self) -> &'static str {
        match self {
            Self::AsOf(_) | Self::Stale { .. } => "As of",
            Self::Never => "Not yet compared with the payment provider",
        }
    }

    fn moment(&self) -> Option<&Moment> {
        match self {
            Self::AsOf(as_of) | Self::Stale { as_of, .. } => Some(as_of),
            Self::Never => None,
        }
    }

    fn trouble(&self) -> Option<&str> {
        match self {
            Self::Stale { reason, .. } => Some(reason),
            Self::AsOf(_) | Self::Never => None,
        }
    }
}

/// One invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRow {
    /// "EP-1042".
    pub number: String,
    /// When it was written.
    pub date: Moment,
    /// What for.
    pub description: String,
    /// With currency: "USD 99.00".
    pub amount: String,
    /// Its state; none when the provider has a word for it that is not known here.
    pub status: Option<InvoiceStatus>,
    /// The provider's own word for it.
    pub word: String,
    /// The part that was given back, with currency, when it is a part.
    pub refunded: Option<String>,
    /// When it is due.
    pub due: Option<Moment>,
    /// Whether it is open past that day.
    pub overdue: bool,
    /// The PDF at the payment provider.
    pub pdf_url: Option<String>,
    /// The page on which it can be paid.
    pub hosted_url: Option<String>,
}

/// The state of an invoice: the provider's words, and one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Not final yet.
    Draft,
    /// To be paid.
    Open,
    /// Paid, even when a part was given back.
    Paid,
    /// Given up.
    Uncollectible,
    /// Called off.
    Void,
    /// Given back wholly.
    Refunded,
}

impl InvoiceStatus {
    /// All states, those that people ask for most first.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Paid, Self::Void, Self::Refunded, Self::Draft, Self::Uncollectible];

    /// The word in the query and in the API; the provider's own spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Uncollectible => "uncollectible",
            Self::Void => "void",
            Self::Refunded => "refunded",
        }
    }

    /// The state by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// How it is shown.
    pub fn badge(&self) -> Badge {
        let (tone, glyph, text) = match self {
            Self::Draft => (Tone::Neutral, "dot", "Draft"),
            Self::Open => (Tone::Info, "clock", "Open"),
            Self::Paid => (Tone::Ok, "check", "Paid"),
            Self::Uncollectible => (Tone::Bad, "cross", "Uncollectible"),
            Self::Void => (Tone::Neutral, "dash", "Void"),
            Self::Refunded => (Tone::Neutral, "back", "Refunded"),
        };
        Badge { tone, glyph, text: text.to_owned() }
    }
}

impl InvoiceRow {
    pub(super) fn badge(&self) -> Badge {
        let unknown = || Badge { tone: Tone::Neutral, glyph: "dot", text: self.word.replace('_', " ") };
        self.status.map_or_else(unknown, |status| status.badge())
    }

    /// The sign beside the status of one that is past its day.
    pub(super) fn overdue_badge(&self) -> Option<Badge> {
        self.overdue.then(|| Badge { tone: Tone::Bad, glyph: "alert", text: "Overdue".to_owned() })
    }

    /// Where to pay: for open ones only.
    pub(super) fn pay_link(&self) -> Option<&str> {
        outside(self.hosted_url.as_ref()).filter(|_| self.status == Some(InvoiceStatus::Open))
    }

    fn pdf_link(&self) -> Option<&str> {
        outside(self.pdf_url.as_ref())
    }
}

impl InvoicesPage {
    fn is_filtered(&self) -> bool {
        self.status.is_some() || self.year.is_some()
    }

    /// With nothing to choose from, filters only stand in the way.
    fn has_filters(&self) -> bool {
        self.is_filtered() || self.has_rows()
    }

    fn has_rows(&self) -> bool {
        matches!(&self.invoices, Part::Ready(rows) if !rows.is_empty())
    }

    /// All of the list as a file, with the same filters.
    fn file_link(&self) -> String {
        address(FILE, self.status, self.year, None)
    }

    /// A column without a single link would only take room.
    fn has_actions(&self) -> bool {
        matches!(&self.invoices, Part::Ready(rows)
            if rows.iter().any(|row| row.pay_link().is_some() || row.pdf_link().is_some()))
    }

    fn statuses(&self) -> Vec<Link> {
        let all = std::iter::once(("All".to_owned(), None));
        let each = InvoiceStatus::ALL.into_iter().map(|status| (status.badge().text, Some(status)));
        all.chain(each)
            .map(|(label, status)| Link {
                label,
                href: address(PATH, status, self.year, None),
                current: self.status == status,
            })
            .collect()
    }

    fn year_links(&self) -> Vec<Link> {
        let all = std::iter::once(("All".to_owned(), None));
        let each = self.years.iter().map(|year| (year.to_string(), Some(*year)));
        all.chain(each)
            .map(|(label, year)| Link {
                label,
                href: address(PATH, self.status, year, None),
                current: self.year == year,
            })
            .collect()
    }

    fn here(&self) -> String {
        address(PATH, self.status, self.year, None)
    }

    fn newest_link(&self) -> String {
        self.here()
    }

    fn older_link(&self) -> Option<String> {
        self.older.as_deref().map(|cursor| address(PATH, self.status, self.year, Some(cursor)))
    }

    fn caption(&self) -> String {
        let mut caption = match self.status {
            Some(status) => format!("Invoices with status {}", status.as_str()),
            None => "Invoices".to_owned(),
        };
        if let Some(year) = self.year {
            caption = format!("{caption} of {year}");
        }
        format!("{caption}, newest first")
    }
}

/// The list at `path` with these filters, from this cursor on.
fn address(path: &str, status: StatusFilter, year: Option<i32>, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(status) = status {
        query.append_pair("status", status.as_str());
    }
    if let Some(year) = year {
        query.append_pair("year", &year.to_string());
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
#[path = "invoices_samples.rs"]
mod samples;
