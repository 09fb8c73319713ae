//! `echopilot seed-demo`

use echopilot_core::demo::SeedDemo;
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Add the demo customer with invoices, payments, jobs, a referral and a proposal
#[derive(clap::Args)]
#[command(after_help = example!("echopilot seed-demo --data-dir data/demo", "echopilot seed-demo --json"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    operation: SeedDemo,
}

/// Seed, and say how many rows were added.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let seeded = cx.call(&arguments.operation)?;
    ui.answer::<SeedDemo>(&seeded, |table| {
        table.head(&["added", "rows"]);
        let rows = [
            ("customers", seeded.customers),
            ("invoices", seeded.invoices),
            ("payments", seeded.payments),
            ("jobs", seeded.jobs),
            ("referrals", seeded.referrals),
            ("governance items", seeded.governance_items),
        ];
        for (name, count) in rows {
            table.row(&[name.to_owned(), count.to_string()]);
        }
    })?;
    Ok(Exit::Done)
}
