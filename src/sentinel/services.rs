//! The services of others, asked once a minute. Each question has a thread of its own, and all of them together one that
//! nothing else waits for: a service that does not answer holds up neither the others nor what keeps memory fresh.

use std::any::Any;
use std::time::Duration;

use super::dependencies::{DependencyStatus, report};
use crate::operation::Deps;
use crate::outbound::{Notion, NotionCall, Stripe, StripeCall, StripeFailure};
use crate::platform::Result;

/// How often they are asked.
pub const EVERY: Duration = Duration::from_secs(60);

/// What asks. The findings lie where those about ourselves lie.
pub struct Services;

impl Services {
    /// Nothing is kept here.
    pub fn build(_deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self))
    }

    /// Ask every one that is configured, all at once.
    pub fn refresh(deps: &Deps) -> Result<()> {
        std::thread::scope(|scope| {
            if let Some(stripe) = &deps.outside.stripe {
                scope.spawn(|| report(deps, "stripe", ask_stripe(&**stripe)));
            }
            if let Some(notion) = &deps.outside.notion {
                scope.spawn(|| report(deps, "notion", ask_notion(&**notion)));
            }
            if let Some(mailer) = &deps.outside.mailer {
                scope.spawn(|| report(deps, "mail", of(mailer.check().is_ok())));
            }
        });
        Ok(())
    }
}

const fn of(answers: bool) -> DependencyStatus {
    if answers { DependencyStatus::Ok } else { DependencyStatus::Down }
}

fn ask_stripe(stripe: &dyn Stripe) -> DependencyStatus {
    match stripe.call(&StripeCall::get("/v1/balance")) {
        // Any other refusal is an answer: a restricted key may not see the balance.
        Ok(_) => DependencyStatus::Ok,
        Err(StripeFailure::Refused { status, .. }) => of(status != 401),
        Err(StripeFailure::Unknown(_)) => DependencyStatus::Down,
    }
}

fn ask_notion(notion: &dyn Notion) -> DependencyStatus {
    of(notion.call(&NotionCall::get("/v1/users/me")).is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::platform::{Code, Fault};

    struct Answers(fn() -> Result<Value, StripeFailure>);

    impl Stripe for Answers {
        fn call(&self, call: &StripeCall) -> Result<Value, StripeFailure> {
            assert_eq!((call.method, call.path.as_str()), ("GET", "/v1/balance"));
            (self.0)()
        }
    }

    fn refused(status: u16) -> Result<Value, StripeFailure> {
        Err(StripeFailure::Refused { status, code: String::new(), message: "No.".into() })
    }

    #[test]
    fn an_answer_is_an_answer_and_silence_or_a_wrong_key_is_none() {
        let silent = || Err(StripeFailure::Unknown(Fault::new(Code::Upstream, "Nobody answers")));
        let cases: [(Answers, DependencyStatus); 4] = [
            (Answers(|| Ok(json!({}))), DependencyStatus::Ok),
            (Answers(|| refused(403)), DependencyStatus::Ok),
            (Answers(|| refused(401)), DependencyStatus::Down),
            (Answers(silent), DependencyStatus::Down),
        ];
        for (stripe, expected) in cases {
            assert_eq!(ask_stripe(&stripe), expected);
        }
    }
}
