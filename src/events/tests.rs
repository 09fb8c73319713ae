use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::platform::{Code, ManualClock, ReferenceKey, Timestamp};

const PATIENCE: Duration = Duration::from_secs(10);

fn config(directory: &Path) -> EventsConfig {
    EventsConfig {
        max_file_bytes: 1 << 20,
        max_total_bytes: 1 << 30,
        queue: 100_000,
        directory: directory.into(),
    }
}

fn numbered(number: u64) -> Event {
    Event::new(Log::Jobs, "step").field("number", number)
}

fn query(log: Log, n: usize) -> TailQuery {
    TailQuery { log, n, level: None, request_id: None, text: None }
}

fn numbers(directory: &Path) -> Vec<u64> {
    let mut all = Vec::new();
    let mut files: Vec<_> =
        files::segments(directory, Log::Jobs).unwrap().into_iter().map(|(_, path)| path).collect();
    files.push(directory.join(Log::Jobs.file_name()));
    for file in files.iter().filter(|file| file.exists()) {
        for line in fs::read_to_string(file).unwrap().lines() {
            let value: Value = serde_json::from_str(line).expect(line);
            all.extend(value["number"].as_u64());
        }
    }
    all
}

#[test]
fn a_line_has_its_fields_in_order_and_reads_alone() {
    let events = Events::sink_for_tests();
    let reference = ReferenceKey::new(&[1; 32]).reference("customer", "01J");
    events.offer(
        Event::new(Log::Auth, "signed_in")
            .level(Level::Warn)
            .request_id("req-12345678\r\n{}")
            .caller("customer", Some(reference.clone()))
            .field("count", 3_u32)
            .field("ratio", 0.5)
            .field("bad", f64::NAN)
            .field("ok", true)
            .field("took", Duration::from_micros(1_500))
            .field("at", Timestamp(0))
            .field("code", Some(Code::NotFound))
            .field("none", None::<u8>)
            .field("text", Scrubbed::text("x\r\n{\"ts\":1}\u{1b}[2J ada@example.com")),
    );
    let lines = events.lines(Log::Auth);
    assert_eq!(lines.len(), 1);
    let expected = format!(
        "\"level\":\"warn\",\"event\":\"signed_in\",\"request_id\":\"req-12345678____\",\"caller\":{{\"kind\":\"customer\",\"ref\":\"{reference}\"}},\
         \"count\":3,\"ratio\":0.5,\"bad\":null,\"ok\":true,\"took\":1.500,\"at\":\"1970-01-01T00:00:00.000Z\",\"code\":\"not_found\",\"none\":null,\
         \"text\":\"x\\r\\n{{\\\"ts\\\":1}}\\u001b[2J [email]\"}}"
    );
    assert!(lines[0].ends_with(&expected), "{}\n{expected}", lines[0]);
    let value: Value = serde_json::from_str(&lines[0]).unwrap();
    assert!(Timestamp::parse(value["ts"].as_str().unwrap()).is_some());
    assert!(events.lines(Log::Http).is_empty());
}

#[test]
fn a_line_that_grows_too_long_says_so() {
    let events = Events::sink_for_tests();
    let text = Scrubbed::text(&"word ".repeat(2_000));
    let event = (0..20).fold(Event::new(Log::Leads, "long"), |event, _| event.field("text", text.clone()));
    events.offer(event);
    let line = &events.lines(Log::Leads)[0];
    let value: Value = serde_json::from_str(line).unwrap();
    assert!(line.len() < 17_000 && value["truncated"] == true);
    assert_eq!(line.matches("truncated").count(), 1);
}

#[test]
fn lines_reach_the_disk_in_order_and_others_cannot_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("deep/logs");
    let events = Events::start(config(&logs), Clock::System).unwrap();
    for number in 0..5_000 {
        events.offer(numbered(number));
    }
    assert!(events.flush(PATIENCE));
    assert_eq!(numbers(&logs), (0..5_000).collect::<Vec<_>>());
    assert_eq!(fs::metadata(logs.join("jobs.ndjson")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(!logs.join("http.ndjson").exists(), "files are opened when they are needed");
    events.offer(numbered(5_000));
    drop(events);
    assert_eq!(numbers(&logs).len(), 5_001, "the last one to go writes what is left");
}

#[test]
fn two_writers_rotate_one_folder_without_losing_or_breaking_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let small = EventsConfig { max_file_bytes: 20_000, ..config(folder.path()) };
    let writers: Vec<_> = (0..3).map(|_| Events::start(small.clone(), Clock::System).unwrap()).collect();
    std::thread::scope(|scope| {
        for (index, events) in writers.iter().enumerate() {
            scope.spawn(move || {
                for number in 0..2_000 {
                    events.emit(numbered(index as u64 * 2_000 + number));
                    if number % 50 == 0 {
                        assert!(events.flush(PATIENCE));
                    }
                }
            });
        }
    });
    drop(writers);
    let mut seen = numbers(folder.path());
    seen.sort_unstable();
    assert_eq!(seen, (0..6_000).collect::<Vec<_>>());
    let segments = files::segments(folder.path(), Log::Jobs).unwrap();
    assert!(segments.len() > 5, "{segments:?}");
}

#[test]
fn the_oldest_segments_go_when_all_are_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let small = EventsConfig { max_file_bytes: 2_000, max_total_bytes: 10_000, ..config(folder.path()) };
    let events = Events::start(small, Clock::System).unwrap();
    for number in 0..1_000 {
        events.emit(numbered(number));
        if number % 10 == 0 {
            assert!(events.flush(PATIENCE));
        }
    }
    drop(events);
    let total: u64 =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(total <= 13_000, "{total}");
    let kept = numbers(folder.path());
    assert_eq!(kept.last(), Some(&999));
    assert!(
        kept[0] > 0 && kept.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "the newest are kept, without a gap"
    );
}

#[test]
fn a_removed_folder_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let events = Events::start(config(&logs), Clock::System).unwrap();
    events.offer(numbered(1));
    assert!(events.flush(PATIENCE));
    fs::remove_dir_all(&logs).unwrap();
    events.offer(numbered(2));
    assert!(events.flush(PATIENCE));
    assert_eq!(numbers(&logs), [2]);
}

#[test]
fn a_full_disk_holds_nobody_up_and_what_is_lost_is_said_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    // Writing to /dev/full fails as on a full disk.
    let path = folder.path().join("jobs.ndjson");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let events = Events::start(EventsConfig { queue: 100, ..config(folder.path()) }, Clock::System).unwrap();
    events.offer(numbered(0));
    let started = Clock::monotonic();
    while events.state().failing.is_none() {
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(1));
    }
    let started = Clock::monotonic();
    for number in 1..1_000 {
        events.emit(numbered(number));
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let state = events.state();
    assert!(state.dropped == 899 && state.failing.unwrap().contains("jobs.ndjson"), "{}", state.dropped);
    assert!(!events.flush(Duration::from_millis(50)));

    fs::remove_file(&path).unwrap();
    assert!(events.flush(PATIENCE));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("\"step\"")).count(), 101);
    assert!(
        text.lines().any(|line| line.contains("\"events_dropped\"") && line.contains("\"count\":899")),
        "{text}"
    );
    assert_eq!(events.state().failing, None);
}

#[test]
fn an_unwritable_folder_is_refused_at_the_start_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let fault = Events::start(config(&file), Clock::System).unwrap_err();
    assert!(fault.code == Code::Unavailable && fault.detail.contains("a-file"));
}

#[test]
fn the_tail_reads_across_segments_newest_last() {
    let folder = tempfile::tempdir().unwrap();
    let small = EventsConfig { max_file_bytes: 3_000, ..config(folder.path()) };
    let hands = ManualClock::at(Timestamp(1_772_357_400_123));
    let events = Events::start(small, Clock::Manual(hands)).unwrap();
    for number in 0..200 {
        let level = if number % 10 == 0 { Level::Error } else { Level::Info };
        events.emit(numbered(number).level(level).request_id(if number % 2 == 0 {
            "even-000"
        } else {
            "odd-0000"
        }));
        if number % 10 == 0 {
            assert!(events.flush(PATIENCE));
        }
    }
    assert!(events.flush(PATIENCE));
    assert!(files::segments(folder.path(), Log::Jobs).unwrap().len() > 3);
    let found = |query: &TailQuery| -> Vec<u64> {
        let tail = tail(folder.path(), query).unwrap();
        assert_eq!((tail.broken, tail.truncated), (0, false));
        tail.lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line.get()).unwrap()["number"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(found(&query(Log::Jobs, 150)), (50..200).collect::<Vec<_>>());
    assert_eq!(found(&query(Log::Jobs, 500)), (0..200).collect::<Vec<_>>());
    let errors = TailQuery { level: Some(Level::Warn), ..query(Log::Jobs, 3) };
    assert_eq!(found(&errors), [170, 180, 190]);
    let odd = TailQuery { request_id: Some("odd-0000".into()), ..query(Log::Jobs, 2) };
    assert_eq!(found(&odd), [197, 199]);
    assert!(found(&query(Log::Waf, 5)).is_empty());
    let nowhere = tail(Path::new("/nonexistent"), &query(Log::Waf, 5)).unwrap();
    assert!(nowhere.lines.is_empty());
}

#[test]
fn the_tail_skips_what_is_broken_and_scrubs_again() {
    let folder = tempfile::tempdir().unwrap();
    let good = r#"{"ts":"2026-03-01T09:30:00.123Z","level":"info","event":"x","request_id":"r-20261123","caller":null,"note":"ada@example.com","n":12345678}"#;
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(200_000));
    let text = format!("{good}\nnot json\n\n[1]\n{long}\n{good}\n\u{fffd}\n{{\"half\":");
    fs::write(folder.path().join("http.ndjson"), text).unwrap();
    let tail = tail(folder.path(), &query(Log::Http, 10)).unwrap();
    assert_eq!((tail.lines.len(), tail.broken), (2, 5));
    assert_eq!(tail.lines[0].get(), good.replace("ada@example.com", "[email]"));
}

#[test]
fn the_tail_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{{\"level\":\"info\",\"x\":\"{}\"}}\n", "y ".repeat(2_000));
    fs::write(folder.path().join("http.ndjson"), line.repeat(400)).unwrap();
    let answer = tail(folder.path(), &query(Log::Http, 500)).unwrap();
    let bytes: usize = answer.lines.iter().map(|line| line.get().len()).sum();
    assert!(answer.truncated && bytes <= 1 << 20 && answer.lines.len() > 200);
    assert_eq!(tail(folder.path(), &query(Log::Http, 200)).unwrap().lines.len(), 200);
    for n in [0, 501, usize::MAX] {
        assert_eq!(tail(folder.path(), &query(Log::Http, n)).unwrap_err().code, Code::Invalid);
    }
}

#[test]
fn a_panic_is_written_and_shown_scrubbed() {
    let events = Events::sink_for_tests();
    let (sender, shown) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    events.install_panic_hook(move |text| sender.lock().unwrap().send(text.to_owned()).unwrap());
    let thread = std::thread::spawn(|| panic!("no room for ada@example.com"));
    assert!(thread.join().is_err());
    let _ = std::panic::take_hook();
    let text = shown.recv().unwrap();
    assert!(text.contains("no room for [email]") && !text.contains("ada"), "{text}");
    let lines = events.lines(Log::Http);
    assert!(
        lines[0].contains("\"panic\"") && lines[0].contains("[email]") && !lines[0].contains("ada@"),
        "{lines:?}"
    );
}

/// Nanoseconds that this thread has been on a core: other load does not count.
fn on_core() -> u128 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture events_cost"]
fn events_cost() {
    const LINES: u32 = 200_000;
    let measure = |name: &str, work: &mut dyn FnMut()| {
        let best = (0..5).map(|_| {
            let before = on_core();
            for _ in 0..LINES {
                work();
            }
            (on_core() - before) / u128::from(LINES)
        });
        println!("{name}: {} ns", best.min().unwrap());
    };
    let folder = tempfile::tempdir().unwrap();
    let large = EventsConfig { queue: 5_000_000, ..EventsConfig::in_directory(folder.path()) };
    let events = Events::start(large, Clock::System).unwrap();
    let reference = ReferenceKey::new(&[1; 32]).reference("customer", "01J");
    let path = "/api/flags/eval?flag=new_checkout&user=u-1234567";
    let line = || {
        Event::new(Log::Http, "request")
            .request_id("01HZX3J7Q8W9E0R1T2Y3V4B5N6")
            .caller("customer", Some(reference.clone()))
            .field("method", "GET")
            .field("route", "/api/flags/eval")
            .field("status", 200_u16)
            .field("duration_ms", Duration::from_micros(123))
    };
    measure("offer of an http line", &mut || events.offer(line()));
    measure("with its path scrubbed", &mut || events.offer(line().field("path", Scrubbed::path(path))));
    measure("Scrubbed::path", &mut || drop(std::hint::black_box(Scrubbed::path(path))));
    measure("the clock alone", &mut || {
        std::hint::black_box(Clock::System.now());
    });
    assert!(events.flush(PATIENCE));
    println!("dropped {}", events.state().dropped);
    let started = Clock::monotonic();
    let lines = tail(folder.path(), &query(Log::Http, 200)).unwrap().lines.len();
    println!("tail of {lines}: {:?}", started.elapsed());
}
