//! The log files: one name each, written once here. Paths, the tail's allowlist and docs/LOGGING.md read it.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A log file. The tail takes one of these names and never a path.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Log {
    /// Requests and panics.
    Http,
    /// Sign-in and sessions.
    Auth,
    /// Payments.
    Billing,
    /// Webhook deliveries.
    Webhooks,
    /// Leads.
    Leads,
    /// Support requests.
    Support,
    /// The warehouse.
    Warehouse,
    /// Service levels.
    Slo,
    /// Alerts.
    Alerts,
    /// Flags and experiments.
    Ab,
    /// The uptime watch.
    Failover,
    /// Backups and drills.
    Recovery,
    /// Governance.
    Governance,
    /// Language model calls of governance.
    GovernanceAi,
    /// Jobs and workflows.
    Jobs,
    /// Scheduled tasks.
    Scheduler,
    /// The machine's own state.
    Sentinel,
    /// The audit chain.
    Audit,
    /// Signed links.
    Links,
    /// Smoke checks.
    Smoke,
    /// Refused requests.
    Waf,
}

impl Log {
    /// Every log, in the order of the documents.
    pub const ALL: [Self; 21] = [
        Self::Http,
        Self::Auth,
        Self::Billing,
        Self::Webhooks,
        Self::Leads,
        Self::Support,
        Self::Warehouse,
        Self::Slo,
        Self::Alerts,
        Self::Ab,
        Self::Failover,
        Self::Recovery,
        Self::Governance,
        Self::GovernanceAi,
        Self::Jobs,
        Self::Scheduler,
        Self::Sentinel,
        Self::Audit,
        Self::Links,
        Self::Smoke,
        Self::Waf,
    ];

    /// The name in snake case, as callers of the tail write it.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The file below `LOG_DIR` that is being written.
    pub const fn file_name(self) -> &'static str {
        self.row().1
    }

    /// What is written there, in a sentence.
    pub const fn purpose(self) -> &'static str {
        self.row().2
    }

    /// Its place in tables that keep one thing a log.
    pub(super) const fn index(self) -> usize {
        self as usize
    }

    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Http => (
                "http",
                "http.ndjson",
                "Every answered request with route, status and time, and every caught panic.",
            ),
            Self::Auth => (
                "auth",
                "auth.ndjson",
                "Sign-in, codes and links, sessions, refused credentials, key rotation.",
            ),
            Self::Billing => (
                "billing",
                "billing.ndjson",
                "Checkout, refunds, reconciliation and changes of a subscription.",
            ),
            Self::Webhooks => (
                "webhooks",
                "webhooks.ndjson",
                "Deliveries that arrived, with their event id and what became of them.",
            ),
            Self::Leads => {
                ("leads", "leads.ndjson", "Leads that were taken in, came again or were discarded.")
            }
            Self::Support => ("support", "support.ndjson", "Support requests and their delivery."),
            Self::Warehouse => {
                ("warehouse", "warehouse.ndjson", "Runs of the warehouse copy: rows by table, drift, time.")
            }
            Self::Slo => {
                ("slo", "slo.ndjson", "Service-level checks, tuning proposals, changes and roll-backs.")
            }
            Self::Alerts => {
                ("alerts", "alerts.ndjson", "Alerts that fired, their labels and imported history.")
            }
            Self::Ab => ("ab", "ab.ndjson", "Changes of flags, exposures and conversions of experiments."),
            Self::Failover => {
                ("failover", "failover.ndjson", "Probes of primary and standby and each failover decision.")
            }
            Self::Recovery => {
                ("recovery", "recovery.ndjson", "Backups, restore checks and copies to other regions.")
            }
            Self::Governance => {
                ("governance", "governance.ndjson", "Governance advice and what operators decided about it.")
            }
            Self::GovernanceAi => (
                "governance_ai",
                "governance_ai.ndjson",
                "Calls to a language model: model, size, cost and whether its figures were accepted.",
            ),
            Self::Jobs => {
                ("jobs", "jobs.ndjson", "Jobs and workflow runs: claimed, step by step, finished or failed.")
            }
            Self::Scheduler => {
                ("scheduler", "scheduler.ndjson", "Scheduled and stored runs: due, claimed, result, time.")
            }
            Self::Sentinel => {
                ("sentinel", "sentinel.ndjson", "Changes of the machine's and the dependencies' health.")
            }
            Self::Audit => {
                ("audit", "audit.ndjson", "Every operation of an operator, chained so that gaps show.")
            }
            Self::Links => ("links", "links.ndjson", "Signed links that were made, opened or refused."),
            Self::Smoke => ("smoke", "smoke.ndjson", "Smoke checks and their results."),
            Self::Waf => (
                "waf",
                "waf.ndjson",
                "Requests that a rule refused or would have refused, with the rule's id.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_files_serde_and_clap_agree() {
        for (index, log) in Log::ALL.into_iter().enumerate() {
            assert_eq!(log.index(), index);
            assert_eq!(log.file_name(), format!("{}.ndjson", log.name()));
            assert_eq!(serde_json::to_string(&log).unwrap(), format!("\"{}\"", log.name()));
            assert_eq!(log.to_possible_value().unwrap().get_name(), log.name());
            assert!(log.purpose().ends_with('.'));
        }
        assert_eq!(Log::value_variants(), &Log::ALL);
    }

    #[test]
    fn a_path_is_not_a_log() {
        assert_eq!(serde_json::from_str::<Log>("\"http\"").unwrap(), Log::Http);
        for text in ["../http", "http.ndjson", "HTTP", "emails", "http\\u0000", ""] {
            assert!(serde_json::from_str::<Log>(&format!("\"{text}\"")).is_err(), "{text}");
        }
    }
}
