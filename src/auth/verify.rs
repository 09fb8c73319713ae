//! Sign in with the link that was mailed. Only this uses it up: whoever opens the page of the link, a scanner of mail
//! among them, changes nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use super::challenge::LinkAttempt;
use super::login::{Arrival, SignIn, SignInAnswer, Start, record_failure, secret_text};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route, SessionChange};
use crate::platform::{Code, Fault, Result, Secret};

/// Sign in with the link that was mailed; it works once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyLink {
    /// What stands in the link after `token=`.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String")]
    pub token: Secret,
    /// What the page says it runs on; no field of the API.
    #[serde(skip)]
    #[schemars(skip)]
    pub device: Option<String>,
}

impl Operation for VerifyLink {
    const META: Meta = Meta {
        name: "verify-link",
        route: Route::post("/api/auth/verify"),
        access: Access::Public,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = SignInAnswer;

    fn run(&self, cx: &Cx) -> Result<SignInAnswer> {
        let attempt = LinkAttempt::new(&cx.deps, &self.token, cx.now);
        let (start, arrival) = (Start::new(cx, "link", self.device.as_deref()), Arrival::new(cx));
        let begun = start.clone();
        let customer = cx.deps.store.write(move |tx| {
            let email = attempt.redeem(tx)?.ok_or_else(refused)?;
            let customer = arrival.customer(tx, &email)?.ok_or_else(refused)?;
            begun.store(tx, &customer)?;
            Ok(customer)
        });
        let customer = customer.inspect_err(|fault| {
            if fault.code == Code::Unauthenticated {
                record_failure(cx, "link", None);
            }
        })?;
        start.answer(cx, &customer)
    }

    fn session(output: &SignInAnswer) -> SessionChange {
        SignIn::session(output)
    }
}

fn refused() -> Fault {
    Fault::new(Code::Unauthenticated, "The link has been used, has ended or is not whole; ask for a new one")
}
