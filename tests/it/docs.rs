//! Documents say what is: generated files are current, and every command that a document shows exists.

use std::path::Path;

use serde_json::Value;

use crate::support::{Engine, Home, Ran, checkout};

fn check(folder: &Path, home: &Home, arguments: &[&str]) -> Ran {
    Ran::of(home.command(arguments).current_dir(folder))
}

fn generated(ran: &Ran) -> Value {
    let document = ran.json();
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == "generated files").unwrap().clone()
}

#[test]
fn generated_files_are_current() {
    let home = Home::new(Engine::Sqlite);
    let found = generated(&check(checkout(), &home, &["dev-check", "--json"]));
    assert_eq!(found["outcome"], "ok", "{found}");
}

#[test]
fn a_stale_file_is_a_finding_until_it_is_written_anew() {
    let home = Home::new(Engine::Sqlite);
    let copy = home.path().join("checkout");
    for folder in ["commands", "docs", "configs", "completions", "man"] {
        std::fs::create_dir_all(copy.join(folder)).unwrap();
    }
    std::fs::write(copy.join("Cargo.toml"), "").unwrap();
    std::fs::write(copy.join("commands/dev_check.rs"), "").unwrap();

    let absent = check(&copy, &home, &["dev-check", "--json"]).expect_code(3);
    assert_eq!(generated(&absent)["outcome"], "finding");
    let written = check(&copy, &home, &["dev-check", "--write", "--json"]).expect_code(0);
    assert_eq!(generated(&written)["outcome"], "ok");
    for name in
        ["docs/API.md", "docs/CONFIG.md", "docs/LOGGING.md", "configs/echopilot.toml", "man/echopilot.1"]
    {
        let here = std::fs::read(copy.join(name)).unwrap();
        assert_eq!(here, std::fs::read(checkout().join(name)).unwrap(), "{name}");
    }

    let mut text = std::fs::read_to_string(copy.join("docs/API.md")).unwrap();
    text.push_str("a line by hand\n");
    std::fs::write(copy.join("docs/API.md"), text).unwrap();
    let stale = generated(&check(&copy, &home, &["dev-check", "--json"]).expect_code(3));
    assert_eq!(stale["evidence"], "stale: docs/API.md");
    assert!(stale["remedy"].as_str().unwrap().contains("dev-check --write"));
}

#[test]
fn nothing_is_written_outside_a_checkout() {
    let home = Home::new(Engine::Sqlite);
    let refused = home.run(&["dev-check", "--write", "--json"]).expect_code(2).json();
    assert_eq!(refused["errors"][0]["field"], "--write");
    let looked = home.run(&["dev-check", "--json"]).expect_code(0);
    assert_eq!(generated(&looked)["outcome"], "skipped");
}

/// Every document that people read.
fn documents() -> Vec<std::path::PathBuf> {
    let mut files = vec![checkout().join("README.md"), checkout().join("CHANGELOG.md")];
    files.extend(std::fs::read_dir(checkout().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files
}

/// The shell lines of a document that call the binary, without the binary itself.
fn commands_in(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut in_shell = false;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            in_shell = !in_shell && matches!(language, "sh" | "bash" | "shell");
            continue;
        }
        let line = line
            .split(" #")
            .next()
            .unwrap_or_default()
            .split(['|', '>', '&', ';'])
            .next()
            .unwrap_or_default();
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        let begin = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["echopilot" | "target/release/echopilot", ..] => 1,
            ["cargo", "run", rest @ ..] => {
                rest.iter().position(|word| *word == "--").map_or(words.len(), |at| at + 3)
            }
            _ => continue,
        };
        if in_shell {
            found.push(words[begin..].to_vec());
        }
    }
    // Commands within a sentence; a word in capitals stands for something that the reader puts there.
    for code in text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2)) {
        // Brackets stand around what may be left out.
        let words = code.split_whitespace().map(|word| word.trim_matches(['[', ']']));
        let words: Vec<_> = words.map(str::to_owned).collect();
        if words.len() > 1 && words[0] == "echopilot" {
            found.push(words[1..].to_vec());
        }
    }
    found
}

#[test]
fn commands_in_documents_exist() {
    let home = Home::bare(Engine::Sqlite);
    let mut seen = 0;
    for file in documents() {
        for words in commands_in(&std::fs::read_to_string(&file).unwrap()) {
            let mut plain: Vec<_> =
                words.iter().take_while(|word| !word.starts_with('-')).map(String::as_str).collect();
            plain.retain(|word| word.chars().any(char::is_lowercase));
            plain.push("--help");
            let help = home.run(&plain);
            assert_eq!(
                help.code,
                Some(0),
                "{}: echopilot {}: {}",
                file.display(),
                words.join(" "),
                help.stderr
            );
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                let name = flag.split('=').next().unwrap();
                assert!(
                    help.stdout.contains(name),
                    "{}: echopilot {} has no {name}",
                    file.display(),
                    words.join(" ")
                );
            }
            seen += 1;
        }
    }
    assert!(seen >= 5, "the README shows no commands");
}

#[test]
fn the_reader_of_documents_finds_commands() {
    let text =
        "```sh\ncargo run --release -- serve --demo\nechopilot man | man -l -   # x\nls\n```\nechopilot no\n";
    assert_eq!(commands_in(text), [vec!["serve", "--demo"], vec!["man"]]);
    assert_eq!(commands_in("Ask `echopilot jobs show [ID]`, not `ls`."), [["jobs", "show", "ID"]]);
    assert_eq!(Home::bare(Engine::Sqlite).run(&["nonsense", "--help"]).code, Some(2));
}

/// Relative links of documents lead to files.
#[test]
fn links_in_documents_lead_somewhere() {
    for file in documents() {
        let text = std::fs::read_to_string(&file).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            // What begins with a slash is a page of the server; the guides' own test looks at those.
            if path.is_empty() || path.starts_with('/') || path.contains("://") || path.contains(' ') {
                continue;
            }
            assert!(file.parent().unwrap().join(path).exists(), "{} links to {path}", file.display());
        }
    }
}

/// Every path in backquotes that begins with a folder of the repository is there.
#[test]
fn what_documents_name_exists() {
    const FOLDERS: [&str; 10] = [
        "src/",
        "commands/",
        "web/",
        "configs/",
        "seeds/",
        "scripts/",
        "tests/",
        "logs/",
        "docs/",
        "benches/",
    ];
    let root = checkout();
    let mut named = 0;
    for document in ["README.md", "docs/ARCHITECTURE.md", "docs/STORE.md", "docs/WAREHOUSE.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for path in text.split('`').skip(1).step_by(2) {
            let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder))
                && !path.contains(|c: char| c.is_whitespace() || "<>{}*…".contains(c));
            if is_path {
                named += 1;
                assert!(root.join(path).exists(), "{document} names {path}, which is not there");
            }
        }
    }
    assert!(named > 20, "only {named} paths were found: does this test still look?");
}
