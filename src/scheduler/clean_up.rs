//! The daily clean-up: what has ended is removed.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliver::{forget_delivered, outbox_file};
use crate::auth;
use crate::billing;
use crate::events::Log;
use crate::flags;
use crate::operation::{self, Access, Cost, Cx, Meta, Operation, Route, later, outbox};
use crate::platform::Result;
use crate::{leads, sentinel, slo, support};

/// How long finished runs, and sessions at the payment provider, are kept: enough for a strip of 30 daily ones, and a quarter to look back on.
const RUNS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long events of the payment provider are kept once there is nothing left to do: longer than disputes take.
const EVENTS_KEPT: Duration = Duration::from_secs(180 * 24 * 3600);

/// Remove ended sessions, codes, idempotency keys, old runs, old payment events, old measurements, mail that expired, and
/// what strangers sent longer ago than LEAD_RETENTION_DAYS.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CleanUp {}

/// How many rows went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CleanedUp {
    /// Sessions of customers and operators that had ended.
    pub sessions: u64,
    /// Sign-in codes that had ended.
    pub codes: u64,
    /// Kept answers older than a day.
    pub idempotency_keys: u64,
    /// Undelivered things that had expired.
    pub outbox: u64,
    /// Finished runs older than 90 days.
    pub runs: u64,
    /// Sessions at the payment provider asked for more than 90 days ago.
    pub payment_sessions: u64,
    /// Applied or ignored events of the payment provider that came more than 180 days ago.
    pub payment_events: u64,
    /// Versions of the flags older than 400 days, but for the newest fifty.
    pub flag_versions: u64,
    /// Assignments and conversions of flags older than 400 days.
    pub flag_users: u64,
    /// Lines of the mail outbox file older than a day.
    pub mail_lines: u64,
    /// Leads whose address has sent none for LEAD_RETENTION_DAYS; their pages in Notion follow.
    pub leads: u64,
    /// Messages to support of those who were not signed in, with their answers, older than LEAD_RETENTION_DAYS.
    pub tickets: u64,
    /// Measured minutes older than 62 days.
    pub minutes: u64,
    /// Findings about dependencies older than 40 days.
    pub dependency_spans: u64,
}

impl Operation for CleanUp {
    const META: Meta = Meta {
        name: "clean-up",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Scheduler,
    };
    type Output = CleanedUp;

    fn run(&self, cx: &Cx) -> Result<CleanedUp> {
        let now = cx.now;
        let silent = now.minus(cx.deps.settings.strangers_kept);
        let leads = leads::forget_silent(&cx.deps, silent, now)?;
        let mail_file = outbox_file(&cx.deps.settings.data_dir);
        let mail_lines = forget_delivered(&mail_file, now.minus(Duration::from_secs(24 * 3600)))?;
        cx.deps.store.write(move |tx| {
            let (flag_versions, flag_users) = flags::forget(tx, now)?;
            Ok(CleanedUp {
                sessions: auth::forget_sessions(tx, now)? + auth::forget_operator_sessions(tx, now)?,
                codes: auth::forget_codes(tx, now)?,
                idempotency_keys: operation::forget_idempotency_keys(tx, now)?,
                outbox: outbox::clean_up(tx, now)?,
                runs: later::clean_up(tx, now.minus(RUNS_KEPT))?,
                payment_sessions: billing::forget_payment_sessions(tx, now.minus(RUNS_KEPT))?,
                payment_events: billing::forget_events(tx, now.minus(EVENTS_KEPT))?,
                flag_versions,
                flag_users,
                mail_lines,
                leads,
                tickets: support::forget_old(tx, silent)?,
                minutes: slo::forget_minutes(tx, now.minus(slo::KEPT))?,
                dependency_spans: sentinel::forget_spans(tx, now.minus(sentinel::SPANS_KEPT))?,
            })
        })
    }
}
