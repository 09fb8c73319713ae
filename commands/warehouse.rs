//! `echopilot warehouse status` and `echopilot warehouse query`

use std::fmt::Write as _;

use echopilot_core::platform::{Fault, Result};
use echopilot_core::warehouse::{QueryWarehouse, Question, ShowWarehouse};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Ui, or_dash};

/// The warehouse: how it stands, and what it answers
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Show when it was last brought up to date, and what waits
    #[command(after_help = example!("echopilot warehouse status --json", "echopilot warehouse status --runs 10"))]
    Status(ShowWarehouse),
    /// Ask a question that has its SQL ready, or print that SQL to begin with
    #[command(after_help = example!(
        "echopilot warehouse query revenue_by_month",
        "echopilot warehouse query --example",
        "echopilot warehouse query qa_by_kind --example | psql \"$WAREHOUSE_URL\""
    ))]
    Query(Query),
}

/// Which question, and whether it is asked.
#[derive(clap::Args)]
pub(crate) struct Query {
    /// Which question; with --example all of them when nothing is said
    #[arg(value_enum, required_unless_present = "example")]
    question: Option<Question>,
    /// Print the SQL and ask nothing
    #[arg(long)]
    example: bool,
}

/// The SQL of a question.
#[derive(serde::Serialize)]
struct Example {
    question: Question,
    words: &'static str,
    sql: &'static str,
}

#[derive(serde::Serialize)]
struct Examples {
    examples: Vec<Example>,
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    match verb {
        Verb::Status(operation) => status(operation, global, ui),
        Verb::Query(Query { question, example: true }) => examples(*question, ui),
        Verb::Query(Query { question: Some(question), .. }) => query(*question, global, ui),
        Verb::Query(Query { question: None, .. }) => {
            Err(Fault::invalid("question", "expected the name of a question, or --example to see them"))
        }
    }
}

fn status(operation: &ShowWarehouse, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let status = cx.call(operation)?;
    ui.answer::<ShowWarehouse>(&status, |table| {
        if operation.runs.is_some() {
            table.head(&["began", "kind", "status", "ms", "why"]);
            for run in &status.recent {
                let (began, took) =
                    (run.started_at.to_string(), run.duration_ms.map(|took| took.to_string()));
                let (kind, why) = (run.kind.clone(), run.detail.as_ref());
                table.row(&[began, kind, run.status.clone(), or_dash(took.as_ref()), or_dash(why)]);
            }
            return;
        }
        table.head(&["table", "rows"]);
        for (name, rows) in status.row_counts.iter().flatten() {
            table.row(&[name.as_str().to_owned(), rows.to_string()]);
        }
    })?;
    let last = status
        .last_sync
        .as_ref()
        .map_or_else(|| "never".to_owned(), |last| format!("{} at {}", last.status, last.started_at));
    let why = status.last_sync.as_ref().and_then(|last| last.detail.as_ref());
    ui.say(&format!("last sync: {last}; rows waiting: {}; stale: {}", status.lag_rows, status.stale));
    if let Some(why) = why {
        ui.say(&format!("it failed: {why}"));
    }
    if let Some(quarantine) = status.quarantine.as_ref().filter(|quarantine| quarantine.count > 0) {
        ui.say(&format!("rows that can't be kept: {}; warehouse.quarantine says why", quarantine.count));
    }
    if let Some(problem) = &status.problem {
        ui.say(&format!("the warehouse does not answer: {problem}"));
    }
    Ok(Exit::Done)
}

/// The SQL of one question or of all, as a script that psql takes.
fn examples(question: Option<Question>, ui: Ui) -> Result<Exit> {
    let chosen: Vec<Question> = question.map_or_else(|| Question::ALL.to_vec(), |question| vec![question]);
    if ui.is_json() {
        let of = |question: &Question| Example {
            question: *question,
            words: question.words(),
            sql: question.sql(),
        };
        ui.show(&Examples { examples: chosen.iter().map(of).collect() }, |_| {})?;
        return Ok(Exit::Done);
    }
    let mut script = String::new();
    for question in chosen {
        let gap = if script.is_empty() { "" } else { "\n" };
        let _ = writeln!(script, "{gap}-- {}: {}\n{};", question.as_str(), question.words(), question.sql());
    }
    ui.data(script.trim_end());
    Ok(Exit::Done)
}

fn query(question: Question, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    let answer = ui.working("asking the warehouse", || cx.call(&QueryWarehouse { question }))?;
    ui.answer::<QueryWarehouse>(&answer, |table| {
        table.head(&answer.columns.iter().map(String::as_str).collect::<Vec<_>>());
        for row in &answer.rows {
            table.row(&row.iter().map(|value| or_dash(value.as_ref())).collect::<Vec<_>>());
        }
    })?;
    if answer.has_more {
        ui.say("There are more rows than these; --example prints the SQL to go on from.");
    }
    Ok(Exit::Done)
}
