//! How many connections there may be, in total and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::layers::address::{AddressBlock, is_loopback};

/// The most connections at a time.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Altogether.
    pub total: usize,
    /// From one address (IPv6: one /64). Does not hold for trusted proxies, behind which everybody stands.
    pub per_address: usize,
    /// From this machine itself.
    pub per_loopback: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { total: 4096, per_address: 256, per_loopback: 2048 }
    }
}

impl Caps {
    /// The defaults, or less where this process may not open enough files: a quarter of them, and 64 at
    /// least, is left to the store and the logs.
    pub fn within_file_limit() -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self::for_file_limit(soft_file_limit(&limits))
    }

    fn for_file_limit(files: Option<usize>) -> Self {
        let defaults = Self::default();
        let total = files.map_or(defaults.total, |files| {
            let spare = (files / 4).max(64);
            files.saturating_sub(spare).clamp(16, defaults.total)
        });
        Self { total, per_loopback: defaults.per_loopback.min(total), ..defaults }
    }
}

fn soft_file_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Counts connections.
#[derive(Debug)]
pub(super) struct Counter {
    caps: Caps,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: HashMap<AddressBlock, usize>,
}

/// A counted connection; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Place {
    counter: Arc<Counter>,
    address: AddressBlock,
}

impl Counter {
    pub(super) fn new(caps: Caps) -> Arc<Self> {
        Arc::new(Self { caps, open: Mutex::default() })
    }

    /// A place for one more, if there is any.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr, is_proxy: bool) -> Option<Place> {
        let address = AddressBlock::of(peer);
        let most = match (is_proxy, is_loopback(peer)) {
            (true, _) => usize::MAX,
            (false, true) => self.caps.per_loopback,
            (false, false) => self.caps.per_address,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= self.caps.total {
            return None;
        }
        let count = open.by_address.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        open.total += 1;
        Some(Place { counter: Arc::clone(self), address })
    }

    pub(super) fn total(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.counter.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_in_total_and_by_address_and_places_come_back() {
        let counter = Counter::new(Caps { total: 3, per_address: 1, per_loopback: 2 });
        let (one, two): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
        let first = counter.enter(one, false).unwrap();
        assert!(counter.enter(one, false).is_none(), "one a address");
        let second = counter.enter(two, false).unwrap();
        assert!(counter.enter("2001:db8::2".parse().unwrap(), false).is_none(), "the same /64");
        let third = counter.enter(one, true).unwrap();
        assert!(counter.enter("127.0.0.1".parse().unwrap(), false).is_none(), "three in total");
        drop((first, second, third));
        assert_eq!(counter.total(), 0);
        assert!(counter.enter(one, false).is_some());
    }

    #[test]
    fn the_total_fits_the_open_file_limit() {
        let limits =
            "Limit   Soft Limit Hard Limit Units\nMax open files            1024         4096   files\n";
        assert_eq!(soft_file_limit(limits), Some(1024));
        assert_eq!(Caps::for_file_limit(Some(1024)).total, 768);
        assert_eq!(Caps::for_file_limit(Some(1_000_000)).total, 4096);
        assert_eq!(soft_file_limit("Max open files unlimited unlimited files"), None);
        assert_eq!(Caps::for_file_limit(None).total, 4096);
    }
}
