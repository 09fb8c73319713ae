//! `echopilot warehouse-sync`

use echopilot_core::platform::Result;
use echopilot_core::warehouse::{SyncReport, SyncStatus, SyncWarehouse, TableComparison};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Days that are named in a line.
const NAMED: usize = 5;

/// Copy what changed into the warehouse, or compare both sides
#[derive(clap::Args)]
#[command(after_help = example!(
    "echopilot warehouse-sync",
    "echopilot warehouse-sync --dry-run --json",
    "echopilot warehouse-sync --plan",
    "echopilot warehouse-sync --verify"
))]
pub(crate) struct Arguments {
    #[command(flatten)]
    operation: SyncWarehouse,
}

/// Sync or compare; rows set aside and differences are a finding.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let report = ui.watching(&cx, |cx| cx.call(&arguments.operation))?;
    ui.answer::<SyncWarehouse>(&report, |table| {
        if arguments.operation.plan {
            table.head(&["statement", "needs"]);
            for sql in &report.ddl {
                let needs = if report.destructive.contains(sql) { "--allow-destructive" } else { "" };
                table.row(&[sql.clone(), needs.to_owned()]);
            }
        } else if report.compared.is_empty() {
            table.head(&["table", "inserted", "updated", "unchanged", "deleted", "quarantined"]);
            for one in &report.tables {
                let counts = [one.inserted, one.updated, one.unchanged, one.deleted, one.quarantined];
                let mut row = vec![one.table.as_str().to_owned()];
                row.extend(counts.iter().map(ToString::to_string));
                table.row(&row);
            }
        } else {
            table.head(&["table", "rows here", "rows there", "waiting", "days that differ"]);
            for one in &report.compared {
                table.row(&[
                    one.table.as_str().to_owned(),
                    one.source_rows.to_string(),
                    one.warehouse_rows.to_string(),
                    one.waiting.to_string(),
                    one.days_different.to_string(),
                ]);
            }
        }
    })?;
    explain(arguments, &report, ui);
    Ok(if report.status == Some(SyncStatus::Ok) { Exit::Done } else { Exit::Finding })
}

/// "jobs differs on 2026-03-01, 2026-02-28 and on 4 more; --json names them".
fn days(table: &TableComparison) -> String {
    let named: Vec<&str> = table.days.iter().take(NAMED).map(|day| day.day.as_str()).collect();
    let left = table.days_different.saturating_sub(named.len() as u64);
    let more = if left == 0 { String::new() } else { format!(" and on {left} more; --json names them") };
    format!("{} differs on {}{more}", table.table.as_str(), named.join(", "))
}

fn explain(arguments: &Arguments, report: &SyncReport, ui: Ui) {
    match report.status {
        Some(SyncStatus::Partial) => {
            ui.say(
                "Some rows were refused by the warehouse; warehouse.quarantine has them, with the reasons.",
            );
        }
        Some(SyncStatus::Different) => {
            for table in report.compared.iter().filter(|table| !table.agrees) {
                ui.say(&days(table));
            }
            ui.say("Both sides differ. `warehouse-sync --full` makes them equal again.");
        }
        Some(SyncStatus::Blocked) => {
            ui.say(
                "Columns have another type than they should: a sync is refused without --allow-destructive.",
            );
        }
        _ if report.ddl.is_empty() && arguments.operation.plan => {
            ui.say("The warehouse's tables are as they should be.");
        }
        _ => {}
    }
}
