//! Work that everything else goes before: a copy has time, whoever waits for an answer has not.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

use crate::platform::{Fault, Result};

/// Do this on a thread of the lowest priority, and wait for it; threads that it starts are of the same. A thread of its
/// own, since an ordinary user may lower a priority but not raise it again.
pub(super) fn behind<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let span = tracing::Span::current();
    scope(|scope| {
        let started = Builder::new().name("warehouse copy".into()).spawn_scoped(scope, move || {
            step_back();
            span.in_scope(work)
        });
        let thread =
            started.map_err(|error| Fault::internal(error).because("no thread for the warehouse"))?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Where the system knows priorities of single threads. Where it refuses, the work is done as any other.
fn step_back() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 19);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;
    use crate::platform::Code;

    #[test]
    fn it_and_what_it_starts_step_back_and_the_caller_does_not() {
        let own = || getpriority_process(None).unwrap();
        let before = own();
        let seen = behind(|| Ok([own(), std::thread::spawn(own).join().unwrap()]));
        assert_eq!((seen.unwrap(), own()), ([19, 19], before));
        assert!(before < 19, "the control: the caller is not the last one anyhow");
        let fault = behind(|| Err::<(), _>(Fault::new(Code::Conflict, "no"))).unwrap_err();
        assert_eq!(fault.code, Code::Conflict);
    }
}
