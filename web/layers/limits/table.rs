//! The bounded tables behind the limits. Keys are keyed 64-bit hashes, times are milliseconds that wrap after
//! 49 days; every shard is swept long before that.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use echopilot_core::config::Limit;
use echopilot_core::platform::Timestamp;

const SHARDS: usize = 64;
/// A shard is swept at least this often while it is used.
const SWEEP: u32 = 10 * 60 * 1000;
/// No request is overtaken by one that came so much later.
const OVERTAKEN: u32 = 30 * 1000;
/// No window is longer, so nothing older matters.
const LONGEST: u32 = 24 * 60 * 60 * 1000;

/// The halves of a 64-bit hash: aligned to four bytes, an entry takes no padding.
type Key = [u32; 2];

/// Keys are hashes already.
#[derive(Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(4) {
            let part = part.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            self.0 = self.0.rotate_left(32) ^ part;
        }
    }

    fn write_usize(&mut self, _length: usize) {}
}

struct Shard<V> {
    entries: HashMap<Key, V, BuildHasherDefault<Plain>>,
    swept: u32,
}

struct Table<V> {
    hash: RandomState,
    shards: Box<[Mutex<Shard<V>>]>,
    most: usize,
}

/// Milliseconds, wrapping.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "wraps on purpose")]
const fn wrap(now: Timestamp) -> u32 {
    now.millis() as u32
}

/// How long ago `time` was. Requests overtake each other, so a time may lie a little ahead; that is no time ago, while
/// a clock that jumped back makes everything old.
const fn age(now: u32, time: u32) -> u32 {
    if time.wrapping_sub(now) < OVERTAKEN { 0 } else { now.wrapping_sub(time) }
}

fn millis(quota: Limit) -> u32 {
    u32::try_from(quota.window.as_millis()).unwrap_or(LONGEST).clamp(1, LONGEST)
}

impl<V> Table<V> {
    fn new(most: usize) -> Self {
        let shards =
            (0..SHARDS).map(|_| Mutex::new(Shard { entries: HashMap::default(), swept: 0 })).collect();
        Self { hash: RandomState::new(), shards, most }
    }

    /// Do `work` on the entry of `key`, which `fresh` makes when there is none.
    fn with<T>(
        &self,
        key: &impl Hash,
        now: u32,
        last: impl Fn(&V) -> u32,
        fresh: impl FnOnce() -> V,
        work: impl FnOnce(&mut V) -> T,
    ) -> T {
        let hash = self.hash.hash_one(key);
        let (low, high) = (hash & 0xffff_ffff, hash >> 32);
        #[expect(clippy::cast_possible_truncation, reason = "the halves")]
        let key = [low as u32, high as u32];
        // Bits that neither choose nor mark the place inside the shard's map.
        let shard = usize::try_from(hash).unwrap_or(0) % SHARDS;
        let mut shard = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        let would_grow = shard.entries.len() == shard.entries.capacity();
        if would_grow || age(now, shard.swept) > SWEEP {
            shard.sweep(now, self.most, last);
        }
        match shard.entries.entry(key) {
            Entry::Occupied(mut entry) => work(entry.get_mut()),
            Entry::Vacant(entry) => work(entry.insert(fresh())),
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().entries.len()).sum()
    }

    #[cfg(test)]
    fn slots(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| (shard.lock().unwrap().entries.capacity() / 7 * 8).next_power_of_two())
            .sum()
    }
}

impl<V> Shard<V> {
    /// Forget what is over and, if that is not enough, what has been quiet longest. The map is built anew,
    /// since one that grows by itself doubles its size when many entries have been removed.
    fn sweep(&mut self, now: u32, most: usize, last: impl Fn(&V) -> u32) {
        self.swept = now;
        let mut ages: Vec<u32> = self.entries.values().map(|value| age(now, last(value))).collect();
        let keep = most - most / 8;
        let (mut oldest, mut room) = (LONGEST - 1, most);
        if ages.len() >= most {
            oldest = oldest.min(*ages.select_nth_unstable(keep).1);
            room = keep;
        }
        let stays = |value: &V| age(now, last(value)) <= oldest;
        let kept = self.entries.values().filter(|value| stays(value)).count().min(room);
        let mut entries = HashMap::with_capacity_and_hasher(
            (kept * 2).clamp(64.min(most), most),
            BuildHasherDefault::default(),
        );
        entries.extend(
            std::mem::take(&mut self.entries).into_iter().filter(|(_, value)| stays(value)).take(room),
        );
        self.entries = entries;
    }
}

/// Whether it passed, how many are left, and in how many seconds it changes.
type Outcome = (bool, u32, u32);

/// Times of what passed, up to `N`.
pub(super) struct Log<const N: usize>(Table<[u32; N]>);

impl<const N: usize> Log<N> {
    pub(super) fn new(most_a_shard: usize) -> Self {
        Self(Table::new(most_a_shard))
    }

    pub(super) fn take(&self, key: &impl Hash, quota: Limit, now: Timestamp) -> Outcome {
        let now = wrap(now);
        let window = millis(quota);
        let most = usize::try_from(quota.count).unwrap_or(N).min(N);
        // A time that can't be inside the window stands for none.
        let never = now.wrapping_sub(LONGEST);
        self.0.with(
            key,
            now,
            |times| times[0],
            || [never; N],
            |times| {
                // The newest comes first.
                let inside = times[..most].iter().take_while(|time| age(now, **time) < window).count();
                let passed = inside < most;
                if passed {
                    times.rotate_right(1);
                    times[0] = now;
                }
                let inside = inside + usize::from(passed);
                let oldest = inside.checked_sub(1).map_or(window, |last| age(now, times[last]));
                let left = u32::try_from(most - inside).unwrap_or(0);
                (passed, left, window.saturating_sub(oldest).div_ceil(1000))
            },
        )
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.slots() * (size_of::<(Key, [u32; N])>() + 1)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Counts in the current and the previous fixed window.
#[derive(Clone, Copy)]
struct Count {
    start: u32,
    current: u32,
    previous: u32,
}

/// Counters by sliding window.
pub(super) struct Counters(Table<Count>);

impl Counters {
    pub(super) fn new(most_a_shard: usize) -> Self {
        Self(Table::new(most_a_shard))
    }

    pub(super) fn take(&self, key: &impl Hash, quota: Limit, now: Timestamp) -> Outcome {
        let now = wrap(now);
        let window = millis(quota);
        let fresh = || Count { start: now, current: 0, previous: 0 };
        self.0.with(
            key,
            now,
            |value| value.start,
            fresh,
            |value| {
                let since = age(now, value.start);
                if since >= window.saturating_mul(2) {
                    *value = fresh();
                } else if since >= window {
                    *value = Count {
                        start: value.start.wrapping_add(window),
                        current: 0,
                        previous: value.current,
                    };
                }
                let into = age(now, value.start);
                // The part of the previous window that the sliding one still covers.
                let covered = u64::from(value.previous) * u64::from(window - into) / u64::from(window);
                let used = covered + u64::from(value.current);
                let passed = used < u64::from(quota.count);
                if passed {
                    value.current = value.current.saturating_add(1);
                }
                let left = u64::from(quota.count).saturating_sub(used + u64::from(passed));
                (passed, u32::try_from(left).unwrap_or(u32::MAX), (window - into).div_ceil(1000).max(1))
            },
        )
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.slots() * (size_of::<(Key, Count)>() + 1)
    }
}
