//! Counting rows for whoever watches.

use crate::operation::Progress;
use crate::platform::Result;

/// Told every so many rows: often enough for an eye, too rarely to cost anything.
const EVERY: u64 = 2_048;

/// A count that is watched, or that nobody watches.
#[derive(Default)]
pub(super) struct Watched<'a> {
    progress: Option<&'a dyn Progress>,
    what: &'static str,
    done: u64,
    all: u64,
}

impl<'a> Watched<'a> {
    /// How many there are is asked for only when somebody watches.
    pub(super) fn begin(
        progress: Option<&'a dyn Progress>,
        what: &'static str,
        count: impl FnOnce() -> Result<i64>,
    ) -> Result<Self> {
        let Some(watcher) = progress else { return Ok(Self::default()) };
        let all = u64::try_from(count()?).unwrap_or(0);
        watcher.at(what, 0, Some(all));
        Ok(Self { progress, what, done: 0, all })
    }

    pub(super) fn one(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(EVERY) {
            self.tell();
        }
    }

    pub(super) fn end(&self) {
        self.tell();
    }

    fn tell(&self) {
        if let Some(progress) = self.progress {
            progress.at(self.what, self.done, Some(self.all.max(self.done)));
        }
    }
}
