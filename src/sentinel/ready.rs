//! Whether this replica may take traffic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dependencies::Dependencies;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Code, Fault, Result};

/// Whether this replica may take traffic: 200 when the store answered lately, else 503.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowReadiness {}

/// It may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readiness {
    /// Always true; a replica that is not ready answers 503.
    pub ready: bool,
}

impl Operation for ShowReadiness {
    const META: Meta = Meta {
        name: "readiness",
        route: Route::get("/health/ready"),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Readiness;

    fn run(&self, cx: &Cx) -> Result<Readiness> {
        if cx.deps.resident::<Dependencies>().is_ready(cx.now) {
            Ok(Readiness { ready: true })
        } else {
            Err(Fault::new(Code::Unavailable, "The store does not answer; this replica takes no traffic")
                .retry_after(5))
        }
    }
}
