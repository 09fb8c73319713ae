//! Progress bars, one for each thing that is worked on, where a person watches.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use echopilot_core::operation::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

/// Bars on the terminal.
#[derive(Default)]
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<&'static str, ProgressBar>>,
}

impl Progress for Bars {
    fn at(&self, what: &'static str, done: u64, all: Option<u64>) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(what).or_insert_with(|| self.bar(what));
        if let Some(all) = all {
            bar.set_length(all);
        }
        bar.set_position(done);
        if all == Some(done) && done > 0 {
            bar.finish();
        }
    }
}

impl Bars {
    fn bar(&self, what: &'static str) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new(0)).with_message(what);
        let template = "{msg:>12} {bar:32} {human_pos:>9} of {human_len} {rate:>11} {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        // What comes after the last row (the target merges) is seen as time that goes on.
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Whole things a second; the library's own shows fourteen decimals.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let rate = state.per_sec();
    if rate.is_finite() {
        let _ = write!(out, "{rate:.0}/s");
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        for bar in self.bars.get_mut().unwrap_or_else(PoisonError::into_inner).values() {
            bar.finish_and_clear();
        }
    }
}
