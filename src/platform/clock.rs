//! Time is an argument: code takes a [`Clock`], tests take one they can turn.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment: milliseconds since 1970 in UTC. In JSON it is RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds since 1970, UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, UTC.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment and `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment as a calendar date and time in UTC.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// The year in UTC.
    pub fn year(self) -> i32 {
        self.utc().year()
    }

    /// The first moment of a month in UTC; `month` is 1 to 12.
    pub fn at_month(year: i32, month: u32) -> Self {
        let day = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
        Self(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    }

    /// The first moments of this moment's month, of the month before and of the month after, in UTC.
    pub fn months(self) -> [Self; 3] {
        let (year, month) = (self.utc().year(), self.utc().month());
        let before = if month == 1 { Self::at_month(year - 1, 12) } else { Self::at_month(year, month - 1) };
        let after = if month == 12 { Self::at_month(year + 1, 1) } else { Self::at_month(year, month + 1) };
        [before, Self::at_month(year, month), after]
    }

    /// Read RFC 3339, such as `2026-03-01T09:30:00Z`; `None` when it is not.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.timestamp_millis()))
    }
}

impl FromStr for Timestamp {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("expected a time such as 2026-03-01T00:00:00Z")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a time such as 2026-03-01T09:30:00Z"))
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that a test turns.
    Manual(ManualClock),
}

impl Clock {
    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(manual) => manual.now(),
        }
    }

    /// A reading for measuring how long something took; never jumps.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn monotonic() -> Instant {
        Instant::now()
    }
}

/// A clock that stands still until it is told otherwise. Clones share the same hands.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    /// Turn it forward.
    pub fn advance(&self, duration: Duration) {
        self.set(self.now().plus(duration));
    }

    /// Turn it to any moment, the past included.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_json_and_is_utc_with_milliseconds() {
        let moment = Timestamp(1_772_357_400_123);
        let text = serde_json::to_string(&moment).unwrap();
        assert_eq!(text, "\"2026-03-01T09:30:00.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), moment);
        assert_eq!(Timestamp::parse("2026-03-01T10:30:00.123+01:00"), Some(moment));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn months_turn_with_the_year() {
        let [before, this, after] = Timestamp::parse("2026-01-15T12:00:00Z").unwrap().months();
        assert_eq!(before.to_string(), "2025-12-01T00:00:00.000Z");
        assert_eq!(this.to_string(), "2026-01-01T00:00:00.000Z");
        assert_eq!(after.to_string(), "2026-02-01T00:00:00.000Z");
    }

    #[test]
    fn a_manual_clock_is_shared_by_its_clones() {
        let hands = ManualClock::at(Timestamp(0));
        let clock = Clock::Manual(hands.clone());
        hands.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp(5000));
        assert_eq!(Timestamp(0).since(clock.now()), Duration::ZERO);
    }
}
