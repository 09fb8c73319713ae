//! The write-ahead log of SQLite stays short beside whatever is written, and nothing is lost by that.

use std::sync::mpsc::channel;
use std::time::Duration;

use crate::platform::Clock;
use crate::store::{DatabaseUrl, Store, StoreOptions, args, statements};

statements! {
    for tests;
    FILL = "INSERT INTO pages (number, text) VALUES ($1, $2)";
    FILLED = "SELECT COUNT(*) FROM pages";
}

/// What the log may have at the most, in bytes: where the writer moves all of it, and what one batch adds.
const LONGEST: u64 = (16_000 + 2_000) * 4_120;

struct Filled {
    folder: tempfile::TempDir,
    store: Store,
    count: i64,
}

impl Filled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("filled.db"));
        let store = Store::open(&url, Clock::System, StoreOptions::default()).unwrap();
        store
            .write(|tx| {
                let sql = "CREATE TABLE pages (number BIGINT NOT NULL, text TEXT NOT NULL)";
                tx.script("pages", sql, sql)
            })
            .unwrap();
        Self { folder, store, count: 0 }
    }

    /// Write so many pages, twenty-five in a commit; how long the log was at the most.
    fn fill(&mut self, pages: i64) -> u64 {
        let text = "x".repeat(3_800);
        let mut longest = 0;
        for commit in 0..pages / 25 {
            let (text, first) = (text.clone(), self.count + commit * 25);
            self.store
                .write(move |tx| {
                    (first..first + 25).try_for_each(|number| tx.run(FILL, args![number, &text]).map(drop))
                })
                .unwrap();
            let log = std::fs::metadata(self.folder.path().join("filled.db-wal")).unwrap();
            longest = longest.max(log.len());
        }
        self.count += pages / 25 * 25;
        longest
    }

    fn is_whole(&self) -> bool {
        self.store.read(|tx| tx.one::<i64>(FILLED, args![])).unwrap() == self.count
    }
}

#[test]
fn the_log_begins_anew_while_much_is_written() {
    let mut filled = Filled::new();
    let longest = filled.fill(30_000);
    assert!((4_000_000..LONGEST).contains(&longest), "{longest} bytes, of 120 MB that were written");
    assert!(filled.is_whole());
    // Who opens the file anew finds all of it, and no log is left by whoever closes it last.
    let Filled { folder, store, count } = filled;
    drop(store);
    assert!(!folder.path().join("filled.db-wal").exists());
    let url = DatabaseUrl::Sqlite(folder.path().join("filled.db"));
    let store = Store::open(&url, Clock::System, StoreOptions::default()).unwrap();
    assert!(Filled { folder, store, count }.is_whole());
}

#[test]
fn a_reader_holds_the_log_only_while_it_reads() {
    let mut filled = Filled::new();
    let (reads, is_reading) = channel::<()>();
    let (done, may_end) = channel::<()>();
    let store = filled.store.clone();
    let reader = std::thread::spawn(move || {
        store.read(|tx| {
            let before: i64 = tx.one(FILLED, args![])?;
            reads.send(()).unwrap();
            may_end.recv_timeout(Duration::from_secs(60)).unwrap();
            Ok(before == tx.one::<i64>(FILLED, args![])?)
        })
    });
    is_reading.recv().unwrap();
    let held = filled.fill(20_000);
    assert!(held > LONGEST, "{held} bytes: what a reader may still need is not written over");
    done.send(()).unwrap();
    assert!(reader.join().unwrap().unwrap(), "a reader sees one moment");
    // The next that is written begins the log anew, and what is too much of the file is given back.
    filled.fill(1_000);
    let after = filled.fill(1_000);
    assert!(after < LONGEST, "{after} bytes");
    assert!(filled.is_whole());
}
