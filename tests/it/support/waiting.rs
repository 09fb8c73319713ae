//! Waiting for what another process or thread does, with an end.

use std::time::Duration;

use echopilot_core::platform::Clock;

/// Ask `look` again and again until it has something, half a minute at the most.
///
/// # Panics
/// When nothing came: `what` says what was waited for.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Clock::monotonic() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Clock::monotonic() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
