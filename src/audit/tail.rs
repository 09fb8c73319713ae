//! The end of a log. Which log is one of a fixed list of names, never a path.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::events::{self, Level, Log, TailQuery};
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};

/// How long lines on their way to the disk are waited for.
const FRESH: Duration = Duration::from_millis(200);

/// Show the last lines of a log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct TailLog {
    /// Which log.
    #[arg(value_enum)]
    pub file: Log,
    /// How many lines, 1 to 500.
    #[arg(short, long, default_value_t = default_lines())]
    #[serde(default = "default_lines")]
    #[schemars(range(min = 1, max = 500))]
    pub n: u32,
    /// Only lines of this level or above.
    #[arg(long, value_enum)]
    #[serde(default)]
    pub level: Option<Level>,
    /// Only lines of this request.
    #[arg(long)]
    #[serde(default)]
    pub request_id: Option<String>,
    /// Only lines with this text in them; upper and lower case are one.
    #[arg(long)]
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub text: Option<String>,
}

/// No text that is looked for is longer.
const LONGEST_TEXT: usize = 200;

const fn default_lines() -> u32 {
    200
}

/// The last lines of a log, oldest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogTail {
    /// Which log.
    pub file: Log,
    /// One object a line: `ts`, `level`, `event`, `request_id`, `caller` and the event's own fields.
    pub lines: Vec<Value>,
    /// Lines on the way that were no JSON objects and were left out.
    pub broken: usize,
    /// Whether a limit on bytes ended the reading before enough lines were found.
    pub truncated: bool,
    /// The place behind the log's last line, for /api/logs/follow to go on from.
    pub end: String,
}

impl TailLog {
    /// The question as files are asked.
    pub fn query(&self) -> Result<TailQuery> {
        let text = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            return Err(Fault::invalid("text", format!("expected {LONGEST_TEXT} characters at the most")));
        }
        Ok(TailQuery {
            log: self.file,
            n: usize::try_from(self.n).unwrap_or(usize::MAX),
            level: self.level,
            request_id: self.request_id.clone(),
            text: text.map(str::to_lowercase),
        })
    }
}

impl Operation for TailLog {
    const META: Meta = Meta {
        name: "tail-log",
        route: Route::get("/api/logs/tail"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Audit,
    };
    type Output = LogTail;

    fn run(&self, cx: &Cx) -> Result<LogTail> {
        let query = self.query()?;
        // What was answered before this call stands in the log; a failing disk shall not hold the reader up.
        cx.deps.events.flush(FRESH);
        let tail = events::tail(&cx.deps.settings.log_dir, &query)?;
        let lines = tail
            .lines
            .iter()
            .map(|line| serde_json::from_str(line.get()).map_err(Fault::internal))
            .collect::<Result<Vec<Value>>>()?;
        let (file, end) = (self.file, tail.end.to_string());
        Ok(LogTail { file, lines, broken: tail.broken, truncated: tail.truncated, end })
    }
}
