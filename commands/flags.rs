//! `echopilot flags …`

use std::path::PathBuf;

use echopilot_core::flags::{
    DEFAULT, EvaluateFlag, ExplainFlag, FlagsDocument, ListFlags, ReportFlag, RollBackFlags, SetFlag,
    SimulateFlag, Verdict,
};
use echopilot_core::platform::{Code, Fault, Result};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Ui, or_dash};

/// Flags and experiments: who sees which variant
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show the flags, and the last changes of them
    #[command(after_help = example!("echopilot flags list", "echopilot flags list --json"))]
    List(ListFlags),
    /// Change a flag, or make one
    #[command(after_help = example!(
        "echopilot flags set pricing_cta --rollout-pct 25",
        "echopilot flags set pricing_cta --variants A=50,B=25,C=25 --expected-version 3"
    ))]
    Set(SetFlag),
    /// Ask which variant a key gets
    #[command(after_help = example!("echopilot flags eval pricing_cta --key visitor-1"))]
    Eval(EvaluateFlag),
    /// Explain which variant a key gets: its bucket, and where each variant stands
    #[command(after_help = example!("echopilot flags explain pricing_cta --key visitor-1"))]
    Explain(ExplainFlag),
    /// Take flags back to the baseline, or to how they were in an earlier version
    #[command(after_help = example!(
        "echopilot flags rollback",
        "echopilot flags rollback pricing_cta --to-version 3"
    ))]
    Rollback(RollBackFlags),
    /// Report what a flag has brought about, and whether that may be believed
    #[command(after_help = example!("echopilot flags report pricing_cta"))]
    Report(ReportFlag),
    /// Show how likely an experiment is to find a difference, and after how many users, before it begins
    #[command(after_help = example!(
        "echopilot flags simulate --weights 90,10 --n 20000",
        "echopilot flags simulate --rate 0.02 --lift 0.3 --n 20000 --per-day 400"
    ))]
    Simulate(SimulateFlag),
    /// Check a document before it is put into use
    #[command(after_help = example!("echopilot flags lint configs/flags.json"))]
    Lint(Lint),
}

/// Which document.
#[derive(clap::Args)]
pub(crate) struct Lint {
    /// The file; the one in CONFIG_DIR when nothing is said
    file: Option<PathBuf>,
}

/// What the check found.
#[derive(serde::Serialize)]
struct Linted {
    file: String,
    version: i64,
    flags: usize,
    notes: Vec<String>,
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    match verb {
        Verb::List(operation) => list(operation, global, ui),
        Verb::Set(operation) => {
            let set = boot::shell(global)?.call(operation)?;
            ui.answer::<SetFlag>(&set, |table| {
                table.head(&["flag", "on", "variants", "version"]);
                let shares = set.flag.shares();
                table.row(&[set.flag.flag.clone(), yes(set.flag.enabled), shares, set.version.to_string()]);
            })?;
            Ok(Exit::Done)
        }
        Verb::Eval(operation) => {
            let answer = boot::shell(global)?.call(operation)?;
            ui.answer::<EvaluateFlag>(&answer, |table| {
                table.head(&["flag", "variant", "value", "reason", "version"]);
                table.row(&[
                    answer.flag.clone(),
                    answer.variant.clone(),
                    answer.value.to_string(),
                    answer.reason.as_str().to_owned(),
                    answer.version.to_string(),
                ]);
            })?;
            Ok(Exit::Done)
        }
        Verb::Explain(operation) => {
            let explained = boot::shell(global)?.call(operation)?;
            ui.answer::<ExplainFlag>(&explained, |table| {
                table.head(&["variant", "first bucket", "last bucket"]);
                for place in &explained.places {
                    let last = place.end.saturating_sub(1);
                    table.row(&[place.variant.clone(), place.first.to_string(), last.to_string()]);
                }
            })?;
            ui.say(&explained.words);
            Ok(Exit::Done)
        }
        Verb::Rollback(operation) => {
            let back = boot::shell(global)?.call(operation)?;
            ui.answer::<RollBackFlags>(&back, |table| {
                table.head(&["changed", "version"]);
                for name in &back.changed {
                    table.row(&[name.clone(), back.version.to_string()]);
                }
            })?;
            Ok(Exit::Done)
        }
        Verb::Report(operation) => report(operation, global, ui),
        Verb::Simulate(operation) => {
            let simulated = boot::shell(global)?.call(operation)?;
            ui.answer::<SimulateFlag>(&simulated, |table| {
                table.head(&[
                    "finds it",
                    "finds what is not there",
                    "users for half",
                    "days for half",
                    "days",
                ]);
                let days = |days: Option<f64>| or_dash(days.map(|days| format!("{days:.1}")).as_ref());
                table.row(&[
                    format!("{:.1} %", simulated.power * 100.0),
                    format!("{:.1} %", simulated.false_positives * 100.0),
                    or_dash(simulated.median_users.map(|users| users.to_string()).as_ref()),
                    days(simulated.median_days),
                    days(simulated.days),
                ]);
            })?;
            ui.say(&simulated.words);
            Ok(Exit::Done)
        }
        Verb::Lint(lint) => check(lint, global, ui),
    }
}

fn list(operation: &ListFlags, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let listed = cx.call(operation)?;
    ui.answer::<ListFlags>(&listed, |table| {
        table.head(&["flag", "on", "variants", "goal", "description"]);
        for flag in &listed.flags {
            let shares = flag.shares();
            let cells =
                [flag.flag.clone(), yes(flag.enabled), shares, flag.goal.clone(), flag.description.clone()];
            table.row(&cells);
        }
    })?;
    ui.say(&format!("version {}, in use since {}", listed.version, listed.since));
    if let Some(degraded) = &listed.degraded {
        ui.say(&format!("a newer text is not in use: {degraded}"));
    }
    Ok(Exit::Done)
}

fn report(operation: &ReportFlag, global: &Global, ui: Ui) -> Result<Exit> {
    let report = boot::shell(global)?.call(operation)?;
    ui.answer::<ReportFlag>(&report, |table| {
        table.head(&["variant", "share", "users", "converted", "rate", "interval", "against A"]);
        for known in &report.variants {
            let compared = report.comparisons.iter().find(|compared| compared.variant == known.variant);
            let percent = |share: f64| format!("{:.2} %", share * 100.0);
            let interval = |(low, high): (f64, f64)| format!("{} to {}", percent(low), percent(high));
            table.row(&[
                known.variant.clone(),
                or_dash(known.share.map(|share| format!("{share} %")).as_ref()),
                known.users.to_string(),
                known.converted.to_string(),
                or_dash(known.rate.map(percent).as_ref()),
                or_dash(known.interval.map(interval).as_ref()),
                or_dash(compared.map(|compared| interval(compared.interval)).as_ref()),
            ]);
        }
    })?;
    ui.say(&report.words);
    Ok(if report.verdict == Verdict::Blocked { Exit::Finding } else { Exit::Done })
}

/// Check a file; what is only odd is a finding.
fn check(lint: &Lint, global: &Global, ui: Ui) -> Result<Exit> {
    let file = match &lint.file {
        Some(file) => file.clone(),
        None => boot::settings(&global.overrides())?.config_dir.join("flags.json"),
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        // Without a document, the one that is built in holds.
        Err(error) if lint.file.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            DEFAULT.to_owned()
        }
        Err(error) => {
            let words = format!("{} can't be read: {error}", file.display());
            return Err(Fault::new(Code::NotFound, words));
        }
    };
    let document = FlagsDocument::parse(&text)
        .map_err(|reason| Fault::invalid("file", format!("{}: {reason}", file.display())))?;
    let linted = Linted {
        file: file.display().to_string(),
        version: document.version,
        flags: document.flags.len(),
        notes: document.notes(),
    };
    ui.show(&linted, |table| {
        table.head(&["file", "version", "flags"]);
        table.row(&[linted.file.clone(), linted.version.to_string(), linted.flags.to_string()]);
    })?;
    linted.notes.iter().for_each(|note| ui.say(note));
    Ok(if linted.notes.is_empty() { Exit::Done } else { Exit::Finding })
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
