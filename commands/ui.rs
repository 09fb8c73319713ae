//! The only place that prints. Data goes to standard output, everything else to standard error; a closed pipe is
//! no error.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use echopilot_core::operation::{Answer, Cx, Operation, Progress, SessionChange, Status};
use echopilot_core::platform::{Code, Fault, ProblemDocument, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::global::Global;
use crate::progress::Bars;

/// How this run speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ui {
    json: bool,
    quiet: bool,
}

/// Whether data could not be written: a script must not take half of it for the whole.
static IS_CUT: AtomicBool = AtomicBool::new(false);
/// Whether the reader of standard output has seen enough.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// A reader that has seen enough is no error; a full disk is.
fn note(written: io::Result<()>) {
    if let Err(error) = written {
        let flag = if error.kind() == io::ErrorKind::BrokenPipe { &IS_CLOSED } else { &IS_CUT };
        flag.store(true, Ordering::Relaxed);
    }
}

/// Whether data still reaches anybody.
pub(crate) fn is_heard() -> bool {
    !IS_CLOSED.load(Ordering::Relaxed) && !IS_CUT.load(Ordering::Relaxed)
}

/// Whether all data reached standard output, or a reader that did not want more.
pub(crate) fn is_whole() -> bool {
    note(io::stdout().lock().flush());
    !IS_CUT.load(Ordering::Relaxed)
}

/// Words about a panic, for whoever started the program; they are scrubbed already.
pub(crate) fn panicked(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a person sits at the terminal and may be asked.
pub(crate) fn is_watched(global: &Global) -> bool {
    !global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Let a person confirm by typing `word`. Where nobody can be asked, or somebody types something else, `Refused`.
pub(crate) fn confirm(global: &Global, what: &str, word: &str) -> Result<()> {
    if !is_watched(global) {
        return Err(Fault::new(Code::Refused, format!("{what}; give --yes to do it without being asked")));
    }
    let mut err = io::stderr().lock();
    let _ = write!(err, "{what}. Type {word} to go on: ");
    let _ = err.flush();
    let mut typed = String::new();
    let read = io::stdin().read_line(&mut typed);
    match read {
        Ok(_) if typed.trim() == word => Ok(()),
        _ => Err(Fault::new(Code::Refused, "Nothing was done: it was not confirmed")),
    }
}

const OURS: [&str; 3] = ["echopilot", "echopilot_core", "echopilot_web"];

/// Diagnostics on standard error: warnings with `-v`, everything of ours with `-vv`. None without.
pub(crate) fn trace(verbose: u8) {
    let (others, ours) = match verbose {
        0 => return,
        1 => (LevelFilter::WARN, LevelFilter::INFO),
        _ => (LevelFilter::INFO, LevelFilter::DEBUG),
    };
    let filter = Targets::new().with_default(others).with_targets(OURS.map(|target| (target, ours)));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// What stands in a cell: what is known, else a dash.
pub(crate) fn or_dash(known: Option<&String>) -> String {
    known.map_or_else(|| "-".to_owned(), String::clone)
}

/// A table in the making.
pub(crate) struct Rows(Table);

impl Rows {
    /// The names of the columns.
    pub(crate) fn head(&mut self, names: &[&str]) {
        self.0.set_header(names);
    }

    /// One row.
    pub(crate) fn row(&mut self, cells: &[String]) {
        self.0.add_row(cells);
    }
}

impl Ui {
    /// As the options say.
    pub(crate) fn new(global: &Global) -> Self {
        Self { json: global.json, quiet: global.quiet }
    }

    /// Whether standard output is one JSON document.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Show the output of an operation: the bytes that HTTP would answer, or a table.
    pub(crate) fn answer<O: Operation>(
        self,
        output: &O::Output,
        table: impl FnOnce(&mut Rows),
    ) -> Result<()> {
        self.show(output, table)
    }

    /// Show a document of a command's own: JSON with `ok` first, or a table.
    pub(crate) fn show<T: Serialize>(self, output: &T, table: impl FnOnce(&mut Rows)) -> Result<()> {
        if self.json {
            let answer = Answer::encode(Status::Ok, SessionChange::Keep, output)?;
            self.data(&String::from_utf8_lossy(&answer.body));
            return Ok(());
        }
        let mut rows = Rows(Table::new());
        rows.0.load_style(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        if !io::stdout().is_terminal() || rows.0.width() == Some(0) {
            // A pipe has no width, nor has every terminal; what reads it wants whole lines.
            rows.0.set_content_arrangement(ContentArrangement::Disabled);
        }
        table(&mut rows);
        if rows.0.row_count() > 0 || rows.0.header().is_some() {
            self.data(&rows.0.to_string());
        }
        Ok(())
    }

    /// A line of data on standard output.
    #[expect(clippy::unused_self, reason = "whoever prints was given the one Ui of this run")]
    pub(crate) fn data(self, text: &str) {
        note(writeln!(io::stdout().lock(), "{text}"));
    }

    /// Bytes of a file on standard output.
    #[expect(clippy::unused_self, reason = "whoever prints was given the one Ui of this run")]
    pub(crate) fn bytes(self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        note(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// A line for the person at the terminal, on standard error.
    pub(crate) fn say(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// Put a question to the person at the terminal, and read the line they answer; `None` where nobody can answer.
    #[expect(clippy::unused_self, reason = "whoever asks was given the one Ui of this run")]
    pub(crate) fn ask(self, question: &str) -> Option<String> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let _ = write!(io::stderr().lock(), "{question} ");
        let mut line = String::new();
        io::stdin().read_line(&mut line).ok().map(|_| line.trim().to_owned())
    }

    /// The first line of standard input, for a secret that must not stand among the arguments.
    #[expect(clippy::unused_self, reason = "whoever asks was given the one Ui of this run")]
    pub(crate) fn first_line(self) -> Result<String> {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(|error| {
            Fault::invalid("--password-stdin", "expected a line of text on standard input").because(error)
        })?;
        let line = line.strip_suffix('\n').unwrap_or(&line);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }

    /// A failure: words on standard error, and with `--json` the problem document on standard output.
    pub(crate) fn fail(self, fault: &Fault) {
        if self.json {
            let document = serde_json::to_string(&ProblemDocument::of(fault, "")).unwrap_or_default();
            self.data(&document);
        }
        let mut err = io::stderr().lock();
        let _ = writeln!(err, "error: {}", fault.detail);
        if let Some(cause) = fault.cause() {
            let _ = writeln!(err, "cause: {}", echopilot_core::events::Scrubbed::text(&cause).as_str());
        }
    }

    /// Do `work` under bars that it moves itself, where a person watches.
    pub(crate) fn watching<T>(self, cx: &Cx, work: impl FnOnce(&Cx) -> T) -> T {
        if self.quiet || !io::stderr().is_terminal() {
            return work(cx);
        }
        let bars: Arc<dyn Progress> = Arc::new(Bars::default());
        work(&Cx { progress: Some(bars), ..cx.clone() })
    }

    /// Do `work` under a spinner where a person watches.
    pub(crate) fn working<T>(self, what: &'static str, work: impl FnOnce() -> T) -> T {
        if self.quiet || !io::stderr().is_terminal() {
            return work();
        }
        let spinner = ProgressBar::new_spinner().with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        spinner.enable_steady_tick(Duration::from_millis(100));
        let result = work();
        spinner.finish_and_clear();
        result
    }
}
