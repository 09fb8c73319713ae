//! Jobs, newest first: a customer's own, or all for an operator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::{ADD, LIST};
use crate::events::Log;
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, Page, Route, WantedWord};
use crate::platform::{Fault, Result, Timestamp};
use crate::store::{Tx, args, row};

/// List jobs, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListJobs {
    /// How many, 1 to 200; 50 when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[arg(long)]
    #[serde(default)]
    pub cursor: Option<String>,
    /// Jobs of this customer (an identifier); a customer can name nobody but themselves.
    #[arg(long)]
    #[serde(default)]
    pub customer: Option<String>,
    /// Only those that stand so: `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    #[arg(long)]
    #[serde(default)]
    pub status: Option<String>,
    /// Only those of this kind, such as `research`.
    #[arg(long)]
    #[serde(default)]
    pub kind: Option<String>,
    /// Only those whose task or identifier has this in it; upper and lower case are one (of A to Z).
    #[arg(long, value_name = "TEXT")]
    #[serde(default)]
    #[schemars(length(max = 254))]
    pub q: Option<String>,
}

/// How a job can stand.
pub const STATUSES: [&str; 5] = ["queued", "running", "succeeded", "failed", "cancelled"];

/// One job.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    /// ULID.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// What kind of task: `research`, `drafting` …
    pub kind: String,
    /// What was asked for.
    pub task: String,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    pub status: String,
    /// The quality score, 0 to 100; null until it is scored.
    pub qa_score: Option<f64>,
    /// The score it has to reach.
    pub qa_target: f64,
    /// Cost in millionths of a US dollar.
    pub cost_micro: i64,
    /// Tokens sent to the model.
    pub tokens_in: i64,
    /// Tokens the model sent.
    pub tokens_out: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

row! { Job {
    id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, tokens_out, created_at,
    started_at, finished_at
} }

/// A page of jobs.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Jobs {
    /// Newest first.
    pub jobs: Vec<Job>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl Operation for ListJobs {
    const META: Meta = Meta {
        name: "list-jobs",
        route: Route::get("/api/jobs"),
        access: Access::Either,
        cost: Cost::Blocking,
        log: Log::Jobs,
    };
    type Output = Jobs;

    fn run(&self, cx: &Cx) -> Result<Jobs> {
        let page = Page::parse(self.limit, self.cursor.as_deref())?;
        let customer = match (&cx.caller, &self.customer) {
            (Caller::Customer(session), None) => Some(session.profile.customer_id.as_str()),
            // Another's identifier is as good as none: the answer must not tell whether it exists.
            (Caller::Customer(session), Some(named)) if *named != session.profile.customer_id => {
                return Err(Fault::not_found("A customer with this identifier, whose jobs you may see,"));
            }
            (_, customer) => customer.as_deref(),
        };
        let status = self.status.as_deref();
        if status.is_some_and(|status| !STATUSES.contains(&status)) {
            return Err(Fault::invalid("status", format!("expected one of {}", STATUSES.join(", "))));
        }
        let word = WantedWord::parse(self.q.as_deref())?;
        let (before, id) = (page.before.0, page.before.1.as_str());
        let (kind, pattern) = (self.kind.as_deref(), word.as_ref().map(|word| word.pattern.as_str()));
        let wanted = args![customer, before, id, page.fetch(), status, kind, pattern];
        let mut jobs: Vec<Job> = cx.deps.store.read(|tx| tx.rows(LIST, wanted))?;
        let next_cursor = page.cut(&mut jobs, |job| (job.created_at, job.id.clone()));
        Ok(Jobs { jobs, next_cursor })
    }
}

/// Store a job within the caller's transaction; false when it is there.
pub fn add(tx: &mut Tx<'_>, job: &Job) -> Result<bool> {
    let added = tx.run(
        ADD,
        args![
            job.id.as_str(),
            job.customer_id.as_str(),
            job.kind.as_str(),
            job.task.as_str(),
            job.status.as_str(),
            job.qa_score,
            job.qa_target,
            job.cost_micro,
            job.tokens_in,
            job.tokens_out,
            job.created_at,
            job.started_at,
            job.finished_at
        ],
    )?;
    Ok(added == 1)
}
