//! Is the mail server well? Asked at most once a minute by a thread of its own, since a server that does not answer
//! would hold up what is refreshed every half second.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::dependencies::DependencyStatus;
use crate::outbound::Mailer;
use crate::platform::{Clock, Fault, Result};

/// No more often than this.
const EVERY: Duration = Duration::from_secs(60);
/// What answers sooner is known in this round, what does not in a later one.
const PATIENCE: Duration = Duration::from_millis(100);

/// When it was asked last, and the answer that is under way.
#[derive(Default)]
pub(super) struct MailCheck(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    at: Option<Instant>,
    answer: Option<Receiver<DependencyStatus>>,
}

impl MailCheck {
    /// What a check found since the last look, if one did; begins one when it is time.
    pub(super) fn look(&self, mailer: &Arc<dyn Mailer>) -> Result<Option<DependencyStatus>> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Clock::monotonic();
        let is_due = asked.at.is_none_or(|at| now.saturating_duration_since(at) >= EVERY);
        if asked.answer.is_none() && is_due {
            asked.at = Some(now);
            asked.answer = Some(ask(Arc::clone(mailer))?);
        }
        let Some(answer) = &asked.answer else { return Ok(None) };
        let found = match answer.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Ok(status) => status,
            // The thread ended without an answer.
            Err(RecvTimeoutError::Disconnected) => DependencyStatus::Down,
        };
        asked.answer = None;
        Ok(Some(found))
    }
}

fn ask(mailer: Arc<dyn Mailer>) -> Result<Receiver<DependencyStatus>> {
    let (sender, answer) = channel();
    let work = move || {
        let found = if mailer.check().is_ok() { DependencyStatus::Ok } else { DependencyStatus::Down };
        // Nobody waits any more when the process ends.
        let _ = sender.send(found);
    };
    std::thread::Builder::new().name("mail check".into()).spawn(work).map_err(Fault::internal)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::outbound::{Letter, MailFailure};
    use crate::platform::Code;

    struct Slow(AtomicUsize);

    impl Mailer for Slow {
        fn send(&self, _: &Letter<'_>) -> Result<(), MailFailure> {
            Err(MailFailure::Refused(None))
        }

        fn check(&self) -> Result<()> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(400));
            Err(Fault::new(Code::Upstream, "no answer"))
        }
    }

    #[test]
    fn a_slow_server_holds_nobody_up_and_is_asked_once() {
        let slow = Arc::new(Slow(AtomicUsize::new(0)));
        let mailer: Arc<dyn Mailer> = slow.clone();
        let check = MailCheck::default();
        let begun = Clock::monotonic();
        assert_eq!(check.look(&mailer).unwrap(), None);
        assert!(begun.elapsed() < Duration::from_millis(350), "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(check.look(&mailer).unwrap(), Some(DependencyStatus::Down));
        assert_eq!(check.look(&mailer).unwrap(), None);
        assert_eq!(slow.0.load(Ordering::SeqCst), 1);
    }
}
