//! One tap into the demo account. Exists in demo mode alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::login::{SignInAnswer, Start};
use crate::customers::directory;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::{Email, Fault, Result, Secret};

/// The demo customer's address.
pub const DEMO_EMAIL: &str = "demo@echopilot.local";

/// Sign in as the demo customer (demo mode only, else not found).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInDemo {
    /// What the page says it runs on; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub device: Option<String>,
}

impl Operation for SignInDemo {
    const META: Meta = Meta {
        name: "sign-in-demo",
        route: Route::post("/auth/demo"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SignInAnswer;

    fn run(&self, cx: &Cx) -> Result<SignInAnswer> {
        if !cx.deps.settings.demo {
            return Err(Fault::not_found("/auth/demo"));
        }
        let email = Email::parse(DEMO_EMAIL)?;
        let start = Start::new(cx, "demo", self.device.as_deref());
        let begun = start.clone();
        let customer = cx.deps.store.write(move |tx| {
            let customer = directory::by_email(tx, &email)?
                .filter(|customer| customer.disabled_at.is_none())
                .ok_or_else(|| Fault::not_found("The demo customer (run `echopilot seed-demo`)"))?;
            begun.store(tx, &customer.id)?;
            Ok(customer.id)
        })?;
        start.answer(cx, &customer)
    }

    fn session(output: &SignInAnswer) -> SessionChange {
        SessionChange::Start { token: Secret::new(output.token.as_str()), expires_at: output.expires_at }
    }
}
