use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::events::{Event, Events, EventsConfig, Level, Log, tail};
use crate::platform::Clock;

const PATIENCE: Duration = Duration::from_secs(10);

fn query() -> TailQuery {
    TailQuery { log: Log::Jobs, n: 1, level: None, request_id: None, text: None }
}

fn end(directory: &Path) -> Place {
    tail(directory, &query()).unwrap().end
}

fn follow(directory: &Path, query: TailQuery, place: &Place) -> Follower {
    Follower::start(directory, query, place).unwrap().unwrap()
}

fn number(line: &FollowedLine) -> u64 {
    serde_json::from_str::<Value>(line.line.get()).unwrap()["number"].as_u64().unwrap()
}

/// Everything that is there, with the places.
fn rest(follower: &mut Follower) -> Vec<(u64, Place)> {
    let mut found = Vec::new();
    loop {
        let part = follower.read().unwrap();
        assert!(part.lines.len() <= MOST_LINES);
        found.extend(part.lines.iter().map(|line| (number(line), line.place.clone())));
        if !part.more {
            return found;
        }
    }
}

fn numbers(follower: &mut Follower) -> Vec<u64> {
    rest(follower).into_iter().map(|(number, _)| number).collect()
}

fn append(directory: &Path, text: &str) {
    let path = directory.join(Log::Jobs.file_name());
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn line(number: u64) -> String {
    format!("{{\"level\":\"info\",\"number\":{number}}}\n")
}

#[test]
fn every_line_comes_once_while_files_are_put_aside_and_from_any_place() {
    let folder = tempfile::tempdir().unwrap();
    let config = EventsConfig { max_file_bytes: 2_000, ..EventsConfig::in_directory(folder.path()) };
    let events = Events::start(config, Clock::System).unwrap();
    let begin = end(folder.path());
    assert_eq!(begin.to_string(), "0", "nothing was written yet");
    let mut follower = follow(folder.path(), query(), &begin);
    assert!(numbers(&mut follower).is_empty());
    let writer = std::thread::spawn(move || {
        for number in 0..3_000_u64 {
            events.emit(Event::new(Log::Jobs, "step").field("number", number));
            if number % 50 == 0 {
                assert!(events.flush(PATIENCE));
            }
        }
        assert!(events.flush(PATIENCE));
    });
    let mut found = Vec::new();
    while !writer.is_finished() {
        found.extend(rest(&mut follower));
    }
    writer.join().unwrap();
    found.extend(rest(&mut follower));
    assert!(segments(folder.path(), Log::Jobs).unwrap().len() > 20);
    let seen: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!(seen, (0..3_000).collect::<Vec<_>>());
    assert!(rest(&mut follower).is_empty());
    for (number, place) in found.iter().step_by(97) {
        let place = Place::parse(&place.to_string()).unwrap();
        let mut again = follow(folder.path(), query(), &place);
        assert_eq!(numbers(&mut again), (number + 1..3_000).collect::<Vec<_>>());
    }
    assert_eq!(end(folder.path()), found.last().unwrap().1);
}

#[test]
fn a_file_that_was_removed_is_read_to_its_end_and_then_the_oldest_that_is_left() {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), &line(1));
    let mut follower = follow(folder.path(), query(), &end(folder.path()));
    append(folder.path(), &line(2));
    let current = folder.path().join(Log::Jobs.file_name());
    fs::remove_file(&current).unwrap();
    assert_eq!(numbers(&mut follower), [2]);
    assert!(numbers(&mut follower).is_empty());
    fs::write(folder.path().join("jobs.000004.ndjson"), line(3)).unwrap();
    fs::write(folder.path().join("jobs.000005.ndjson"), line(4)).unwrap();
    append(folder.path(), &line(5));
    assert_eq!(numbers(&mut follower), [3, 4, 5]);
    append(folder.path(), &line(6));
    assert_eq!(numbers(&mut follower), [6]);
}

#[test]
fn only_whole_lines_that_fit_come_and_secrets_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = TailQuery {
        level: Some(Level::Warn),
        request_id: Some("r-20261123".into()),
        text: Some("late".into()),
        ..query()
    };
    let mut follower = follow(folder.path(), wanted, &Place::default());
    let one = |level: &str, request: &str, note: &str| {
        format!("{{\"level\":\"{level}\",\"request_id\":\"{request}\",\"number\":7,\"note\":\"{note}\"}}\n")
    };
    let good = one("warn", "r-20261123", "too LATE for ada@example.com");
    let others =
        [one("info", "r-20261123", "late"), one("warn", "r-other", "late"), one("error", "r-20261123", "x")];
    let long = format!("{{\"number\":1,\"x\":\"{}\"}}\n", "y".repeat(400_000));
    append(folder.path(), &format!("{}not json\n{long}{}", others.concat(), &good[..20]));
    let skipped = |follower: &mut Follower| {
        loop {
            let part = follower.read().unwrap();
            if !part.more || !part.lines.is_empty() {
                return part.lines;
            }
        }
    };
    assert!(skipped(&mut follower).is_empty(), "the last line is not whole yet");
    append(folder.path(), &good[20..]);
    let found = skipped(&mut follower);
    assert_eq!(found.len(), 1);
    assert!(found[0].line.get().contains("too LATE for [email]"), "{}", found[0].line);
}

#[test]
fn a_place_that_is_gone_or_too_far_back_is_told() {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), &line(1));
    let place = end(folder.path());
    let start = |place: &Place| Follower::start(folder.path(), query(), place).unwrap();
    assert!(start(&place).is_some());
    // Another file that got the same number.
    let path = folder.path().join(Log::Jobs.file_name());
    fs::write(&path, line(2)).unwrap();
    assert!(start(&place).is_none());
    fs::write(&path, "").unwrap();
    assert!(start(&place).is_none(), "shorter than the place");
    fs::write(&path, line(1)).unwrap();
    append(folder.path(), &line(3).repeat(180_000));
    assert!(start(&place).is_none(), "further back than anybody reads");
    assert!(start(&Place::default()).is_none(), "the beginning is as far");
    assert!(start(&end(folder.path())).is_some());
    fs::write(&path, line(1)).unwrap();
    assert!(start(&Place::default()).is_some());
    fs::write(folder.path().join("jobs.000001.ndjson"), line(3).repeat(180_000)).unwrap();
    assert!(start(&Place::default()).is_none(), "files that were put aside count");
    for word in
        ["", "1", "0-0", "1-2-xyz", "1-2-0123456g", "1-2-01234567-8", "../x-1-01234567", "-1-2-01234567"]
    {
        assert_eq!(Place::parse(word), None, "{word}");
    }
    assert_eq!(Place::parse(&place.to_string()), Some(place));
}

#[test]
fn a_write_that_was_taken_back_takes_no_line_away() {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), &line(1));
    let mut follower = follow(folder.path(), query(), &Place::default());
    append(folder.path(), &line(2));
    assert_eq!(numbers(&mut follower), [1, 2]);
    let path = folder.path().join(Log::Jobs.file_name());
    OpenOptions::new().write(true).open(&path).unwrap().set_len(line(1).len() as u64).unwrap();
    assert!(numbers(&mut follower).is_empty());
    append(folder.path(), &line(3));
    assert_eq!(numbers(&mut follower), [3]);
}

#[test]
fn what_was_read_before_a_fault_is_told_once_and_the_fault_after_it() {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), &line(1));
    let mut follower = follow(folder.path(), query(), &Place::default());
    assert_eq!(numbers(&mut follower), [1]);
    append(folder.path(), &line(2));
    let current = folder.path().join(Log::Jobs.file_name());
    fs::rename(&current, folder.path().join("jobs.000001.ndjson")).unwrap();
    // A name that leads to itself can't be looked at.
    std::os::unix::fs::symlink(&current, &current).unwrap();
    let part = follower.read().unwrap();
    assert_eq!(part.lines.iter().map(number).collect::<Vec<_>>(), [2]);
    assert!(follower.read().is_err());
    fs::remove_file(&current).unwrap();
    append(folder.path(), &line(3));
    assert_eq!(numbers(&mut follower), [3]);
}

#[test]
fn an_unfinished_line_is_waited_for_however_little_of_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut follower = follow(folder.path(), query(), &Place::default());
    let text = line(1);
    for piece in [&text[..1], &text[1..9], &text[9..text.len() - 1]] {
        append(folder.path(), piece);
        assert!(numbers(&mut follower).is_empty());
    }
    append(folder.path(), "\n");
    assert_eq!(numbers(&mut follower), [1]);
}
