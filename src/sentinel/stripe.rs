//! Whether Stripe answers. Asked on a thread of its own, since an answer may take many seconds and the thread that
//! checks everything else also keeps the memory of sessions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::dependencies::DependencyStatus;
use crate::operation::Deps;
use crate::outbound::{Stripe, StripeCall, StripeFailure};
use crate::platform::{Clock, Timestamp};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(60);

/// The question under way, and the last answer.
#[derive(Default)]
pub(super) struct StripeCheck {
    is_asking: AtomicBool,
    asked_at: Mutex<Option<Timestamp>>,
    answer: Mutex<Option<(DependencyStatus, Timestamp)>>,
}

impl StripeCheck {
    /// Ask when it is time to; an answer that came since the last look.
    pub(super) fn look(self: &Arc<Self>, deps: &Deps) -> Option<(DependencyStatus, Timestamp)> {
        let stripe = deps.outside.stripe.as_ref()?;
        let now = deps.clock.now();
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = asked_at.is_none_or(|asked| now >= asked.plus(EVERY));
        if is_due && !self.is_asking.swap(true, Ordering::AcqRel) {
            *asked_at = Some(now);
            let (own, stripe, clock) = (Arc::clone(self), Arc::clone(stripe), deps.clock.clone());
            let asking = std::thread::Builder::new().name("stripe check".into());
            let asked = asking.spawn(move || own.ask(&*stripe, &clock));
            if asked.is_err() {
                self.is_asking.store(false, Ordering::Release);
            }
        }
        drop(asked_at);
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn ask(&self, stripe: &dyn Stripe, clock: &Clock) {
        let status = match stripe.call(&StripeCall::get("/v1/balance")) {
            // Any other refusal is an answer: a restricted key may not see the balance.
            Ok(_) => DependencyStatus::Ok,
            Err(StripeFailure::Refused { status, .. }) if status != 401 => DependencyStatus::Ok,
            Err(_) => DependencyStatus::Down,
        };
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some((status, clock.now()));
        self.is_asking.store(false, Ordering::Release);
    }
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
        let cases: [(Answers, DependencyStatus); 4] = [
            (Answers(|| Ok(json!({}))), DependencyStatus::Ok),
            (Answers(|| refused(403)), DependencyStatus::Ok),
            (Answers(|| refused(401)), DependencyStatus::Down),
            (
                Answers(|| Err(StripeFailure::Unknown(Fault::new(Code::Upstream, "Nobody answers")))),
                DependencyStatus::Down,
            ),
        ];
        for (stripe, expected) in cases {
            let check = StripeCheck::default();
            check.ask(&stripe, &Clock::System);
            let (found, _) = check.answer.lock().unwrap().take().unwrap();
            assert_eq!(found, expected);
        }
    }
}
