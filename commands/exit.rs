//! How a run ends: an exit code, and words or a problem document for what failed.

use std::process::ExitCode;

use clap::error::ErrorKind;
use echopilot_core::platform::{Code, Fault, Result};

use crate::global::Global;
use crate::ui::Ui;

/// A run that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: done, and what was asked is not well.
    Failed,
    /// 3: done, and there is a finding, a drift or a refusal.
    Finding,
}

/// The exit code of a result; a fault is shown. Data that could not be written is a failure of its own.
pub(crate) fn finish(result: Result<Exit>, ui: Ui) -> ExitCode {
    let code = match &result {
        Ok(Exit::Done) => 0,
        Ok(Exit::Failed) => 1,
        Ok(Exit::Finding) => 3,
        Err(fault) => {
            ui.fail(fault);
            fault.code.exit()
        }
    };
    if crate::ui::is_whole() {
        return ExitCode::from(code);
    }
    ui.say("error: standard output can't be written; what is there is not all of it");
    ExitCode::from(if code == 0 { 1 } else { code })
}

/// A command line that makes no sense, or asks for help or the version.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if wants_json {
        let words = error.render().to_string();
        // Which arguments it is about stands in the lines before the usage.
        let lines = words.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let line = line.trim_start_matches("error: ");
        let fault = Fault::new(Code::Malformed, format!("{line}; see --help"));
        Ui::new(&Global { json: true, ..Global::default() }).fail(&fault);
    } else {
        let _ = error.print();
    }
    ExitCode::from(2)
}
