//! Passwords at rest: argon2id. A hash costs 19 MiB and tens of milliseconds of a whole core, so only a few are
//! made at a time: one core is always left to everybody else, and who would wait too long is sent away.

use std::num::NonZero;
use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, PasswordHasher as _, Version};
use subtle::ConstantTimeEq as _;

use crate::platform::{Code, Fault, Ids, Result, Secret};

/// Memory in KiB, passes and lanes: what OWASP asks for at least.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// How many may wait for their turn.
const WAITING: usize = 16;
/// The hash of no password, for accounts that have none: looking at it costs what looking at a real one costs.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZWNob3BpbG90LW5vYm9keQ$\
    Y4kUuDyeZ0VYQpVb4n6oYc0cXcX3bZqk1i0m8Zr6S3A";

/// One for the process, as its cores are.
static SEATS: Seats = Seats::new();

/// Hash `password` with a new salt; a PHC string.
pub(super) fn hash(ids: &Ids, password: &Secret) -> Result<String> {
    let salt: [u8; 16] = ids.bytes();
    let made = SEATS.sit(seats(), WAITING, |_| {
        argon2()?.hash_password_with_salt(password.expose().as_bytes(), &salt).map_err(Fault::internal)
    })?;
    made.map(|hash| hash.to_string())
}

/// Whether `password` is the one of `hash`. Without a hash the answer is no, after the same work.
pub(super) fn verify(password: &Secret, hash: Option<&str>) -> Result<bool> {
    let verified = SEATS.sit(seats(), WAITING, |memory| fits(password, hash.unwrap_or(NOBODY), memory))?;
    verified.map(|right| right && hash.is_some())
}

/// Whether `password` is the one of `hash`, worked out in `memory`, whatever lies in it.
fn fits(password: &Secret, hash: &str, memory: &mut Vec<Block>) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(Fault::internal)?;
    let params = Params::try_from(&hash).map_err(Fault::internal)?;
    let (Some(salt), Some(wanted)) = (&hash.salt, &hash.hash) else {
        return Err(Fault::internal("a hash without salt or sum"));
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(Fault::internal)?;
    let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(Fault::internal)?;
    memory.resize(params.block_count(), Block::new());
    let mut sum = vec![0; wanted.len()];
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password.expose().as_bytes(), salt.as_ref(), &mut sum, memory)
        .map_err(Fault::internal)?;
    Ok(sum.ct_eq(wanted.as_ref()).into())
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(Fault::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn seats() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1)
}

/// Who works and who waits.
struct Seats {
    taken: Mutex<Taken>,
    freed: Condvar,
}

struct Taken {
    working: usize,
    waiting: usize,
    /// Memory that goes from one to the next while somebody waits: asking the system for 19 MiB of pages costs a fifth
    /// of the hash itself. Nobody waits, nothing is kept.
    spare: Vec<Vec<Block>>,
}

impl Seats {
    const fn new() -> Self {
        Self { taken: Mutex::new(Taken { working: 0, waiting: 0, spare: Vec::new() }), freed: Condvar::new() }
    }

    /// Do `work` when one of `seats` is free; `Unavailable` when `waiting` others wait already.
    fn sit<T>(&self, seats: usize, waiting: usize, work: impl FnOnce(&mut Vec<Block>) -> T) -> Result<T> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.working >= seats {
            if taken.waiting >= waiting {
                let words = "Too many passwords are being looked at right now; try again in a second";
                return Err(Fault::new(Code::Unavailable, words).retry_after(1));
            }
            taken.waiting += 1;
            taken = self
                .freed
                .wait_while(taken, |taken| taken.working >= seats)
                .unwrap_or_else(PoisonError::into_inner);
            taken.waiting -= 1;
        }
        taken.working += 1;
        let mut memory = taken.spare.pop().unwrap_or_default();
        drop(taken);
        let _seat = Seat(self);
        let done = work(&mut memory);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.waiting > 0 {
            taken.spare.push(memory);
        } else {
            taken.spare.clear();
        }
        Ok(done)
    }
}

/// Given back when dropped, also when the work panics.
struct Seat<'a>(&'a Seats);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner).working -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::platform::{Chance, Clock};

    #[test]
    fn a_hash_is_a_phc_string_that_only_its_password_fits() {
        let ids = Ids::new(Clock::System, Chance::seeded(1));
        let password = Secret::new("Grüße, 42 Möwen!");
        let made = hash(&ids, &password).unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert_ne!(made, hash(&ids, &password).unwrap(), "the salt differs");
        assert!(verify(&password, Some(&made)).unwrap());
        assert!(!verify(&Secret::new("Grüße, 42 Möwen"), Some(&made)).unwrap());
        assert!(!verify(&password, None).unwrap());
    }

    #[test]
    fn nothing_of_a_long_password_is_cut_off() {
        let ids = Ids::new(Clock::System, Chance::seeded(2));
        let long: String = ('!'..='~').cycle().take(100).collect();
        let made = hash(&ids, &Secret::new(&*long)).unwrap();
        assert!(verify(&Secret::new(&*long), Some(&made)).unwrap());
        assert!(!verify(&Secret::new(&long[..72]), Some(&made)).unwrap());
        assert!(!verify(&Secret::new(&long[..99]), Some(&made)).unwrap());
    }

    #[test]
    fn what_another_left_in_the_memory_changes_nothing() {
        let ids = Ids::new(Clock::System, Chance::seeded(4));
        let (mine, other) = (Secret::new("twelve grey geese"), Secret::new("an old green kettle"));
        let (of_mine, of_other) = (hash(&ids, &mine).unwrap(), hash(&ids, &other).unwrap());
        let mut memory = Vec::new();
        for _ in 0..2 {
            assert!(fits(&mine, &of_mine, &mut memory).unwrap());
            assert!(!fits(&mine, &of_other, &mut memory).unwrap(), "what fitted before fits no other hash");
            assert!(fits(&other, &of_other, &mut memory).unwrap());
        }
    }

    #[test]
    fn the_hash_of_nobody_costs_what_any_other_costs() {
        let (memory, passes, lanes) = COST;
        assert!(NOBODY.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$")));
        let parts = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        let made = hash(&Ids::new(Clock::System, Chance::seeded(3)), &Secret::new("x")).unwrap();
        assert_eq!(parts(NOBODY), parts(&made));
        // Were it damaged, this were a fault instead of a no.
        assert!(!verify(&Secret::new("x"), None).unwrap());
    }

    #[test]
    fn few_work_some_wait_and_the_rest_is_sent_away() {
        let seats = Seats::new();
        let (begun, has_begun) = channel();
        let (go, may_go) = channel::<()>();
        std::thread::scope(|scope| {
            let first = &seats;
            scope.spawn(move || {
                first.sit(1, 1, |_| {
                    begun.send(()).unwrap();
                    may_go.recv().unwrap();
                })
            });
            has_begun.recv().unwrap();
            let waits = scope.spawn(|| seats.sit(1, 1, |_| 7));
            while seats.taken.lock().unwrap().waiting == 0 {
                std::thread::yield_now();
            }
            let fault = seats.sit(1, 1, |_| 8).unwrap_err();
            assert_eq!((fault.code, fault.retry_after), (Code::Unavailable, Some(1)));
            go.send(()).unwrap();
            assert_eq!(waits.join().unwrap().unwrap(), 7);
        });
        assert_eq!(seats.sit(1, 0, |_| 9).unwrap(), 9, "the seat came back");
        assert!(seats.taken.lock().unwrap().spare.is_empty(), "nobody waits, so no memory is kept");
    }
}
