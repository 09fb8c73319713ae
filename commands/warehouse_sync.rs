//! `echopilot warehouse-sync`

use echopilot_core::platform::Result;
use echopilot_core::warehouse::{SyncReport, SyncStatus, SyncWarehouse};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

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

fn explain(arguments: &Arguments, report: &SyncReport, ui: Ui) {
    match report.status {
        Some(SyncStatus::Partial) => {
            ui.say(
                "Some rows were refused by the warehouse; warehouse.quarantine has them, with the reasons.",
            );
        }
        Some(SyncStatus::Different) => {
            ui.say(
                "Both sides differ; --json names the days. `warehouse-sync --full` makes them equal again.",
            );
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
