//! How dependencies were over time: for each one spans from when until when it was looked at and found so. A process
//! that is not there looks at nothing, and a gap between spans says so: nothing is made up for it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::dependencies::DependencyStatus;
use super::sql::{SPAN_PUT, SPANS, SPANS_FORGET};
use crate::platform::{Ids, Result, Timestamp};
use crate::store::{FromRow, Row, Tx, args};

/// How long spans are kept.
pub const KEPT: Duration = Duration::from_hours(40 * 24);
/// How many ended spans wait for a store that does not answer; the oldest go first.
const WAITING: usize = 256;
/// A span that goes on is stored this often, so its end is known as well.
const STORED_EVERY: Duration = Duration::from_secs(60);
/// Who looks takes turns of ten seconds or a minute: found so twice within this time is found so all the while.
pub(super) const TOGETHER: Duration = Duration::from_secs(150);

/// One dependency, found so over some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) id: String,
    pub(super) dependency: String,
    pub(super) status: DependencyStatus,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

impl FromRow for Span {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let status: String = row.get("status")?;
        Ok(Self {
            id: row.get("id")?,
            dependency: row.get("dependency")?,
            // A word of a newer version says nothing to this one.
            status: DependencyStatus::parse(&status).unwrap_or(DependencyStatus::Unknown),
            since: row.get("since")?,
            until: row.get("until")?,
        })
    }
}

/// The spans of this process that the store does not have yet.
#[derive(Debug, Default)]
pub(super) struct Diary {
    running: BTreeMap<&'static str, Span>,
    ended: VecDeque<Span>,
    changed: bool,
    stored_at: Option<Timestamp>,
}

impl Diary {
    /// A dependency was looked at.
    pub(super) fn note(
        &mut self,
        ids: &Ids,
        dependency: &'static str,
        status: DependencyStatus,
        now: Timestamp,
    ) {
        if let Some(span) = self.running.get_mut(dependency) {
            // A machine that slept did not look meanwhile.
            if span.status == status && now.since(span.until) <= TOGETHER && now >= span.since {
                span.until = now;
                return;
            }
        }
        let id = ids.ulid_at(now);
        let span = Span { id, dependency: dependency.to_owned(), status, since: now, until: now };
        self.ended.extend(self.running.insert(dependency, span));
        while self.ended.len() > WAITING {
            self.ended.pop_front();
        }
        self.changed = true;
    }

    /// What to store now; nothing when nothing changed and the last time was not long ago.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Span> {
        let is_due = self.stored_at.is_none_or(|last| now.since(last) >= STORED_EVERY || now < last);
        if !self.changed && !is_due {
            return Vec::new();
        }
        self.ended.iter().chain(self.running.values()).cloned().collect()
    }

    /// The store has `spans`.
    pub(super) fn stored(&mut self, spans: &[Span], now: Timestamp) {
        self.ended.retain(|span| !spans.iter().any(|stored| stored.id == span.id));
        self.changed = !self.ended.is_empty();
        self.stored_at = Some(now);
    }
}

/// Store a span, or how long it has become.
pub(super) fn put(tx: &mut Tx<'_>, span: &Span) -> Result<()> {
    let (id, dependency) = (span.id.as_str(), span.dependency.as_str());
    tx.run(SPAN_PUT, args![id, dependency, span.status.as_str(), span.since, span.until])?;
    Ok(())
}

/// The spans that reach beyond `after`, by their begin.
pub(super) fn since(tx: &mut Tx<'_>, after: Timestamp) -> Result<Vec<Span>> {
    tx.rows(SPANS, args![after])
}

/// Remove spans that ended before `before`; how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.run(SPANS_FORGET, args![before])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Chance, Clock};

    #[test]
    fn what_is_found_again_goes_on_and_what_was_not_looked_at_does_not() {
        let ids = Ids::new(Clock::System, Chance::seeded(1));
        let mut diary = Diary::default();
        let at = |seconds| Timestamp(1_000_000).plus(Duration::from_secs(seconds));
        for seconds in [0, 10, 20] {
            diary.note(&ids, "store", DependencyStatus::Ok, at(seconds));
        }
        let first = diary.due(at(20));
        assert_eq!(first.iter().map(|span| (span.since, span.until)).collect::<Vec<_>>(), [(at(0), at(20))]);
        diary.stored(&first, at(20));
        assert!(diary.due(at(30)).is_empty(), "nothing changed");
        diary.note(&ids, "store", DependencyStatus::Down, at(30));
        let both = diary.due(at(30));
        assert_eq!(
            both.iter().map(|span| span.status).collect::<Vec<_>>(),
            [DependencyStatus::Ok, DependencyStatus::Down]
        );
        // The store does not answer: both wait, and the machine sleeps for an hour.
        diary.note(&ids, "store", DependencyStatus::Down, at(3_700));
        let three = diary.due(at(3_700));
        assert_eq!(three.len(), 3, "an hour without a look is no hour of outage");
        diary.stored(&three, at(3_700));
        assert_eq!(diary.due(at(3_760)).len(), 1, "what goes on is stored again");
    }

    #[test]
    fn no_more_wait_than_fit() {
        let ids = Ids::new(Clock::System, Chance::seeded(1));
        let mut diary = Diary::default();
        for number in 0..2_000_i64 {
            let status = if number % 2 == 0 { DependencyStatus::Ok } else { DependencyStatus::Down };
            diary.note(&ids, "store", status, Timestamp(number));
        }
        assert_eq!(diary.due(Timestamp(2_000)).len(), WAITING + 1);
    }
}
