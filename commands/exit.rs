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

/// The exit code of a result; a fault is shown.
pub(crate) fn finish(result: Result<Exit>, ui: Ui) -> ExitCode {
    match result {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Failed) => ExitCode::from(1),
        Ok(Exit::Finding) => ExitCode::from(3),
        Err(fault) => {
            ui.fail(&fault);
            ExitCode::from(fault.code.exit())
        }
    }
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
        let line = words.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let fault = Fault::new(Code::Malformed, format!("{line}; see --help"));
        Ui::new(&Global { json: true, ..Global::default() }).fail(&fault);
    } else {
        let _ = error.print();
    }
    ExitCode::from(2)
}
