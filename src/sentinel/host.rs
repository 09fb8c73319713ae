//! The machine this process runs on: processor, memory, disk. What the system does not tell is `None`, never zero.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::operation::Deps;
use crate::platform::{Clock, Result};

/// How often the processor's counters are read; its use is the mean since then.
pub const EVERY: Duration = Duration::from_secs(10);
/// Counters that were read a moment ago say nothing.
const SHORTEST: Duration = Duration::from_millis(250);

/// Ticks of all processors since the machine began: all, and those without work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
}

/// Remembers the processor's counters, so that its use over a while can be told.
pub struct Host {
    last: Mutex<[Option<(Instant, Ticks)>; 2]>,
}

impl Host {
    /// With the counters as they are now.
    pub fn build(_deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self { last: Mutex::new([None, read_ticks()]) }))
    }

    /// Read the counters anew; those before them stay, so that there is always a while to look back on.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        let mut last = own.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = [last[1], read_ticks()];
        Ok(())
    }

    /// The share of the processors' time that was used over the last seconds, 0 to 1.
    pub(super) fn cpu(&self) -> Option<f64> {
        let [older, newer] = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, before) = older.or(newer)?;
        let spent = Clock::monotonic().saturating_duration_since(at);
        if spent < SHORTEST {
            std::thread::sleep(SHORTEST.saturating_sub(spent));
        }
        let (_, now) = read_ticks()?;
        used(before, now)
    }
}

fn read_ticks() -> Option<(Instant, Ticks)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    Some((Clock::monotonic(), ticks(&text)?))
}

/// The first line of /proc/stat: user, nice, system, idle, iowait …; the last two are parts of user and nice.
fn ticks(text: &str) -> Option<Ticks> {
    let numbers = text.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let numbers: Vec<u64> = numbers.take(8).map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let idle = numbers.get(3)?.checked_add(*numbers.get(4)?)?;
    Some(Ticks { all: numbers.iter().sum(), idle })
}

fn used(before: Ticks, now: Ticks) -> Option<f64> {
    let all = now.all.checked_sub(before.all).filter(|all| *all > 0)?;
    let idle = now.idle.saturating_sub(before.idle).min(all);
    share(all - idle, all)
}

/// The share of the memory that is in use, 0 to 1; within the limit of a container where there is one (version 2 of
/// control groups tells).
pub(super) fn memory() -> Option<f64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| memory_of(&text));
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    // Files that were read stay in memory until somebody else needs it: they fill a container, and nothing is short.
    let cached = fs::read_to_string("/sys/fs/cgroup/memory.stat").map_or(0, |text| idle_files(&text));
    // `max` where there is no limit, which is no number.
    let container = number("/sys/fs/cgroup/memory.max")
        .zip(number("/sys/fs/cgroup/memory.current"))
        .and_then(|(limit, used)| share(used.saturating_sub(cached), limit));
    match (machine, container) {
        (Some(machine), Some(container)) => Some(machine.max(container)),
        (machine, container) => machine.or(container),
    }
}

/// Bytes of files in memory that nobody has used lately, by a control group's `memory.stat`.
fn idle_files(text: &str) -> u64 {
    let bytes = text.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse().ok());
    bytes.unwrap_or(0)
}

fn memory_of(text: &str) -> Option<f64> {
    let kilobytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let (total, available) = (kilobytes("MemTotal")?, kilobytes("MemAvailable")?);
    share(total.saturating_sub(available), total)
}

/// The share of the disk below `folder` that is in use, 0 to 1, as an ordinary user sees it.
pub(super) fn disk(folder: &Path) -> Option<f64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    let used = found.f_blocks.saturating_sub(found.f_bfree);
    share(used, used.saturating_add(found.f_bavail))
}

#[expect(clippy::cast_precision_loss, reason = "a share in percent")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_as_busy_as_its_ticks_say() {
        let before = ticks("cpu  100 0 50 800 50 0 0 0 7 7\ncpu0 1 2 3 4").unwrap();
        let now = ticks("cpu  160 0 70 810 60 0 0 0 9 9\n").unwrap();
        assert_eq!(before, Ticks { all: 1_000, idle: 850 });
        assert!((used(before, now).unwrap() - 0.8).abs() < 1e-9);
        assert_eq!(used(now, now), None, "no time has passed");
        for strange in ["", "cpu", "cpu  a b c d e", "intr 1 2 3", "cpu  1 2 3"] {
            assert_eq!(ticks(strange), None, "{strange}");
        }
    }

    #[test]
    fn memory_that_can_be_had_is_not_in_use() {
        let text = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\n";
        assert_eq!(memory_of(text), Some(0.75));
        assert_eq!(memory_of("MemTotal: 1000 kB\n"), None);
        assert_eq!(idle_files("anon 7\ninactive_file 4096\nactive_file 9\n"), 4096);
        assert_eq!(idle_files("anon 7\n"), 0);
    }

    #[test]
    fn a_disk_that_is_there_is_used_in_part_and_one_that_is_not_is_unknown() {
        let used = disk(Path::new("/")).unwrap();
        assert!((0.0..=1.0).contains(&used), "{used}");
        assert_eq!(disk(Path::new("/no/such/folder")), None);
    }
}
