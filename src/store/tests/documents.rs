//! Versioned texts.

use crate::platform::{Code, Timestamp};
use crate::store::Store;
use crate::store::documents::{Change, Document, history, put, read, versions};
use crate::store::testing::on_each_engine;

fn change(store: &Store, from: Option<i64>, body: &str) -> crate::platform::Result<Document> {
    let change =
        Change { name: "flags".into(), from, body: body.into(), by: "operator".into(), at: Timestamp(5) };
    store.write(move |tx| put(tx, &change))
}

#[test]
fn a_change_names_the_version_it_was_made_from() {
    on_each_engine(|database| {
        let store = database.store();
        assert_eq!(store.read(|tx| read(tx, "flags")).unwrap(), None);
        assert_eq!(change(store, Some(1), "{}").unwrap_err().code, Code::NotFound);
        assert_eq!(change(store, None, "{}").unwrap().version, 1);
        assert_eq!(change(store, None, "{}").unwrap_err().code, Code::Conflict);
        let second = change(store, Some(1), "{\"a\":1}").unwrap();
        assert_eq!(
            (second.version, second.body.as_str(), second.updated_by.as_str()),
            (2, "{\"a\":1}", "operator")
        );
        let stale = change(store, Some(1), "{\"b\":1}").unwrap_err();
        assert_eq!(stale.code, Code::Conflict);
        assert!(stale.detail.contains("version 2"), "{}", stale.detail);
        assert_eq!(store.read(|tx| read(tx, "flags")).unwrap(), Some(second));
        assert_eq!(store.read(versions).unwrap(), [("flags".to_owned(), 2)]);
    });
}

#[test]
fn every_version_is_kept_and_told_newest_first() {
    on_each_engine(|database| {
        let store = database.store();
        change(store, None, "one").unwrap();
        change(store, Some(1), "two").unwrap();
        change(store, Some(2), "three").unwrap();
        let bodies = |limit| -> Vec<String> {
            let kept = store.read(|tx| history(tx, "flags", limit)).unwrap();
            kept.into_iter().map(|version| version.body).collect()
        };
        assert_eq!(bodies(10), ["three", "two", "one"]);
        assert_eq!(bodies(1), ["three"]);
    });
}

#[test]
fn of_many_changes_from_one_version_one_wins() {
    on_each_engine(|database| {
        change(database.store(), None, "start").unwrap();
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let store = database.store().clone();
                std::thread::spawn(move || change(&store, Some(1), &format!("by {number}")))
            })
            .collect();
        let won = threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count();
        assert_eq!(won, 1);
        assert_eq!(database.store().read(|tx| history(tx, "flags", 10)).unwrap().len(), 2);
    });
}
