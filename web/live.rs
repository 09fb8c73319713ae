//! What the operators' open pages are told: which of their sections has changed, never what.
//!
//! One task looks at the store every two seconds while anybody listens; each stream has a place, and places are few. A
//! page says what it had seen when it was made, so nothing is missed between the page and its stream.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use echopilot_core::flags::{self, Flags};
use echopilot_core::operation::{Deps, Marks};
use echopilot_core::platform::{Result, digest_hex};
use echopilot_core::sentinel::Dependencies;
use echopilot_core::{jobs, leads, support, warehouse};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::sleep;

use crate::site::Site;

/// The sections that can change, in the order in which marks of them are written.
pub const SECTIONS: [&str; 7] =
    ["overview", "automations", "jobs", "customers", "flags", "warehouse", "leads"];
/// How many streams there may be at a time.
pub const PLACES: usize = 32;
/// How often the store is looked at while anybody listens.
const EVERY: Duration = Duration::from_secs(2);
/// How long after its end a minute is stored at the latest, on a healthy store.
const STORED_AFTER: Duration = Duration::from_secs(10);
/// The letters of a mark.
const MARK: usize = 8;

/// What each section was like at some moment: equal marks, nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen([String; SECTIONS.len()]);

impl Seen {
    /// As it is now; may block.
    pub(crate) fn read(deps: &Deps) -> Result<Self> {
        let (marks, jobs, tickets, flags, sync, leads) = deps.store.read(|tx| {
            let (tickets, flags) = (support::mark(tx)?, flags::mark(tx)?);
            let (sync, leads) = (warehouse::mark(tx)?, leads::mark(tx)?);
            Ok((Marks::read(tx)?, jobs::mark(tx)?, tickets, flags, sync, leads))
        })?;
        let document = deps.resident::<Flags>().get().version.clone();
        let current = deps.resident::<Dependencies>().current();
        let reach = current.get("warehouse").map(|dependency| dependency.status.as_str());
        let states: Vec<&str> = current.values().map(|dependency| dependency.status.as_str()).collect();
        // A minute is stored some seconds after its end.
        let minute = deps.clock.now().minus(STORED_AFTER).millis().div_euclid(60_000);
        Ok(Self([
            mark(&(&marks.told, states, minute)),
            mark(&marks),
            mark(&jobs),
            mark(&(tickets, &marks.told)),
            mark(&(flags, document)),
            mark(&(sync, reach)),
            mark(&(leads, &marks.told)),
        ]))
    }

    /// In one word, for an address.
    pub(crate) fn word(&self) -> String {
        self.0.join(".")
    }

    /// The same from its word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let marks: Vec<String> = word.split('.').map(str::to_owned).collect();
        let is_mark = |mark: &String| mark.len() == MARK && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !marks.iter().all(is_mark) {
            return None;
        }
        marks.try_into().ok().map(Self)
    }

    /// The sections that differ.
    pub(crate) fn changed(&self, before: &Self) -> Vec<&'static str> {
        let pairs = SECTIONS.into_iter().zip(self.0.iter().zip(&before.0));
        pairs.filter(|(_, (now, then))| now != then).map(|(section, _)| section).collect()
    }
}

fn mark(value: &impl Debug) -> String {
    digest_hex(format!("{value:?}").as_bytes())[..MARK].to_owned()
}

/// What streams listen to.
#[derive(Debug, Clone, Default)]
pub(crate) struct News {
    /// The latest look; none before the first.
    pub(crate) seen: Option<Seen>,
    /// Whether the server ends: then streams do.
    pub(crate) is_ending: bool,
}

/// The one that looks, and those who listen.
#[derive(Debug)]
pub(crate) struct Hub {
    news: watch::Sender<News>,
    places: Arc<Semaphore>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { news: watch::Sender::new(News::default()), places: Arc::new(Semaphore::new(PLACES)) }
    }
}

impl Hub {
    /// A place to listen from; none when all are taken.
    pub(crate) fn enter(&self) -> Option<(OwnedSemaphorePermit, watch::Receiver<News>)> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some((place, self.news.subscribe()))
    }

    /// Look every two seconds, for as long as the server runs.
    pub(crate) async fn watch(&self, site: &Site) {
        loop {
            sleep(EVERY).await;
            if self.news.receiver_count() == 0 {
                // It grows old while nobody listens: told to the next one, it would contradict their newer page.
                self.news.send_if_modified(|news| {
                    news.seen = None;
                    false
                });
                continue;
            }
            let deps = Arc::clone(&site.deps);
            // A store that does not answer is told of by the dependencies, once it does again.
            if let Ok(Ok(seen)) = site.offload(move || Seen::read(&deps)).await {
                self.news.send_if_modified(|news| {
                    let is_new = news.seen.as_ref() != Some(&seen);
                    news.seen = Some(seen);
                    is_new
                });
            }
        }
    }

    /// Let every stream end.
    pub(crate) fn end(&self) {
        self.news.send_modify(|news| news.is_ending = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_from_their_word_and_strange_words_do_not() {
        let one = Seen([1, 2, 3, 4, 5, 6, 7].map(|value| mark(&value)));
        assert_eq!(Seen::parse(&one.word()), Some(one.clone()));
        let mut other = one.clone();
        other.0[1] = mark(&8);
        assert_eq!(other.changed(&one), ["automations"]);
        assert!(one.changed(&one).is_empty());
        for word in
            ["", "0", "zzzzzzzz.zzzzzzzz.zzzzzzzz.zzzzzzzz.zzzzzzzz.zzzzzzzz.zzzzzzzz", "01234567.01234567"]
        {
            assert_eq!(Seen::parse(word), None, "{word}");
        }
    }

    #[test]
    fn places_are_few_and_come_back() {
        let hub = Hub::default();
        let taken: Vec<_> = (0..PLACES).map(|_| hub.enter().unwrap()).collect();
        assert!(hub.enter().is_none());
        drop(taken);
        assert!(hub.enter().is_some());
    }
}
