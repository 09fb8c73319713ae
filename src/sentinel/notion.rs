//! Whether Notion answers, asked once a minute at the most and on a thread of its own: the thread that calls this also
//! tells replicas of ended sessions, and must not wait for anybody outside.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::DependencyStatus;
use crate::operation::{Deps, notion_pages};
use crate::outbound::NotionCall;
use crate::platform::{Clock, Fault, Result, Timestamp};

/// Notion is asked this often at the most.
const EVERY: Duration = Duration::from_secs(60);
/// No page was ever written.
const NEVER: i64 = i64::MIN;

type Finding = Option<(DependencyStatus, Timestamp)>;

/// What is known about Notion.
pub(super) struct NotionWatch {
    finding: Arc<Mutex<Finding>>,
    asked: Mutex<Option<Instant>>,
    asking: Arc<AtomicBool>,
    last_sync: AtomicI64,
}

impl Default for NotionWatch {
    fn default() -> Self {
        Self {
            finding: Arc::default(),
            asked: Mutex::default(),
            asking: Arc::default(),
            last_sync: AtomicI64::new(NEVER),
        }
    }
}

impl NotionWatch {
    /// What the last answer was, and ask anew when it is old; `None` while nothing is known.
    pub(super) fn look(&self, deps: &Deps) -> Result<Finding> {
        let Some(notion) = &deps.outside.notion else { return Ok(None) };
        let latest = deps.store.read(notion_pages::latest)?;
        self.last_sync.store(latest.map_or(NEVER, Timestamp::millis), Ordering::Relaxed);
        let now = Clock::monotonic();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = asked.is_none_or(|last| now.duration_since(last) >= EVERY);
        if is_due && !self.asking.swap(true, Ordering::AcqRel) {
            *asked = Some(now);
            let (notion, clock) = (Arc::clone(notion), deps.clock.clone());
            let (finding, asking) = (Arc::clone(&self.finding), Arc::clone(&self.asking));
            let thread = std::thread::Builder::new().name("notion check".into()).spawn(move || {
                let status = match notion.call(&NotionCall::get("/v1/users/me")) {
                    Ok(_) => DependencyStatus::Ok,
                    Err(_) => DependencyStatus::Down,
                };
                *finding.lock().unwrap_or_else(PoisonError::into_inner) = Some((status, clock.now()));
                asking.store(false, Ordering::Release);
            });
            if let Err(error) = thread {
                self.asking.store(false, Ordering::Release);
                return Err(Fault::internal(error));
            }
        }
        Ok(*self.finding.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// When a page was last written.
    pub(super) fn last_sync(&self) -> Option<Timestamp> {
        let last = self.last_sync.load(Ordering::Relaxed);
        (last != NEVER).then_some(Timestamp(last))
    }
}
