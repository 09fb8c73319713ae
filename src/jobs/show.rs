//! One job.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Job;
use super::sql::FIND;
use crate::events::Log;
use crate::operation::{Access, Caller, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Fault, Result};
use crate::store::args;

/// Show one job: a customer their own, an operator any.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ShowJob {
    /// The job's identifier.
    pub id: String,
}

impl Operation for ShowJob {
    const META: Meta = Meta {
        name: "show-job",
        route: Route::get("/api/jobs/{id}"),
        access: Access::Either,
        cost: Cost::Blocking,
        log: Log::Jobs,
    };
    type Output = Job;

    fn run(&self, cx: &Cx) -> Result<Job> {
        let found: Option<Job> = cx.deps.store.read(|tx| tx.maybe(FIND, args![self.id.as_str()]))?;
        // Another's job is as good as none: the answer must not tell whether it exists.
        let may_see = |job: &Job| match &cx.caller {
            Caller::Customer(session) => job.customer_id == session.profile.customer_id,
            _ => true,
        };
        found.filter(may_see).ok_or_else(|| Fault::not_found("A job with this identifier"))
    }
}
