//! Arrows between modules point one way. The tables here are those of docs/ARCHITECTURE.md; the `crate::` paths of the
//! sources are held against them.

use std::collections::{BTreeMap, BTreeSet};

use crate::sizes::rust_files;

/// What a module of core may know, beside itself. Layers first, then slices.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("platform", &[]),
    ("config", &["platform"]),
    ("store", &["platform"]),
    ("events", &["platform"]),
    ("observability", &["platform"]),
    ("outbound", &["platform"]),
    ("operation", &["config", "store", "events", "observability", "outbound", "platform"]),
    ("customers", BASE),
    ("audit", BASE),
    ("auth", &["customers", "+"]),
    ("billing", &["customers", "+"]),
    ("flags", BASE),
    ("jobs", &["customers", "+"]),
    ("pricing", &["customers", "+"]),
    ("leads", BASE),
    ("governance", &["billing", "jobs", "warehouse", "audit", "+"]),
    ("warehouse", &["customers", "billing", "jobs", "+"]),
    ("support", &["customers", "+"]),
    ("privacy", &["customers", "auth", "billing", "jobs", "leads", "support", "+"]),
    ("sentinel", &["jobs", "warehouse", "+"]),
    ("demo", &["customers", "billing", "jobs", "governance", "+"]),
    ("slo", BASE),
    (
        "scheduler",
        &["auth", "billing", "customers", "flags", "leads", "sentinel", "slo", "support", "warehouse", "+"],
    ),
    ("catalogue", TABLES),
    ("openapi", TABLES),
    ("documents", TABLES),
];

/// What every slice may know; `+` in a list above stands for it.
const BASE: &[&str] = &["operation", "config", "store", "events", "observability", "outbound", "platform"];

/// The tables of everything may know everything; `*` stands for it.
const TABLES: &[&str] = &["*"];

/// Modules that list everything, so nothing below them may know them.
const TOP: [&str; 3] = ["catalogue", "openapi", "documents"];

fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "testing" | "testing.rs"))
}

/// The lines of a file that are part of the product, without comments.
fn product(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The modules of core that a line of source names.
fn named(line: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in line.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map(|list| list.split('}').next().unwrap_or(list));
        let parts: Vec<&str> = list.map_or_else(|| vec![rest], |list| list.split(',').collect());
        for part in parts {
            let word: String = part
                .trim_start()
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
                .collect();
            found.extend((!word.is_empty()).then_some(word));
        }
    }
    found
}

/// Who knows whom, as the sources of core have it.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in rust_files("src") {
        if is_test_file(&path) || path == "src/lib.rs" {
            continue;
        }
        let module = path["src/".len()..].split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let text: Vec<_> = product(&text).collect();
        let joined = text.join(" ");
        let known = arrows.entry(module.clone()).or_default();
        known.extend(named(&joined).into_iter().filter(|name| *name != module));
    }
    arrows
}

fn allowed(module: &str) -> Option<BTreeSet<&'static str>> {
    let (_, list) = MAY_KNOW.iter().find(|(name, _)| *name == module)?;
    let everything = MAY_KNOW.iter().map(|(name, _)| *name);
    Some(match *list {
        ["*"] => everything.collect(),
        list => list
            .iter()
            .flat_map(|name| if *name == "+" { BASE } else { std::slice::from_ref(name) })
            .copied()
            .collect(),
    })
}

#[test]
fn modules_of_core_know_only_what_they_may() {
    let arrows = arrows();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 30, "no arrows were found: {arrows:?}");
    for (module, known) in &arrows {
        let allowed = allowed(module).unwrap_or_else(|| panic!("say in MAY_KNOW what {module} may know"));
        for name in known {
            assert!(allowed.contains(name.as_str()), "{module} must not know {name}");
        }
    }
}

#[test]
fn the_reader_of_arrows_finds_them() {
    let found = |line| named(line).into_iter().collect::<Vec<_>>();
    assert_eq!(found("use crate::store::{Tx, args};"), ["store"]);
    assert_eq!(found("use crate::{audit, auth::Keys, billing};"), ["audit", "auth", "billing"]);
    assert_eq!(found("let x = crate::jobs::add(crate::auth::y);"), ["auth", "jobs"]);
    assert!(found("$crate::help::example!()").contains(&"help".to_owned()));
    let text = "use crate::a::X;\n// use crate::b;\n#[cfg(test)]\nmod tests {\n use crate::c;\n}\n";
    let joined: Vec<_> = product(text).collect();
    assert_eq!(found(&joined.join(" ")), ["a"]);
}

#[test]
fn the_allowed_arrows_make_no_circle() {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let ready: Vec<_> = MAY_KNOW
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !done.contains(name) && !TOP.contains(name))
            .filter(|name| allowed(name).unwrap().iter().all(|other| done.contains(other)))
            .collect();
        if ready.is_empty() {
            break;
        }
        done.extend(ready);
    }
    let left: Vec<_> = MAY_KNOW
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !done.contains(name) && !TOP.contains(name))
        .collect();
    assert!(left.is_empty(), "a circle among {left:?}");
    for (module, known) in arrows() {
        if !TOP.contains(&module.as_str()) {
            assert!(
                !known.iter().any(|name| TOP.contains(&name.as_str())),
                "{module} knows a table of everything"
            );
        }
    }
}

/// `words` in the product's sources below `folder`: where.
fn places(folder: &str, words: &[&str]) -> Vec<String> {
    let files = rust_files(folder).into_iter().filter(|(path, _)| !is_test_file(path));
    let hits = |(path, text): (String, String)| {
        let found = product(&text).any(|line| words.iter().any(|word| line.contains(word)));
        found.then_some(path)
    };
    files.filter_map(hits).collect()
}

#[test]
fn core_is_synchronous_and_knows_no_web() {
    assert_eq!(places("src", &["tokio::", "axum::", "async fn", ".await", "hyper::"]), [""; 0]);
    let manifest = std::fs::read_to_string(crate::support::checkout().join("src/Cargo.toml")).unwrap();
    for name in ["axum", "tokio.", "tokio =", "hyper", "echopilot-web"] {
        assert!(!manifest.contains(name), "core depends on {name}");
    }
    // The same search does find it where it may be.
    assert!(!places("web", &["tokio::"]).is_empty());
}

#[test]
fn one_place_leaves_the_asynchronous_world() {
    assert_eq!(places("web", &["spawn_blocking"]), ["web/mount.rs"]);
    assert_eq!(places("commands", &["spawn_blocking"]), [""; 0]);
}

#[test]
fn one_place_prints() {
    let words = ["println!", "eprintln!", "print!", "stdout()", "stderr()"];
    assert_eq!(places("commands", &words), ["commands/ui.rs"]);
    assert_eq!(places("src", &words), [""; 0]);
    // What a build script says is for cargo.
    assert_eq!(places("web", &words), ["web/build.rs"]);
}

#[test]
fn sql_stands_in_its_files_alone() {
    let words = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE FROM"];
    for path in places("src", &words) {
        let sound =
            path.ends_with("sql.rs") || path.starts_with("src/store/") || path.starts_with("src/warehouse/");
        assert!(sound, "{path} has SQL; it belongs into the slice's sql.rs");
    }
    assert_eq!(places("web", &words), [""; 0]);
    assert_eq!(places("commands", &words), [""; 0]);
}
