//! How large files may grow, and which names they must not have.

use std::path::{Path, PathBuf};

use crate::support::checkout;

/// No file is longer.
const CEILING: usize = 500;
/// Nine of ten are shorter.
const USUAL: usize = 350;
/// Drawers for what nobody placed.
const DRAWERS: [&str; 4] = ["util", "common", "helpers", "ops"];

/// Every Rust file below `folder` of the checkout: path from its root, and text.
pub(crate) fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&checkout().join(folder), &mut files);
    files.sort();
    let name =
        |path: &Path| path.strip_prefix(checkout()).expect("a file of the checkout").display().to_string();
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("a text"))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "node_modules" && name != "target" {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn all() -> Vec<(String, String)> {
    let files: Vec<_> = ["src", "web", "commands", "tests"].into_iter().flat_map(rust_files).collect();
    assert!(files.len() > 100, "the files are gone");
    files
}

#[test]
fn files_stay_readable() {
    let files = all();
    let lengths: Vec<_> = files.iter().map(|(path, text)| (text.lines().count(), path)).collect();
    for (length, path) in &lengths {
        assert!(*length <= CEILING, "{path} has {length} lines; split it by meaning");
    }
    let long: Vec<_> = lengths.iter().filter(|(length, _)| *length >= USUAL).collect();
    assert!(long.len() * 10 <= lengths.len(), "more than a tenth of the files are long: {long:?}");
}

#[test]
fn no_module_is_a_drawer() {
    for (path, _) in all() {
        let part_is_drawer = |part: &str| DRAWERS.contains(&part.trim_end_matches(".rs"));
        assert!(!path.split('/').any(part_is_drawer), "{path} has the name of a drawer; name what it is for");
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    // `tests.rs` is for the module it stands beside.
    for (path, text) in all().into_iter().filter(|(path, _)| !path.ends_with("/tests.rs")) {
        let first = text.lines().next().unwrap_or_default();
        let (head, length) = (first.starts_with("//! "), first.len());
        assert!(head && length > 10, "{path} does not begin with a line that says what it is for");
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Spelt in two halves, so that this file does not find itself.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["X", "XX"].concat()];
    for (path, text) in all() {
        for (number, line) in text.lines().enumerate() {
            let found = line
                .split(|c: char| !c.is_ascii_alphanumeric())
                .find(|word| marks.iter().any(|mark| mark == word));
            assert!(found.is_none(), "{path}:{}: {line}", number + 1);
        }
    }
}
