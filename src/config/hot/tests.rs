use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prices {
    cents: BTreeMap<String, i64>,
}

impl Validate for Prices {
    fn validate(&self) -> Result<(), String> {
        match self.cents.iter().find(|(_, cents)| **cents < 0) {
            Some((name, _)) => Err(format!("cents.{name} is below zero")),
            None => Ok(()),
        }
    }
}

const DEFAULT: &str = "{\"cents\":{\"pro\":4900}}";

fn prices(pro: i64) -> Prices {
    Prices { cents: BTreeMap::from([("pro".to_owned(), pro)]) }
}

fn open(path: &Path) -> HotDocument<Prices> {
    HotDocument::open("pricing", DEFAULT, HotSource::File(path.to_owned()), Clock::System).unwrap()
}

fn pro(document: &HotDocument<Prices>) -> i64 {
    document.get().value.cents["pro"]
}

#[test]
fn a_wrong_text_keeps_the_last_good_one_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pricing.json");
    let document = open(&path);
    assert_eq!((pro(&document), document.state().degraded), (4900, None));
    fs::write(&path, "{\"cents\":{\"pro\":1}}").unwrap();
    assert!(document.refresh());
    assert!(!document.refresh(), "nothing has changed since");
    for bad in ["{\"cents\":{\"pro\":", "{\"cents\":{\"pro\":-5}}", "{\"cents\":{},\"x\":1}", "[]", ""] {
        fs::write(&path, bad).unwrap();
        assert!(!document.refresh());
        assert_eq!(pro(&document), 1, "{bad}");
        assert!(document.state().degraded.is_some(), "{bad}");
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    document.refresh();
    assert!(document.state().degraded.is_some());
    fs::write(&path, "{\"cents\":{\"pro\":2}}").unwrap();
    assert!(document.refresh());
    assert_eq!((pro(&document), document.state().degraded), (2, None));
    fs::remove_file(&path).unwrap();
    assert!(document.refresh(), "without a file the default holds");
    assert_eq!(pro(&document), 4900);
}

#[test]
fn a_file_that_is_wrong_at_the_start_is_degraded_and_a_wrong_default_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pricing.json");
    fs::write(&path, "{").unwrap();
    let document = open(&path);
    assert_eq!(pro(&document), 4900);
    assert!(document.state().degraded.unwrap().contains("line 1"));
    let source = HotSource::File(path);
    assert!(HotDocument::<Prices>::open("pricing", "{", source, Clock::System).is_err());
}

#[test]
fn a_write_is_in_use_at_once_and_a_stale_one_is_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("configs/pricing.json");
    let (one, two) = (open(&path), open(&path));
    let read = one.get().version.clone();
    let next = one.write(&read, prices(1)).unwrap();
    assert_eq!((pro(&one), one.get().version.clone()), (1, next.clone()));
    assert_eq!(two.write(&read, prices(2)).unwrap_err().code, Code::Conflict, "another process has written");
    assert_eq!(one.write(&read, prices(3)).unwrap_err().code, Code::Conflict);
    assert_eq!(one.write(&next, prices(-1)).unwrap_err().code, Code::Invalid);
    assert_eq!(pro(&one), 1);
    two.refresh();
    assert_eq!(two.get().version.clone(), next);
    two.write(&next, prices(4)).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("\"pro\": 4"));
    assert!(!beside(&path, ".new").exists());
}

#[test]
fn of_many_writers_that_read_the_same_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pricing.json");
    let read = open(&path).get().version.clone();
    let won: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (path, read) = (&path, &read);
                scope.spawn(move || usize::from(open(path).write(read, prices(number)).is_ok()))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
}

#[test]
fn rows_are_compared_and_replaced_through_the_closures() {
    let row: Arc<Mutex<Result<Option<String>, &str>>> = Arc::new(Mutex::new(Ok(None)));
    let (reader, writer) = (Arc::clone(&row), Arc::clone(&row));
    let rows = Rows {
        read: Box::new(move || {
            reader.lock().unwrap().clone().map_err(|text| Fault::new(Code::Unavailable, text))
        }),
        write: Box::new(move |before, text| {
            let mut row = writer.lock().unwrap();
            let same = matches!(&*row, Ok(stored) if stored.as_deref() == before);
            if same {
                *row = Ok(Some(text.to_owned()));
            }
            Ok(same)
        }),
    };
    let document = HotDocument::open("pricing", DEFAULT, HotSource::Rows(rows), Clock::System).unwrap();
    let read = document.get().version.clone();
    document.write(&read, prices(7)).unwrap();
    assert_eq!(pro(&document), 7);
    *row.lock().unwrap() = Ok(Some("{\"cents\":{\"pro\":8}}".to_owned()));
    document.refresh_when_due();
    assert_eq!(pro(&document), 7, "rows are not read again so soon");
    assert_eq!(document.write(&document.state().version, prices(9)).unwrap_err().code, Code::Conflict);
    assert!(document.refresh());
    assert_eq!(pro(&document), 8);
    *row.lock().unwrap() = Err("the store is away");
    assert!(!document.refresh());
    assert_eq!((pro(&document), document.state().degraded.unwrap()), (8, "the store is away".to_owned()));
}

#[test]
fn a_changed_file_is_seen_at_the_next_look() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pricing.json");
    let document = open(&path);
    fs::write(&path, "{\"cents\":{\"pro\":3}}").unwrap();
    document.refresh_when_due();
    assert_eq!(pro(&document), 3);
    assert_eq!(document.state().degraded, None);
}
