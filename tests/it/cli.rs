//! The command line as a whole: help, JSON on success and on failure, exit codes, secrets, closed pipes.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Engine, Home, OPERATOR_KEY, Ran, Served, on_each_engine};

/// Every leaf command by its `--help`.
fn leaves(home: &Home) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(words) = open.pop() {
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = home.run(&arguments).expect_code(0).stdout;
        let listed =
            help.split("\nCommands:\n").nth(1).map(|rest| rest.split("\n\n").next().unwrap_or_default());
        match listed {
            None => found.push((words, help)),
            Some(list) => {
                let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
                // A deeper line goes on explaining the one above.
                for name in names.filter(|name| !name.is_empty() && *name != "help") {
                    let mut deeper = words.clone();
                    deeper.push(name.to_owned());
                    open.push(deeper);
                }
            }
        }
    }
    found.sort();
    found
}

/// What a leaf is called with: to succeed, and to fail with which code.
struct Story {
    leaf: &'static str,
    succeeds: &'static [&'static str],
    /// Its code when all is well; 3 where nothing was set up yet.
    code: i32,
    fails: &'static [&'static str],
    failure: i32,
}

const fn story(
    leaf: &'static str,
    succeeds: &'static [&'static str],
    code: i32,
    fails: &'static [&'static str],
    failure: i32,
) -> Story {
    Story { leaf, succeeds, code, fails, failure }
}

/// `BAD` stands for a data folder that can't be made, `CUSTOMER` for the identifier of one.
const STORIES: &[Story] = &[
    story("billing invoice", &["--help"], 0, &["--email", "nobody"], 2),
    story("billing invoices", &["--help"], 0, &["--email", "nobody@example.com"], 1),
    story("billing payments", &[], 0, &["--limit", "0"], 2),
    story("billing refund", &["--help"], 0, &["re_1", "--reason", "duplicate"], 2),
    story("billing void", &["--help"], 0, &["ch_1"], 2),
    // It succeeds until it is asked to end; chaos.rs tells that.
    story("billing chaos", &["--help"], 0, &["--target", "ftp://127.0.0.1/"], 2),
    story("billing events list", &["--limit", "2"], 0, &["--limit", "0"], 2),
    // Nothing was sent yet; webhooks.rs tells what these do when something was.
    story("billing events replay", &["--help"], 0, &["evt_none"], 1),
    story("billing events show", &["--help"], 0, &["evt_none"], 1),
    // Nobody has a Stripe here; reconcile.rs has.
    story("billing reconcile", &["--help"], 0, &["--since", "yesterday"], 2),
    story("completions", &["bash"], 0, &["nonsense"], 2),
    story("config show", &["--origin"], 0, &["--nonsense"], 2),
    story("customers add", &["--email", "ada@example.com"], 0, &["--email", "nobody"], 2),
    story("customers disable", &["CUSTOMER"], 0, &["nobody"], 1),
    story("customers enable", &["CUSTOMER"], 0, &["nobody"], 1),
    story("customers erase", &["CUSTOMER", "--yes"], 0, &["nobody"], 1),
    story("customers list", &["--limit", "2"], 0, &["--limit", "0"], 2),
    story("customers show", &["CUSTOMER"], 0, &["nobody"], 1),
    story("dev-check", &[], 0, &["--write"], 2),
    story("jobs list", &["--limit", "2"], 0, &["--limit", "0"], 2),
    story("jobs show", &["--help"], 0, &["nobody"], 1),
    story("keys list", &[], 0, &["--data-dir", "BAD"], 2),
    story("keys retire", &["--help"], 0, &["nonsense"], 1),
    story("keys rotate", &[], 0, &["--data-dir", "BAD"], 2),
    story("flags eval", &["pricing_cta", "--key", "a"], 0, &["pricing_cta"], 2),
    story("flags explain", &["pricing_cta", "--key", "a"], 0, &["pricing_cta"], 2),
    story("flags lint", &[], 0, &["nowhere.json"], 1),
    story("flags list", &[], 0, &["--data-dir", "BAD"], 2),
    story("flags report", &["pricing_cta"], 0, &["nothing"], 1),
    story("flags rollback", &[], 0, &["nothing"], 1),
    story("flags set", &["hero", "--rollout-pct", "10"], 0, &["hero", "--rollout-pct", "101"], 2),
    story("flags simulate", &["--n", "500", "--runs", "20"], 0, &["--rate", "2"], 2),
    story("leads erase", &["nobody@example.com", "--yes"], 0, &["nobody", "--yes"], 2),
    story("leads show", &["--help"], 0, &["nobody"], 1),
    story("leads list", &["--limit", "2"], 0, &["--limit", "0"], 2),
    story("logs tail", &["http", "-n", "3"], 0, &["http", "-n", "0"], 2),
    story("man", &["smoke"], 0, &["nonsense"], 1),
    story("migrate apply", &[], 0, &["--data-dir", "BAD"], 2),
    story("migrate status", &[], 0, &["--data-dir", "BAD"], 2),
    story("pricing optimize", &[], 0, &["--data-dir", "BAD"], 2),
    story("scheduler pause", &["clean-up"], 0, &["nonsense"], 2),
    story("scheduler resume", &["clean-up"], 0, &["nonsense"], 2),
    story("scheduler run", &["clean-up"], 0, &["nonsense"], 2),
    story("scheduler status", &[], 0, &["--data-dir", "BAD"], 2),
    story("seed-demo", &[], 0, &["--data-dir", "BAD"], 2),
    // A busy machine is a finding; sentinel.rs tells what it says.
    story("sentinel", &["--help"], 0, &["--data-dir", "BAD"], 2),
    // `serve` succeeds until it is asked to end; serve.rs tells that.
    story("serve", &["--help"], 0, &["--bind", "nowhere"], 2),
    story("smoke", &["--list"], 0, &["--base-url", "http://127.0.0.1:1"], 1),
    story("warehouse query", &["--example"], 0, &["nonsense"], 2),
    story("warehouse status", &[], 0, &["--data-dir", "BAD"], 2),
    story("warehouse-sync", &["--dry-run"], 0, &["--data-dir", "BAD"], 2),
];

#[test]
fn every_leaf_has_an_example_and_its_exit_codes_in_help() {
    let home = Home::bare(Engine::Sqlite);
    let leaves = leaves(&home);
    let known: BTreeSet<_> = STORIES.iter().map(|story| story.leaf.to_owned()).collect();
    let found: BTreeSet<_> = leaves.iter().map(|(words, _)| words.join(" ")).collect();
    assert_eq!(found, known, "every leaf needs a story here");
    for (words, help) in leaves {
        let name = words.join(" ");
        assert!(help.contains(&format!("Example:\n  echopilot {name}")), "{name} has no example:\n{help}");
        for part in
            ["Exit codes:", "0 ok", "2 usage", "4 not authorised", "130 interrupted", "--json", "--data-dir"]
        {
            assert!(help.contains(part), "{name} does not say {part}");
        }
        // Its own options and arguments are explained: a line that names one is followed by words.
        let lines: Vec<_> = help.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let is_option = line.starts_with("  ")
                && line.trim_start().starts_with('-')
                && !line.trim_start().starts_with("- ");
            if is_option {
                let here = line.trim_start().split("  ").skip(1).any(|words| !words.trim().is_empty());
                let below = lines.get(index + 1).is_some_and(|next| next.starts_with("          "));
                assert!(here || below, "{name}: {line} is not explained");
            }
        }
    }
    let top = home.run(&["--help"]).expect_code(0).stdout;
    assert!(top.contains("Exit codes:") && top.contains("serve --demo"));
    assert!(home.run(&["--version"]).expect_code(0).stdout.starts_with("echopilot "));
}

fn arguments<'w>(story: &'w Story, rest: &[&'w str], bad: &'w str, customer: &'w str) -> Vec<&'w str> {
    let filled = |word| match word {
        "BAD" => bad,
        "CUSTOMER" => customer,
        word => word,
    };
    let words = story.leaf.split(' ').chain(rest.iter().copied().map(filled));
    words.chain(["--json"]).collect()
}

#[test]
fn json_is_one_document_on_success_and_on_failure() {
    on_each_engine(|engine| {
        let home = Home::new(engine);
        std::fs::write(home.path().join("file"), "").unwrap();
        let bad = home.path().join("file/below").display().to_string();
        let _ = home.run(&["migrate", "apply"]).expect_code(0);
        let added = home.run(&["customers", "add", "--email", "first@example.com", "--json"]).expect_code(0);
        let customer = added.json()["id"].as_str().unwrap().to_owned();
        for story in STORIES {
            let ran = home.run(&arguments(story, story.succeeds, &bad, &customer));
            if story.succeeds.contains(&"--help") {
                continue;
            }
            // Nobody has a warehouse on SQLite.
            let without_warehouse = story.leaf == "warehouse-sync" && engine == Engine::Sqlite;
            let code = if without_warehouse { 1 } else { story.code };
            assert_eq!(ran.code, Some(code), "{}: {ran:?}", story.leaf);
            assert!(ran.stdout.ends_with('\n') && ran.stdout.lines().count() == 1, "{}: {ran:?}", story.leaf);
            assert_eq!(ran.json()["ok"], !without_warehouse, "{}", story.leaf);
            assert!(without_warehouse || ran.stdout.starts_with("{\"ok\":true"), "{}: {ran:?}", story.leaf);

            let ran = home.run(&arguments(story, story.fails, &bad, &customer));
            assert_eq!(ran.code, Some(story.failure), "{}: {ran:?}", story.leaf);
            let document = ran.json();
            assert_eq!(document["ok"], false, "{}: {ran:?}", story.leaf);
            if story.leaf != "smoke" {
                let told = document["detail"].as_str().is_some_and(|detail| !detail.is_empty());
                assert!(told && document["code"].is_string() && document["status"].is_u64(), "{document}");
                assert_eq!(document["error"], document["detail"]);
                assert!(!ran.stderr.is_empty(), "{}: a failure without words for people", story.leaf);
            }
        }
    });
}

#[test]
fn failures_without_json_are_words_on_standard_error_alone() {
    let home = Home::new(Engine::Sqlite);
    std::fs::write(home.path().join("file"), "").unwrap();
    let bad = home.path().join("file/below").display().to_string();
    for story in STORIES.iter().filter(|story| story.leaf != "smoke") {
        let mut words = arguments(story, story.fails, &bad, "");
        words.retain(|word| *word != "--json");
        let ran = home.run(&words);
        assert_eq!(ran.code, Some(story.failure), "{}: {ran:?}", story.leaf);
        assert_eq!(ran.stdout, "", "{}", story.leaf);
        assert!(ran.stderr.contains("error: "), "{}: {ran:?}", story.leaf);
    }
}

#[test]
fn usage_errors_end_with_2() {
    let home = Home::bare(Engine::Sqlite);
    let cases: &[&[&str]] = &[
        &["nonsense"],
        &[],
        &["scheduler"],
        &["jobs", "list", "--nonsense"],
        &["serve", "--bind"],
        &["logs", "tail", "../etc"],
    ];
    for words in cases {
        let ran = home.run(words).expect_code(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{words:?}: {ran:?}");
        let mut with_json = words.to_vec();
        with_json.push("--json");
        let document = home.run(&with_json).expect_code(2).json();
        assert_eq!((&document["ok"], &document["code"]), (&json!(false), &json!("malformed")), "{words:?}");
    }
    assert!(!home.data_dir().exists(), "a usage error made a data folder");
    let help = home.run(&["smok"]).expect_code(2).stderr;
    assert!(help.contains("smoke"), "no suggestion: {help}");
}

/// Text that stands in every secret setting here, and nowhere else may.
const MARK: &str = "MARKED-SECRET";

#[test]
fn no_command_shows_a_secret() {
    let plant = |name: &str| format!("{MARK}-{name}-0123456789-0123456789");
    let folder = tempfile::tempdir().unwrap();
    let database = format!("postgres://user:{MARK}@127.0.0.1:1/nowhere?application_name={MARK}");
    let home = || {
        Home::bare(Engine::Sqlite)
            .set("DASHBOARD_KEY", &plant("dashboard"))
            .set("AUTH_JWT_SECRET", &plant("auth"))
            .set("STRIPE_SECRET_KEY", &plant("stripe"))
            .set("STRIPE_SECRET_LIVE", &plant("live"))
            .set("METRICS_TOKEN", &plant("metrics"))
            .set("WAREHOUSE_URL", &database)
    };
    let env_file = folder.path().join("env");
    std::fs::write(&env_file, format!("STRIPE_SECRET_KEY={}\n", plant("file"))).unwrap();
    let env_file = env_file.display().to_string();
    let cases: &[&[&str]] = &[
        &["config", "show", "--origin"],
        &["config", "show", "--origin", "--json"],
        &["config", "show", "--env-file", &env_file],
        &["dev-check"],
        &["dev-check", "--json", "-vv"],
        &["jobs", "list", "--json", "-vv"],
        &["migrate", "status", "-vv"],
        &["warehouse-sync", "-vv"],
        &["serve", "--bind", "nowhere", "-vv"],
        &["smoke", "--base-url", "http://127.0.0.1:1", "-vv"],
    ];
    // A store that can't be reached takes five seconds to be given up, so few commands are asked for one.
    let without_store: &[&[&str]] =
        &[&["config", "show", "--json"], &["serve", "--bind", "127.0.0.1:0", "-vv"]];
    let mut shown = 0;
    let mut look = |home: &Home, words: &[&str]| {
        let ran = home.run(words);
        for (what, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            assert!(!text.contains(MARK), "{words:?} shows a secret on {what}: {text}");
            shown += text.len();
        }
    };
    let apart = home().set("DATABASE_URL", &database);
    for words in without_store {
        look(&apart, words);
    }
    let home = home();
    for words in cases {
        look(&home, words);
    }
    assert!(shown > 1_000, "hardly anything was shown");
    // The settings were read: a key is there, masked, with its origin.
    let document = home.run(&["config", "show", "--origin", "--json"]).json();
    let settings = document["settings"].as_array().unwrap();
    let key = settings.iter().find(|setting| setting["env"] == "DASHBOARD_KEY").unwrap();
    assert_eq!(key["origin"], "environment DASHBOARD_KEY");
    assert!(key["value"].as_str().is_some_and(|value| value.starts_with("****")), "{key}");
    for file in walk(home.path()).into_iter().chain(walk(apart.path())) {
        let text = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(MARK), "{} has a secret", file.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// `--json` prints what HTTP answers, byte by byte, for everything that has both faces.
#[test]
fn shell_and_http_say_the_same() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let home = &server.home;
        let pairs: &[(&[&str], &str)] = &[
            (&["scheduler", "status"], "/api/scheduler/status"),
            (&["jobs", "list"], "/api/jobs"),
            (&["jobs", "list", "--limit", "2"], "/api/jobs?limit=2"),
            (&["logs", "tail", "billing"], "/api/logs/tail?file=billing"),
            (&["logs", "tail", "sentinel", "-n", "1"], "/api/logs/tail?file=sentinel&n=1"),
        ];
        // The first lines of the log are on their way.
        crate::support::eventually("a line of the sentinel", || {
            let lines = server.logs(echopilot_core::events::Log::Sentinel);
            (!lines.is_empty()).then_some(())
        });
        for (words, path) in pairs {
            let over_http = server.get_as_operator(path).expect_status(200).text;
            let in_shell = home.run(&with_json(words)).expect_code(0).stdout;
            assert_eq!(in_shell.trim_end_matches('\n'), over_http, "{words:?}");
        }
        // What changes something is asked from the same state.
        let switch = |words: &[&str]| home.run(&with_json(words)).expect_code(0).stdout.trim_end().to_owned();
        let task = json!({ "task": "clean-up" });
        let paused = switch(&["scheduler", "pause", "clean-up"]);
        let resumed = server.post_as_operator("/api/scheduler/resume", &task).expect_status(200).text;
        assert_eq!(server.post_as_operator("/api/scheduler/pause", &task).expect_status(200).text, paused);
        assert_eq!(switch(&["scheduler", "resume", "clean-up"]), resumed);
        // Failures are the same document, but for what only HTTP knows.
        let mut over_http =
            server.post_as_operator("/api/scheduler/run", &json!({ "task": "nonsense" })).json();
        let mut in_shell = home.run(&["scheduler", "run", "nonsense", "--json"]).expect_code(2).json();
        for document in [&mut over_http, &mut in_shell] {
            let members = document.as_object_mut().unwrap();
            members.remove("instance");
            members.remove("request_id");
        }
        assert_eq!(in_shell, over_http);
    });
}

fn with_json<'w>(words: &[&'w str]) -> Vec<&'w str> {
    words.iter().copied().chain(["--json"]).collect()
}

#[test]
fn the_shell_may_do_what_an_operator_may_without_a_key() {
    let home = Home::bare(Engine::Sqlite);
    let paused = home.run(&["scheduler", "pause", "clean-up", "--json"]).expect_code(0).json();
    assert_eq!(paused["paused"], true);
    assert_ne!(OPERATOR_KEY, "");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = Home::demo(Engine::Sqlite);
    let _ = home.run(&["seed-demo"]).expect_code(0);
    for words in
        [&["man"][..], &["jobs", "list", "--json"], &["config", "show"], &["--help"], &["completions", "zsh"]]
    {
        let mut child = home.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(0), "{words:?}: {stderr}");
        assert!(!stderr.contains("panic"), "{words:?}: {stderr}");
    }
}

#[test]
fn quiet_says_nothing_but_results() {
    let home = Home::demo(Engine::Sqlite);
    let _ = home.run(&["seed-demo"]).expect_code(0);
    let loud = home.run(&["jobs", "list", "--limit", "1"]).expect_code(0);
    assert!(loud.stderr.contains("--cursor"), "{loud:?}");
    let quiet = home.run(&["jobs", "list", "--limit", "1", "--quiet"]).expect_code(0);
    assert_eq!((quiet.stdout, quiet.stderr), (loud.stdout, String::new()));
}

/// Every page of a list can be reached with the cursor that the one before names.
#[test]
fn a_cursor_leads_through_the_whole_list() {
    on_each_engine(|engine| {
        let home = Home::demo(engine);
        let _ = home.run(&["seed-demo"]).expect_code(0);
        let whole = home.run(&["jobs", "list", "--json"]).expect_code(0).json();
        let ids = |page: &Value| {
            page["jobs"].as_array().unwrap().iter().map(|job| job["id"].to_string()).collect::<Vec<_>>()
        };
        let mut walked = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut words = vec!["jobs", "list", "--limit", "2", "--json"];
            words.extend(cursor.iter().flat_map(|cursor| ["--cursor", cursor]));
            let page: Ran = home.run(&words).expect_code(0);
            let page = page.json();
            walked.extend(ids(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(walked, ids(&whole));
        assert!(walked.len() > 2);
    });
}

#[test]
fn data_that_can_t_be_written_is_a_failure_and_a_reader_that_has_enough_is_none() {
    let home = Home::bare(Engine::Sqlite);
    let ended = |stdout: Stdio| {
        let mut command = home.command(&["config", "show", "--json"]);
        command.stdout(stdout).stderr(Stdio::null()).status().unwrap().code()
    };
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(ended(full.into()), Some(1));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(ended(writer.into()), Some(0));
}

#[test]
fn a_usage_error_names_the_argument_in_json_too() {
    let ran = Home::bare(Engine::Sqlite).run(&["customers", "add", "--json"]).expect_code(2);
    assert!(ran.json()["error"].as_str().unwrap().contains("--email"), "{ran:?}");
}
