//! The warehouse's pages in every state.

use super::samples::{HOSTILE, failed, live, moment, shell};
use super::*;
use crate::pages::view::{Change, Figure, Part, Stat, Tone};

const PATH: &str = "/dashboard/v2/warehouse";

fn finding(tone: Tone, title: &str, act: Option<(&'static str, &str)>) -> WarehouseFinding {
    WarehouseFinding {
        tone,
        title: title.into(),
        text: "Copied on 23 Nov 2026, 02:50 UTC; 12 rows have changed since.".into(),
        act: act.map(|(words, href)| (words, href.into())),
    }
}

fn run(status: &str, kind: &'static str, words: &str) -> SyncRow {
    SyncRow {
        at: moment(2),
        kind,
        status: status.into(),
        took: (status != "running").then(|| "412 ms".into()),
        words: words.into(),
    }
}

fn full() -> WarehouseState {
    let known = |label: &str, value: &str, unit: &str, note: &str| {
        let change = Change::Unknown { reason: note.into() };
        Stat::new(label, Figure::Known { value: value.into(), unit: unit.into(), change })
    };
    let copy = |name, rows: &str, last: [&str; 4]| CopyRow {
        name,
        rows: Some(rows.into()),
        last: Some(last.map(Into::into)),
    };
    WarehouseState {
        findings: vec![finding(Tone::Ok, "The copy is in order", None)],
        is_configured: true,
        at_work: false,
        stats: vec![
            known("Last success", "7", "hours ago", "On 23 Nov 2026, 02:50 UTC"),
            known("Rows waiting", "12", "", "Changed since they were last copied, or not kept"),
            known("Rows there", "1,751,302", "", "Live rows of all four tables"),
            known("Next sync", "02:50", "UTC", "Tomorrow at 02:50 UTC"),
        ],
        copies: vec![
            copy("customers", "50,000", ["12", "40", "0", "0"]),
            copy("payments", "200,000", ["310", "12", "0", "2"]),
            copy("jobs", "500,302", ["4,210", "38", "3", "0"]),
            copy("ops_events", "1,001,000", ["880", "0", "0", "0"]),
        ],
        runs: vec![
            run("ok", "Changed rows", "5,412 inserted, 90 updated, 3 deleted, 2 not kept"),
            run("different", "Comparison", "Both sides differ"),
            run("partial", "Every row", "12 updated, 2 not kept"),
            run("failed", "Changed rows", "The warehouse can't be reached: Connection refused"),
            run("interrupted", "Changed rows", "The process that ran it stopped"),
        ],
        quarantine: Some(QuarantineRows { count: 0, rows: Vec::new() }),
    }
}

impl WarehousePage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |state| Self {
            shell: shell(PATH),
            live: live(),
            notice: None,
            refused: None,
            state: Part::Ready(state),
        };
        let kept_out =
            ("payments", HOSTILE.to_owned(), "status: contains the NUL character".to_owned(), moment(2));
        let partial = WarehouseState {
            findings: vec![
                finding(
                    Tone::Bad,
                    "The last sync failed",
                    Some(("Its lines in the log", "/dashboard/v2/logs")),
                ),
                finding(Tone::Warn, "Some rows can't be kept", Some(("Show the quarantine", "#quarantine"))),
            ],
            quarantine: Some(QuarantineRows { count: 61, rows: vec![kept_out] }),
            ..full()
        };
        let down = WarehouseState {
            findings: vec![
                finding(Tone::Bad, "The warehouse does not answer", None),
                finding(Tone::Warn, "The copy is old", Some(("Sync now", "/dashboard/v2/warehouse/run"))),
            ],
            copies: full().copies.into_iter().map(|copy| CopyRow { rows: None, ..copy }).collect(),
            quarantine: None,
            ..full()
        };
        let never = WarehouseState {
            findings: vec![finding(Tone::Neutral, "Nothing was copied yet", None)],
            stats: vec![Stat::new(
                "Last success",
                Figure::Unknown { reason: "No sync has succeeded yet".into() },
            )],
            copies: full()
                .copies
                .into_iter()
                .map(|copy| CopyRow { rows: None, last: None, ..copy })
                .collect(),
            runs: Vec::new(),
            quarantine: None,
            ..full()
        };
        let none = WarehouseState {
            findings: vec![finding(Tone::Neutral, "There is no warehouse", None)],
            is_configured: false,
            ..never.clone()
        };
        let at_work = WarehouseState {
            findings: vec![finding(Tone::Info, "A run is at work", None)],
            at_work: true,
            runs: vec![run("running", "Every row", "At work")],
            ..full()
        };
        let notices = WarehouseNotice::ALL.map(|notice| {
            let name = match notice {
                WarehouseNotice::Syncing => "warehouse-syncing",
                WarehouseNotice::Comparing => "warehouse-comparing",
            };
            (name, Self { notice: Some(notice), ..page(at_work.clone()) })
        });
        let mut all = vec![
            ("warehouse", page(full())),
            ("warehouse-partial", page(partial)),
            ("warehouse-down", page(down)),
            ("warehouse-never", page(never)),
            ("warehouse-none", page(none)),
            ("warehouse-at-work", page(at_work.clone())),
            (
                "warehouse-refused",
                Self {
                    refused: Some("warehouse-sync is being done by shell".into()),
                    ..page(at_work.clone())
                },
            ),
            ("warehouse-failed", Self { state: failed(), ..page(full()) }),
        ];
        all.extend(notices);
        all
    }
}

impl ConfirmSyncPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |act| Self {
            shell: shell("/dashboard/v2/warehouse/run"),
            act,
            words: "daily at 02:50 UTC".into(),
        };
        vec![("warehouse-confirm", page(SyncAct::Changed)), ("warehouse-confirm-full", page(SyncAct::Full))]
    }
}
