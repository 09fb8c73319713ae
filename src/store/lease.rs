//! One holder at a time, across threads, processes and replicas: a row of `leases`.
//!
//! [`acquire`] answers `Conflict` when somebody else holds it, [`try_acquire`] answers `None`. A thread renews it
//! while the [`Lease`] lives; dropping the lease releases it. A holder that can't renew gives up at two thirds of the
//! time, by a clock that never jumps, while others wait for all of it. Should the wall clocks of two machines
//! disagree by more than that third, the token decides: it rises with each new holder, and writes that must not come
//! from a former one start with [`Fence::check`].

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::{Store, Tx, args, row, statements};
use crate::platform::{Clock, Code, Fault, Result, Timestamp};

statements! {
    ACQUIRE = "INSERT INTO leases (name, holder, token, acquired_at, until_ms) VALUES ($1, $2, 1, $4, $3)
        ON CONFLICT (name) DO UPDATE
        SET holder = $2, token = leases.token + 1, acquired_at = $4, until_ms = $3
        WHERE leases.until_ms < $4
        RETURNING token";
    RENEW = "UPDATE leases SET until_ms = $3 WHERE name = $1 AND token = $2 AND until_ms > 0";
    RELEASE = "UPDATE leases SET until_ms = 0 WHERE name = $1 AND token = $2";
    IS_HELD = "SELECT COUNT(*) FROM leases WHERE name = $1 AND token = $2 AND until_ms > 0";
    HOLDER = "SELECT name, holder, token, acquired_at, until_ms FROM leases WHERE name = $1 AND until_ms > 0";
}

/// A lease can't be shorter: renewals need room for a slow disk and clocks that differ a little.
pub const SHORTEST: Duration = Duration::from_secs(30);

/// Who holds a lease, or held it last without releasing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The lease.
    pub name: String,
    /// Who, as they called themselves.
    pub holder: String,
    /// Rises with each new holder.
    pub token: i64,
    /// Since when.
    pub acquired_at: Timestamp,
    /// Until when, unless it is renewed.
    pub until_ms: Timestamp,
}

row! { Holder { name, holder, token, acquired_at, until_ms } }

/// A held lease. Dropping it releases it.
#[derive(Debug)]
pub struct Lease {
    fence: Fence,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The right to write as the holder; clones travel into closures.
#[derive(Debug, Clone)]
pub struct Fence {
    name: Arc<str>,
    token: i64,
    grip: Arc<Grip>,
}

/// How long the lease may be relied on, by the monotonic clock.
#[derive(Debug)]
struct Grip {
    length: Duration,
    renewed: Mutex<Instant>,
    lost: AtomicBool,
}

impl Grip {
    fn holds_at(&self, now: Instant) -> bool {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        !self.lost.load(SeqCst) && now.saturating_duration_since(renewed) < self.length * 2 / 3
    }

    fn renew(&self, asked: Instant) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = asked;
    }
}

/// Take the lease, or `Conflict` with who holds it. `length` is raised to [`SHORTEST`].
pub fn acquire(store: &Store, name: &str, holder: &str, length: Duration) -> Result<Lease> {
    if let Some(lease) = try_acquire(store, name, holder, length)? {
        return Ok(lease);
    }
    let words = match current(store, name)? {
        Some(now) => format!("{name} is being done by {} until {} or longer", now.holder, now.until_ms),
        None => format!("{name} is being done elsewhere"),
    };
    Err(Fault::new(Code::Conflict, words))
}

/// Take the lease unless somebody holds it. `length` is raised to [`SHORTEST`].
pub fn try_acquire(store: &Store, name: &str, holder: &str, length: Duration) -> Result<Option<Lease>> {
    let length = length.max(SHORTEST);
    // The time is read before the row is written: the holder's own idea of the end is never the later one.
    let asked = Clock::monotonic();
    let now = store.clock().now();
    let (row, who) = (name.to_owned(), holder.to_owned());
    let token = store.write(move |tx| tx.maybe::<i64>(ACQUIRE, args![&row, &who, now.plus(length), now]))?;
    let Some(token) = token else { return Ok(None) };
    let grip = Grip { length, renewed: Mutex::new(asked), lost: AtomicBool::new(false) };
    let fence = Fence { name: name.into(), token, grip: Arc::new(grip) };
    let (stop, stopped) = bounded(1);
    let (own, own_store) = (fence.clone(), store.clone());
    let thread = std::thread::Builder::new()
        .name("lease".into())
        .spawn(move || keep(&own_store, &own, &stopped))
        .map_err(|error| Fault::internal(error).because("no thread to renew a lease"))?;
    Ok(Some(Lease { fence, stop: Some(stop), thread: Some(thread) }))
}

/// Who holds the lease now; `None` when it is free.
pub fn current(store: &Store, name: &str) -> Result<Option<Holder>> {
    let now = store.clock().now();
    store.read(|tx| seen(tx, name, now))
}

/// Who holds the lease in the snapshot of a transaction, for those who read what the holder writes there as well.
pub fn seen(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<Option<Holder>> {
    let found: Option<Holder> = tx.maybe(HOLDER, args![name])?;
    Ok(found.filter(|holder| holder.until_ms >= now))
}

impl Lease {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.fence.name
    }

    /// Rises with each new holder.
    pub fn token(&self) -> i64 {
        self.fence.token
    }

    /// Whether it may still be relied on; long work looks between its steps.
    pub fn is_held(&self) -> bool {
        self.fence.is_held()
    }

    /// Refuse to go on as a former holder: the first thing in a transaction that only the holder may do.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.fence.check(tx)
    }

    /// A handle that closures can own.
    pub fn fence(&self) -> Fence {
        self.fence.clone()
    }

    /// Give it back and learn whether that worked; dropping it does the same silently.
    pub fn release(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let Some(stop) = self.stop.take() else { return Ok(()) };
        drop(stop);
        self.fence.grip.lost.store(true, SeqCst);
        // The thread gives the row back as its last act.
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(Fault::internal("the thread of a lease panicked")),
            _ => Ok(()),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Who can't give it back lets it run out.
        let _ = self.end();
    }
}

impl Fence {
    /// Whether the lease may still be relied on.
    pub fn is_held(&self) -> bool {
        self.grip.holds_at(Clock::monotonic())
    }

    /// `Conflict` unless this is still the holder, by its own clock and by the row.
    pub fn check(&self, tx: &mut Tx<'_>) -> Result<()> {
        let held: i64 = tx.one(IS_HELD, args![&*self.name, self.token])?;
        if held == 1 && self.is_held() {
            return Ok(());
        }
        Err(Fault::new(
            Code::Conflict,
            format!("{} was lost to another holder; nothing was stored", self.name),
        ))
    }
}

/// Renew until told to stop or until the lease is lost.
fn keep(store: &Store, fence: &Fence, stopped: &Receiver<()>) {
    let grip = &fence.grip;
    let mut wait = grip.length / 3;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
        let asked = Clock::monotonic();
        if !grip.holds_at(asked) {
            // The row is left to run out: that last third is the time in which the holder's work notices.
            grip.lost.store(true, SeqCst);
            tracing::warn!(
                lease = &*fence.name,
                token = fence.token,
                "lease given up: it could not be renewed"
            );
            return;
        }
        match renew(store, fence) {
            Ok(true) => {
                grip.renew(asked);
                wait = grip.length / 3;
            }
            Ok(false) => {
                grip.lost.store(true, SeqCst);
                tracing::warn!(lease = &*fence.name, token = fence.token, "lease lost to another holder");
                return;
            }
            Err(fault) => {
                tracing::warn!(lease = &*fence.name, cause = ?fault, "lease not renewed; trying again");
                wait = grip.length / 12;
            }
        }
    }
    if let Err(fault) = release(store, fence) {
        tracing::warn!(lease = &*fence.name, cause = ?fault, "lease not given back; it will run out");
    }
}

fn renew(store: &Store, fence: &Fence) -> Result<bool> {
    let Fence { name, token, grip } = fence.clone();
    let until = store.clock().now().plus(grip.length);
    Ok(store.write(move |tx| tx.run(RENEW, args![&*name, token, until]))? == 1)
}

fn release(store: &Store, fence: &Fence) -> Result<u64> {
    let Fence { name, token, .. } = fence.clone();
    store.write(move |tx| tx.run(RELEASE, args![&*name, token]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each_engine;

    #[test]
    fn a_grip_is_given_up_at_two_thirds_and_never_comes_back_by_itself() {
        let start = Clock::monotonic();
        let grip = Grip { length: SHORTEST, renewed: Mutex::new(start), lost: AtomicBool::new(false) };
        assert!(grip.holds_at(start + Duration::from_millis(19_999)));
        assert!(!grip.holds_at(start + Duration::from_secs(20)));
        grip.renew(start + Duration::from_secs(10));
        assert!(grip.holds_at(start + Duration::from_secs(29)));
        grip.lost.store(true, SeqCst);
        assert!(!grip.holds_at(start + Duration::from_secs(11)));
    }

    #[test]
    fn a_lease_given_up_is_left_to_run_out_and_one_released_is_free_at_once() {
        on_each_engine(|database| {
            let store = database.store();
            let lease = acquire(store, "sync", "one", SHORTEST).unwrap();
            let end = |age: Duration| {
                let renewed = Mutex::new(Clock::monotonic().checked_sub(age).unwrap());
                let length = Duration::from_secs(if age.is_zero() { 30 } else { 0 });
                let grip = Arc::new(Grip { length, renewed, lost: AtomicBool::new(false) });
                let fence = Fence { grip, ..lease.fence() };
                let (stop, stopped) = bounded(1);
                if age.is_zero() {
                    drop(stop);
                    keep(store, &fence, &stopped);
                } else {
                    keep(store, &fence, &stopped);
                    drop(stop);
                }
                current(store, "sync").unwrap().is_some()
            };
            assert!(end(Duration::from_secs(1)), "given up, so nobody else may start yet");
            assert!(!end(Duration::ZERO), "released");
        });
    }
}
