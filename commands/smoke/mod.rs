//! `echopilot smoke`: ask a running server for everything it offers, in a fixed order, and look at what it answers.
//! The first failure ends it and shows the body and the end of the operation's log.

mod checks;
mod foreign;
mod live;
mod report;
mod target;

use std::path::PathBuf;

use echopilot_core::config::{Environment, operator_key};
use echopilot_core::platform::{Clock, Code, Fault, Result, Secret};

use self::checks::{Check, Verdict};
use self::live::Consent;
use self::report::{Report, Row};
use self::target::Target;
use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Ask a running server for everything it offers and look at the answers
#[derive(clap::Args)]
#[command(after_help = example!(
    "echopilot smoke --dash-key KEY",
    "echopilot smoke --base-url https://echopilot.example --junit smoke.xml",
    "echopilot smoke --list"
))]
pub(crate) struct Arguments {
    /// Where the server is; BIND or PUBLIC_BASE_URL of the settings when nothing is said
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// An operator's key; the first of DASHBOARD_KEY when nothing is said
    // A key may begin with a hyphen.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    dash_key: Option<String>,
    /// Write a JUnit report there
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// List the checks and do nothing
    #[arg(long)]
    list: bool,
    /// With CONFIRM_LIVE=YES and a live key: make a live invoice of USD 0.50 and void it, also where nobody watches
    #[arg(long)]
    yes: bool,
}

/// Run the checks. What has no route yet is absent, and neither passed nor failed.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let checks = checks::all();
    if arguments.list {
        report::list(&checks, ui)?;
        return Ok(Exit::Done);
    }
    let mut target = target(arguments, global)?;
    let mut report = Report::new(target.base_url());
    for check in &checks {
        let begun = Clock::monotonic();
        let verdict = check.run(&mut target);
        let failed = matches!(verdict, Verdict::Failed { .. });
        report.rows.push(Row::new(check, verdict, begun.elapsed()));
        if failed {
            // Settings that can't be read are no reason to hide the failure.
            let settings = boot::settings(&global.overrides()).ok();
            let log_dir = settings.as_ref().map(|settings| settings.log_dir.as_path());
            report.end_with_log(&target, check, log_dir);
            break;
        }
    }
    // Before the report is shown: with --json, standard output has one document, this report or the fault.
    if let Some(path) = &arguments.junit {
        std::fs::write(path, report.junit()).map_err(|error| {
            Fault::invalid("--junit", format!("{} can't be written", path.display())).because(error)
        })?;
    }
    report.show(ui)?;
    Ok(if report.is_green() { Exit::Done } else { Exit::Failed })
}

fn target(arguments: &Arguments, global: &Global) -> Result<Target> {
    let base_url = if let Some(url) = &arguments.base_url {
        url.trim_end_matches('/').to_owned()
    } else {
        let settings = boot::settings(&global.overrides())?;
        settings.base_url(settings.bind)
    };
    let given = arguments.dash_key.as_deref().map(Secret::new);
    let key = given.or_else(|| operator_key(&global.overrides(), &Environment::of_process())).ok_or_else(|| {
        let words = "smoke needs an operator's key: give --dash-key, or set DASHBOARD_KEY (`serve --demo` prints one)";
        Fault::new(Code::NotConfigured, words)
    })?;
    // With --base-url and --dash-key it runs without settings; then nobody is named.
    let settings = boot::settings(&global.overrides()).ok();
    let live = Consent::of(settings.as_ref(), arguments.yes, global);
    let customer = settings.and_then(|settings| settings.smoke_customer);
    Ok(Target::new(base_url, key, customer, live))
}

impl Check {
    fn run(&self, target: &mut Target) -> Verdict {
        match &self.ask {
            None => Verdict::Absent,
            Some(ask) => ask(target),
        }
    }
}
