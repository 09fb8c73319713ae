//! `echopilot billing reconcile`

use echopilot_core::billing::{ReconcileBilling, ReconcileReport};
use echopilot_core::platform::Result;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::ui::Ui;

/// Compare; any difference is a finding, also one that was mended.
pub(super) fn run(operation: &ReconcileBilling, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let report = ui.working("comparing with Stripe", || cx.call(operation))?;
    ui.answer::<ReconcileBilling>(&report, |table| {
        table.head(&["kind", "at Stripe", "missing", "stale", "extra", "deleted", "unverified"]);
        for kind in &report.kinds {
            let listed = if kind.offered { kind.listed.to_string() } else { "not offered".to_owned() };
            let counts = [kind.missing, kind.stale, kind.extra, kind.deleted, kind.unverified];
            let mut row = vec![kind.kind.as_str().to_owned(), listed];
            row.extend(counts.iter().map(ToString::to_string));
            table.row(&row);
        }
    })?;
    if !ui.is_json() {
        explain(&report, ui);
    }
    Ok(if report.drift == 0 { Exit::Done } else { Exit::Finding })
}

fn explain(report: &ReconcileReport, ui: Ui) {
    for object in &report.shown {
        let fields =
            if object.fields.is_empty() { String::new() } else { format!(": {}", object.fields.join(", ")) };
        ui.data(&format!("{} {} {}{fields}", object.drift, object.kind.as_str(), object.id));
    }
    let unknown = report.unknown();
    for words in &unknown {
        ui.data(&format!("unknown {words}"));
    }
    match (report.drift, report.applied) {
        (0, _) if unknown.is_empty() => ui.say("The mirror is as Stripe is."),
        (0, _) => ui.say("Nothing differs in what was compared; of the rest nothing is known."),
        (drift, true) => ui.say(&format!("{drift} objects differed; they are as Stripe has them now.")),
        (drift, false) => ui.say(&format!("{drift} objects differ; --apply makes the mirror equal.")),
    }
}
