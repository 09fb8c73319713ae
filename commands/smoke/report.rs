//! What `smoke` shows: a table or a JSON document, the failing answer with the end of its log, and JUnit.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use echopilot_core::events::{self, Log, TailQuery};
use echopilot_core::platform::Result;
use serde::Serialize;
use serde_json::Value;

use super::checks::{Check, Verdict};
use super::target::Target;
use crate::ui::Ui;

/// Lines of the log that are shown under a failure.
const LOG_LINES: usize = 50;

/// One check in the report.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    check: &'static str,
    endpoint: String,
    /// `passed`, `failed`, `not_configured`, `not_asked_for` or `absent`.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    duration_ms: u128,
}

impl Row {
    pub(super) fn new(check: &Check, verdict: Verdict, took: Duration) -> Self {
        let (result, detail, body) = match verdict {
            Verdict::Passed => ("passed", None, None),
            Verdict::Failed { why, body } => ("failed", Some(why), Some(body)),
            Verdict::NotConfigured(why) => ("not_configured", Some(why), None),
            Verdict::NotAskedFor(why) => ("not_asked_for", Some(why), None),
            Verdict::Absent => ("absent", Some("this version does not offer it".to_owned()), None),
        };
        Self {
            check: check.name,
            endpoint: check.endpoint.clone(),
            result,
            detail,
            body,
            duration_ms: took.as_millis(),
        }
    }
}

/// The whole run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    base_url: String,
    green: bool,
    passed: usize,
    failed: usize,
    not_configured: usize,
    not_asked_for: usize,
    absent: usize,
    #[serde(rename = "checks")]
    pub(super) rows: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log_tail: Vec<String>,
}

impl Report {
    pub(super) fn new(base_url: &str) -> Self {
        let rows = Vec::new();
        Self {
            base_url: base_url.to_owned(),
            green: false,
            passed: 0,
            failed: 0,
            not_configured: 0,
            not_asked_for: 0,
            absent: 0,
            rows,
            log_tail: Vec::new(),
        }
    }

    /// Green when something passed and nothing failed.
    pub(super) fn is_green(&self) -> bool {
        self.count("failed") == 0 && self.count("passed") > 0
    }

    fn count(&self, result: &str) -> usize {
        self.rows.iter().filter(|row| row.result == result).count()
    }

    /// Fetch the end of the log that the failed check's operation writes to: through the server, else from this
    /// machine's LOG_DIR.
    pub(super) fn end_with_log(&mut self, target: &Target, check: &Check, log_dir: Option<&Path>) {
        let log = check.log.unwrap_or(Log::Http);
        let path = format!("/api/logs/tail?file={}&n={LOG_LINES}", log.name());
        let lines = target.ask_as_operator("GET", &path, None).ok().and_then(|reply| {
            let document: Value = serde_json::from_str(&reply.body).ok()?;
            Some(document["lines"].as_array()?.iter().map(Value::to_string).collect())
        });
        self.log_tail = lines.or_else(|| local_tail(log_dir?, log)).unwrap_or_else(|| {
            vec![format!("the log {} can't be read through the server, nor in LOG_DIR", log.name())]
        });
    }

    pub(super) fn show(&mut self, ui: Ui) -> Result<()> {
        self.green = self.is_green();
        (self.passed, self.failed) = (self.count("passed"), self.count("failed"));
        (self.not_configured, self.absent) = (self.count("not_configured"), self.count("absent"));
        self.not_asked_for = self.count("not_asked_for");
        if ui.is_json() && !self.green {
            // `ok` tells whether the server is well, so a red report is not wrapped as a success.
            ui.data(&serde_json::to_string(&RedReport { ok: false, report: self }).unwrap_or_default());
            return Ok(());
        }
        ui.show(self, |table| {
            table.head(&["check", "endpoint", "result", "ms"]);
            for row in &self.rows {
                let ms = if row.result == "absent" { String::new() } else { row.duration_ms.to_string() };
                table.row(&[row.check.to_owned(), row.endpoint.clone(), row.result.replace('_', " "), ms]);
            }
        })?;
        if !ui.is_json() {
            self.explain(ui);
        }
        Ok(())
    }

    fn explain(&self, ui: Ui) {
        for row in self.rows.iter().filter(|row| matches!(row.result, "not_configured" | "not_asked_for")) {
            let result = row.result.replace('_', " ");
            ui.say(&format!("{}: {result}: {}", row.check, row.detail.as_deref().unwrap_or_default()));
        }
        if let Some(row) = self.rows.iter().find(|row| row.result == "failed") {
            ui.say(&format!(
                "\nFAILED {} ({}): {}",
                row.check,
                row.endpoint,
                row.detail.as_deref().unwrap_or_default()
            ));
            ui.say(&format!(
                "answer: {}",
                row.body.as_deref().filter(|body| !body.is_empty()).unwrap_or("(empty)")
            ));
            ui.say("end of its log:");
            for line in &self.log_tail {
                ui.say(&format!("  {line}"));
            }
        }
        let word = if self.green { "GREEN" } else { "RED" };
        ui.say(&format!(
            "{word}: {} passed, {} failed, {} not configured, {} not asked for, {} absent",
            self.passed, self.failed, self.not_configured, self.not_asked_for, self.absent
        ));
    }

    /// The report as JUnit XML; what is absent, not configured or not asked for is skipped, with the reason.
    pub(super) fn junit(&self) -> String {
        let skipped = self.rows.len() - self.count("passed") - self.count("failed");
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(
            xml,
            "<testsuite name=\"smoke\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\">",
            self.rows.len(),
            self.count("failed"),
        );
        for row in &self.rows {
            let (seconds, millis) = (row.duration_ms / 1_000, row.duration_ms % 1_000);
            let _ = write!(
                xml,
                "  <testcase classname=\"smoke\" name=\"{}\" time=\"{seconds}.{millis:03}\"",
                escape(row.check)
            );
            let detail = escape(row.detail.as_deref().unwrap_or_default());
            let body = escape(row.body.as_deref().unwrap_or_default());
            let _ = match row.result {
                "passed" => writeln!(xml, "/>"),
                "failed" => writeln!(xml, "><failure message=\"{detail}\">{body}</failure></testcase>"),
                _ => writeln!(xml, "><skipped message=\"{detail}\"/></testcase>"),
            };
        }
        xml.push_str("</testsuite>\n");
        xml
    }
}

#[derive(Serialize)]
struct RedReport<'a> {
    ok: bool,
    #[serde(flatten)]
    report: &'a Report,
}

/// The end of a log on this machine; none when there is no such file or nothing in it.
fn local_tail(log_dir: &Path, log: Log) -> Option<Vec<String>> {
    let query = TailQuery { log, n: LOG_LINES, level: None, request_id: None, text: None };
    let tail = events::tail(log_dir, &query).ok()?;
    let lines: Vec<String> = tail.lines.iter().map(|line| line.get().to_owned()).collect();
    (!lines.is_empty()).then_some(lines)
}

/// The checks without running them.
pub(super) fn list(checks: &[Check], ui: Ui) -> Result<()> {
    #[derive(Serialize)]
    struct Listed {
        check: &'static str,
        endpoint: String,
        absent: bool,
    }
    #[derive(Serialize)]
    struct List {
        checks: Vec<Listed>,
    }
    let checks: Vec<_> = checks
        .iter()
        .map(|check| Listed {
            check: check.name,
            endpoint: check.endpoint.clone(),
            absent: check.ask.is_none(),
        })
        .collect();
    let list = List { checks };
    ui.show(&list, |table| {
        table.head(&["check", "endpoint", ""]);
        for check in &list.checks {
            let word = if check.absent { "absent" } else { "" };
            table.row(&[check.check.to_owned(), check.endpoint.clone(), word.to_owned()]);
        }
    })
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML 1.0 has no other control characters.
            '\n' | '\t' => safe.push(c),
            _ if c.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}
