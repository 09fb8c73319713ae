//! What an operator should know of the warehouse, in words, each with what to do about it.

use echopilot_core::platform::Timestamp;
use echopilot_core::scheduler::TaskStatus;
use echopilot_core::warehouse::{Reach, WarehouseStatus};

use super::super::frame::{age, moment};
use super::super::view::{Tone, WarehouseFinding};
use super::warehouse::{RUN, whole};
use super::{address, coming};

const LOG: &str = "/dashboard/v2/logs?file=warehouse";
const AUTOMATIONS: &str = "/dashboard/v2/automations";

/// The gravest first. That all is well is said only when something was copied, nothing failed since, and the warehouse answers.
pub(super) fn findings(status: &WarehouseStatus, task: &TaskStatus, now: Timestamp) -> Vec<WarehouseFinding> {
    if status.warehouse == Reach::NotConfigured {
        return vec![told(
            Tone::Neutral,
            "There is no warehouse",
            "WAREHOUSE_URL is not set. Give it the address of a PostgreSQL database, for example \
             postgres://echopilot@localhost/warehouse, and start the server anew: customers, payments, jobs and \
             events are copied into its schema warehouse every night."
                .to_owned(),
        )];
    }
    let mut found = Vec::new();
    if let Some(holder) = &status.lease_holder {
        let words = format!("It was begun by {holder}. How it went appears below when it ends.");
        found.push(told(Tone::Info, "A run is at work", words));
    }
    found.extend(down(status));
    found.extend(last_run(status));
    found.extend(last_comparison(status));
    found.extend(pace(status, task, now));
    found.sort_by_key(|finding| match finding.tone {
        Tone::Bad => 0,
        Tone::Warn => 1,
        Tone::Info | Tone::Ok | Tone::Neutral => 2,
    });
    if found.is_empty()
        && let Some(success) = status.last_success
    {
        let words = match status.lag_rows {
            0 => format!("Everything was there on {}, and nothing has changed since.", moment(success).text),
            1 => format!("Copied on {}; 1 row has changed since.", moment(success).text),
            count => format!("Copied on {}; {} rows have changed since.", moment(success).text, whole(count)),
        };
        found.push(told(Tone::Ok, "The copy is in order", words));
    }
    found
}

fn told(tone: Tone, title: &str, text: String) -> WarehouseFinding {
    WarehouseFinding { tone, title: title.to_owned(), text, act: None }
}

fn leading(finding: WarehouseFinding, words: &'static str, href: String) -> WarehouseFinding {
    WarehouseFinding { act: Some((words, href)), ..finding }
}

fn down(status: &WarehouseStatus) -> Option<WarehouseFinding> {
    if status.warehouse != Reach::Down {
        return None;
    }
    let why = status.problem.as_deref().unwrap_or("It does not answer");
    let words = format!(
        "{why}. Nothing is lost: what changes waits in the store until a sync succeeds. Look whether the \
         database runs, and whether WAREHOUSE_URL names it."
    );
    Some(told(Tone::Bad, "The warehouse does not answer", words))
}

fn last_run(status: &WarehouseStatus) -> Option<WarehouseFinding> {
    let last = status.last_sync.as_ref()?;
    match last.status.as_str() {
        "failed" => {
            let why = last.detail.as_deref().unwrap_or("The reason is in the log");
            let words =
                format!("{why}. Nothing of that run is to be seen there; the next one makes up for it.");
            Some(leading(
                told(Tone::Bad, "The last sync failed", words),
                "Its lines in the log",
                LOG.to_owned(),
            ))
        }
        "interrupted" => {
            let words = "The process that ran it stopped. The next sync makes up for it.".to_owned();
            let finding = told(Tone::Warn, "The last sync was interrupted", words);
            Some(leading(finding, "Sync now", RUN.to_owned()))
        }
        "partial" => {
            let count: u64 = last.tables.iter().map(|table| table.quarantined).sum();
            let what = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            let words = format!(
                "{what} of the last sync stand in quarantine, with the reasons; their last good state stays there. \
                 Correct them in the store: each sync tries them again."
            );
            let finding = told(Tone::Warn, "Some rows can't be kept", words);
            Some(leading(finding, "Show the quarantine", "#quarantine".to_owned()))
        }
        _ => None,
    }
}

/// A comparison counts until a later sync has succeeded.
fn last_comparison(status: &WarehouseStatus) -> Option<WarehouseFinding> {
    let compared = status.last_verify.as_ref()?;
    if compared.status != "different" || status.last_success >= compared.finished_at {
        return None;
    }
    let words = "Rows that wait to be copied differ too, so sync first and compare again. If both sides still differ, \
                 somebody has changed the copy: a sync that compares every row mends it."
        .to_owned();
    let finding = told(Tone::Warn, "The last comparison found differences", words);
    Some(leading(finding, "Compare every row and sync", address(RUN, &[("full", Some("yes"))])))
}

/// Whether it comes as often as it should.
fn pace(status: &WarehouseStatus, task: &TaskStatus, now: Timestamp) -> Vec<WarehouseFinding> {
    let mut found = Vec::new();
    let when = task.next.map(|next| coming(next, now).text);
    match status.last_success {
        None if status.last_sync.is_none() && status.lease_holder.is_none() => {
            let first = match &when {
                Some(when) => format!("The first sync comes {when}; or begin it now."),
                None => "The task is paused; begin the first sync by hand, or resume it.".to_owned(),
            };
            found.push(told(Tone::Neutral, "Nothing was copied yet", first));
        }
        Some(success) if status.stale => {
            let words = format!(
                "The last success was {} ago, and there should be one a day. Look at the runs below, or sync now.",
                age(success, now)
            );
            let finding = told(Tone::Warn, "The copy is old", words);
            found.push(leading(finding, "Sync now", RUN.to_owned()));
        }
        _ => {}
    }
    if let Some(by) = &task.paused_by {
        let words = format!(
            "{by} has paused the task warehouse-sync; nothing is copied until it is resumed or begun by hand."
        );
        let finding = told(Tone::Warn, "The daily sync is paused", words);
        found.push(leading(finding, "Resume it among the automations", AUTOMATIONS.to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use echopilot_core::warehouse::{LastVerify, PastRun};

    use super::*;

    const NOW: Timestamp = Timestamp(1_772_357_400_000);

    fn task() -> TaskStatus {
        TaskStatus {
            name: "warehouse-sync".into(),
            schedule: "0 50 2 * * *".into(),
            words: "daily at 02:50 UTC".into(),
            next: Some(NOW.plus(Duration::from_hours(3))),
            last_run: None,
            recent: Vec::new(),
            writes_to: None,
            streak: 0,
            paused: false,
            paused_by: None,
            lease_holder: None,
        }
    }

    fn run(status: &str, ago: u64) -> PastRun {
        let at = NOW.minus(Duration::from_hours(ago));
        PastRun {
            id: "R".into(),
            kind: "sync".into(),
            started_at: at,
            finished_at: Some(at),
            status: status.into(),
            detail: (status == "failed").then(|| "The warehouse does not answer".into()),
            full: false,
            duration_ms: Some(0),
            tables: Vec::new(),
        }
    }

    /// The last run ended so and so many hours ago.
    fn after(status: &str, ago: u64) -> WarehouseStatus {
        let success = ["ok", "partial"].contains(&status).then(|| NOW.minus(Duration::from_hours(ago)));
        WarehouseStatus {
            warehouse: Reach::Ok,
            problem: None,
            last_sync: Some(run(status, ago)),
            last_success: success,
            last_verify: None,
            recent: Vec::new(),
            lease_holder: None,
            row_counts: None,
            quarantine: None,
            lag_rows: 0,
            next_run: None,
            stale: success.is_none_or(|at| NOW.since(at) > Duration::from_hours(26)),
        }
    }

    fn titles(status: &WarehouseStatus, task: &TaskStatus) -> Vec<(Tone, String)> {
        findings(status, task, NOW).into_iter().map(|finding| (finding.tone, finding.title)).collect()
    }

    #[test]
    fn each_state_is_named_and_well_is_said_only_when_nothing_speaks_against_it() {
        let one = |status: &WarehouseStatus| {
            let mut all = titles(status, &task());
            assert_eq!(all.len(), 1, "{all:?}");
            all.remove(0)
        };
        assert_eq!(one(&after("ok", 1)), (Tone::Ok, "The copy is in order".into()));
        assert_eq!(one(&after("partial", 1)), (Tone::Warn, "Some rows can't be kept".into()));
        assert_eq!(one(&after("ok", 27)), (Tone::Warn, "The copy is old".into()));
        assert_eq!(one(&after("failed", 1)), (Tone::Bad, "The last sync failed".into()));
        assert_eq!(one(&after("interrupted", 1)), (Tone::Warn, "The last sync was interrupted".into()));
        let never = WarehouseStatus { last_sync: None, ..after("failed", 1) };
        assert_eq!(one(&never), (Tone::Neutral, "Nothing was copied yet".into()));
        let none = WarehouseStatus { warehouse: Reach::NotConfigured, ..after("failed", 1) };
        assert_eq!(one(&none), (Tone::Neutral, "There is no warehouse".into()));
        assert!(findings(&none, &task(), NOW)[0].text.contains("WAREHOUSE_URL"));
        let busy = WarehouseStatus { lease_holder: Some("shell 1".into()), ..after("ok", 1) };
        assert_eq!(one(&busy), (Tone::Info, "A run is at work".into()));
    }

    #[test]
    fn several_things_stand_together_the_gravest_first() {
        let down = WarehouseStatus { warehouse: Reach::Down, problem: None, ..after("ok", 30) };
        let paused = TaskStatus { next: None, paused_by: Some("ada".into()), ..task() };
        let all = titles(&down, &paused);
        let tones: Vec<Tone> = all.iter().map(|(tone, _)| *tone).collect();
        assert_eq!(tones, [Tone::Bad, Tone::Warn, Tone::Warn], "{all:?}");
    }

    #[test]
    fn a_comparison_counts_until_a_later_sync_has_succeeded() {
        let compared = |ago| LastVerify {
            id: "V".into(),
            finished_at: Some(NOW.minus(Duration::from_hours(ago))),
            status: "different".into(),
        };
        let with = |ago| WarehouseStatus { last_verify: Some(compared(ago)), ..after("ok", 2) };
        assert_eq!(titles(&with(1), &task())[0].1, "The last comparison found differences");
        assert_eq!(titles(&with(3), &task())[0].1, "The copy is in order");
    }
}
