//! Leases: one holder at a time.

use std::time::Duration;

use crate::platform::{Clock, Code, ManualClock, Timestamp};
use crate::store::lease::{SHORTEST, acquire, current, try_acquire};
use crate::store::testing::{TestDatabase, engines};
use crate::store::{Store, args, statements};

statements! {
    for tests;
    TAKE_OVER = "UPDATE leases SET token = token + 1, holder = 'rival' WHERE name = $1";
    NOTE = "INSERT INTO notes (body) VALUES ($1)";
    NOTES = "SELECT body FROM notes ORDER BY body";
}

const START: Timestamp = Timestamp(1_772_357_400_000);

fn story(told: impl Fn(&Store, &ManualClock)) {
    for engine in engines() {
        let hands = ManualClock::at(START);
        let database = TestDatabase::new(*engine, Clock::Manual(hands.clone()));
        database.script("CREATE TABLE notes (body TEXT NOT NULL)");
        told(database.store(), &hands);
    }
}

#[test]
fn a_held_lease_excludes_others_until_it_is_released() {
    story(|store, _| {
        let lease = acquire(store, "sync", "one", SHORTEST).unwrap();
        assert!(lease.is_held());
        assert!(try_acquire(store, "sync", "two", SHORTEST).unwrap().is_none());
        let fault = acquire(store, "sync", "two", SHORTEST).unwrap_err();
        assert_eq!(fault.code, Code::Conflict);
        assert!(fault.detail.contains("one"), "{}", fault.detail);
        let other = acquire(store, "tune", "two", SHORTEST).unwrap();
        let holder = current(store, "sync").unwrap().unwrap();
        assert_eq!((holder.holder.as_str(), holder.token), ("one", lease.token()));
        assert_eq!(holder.until_ms, START.plus(SHORTEST));
        lease.release().unwrap();
        assert_eq!(current(store, "sync").unwrap(), None);
        let next = acquire(store, "sync", "two", SHORTEST).unwrap();
        assert_eq!(next.token(), 2);
        drop((next, other));
        assert!(current(store, "sync").unwrap().is_none(), "dropping releases too");
    });
}

#[test]
fn a_lease_shorter_than_the_shortest_is_made_longer() {
    story(|store, _| {
        let _lease = acquire(store, "sync", "one", Duration::from_millis(1)).unwrap();
        assert_eq!(current(store, "sync").unwrap().unwrap().until_ms, START.plus(SHORTEST));
    });
}

#[test]
fn an_expired_lease_is_taken_over_and_the_former_holder_cannot_write() {
    story(|store, hands| {
        let former = acquire(store, "sync", "one", SHORTEST).unwrap();
        let note = |fence: crate::store::lease::Fence, body: &'static str| {
            store.write(move |tx| {
                fence.check(tx)?;
                tx.run(NOTE, args![body])
            })
        };
        note(former.fence(), "while held").unwrap();
        hands.advance(SHORTEST);
        assert!(try_acquire(store, "sync", "two", SHORTEST).unwrap().is_none(), "not before it has passed");
        hands.advance(Duration::from_millis(1));
        assert_eq!(current(store, "sync").unwrap(), None);
        let next = acquire(store, "sync", "two", SHORTEST).unwrap();
        assert!(next.token() > former.token());
        let fault = note(former.fence(), "too late").unwrap_err();
        assert_eq!(fault.code, Code::Conflict);
        note(next.fence(), "by the next").unwrap();
        // Giving back what is no longer one's own changes nothing.
        former.release().unwrap();
        assert_eq!(current(store, "sync").unwrap().unwrap().holder, "two");
        let notes: Vec<String> = store.read(|tx| tx.rows(NOTES, args![])).unwrap();
        assert_eq!(notes, ["by the next", "while held"]);
    });
}

#[test]
fn a_take_over_in_the_row_is_noticed_whatever_the_clocks_say() {
    story(|store, _| {
        let lease = acquire(store, "sync", "one", SHORTEST).unwrap();
        store.write(|tx| tx.run(TAKE_OVER, args!["sync"])).unwrap();
        let fence = lease.fence();
        assert_eq!(store.write(move |tx| fence.check(tx)).unwrap_err().code, Code::Conflict);
    });
}

#[test]
fn of_many_that_try_at_once_one_gets_it() {
    story(|store, _| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let store = store.clone();
                std::thread::spawn(move || try_acquire(&store, "sync", &format!("thread {number}"), SHORTEST))
            })
            .collect();
        let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let held = answers.iter().filter(|answer| matches!(answer, Ok(Some(_)))).count();
        assert_eq!(held, 1, "{answers:?}");
    });
}
