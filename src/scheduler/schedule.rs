//! The schedule: one flat list. Six fields, seconds first, UTC; weekdays by name only, since in this notation `1`
//! is Sunday. Minutes are spread on purpose, the reason stands beside each line.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};

use super::{CleanUp, SyncNotion, words};
use crate::billing::{FinishStripeOperations, ReconcileBilling};
use crate::operation::Operation;
use crate::platform::{Fault, Result, Timestamp};
use crate::warehouse::{self, SyncWarehouse};

/// Everything that runs by the clock.
pub const SCHEDULE: &[Scheduled] = &[
    // Before the office opens in Europe and before the reports that read the warehouse.
    Scheduled::of::<SyncWarehouse>(warehouse::SCHEDULE).writes_to("the warehouse"),
    // What people look at in Notion is a minute old at the most.
    Scheduled::of::<SyncNotion>("0 * * * * *").writes_to("Notion"),
    // Whoever waits for a refund waits a minute at the most once Stripe answers again.
    Scheduled::of::<FinishStripeOperations>("0 * * * * *").writes_to("Stripe"),
    // After the copies of the night, so that a mirror that was mended is copied with the next ones.
    Scheduled::of::<ReconcileBilling>("0 20 3 * * *"),
    // After everything that writes at night.
    Scheduled::of::<CleanUp>("0 0 4 * * *"),
];

/// One task: an operation with its default input, and when.
#[derive(Debug, Clone, Copy)]
pub struct Scheduled {
    /// The operation's name, and the task's.
    pub name: &'static str,
    /// Six fields: second, minute, hour, day, month, weekday.
    pub expression: &'static str,
    /// What outside of this service it changes, if anything: people are asked before they start it.
    pub outside: Option<&'static str>,
}

impl Scheduled {
    /// Run `O` with its default input.
    pub const fn of<O: Operation + Default>(expression: &'static str) -> Self {
        Self { name: O::META.name, expression, outside: None }
    }

    /// The same, but it changes something outside of this service.
    #[must_use]
    pub const fn writes_to(mut self, outside: &'static str) -> Self {
        self.outside = Some(outside);
        self
    }

    /// When it runs, in words.
    pub fn words(&self) -> Result<String> {
        words::describe(self.expression)
            .ok_or_else(|| Fault::internal(format!("{} has no words", self.expression)))
    }

    /// The task of this name.
    pub fn named(name: &str) -> Result<&'static Self> {
        SCHEDULE.iter().find(|task| task.name == name).ok_or_else(|| {
            let names: Vec<_> = SCHEDULE.iter().map(|task| task.name).collect();
            Fault::invalid("task", format!("expected one of {}", names.join(", ")))
        })
    }

    /// The first due time after `now`.
    pub fn next(&self, now: Timestamp) -> Result<Timestamp> {
        Ok(self.upcoming(now)?.0)
    }

    /// The first two due times after `now`.
    pub fn upcoming(&self, now: Timestamp) -> Result<(Timestamp, Timestamp)> {
        let schedule = cron::Schedule::from_str(self.expression).map_err(Fault::internal)?;
        let mut times =
            schedule.after(&now.utc()).map(|time: DateTime<Utc>| Timestamp(time.timestamp_millis()));
        match (times.next(), times.next()) {
            (Some(first), Some(second)) => Ok((first, second)),
            _ => Err(Fault::internal(format!("{} never falls due", self.expression))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_falls_due_has_words_and_names_its_weekdays() {
        for task in SCHEDULE {
            let now = Timestamp::parse("2026-11-23T03:00:00Z").unwrap();
            let (first, second) = task.upcoming(now).unwrap();
            assert!(now < first && first < second, "{}", task.name);
            assert!(words::describe(task.expression).is_some(), "{} has no words", task.expression);
            let weekday = task.expression.split(' ').nth(5).unwrap();
            assert!(weekday == "*" || weekday.chars().all(|c| !c.is_ascii_digit()), "{}", task.expression);
        }
        let mut names: Vec<_> = SCHEDULE.iter().map(|task| task.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCHEDULE.len());
    }
}
