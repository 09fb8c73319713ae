//! The catalogue on HTTP: which operation or handler answers which method of which path, and how an operation
//! is called. `Cost::Memory` runs inline; everything else goes through [`offload`], the one place that blocks.

mod call;
mod table;

use std::sync::Arc;
use std::time::Duration;

use echopilot_core::platform::{Code, Fault, Result};
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub(crate) use call::{Call, call};
pub(crate) use table::{Matched, Table, Target, What};

/// How many calls may block at a time: so many writes can share one commit.
pub const PERMITS: usize = 64;
/// How long a call waits for its turn before the client is sent away.
const TURN: Duration = Duration::from_millis(500);

/// Run `work` on a thread where it may block. All permits taken: `Unavailable`, try again in a second.
///
/// The permit lasts as long as the work, also when the client has hung up meanwhile.
#[expect(clippy::disallowed_methods, reason = "the one place that may block, behind the semaphore")]
pub async fn offload<T: Send + 'static>(
    permits: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let busy = || {
        Fault::new(Code::Unavailable, "Too much is going on right now; try again in a second").retry_after(1)
    };
    let permit = match Arc::clone(permits).try_acquire_owned() {
        Ok(permit) => permit,
        Err(_) => timeout(TURN, Arc::clone(permits).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?,
    };
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    });
    done.await.map_err(|error| {
        let why = if error.is_panic() { "an operation panicked" } else { "the runtime is ending" };
        Fault::internal(why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_elsewhere_and_a_panic_is_a_fault() {
        let permits = Arc::new(Semaphore::new(1));
        assert_eq!(offload(&permits, || 7).await.unwrap(), 7);
        let fault = offload(&permits, || panic!("on purpose")).await.map(|(): ()| ()).unwrap_err();
        assert_eq!(fault.code, Code::Internal);
        assert_eq!(offload(&permits, || 8).await.unwrap(), 8, "the permit came back");
    }

    #[tokio::test]
    async fn when_all_permits_are_taken_the_client_is_told_to_come_back() {
        let permits = Arc::new(Semaphore::new(1));
        let held = Arc::clone(&permits).acquire_owned().await.unwrap();
        let fault = offload(&permits, || 7).await.unwrap_err();
        assert_eq!((fault.code, fault.retry_after), (Code::Unavailable, Some(1)));
        drop(held);
        assert_eq!(offload(&permits, || 7).await.unwrap(), 7);
    }
}
