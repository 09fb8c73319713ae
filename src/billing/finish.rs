//! What Stripe has not decided is asked again, under the same key, until it has.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::operations::{self, Asked, REPEATABLE, Settled};
use super::sql::{ASKED_CLAIM, ASKED_DUE, ASKED_WAITING};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Code, Result};
use crate::store::args;

/// The longest pause between two tries.
const LONGEST_PAUSE: u64 = 30 * 60;

/// Ask Stripe again for the refunds and invoices that it has not decided.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishStripeOperations {}

/// What became of them.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct StripeOperationsFinished {
    /// Done now.
    pub succeeded: u64,
    /// Refused by Stripe.
    pub refused: u64,
    /// Without an answer for 23 hours: a person must look.
    pub given_up: u64,
    /// Still undecided, those included whose time has not come.
    pub waiting: u64,
}

impl Operation for FinishStripeOperations {
    const META: Meta = Meta {
        name: "finish-stripe-operations",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = StripeOperationsFinished;

    fn run(&self, cx: &Cx) -> Result<StripeOperationsFinished> {
        let mut finished = StripeOperationsFinished::default();
        let due: Vec<Asked> = cx.deps.store.read(|tx| tx.rows(ASKED_DUE, args![cx.now]))?;
        for asked in due {
            if asked.created_at < cx.now.minus(REPEATABLE) {
                operations::give_up(cx, &asked)?;
                finished.given_up += 1;
            } else if claim(cx, &asked)? && asked.kind()?.matters() {
                match operations::carry_out(cx, &asked) {
                    Ok(Settled::Done(_)) => finished.succeeded += 1,
                    Ok(Settled::Undecided(_)) => {}
                    Err(fault) if matches!(fault.code, Code::Refused | Code::Upstream) => {
                        finished.refused += 1;
                    }
                    Err(fault) => return Err(fault),
                }
            }
        }
        finished.waiting = cx.deps.store.read(|tx| tx.one(ASKED_WAITING, args![]))?;
        Ok(finished)
    }
}

/// Take a row for this try; false when another replica has it. The next try is due later each time.
fn claim(cx: &Cx, asked: &Asked) -> Result<bool> {
    let doublings = u32::try_from(asked.attempts.clamp(0, 6)).unwrap_or(6);
    let pause = Duration::from_secs((60 * 2_u64.pow(doublings)).min(LONGEST_PAUSE));
    let (id, attempts, next) = (asked.id.clone(), asked.attempts, cx.now.plus(pause));
    cx.deps.store.write(move |tx| Ok(tx.run(ASKED_CLAIM, args![id.as_str(), attempts, next])? == 1))
}
