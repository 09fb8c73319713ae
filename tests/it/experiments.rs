//! What became of it: who was given what, what they did, and what may be concluded.

use std::io::Write as _;
use std::process::{Command, Stdio};

use echopilot_core::events::Log;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Home, Served, checkout, eventually, on_each_engine, peers};

fn set(server: &Served, change: &Value) -> Value {
    server.post_as_operator("/api/flags/set", change).expect_status(200).json()
}

fn evaluate(server: &Served, flag: &str, key: &str) -> String {
    let answer = server.get(&format!("/api/flags/eval?f={flag}&k={key}")).expect_status(200).json();
    answer["variant"].as_str().unwrap().to_owned()
}

fn convert(server: &Served, flag: &str, key: &str, goal: &str) -> Value {
    let body = json!({ "k": key, "f": flag, "goal": goal });
    server.post("/api/flags/convert", &body).expect_status(200).json()
}

fn report(server: &Served, flag: &str) -> Value {
    server.get_as_operator(&format!("/api/flags/report?f={flag}")).expect_status(200).json()
}

fn start(engine: Engine) -> Served {
    let home = Home::new(engine).set("RATE_LIMITS", "flags=off,flags_user=off,convert=off");
    let folder = home.path().join("configs").display().to_string();
    home.set("CONFIG_DIR", &folder).share().serve()
}

/// The rows of an experiment that is over, written as they would have been stored: users and conversions by variant, while
/// the flag was shared as `made` says, the answer to the change that did so.
fn seen(home: &Home, made: &Value, counts: &[(&str, u32, u32)]) {
    let (flag, version) = (made["flag"]["flag"].as_str().unwrap(), &made["version"]);
    let configuration = json!([made["flag"]["salt"], made["flag"]["variants"]]);
    let now = 1_790_000_000_000_i64;
    for (variant, users, converted) in counts {
        let row = |number: u32| {
            format!(
                "('{flag}', '{variant}{version}-{number}', '{variant}', 'split', {version}, '{configuration}', {now})"
            )
        };
        let goal =
            |number: u32| format!("('{flag}', 'paid', '{variant}{version}-{number}', 2.5, {})", now + 1);
        for (statement, count, row) in [
            (
                "INSERT INTO flag_assignments (flag, user_hash, variant, reason, version, configuration, assigned_at) VALUES",
                *users,
                &row as &dyn Fn(u32) -> String,
            ),
            (
                "INSERT INTO flag_conversions (flag, goal, user_hash, value, converted_at) VALUES",
                *converted,
                &goal,
            ),
        ] {
            for from in (0..count).step_by(500) {
                let rows: Vec<String> = (from..count.min(from + 500)).map(row).collect();
                home.change(&format!("{statement} {}", rows.join(", ")));
            }
        }
    }
}

/// Users whom a store has from before it was kept how a flag was shared: they count in no verdict and block none.
#[test]
fn users_of_an_earlier_version_count_in_nothing_and_block_nothing() {
    on_each_engine(|engine| {
        let server = start(engine);
        let made = set(&server, &json!({ "flag": "hero", "rollout_pct": 50, "goal": "paid" }));
        let rows: Vec<String> =
            (0..300).map(|number| format!("('hero', 'old-{number}', 'B', 'split', 1, {number})")).collect();
        let columns = "flag, user_hash, variant, reason, version, assigned_at";
        server.home.change(&format!("INSERT INTO flag_assignments ({columns}) VALUES {}", rows.join(", ")));
        let before = report(&server, "hero");
        assert_eq!((&before["verdict"], &before["sample_ratio"]), (&json!("collecting"), &json!([])));
        seen(&server.home, &made, &[("A", 1_000, 100), ("B", 1_000, 200)]);
        let after = report(&server, "hero");
        assert_eq!((&after["verdict"], &after["winner"]), (&json!("better"), &json!("B")));
        let users =
            after["variants"].as_array().unwrap().iter().map(|known| known["users"].as_u64().unwrap());
        assert_eq!(users.collect::<Vec<_>>(), [1_000, 1_000]);
        assert_eq!(after["sample_ratio"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn who_was_given_what_is_kept_once_and_never_in_clear() {
    on_each_engine(|engine| {
        let server = start(engine);
        let _ = set(&server, &json!({ "flag": "hero", "rollout_pct": 50, "goal": "paid" }));
        let keys: Vec<String> = (0..400).map(|number| format!("visitor-{number}@example.com")).collect();
        for key in &keys {
            let _ = evaluate(&server, "hero", key);
        }
        let _ = evaluate(&server, "hero", &keys[0]);
        // SIGTERM right after the last answer: what memory held is stored first.
        let home = server.terminate();
        let rows =
            home.rows("SELECT user_hash, variant, reason, version FROM flag_assignments WHERE flag = 'hero'");
        assert_eq!(rows.len(), 400);
        assert!(rows.iter().all(|row| row[0].len() == 22 && row[2] == "split" && row[3] == "2"), "{rows:?}");
        let lines = std::fs::read_to_string(home.log_dir().join("ab.ndjson")).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> = lines.iter().filter(|line| line["event"] == "flag_assigned").collect();
        assert_eq!(told.len(), 400);
        assert!(
            told.iter()
                .all(|line| line["request_id"].is_string() && line["user"].as_str().unwrap().len() == 22)
        );
        for log in std::fs::read_dir(home.log_dir()).unwrap() {
            let text = std::fs::read_to_string(log.unwrap().path()).unwrap_or_default();
            assert!(!text.contains("visitor-7@") && !text.contains("visitor-7%40"), "a key in clear: {text}");
        }
        // A process that begins anew knows nothing of them in memory, and still keeps each once.
        let server = home.serve();
        let _ = evaluate(&server, "hero", &keys[0]);
        let _ = evaluate(&server, "hero", "somebody-new");
        eventually("the new one", || {
            (server.home.rows("SELECT flag FROM flag_assignments").len() == 401).then_some(())
        });
        // A flag that is off assigns nobody; who looks from the shell is no user.
        let _ = set(&server, &json!({ "flag": "hero", "enabled": false }));
        let _ = evaluate(&server, "hero", "late");
        let home = server.terminate();
        let _ = home.run(&["flags", "eval", "pricing_cta", "--key", "shell"]).expect_code(0);
        assert_eq!(home.rows("SELECT flag FROM flag_assignments").len(), 401);
    });
}

#[test]
fn a_conversion_counts_once_for_whom_the_flag_was_evaluated_before() {
    on_each_engine(|engine| {
        let server = start(engine);
        let _ = set(&server, &json!({ "flag": "hero", "rollout_pct": 50, "goal": "paid" }));
        assert_eq!(convert(&server, "hero", "early", "paid")["is_new"], true);
        let shown = evaluate(&server, "hero", "early");
        let own = evaluate(&server, "hero", "ada");
        for is_new in [true, false] {
            assert_eq!(convert(&server, "hero", "ada", "paid")["is_new"], is_new);
        }
        let body = json!({ "k": "ada", "f": "hero", "goal": "clicked" });
        let refused = server.post("/api/flags/convert", &body).expect_status(422).json();
        assert_eq!(
            refused["errors"][0],
            json!({ "field": "goal", "expected": "expected the flag's goal, paid" })
        );
        let told = eventually("both users", || {
            let told = report(&server, "hero");
            let users: u64 =
                told["variants"].as_array().unwrap().iter().map(|one| one["users"].as_u64().unwrap()).sum();
            (users == 2).then_some(told)
        });
        let of = |variant: &str| {
            let known =
                told["variants"].as_array().unwrap().iter().find(|one| one["variant"] == variant).unwrap();
            known["converted"].as_u64().unwrap()
        };
        assert_eq!(of("A") + of("B"), 1, "whoever converted before they were assigned ({shown}): {told}");
        assert_eq!((of(&own), &told["other_goals"]), (1, &json!({})));
        assert_eq!(
            (&told["verdict"], told["last_conversions"].as_array().unwrap().len()),
            (&json!("collecting"), 2)
        );
        assert!(!told.to_string().contains("ada"));
        // What was answered survives whatever happens next.
        for number in 0..20 {
            let _ = convert(&server, "hero", &format!("user-{number}"), "paid");
        }
        let home = server.kill();
        assert_eq!(home.rows("SELECT user_hash FROM flag_conversions WHERE goal = 'paid'").len(), 22);
    });
}

#[test]
fn bad_conversions_name_the_field_and_store_nothing() {
    on_each_engine(|engine| {
        let server = start(engine);
        let good = json!({ "k": "a", "f": "pricing_cta", "goal": "checkout_or_lead" });
        for (field, value) in [
            ("k", json!("")),
            ("k", json!("a\u{0}")),
            ("k", json!("k".repeat(257))),
            ("k", json!(1)),
            ("k", Value::Null),
            ("goal", json!("")),
            ("goal", json!("a b")),
            ("goal", json!("g".repeat(65))),
            ("value", json!(1e13)),
            ("value", json!("1")),
            ("colour", json!("red")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let answer = server.post("/api/flags/convert", &body).expect_status(422).json();
            assert_eq!(answer["errors"][0]["field"], field, "{body}: {answer}");
        }
        let mut unknown = good.clone();
        unknown["f"] = json!("nothing");
        let _ = server.post("/api/flags/convert", &unknown).expect_status(404);
        let huge = format!("{{\"k\":\"{}\"}}", "k".repeat(130 * 1024));
        assert_eq!(
            server.call("POST", "/api/flags/convert").body("application/json", &huge).send().status,
            413
        );
        assert!(server.home.rows("SELECT flag FROM flag_conversions").is_empty());
        for query in ["", "f=nothing", "f=pricing_cta&goal=a%20b", "f=pricing_cta&n=1"] {
            let status = server.get_as_operator(&format!("/api/flags/report?{query}")).status;
            assert!([404, 422].contains(&status), "{query}: {status}");
        }
        assert_eq!(server.get("/api/flags/report?f=pricing_cta").status, 401);
    });
}

#[test]
fn an_address_and_a_user_have_their_limits() {
    let server = Served::start(Engine::Sqlite, &[("RATE_LIMITS", "")]);
    let ask = |key: &str| server.get(&format!("/api/flags/eval?f=pricing_cta&k={key}"));
    for _ in 0..120 {
        let _ = ask("one").expect_status(200);
    }
    let refused = ask("one").expect_status(429);
    assert!(refused.header("retry-after").is_some());
    assert!(
        refused.header("ratelimit").unwrap().starts_with("\"flags_user\""),
        "{:?}",
        refused.header("ratelimit")
    );
    let _ = ask("another").expect_status(200);
    // By OFREP it is the same user.
    let body = r#"{"context":{"targetingKey":"one"}}"#;
    for path in ["/ofrep/v1/evaluate/flags/pricing_cta", "/ofrep/v1/evaluate/flags"] {
        let refused = server.call("POST", path).body("application/json", body).send().expect_status(429);
        assert!(refused.header("retry-after").is_some(), "{path}");
    }
    // Operators are not counted.
    let _ = server.get_as_operator("/api/flags/eval?f=pricing_cta&k=one").expect_status(200);
    let passed = (0..600).take_while(|number| ask(&format!("user-{number}")).status == 200).count();
    assert!((400..600).contains(&passed), "{passed} of the address's 600");
    let converts = (0..130).take_while(|number| {
        let body = json!({ "k": format!("user-{number}"), "f": "pricing_cta", "goal": "checkout_or_lead" });
        server.post("/api/flags/convert", &body).status == 200
    });
    assert_eq!(converts.count(), 120);
}

#[test]
fn the_report_says_in_plain_words_what_may_be_concluded() {
    on_each_engine(|engine| {
        let server = start(engine);
        let make = |flag: &str| set(&server, &json!({ "flag": flag, "rollout_pct": 50, "goal": "paid" }));
        let verdict = |flag: &str, counts: &[(&str, u32, u32)], expected: &str, words: &[&str]| {
            seen(&server.home, &make(flag), counts);
            let told = report(&server, flag);
            assert_eq!(told["verdict"], expected, "{flag}: {told}");
            for part in words {
                assert!(told["words"].as_str().unwrap().contains(part), "{flag}, {part}: {}", told["words"]);
            }
            told
        };
        let none = verdict("none", &[], "collecting", &["A has 0 users", "expected 100 users"]);
        assert_eq!((&none["days"], &none["sample_ratio"]), (&json!([]), &json!([])));
        let better = verdict(
            "better",
            &[("A", 1_500, 75), ("B", 1_520, 180)],
            "better",
            &["B converts 11.84 % of its users, A 5.00 %", "sure to 95 %", "give everybody B"],
        );
        assert_eq!(better["winner"], "B");
        assert_eq!(better["variants"][1]["value"], 450.0);
        assert_eq!(better["sample_ratio"][0]["state"], "balanced");
        let _ = verdict("worse", &[("A", 1_500, 180), ("B", 1_520, 75)], "worse", &["stay with A"]);
        let _ = verdict(
            "same",
            &[("A", 1_500, 150), ("B", 1_520, 155)],
            "undecided",
            &["No difference is sure yet"],
        );
        let odd = verdict(
            "odd",
            &[("A", 1_500, 75), ("B", 1_200, 180)],
            "blocked",
            &["did not come in the shares that were set", "B has 1200 users where 50 % was set"],
        );
        assert_eq!((&odd["winner"], &odd["sample_ratio"][0]["state"]), (&Value::Null, &json!("mismatch")));
        // Another salt deals everybody anew, and what sorted them before is no longer counted.
        let anew = set(&server, &json!({ "flag": "odd", "salt": "2" }));
        assert_eq!(report(&server, "odd")["verdict"], "collecting");
        seen(&server.home, &anew, &[("A", 1_500, 75), ("B", 1_520, 180)]);
        assert_eq!(report(&server, "odd")["verdict"], "better");
        // A change of the shares on the way is no fault, and begins a new count: rates that drift meanwhile would look like
        // a difference, since more of the later users are in B.
        seen(
            &server.home,
            &set(&server, &json!({ "flag": "drift", "rollout_pct": 10, "goal": "paid" })),
            &[("A", 9_000, 450), ("B", 1_000, 50)],
        );
        let second = set(&server, &json!({ "flag": "drift", "rollout_pct": 50 }));
        seen(&server.home, &second, &[("A", 5_000, 500), ("B", 5_000, 500)]);
        let told = report(&server, "drift");
        let checks = told["sample_ratio"].as_array().unwrap();
        assert!(checks.iter().all(|check| check["state"] == "balanced"), "{told}");
        assert_eq!((&checks[0]["is_current"], &checks[1]["is_current"]), (&json!(false), &json!(true)));
        assert_eq!((&told["verdict"], &told["variants"][0]["users"]), (&json!("undecided"), &json!(5_000)));
        // Going back to how it was shared counts on with those who came then.
        let _ = set(&server, &json!({ "flag": "drift", "rollout_pct": 10 }));
        assert_eq!(report(&server, "drift")["variants"][0]["users"], 9_000);
        // Somebody in a variant that has no share.
        seen(&server.home, &make("leak"), &[("A", 900, 45), ("B", 900, 110), ("C", 1, 0)]);
        assert_eq!(report(&server, "leak")["verdict"], "blocked");
        let _ = set(&server, &json!({ "flag": "aimless", "rollout_pct": 50 }));
        assert_eq!(report(&server, "aimless")["verdict"], "not_measured");
        // Of a flag that names no goal, the only one that was reached is reported; a few may be, not any number.
        let _ = evaluate(&server, "aimless", "ada");
        let _ = convert(&server, "aimless", "ada", "goal-0");
        eventually("its goal", || (report(&server, "aimless")["goal"] == "goal-0").then_some(()));
        for number in 1..10 {
            let _ = convert(&server, "aimless", "ada", &format!("goal-{number}"));
        }
        let told = report(&server, "aimless");
        assert_eq!((&told["goal"], told["other_goals"].as_object().unwrap().len()), (&json!(""), 10));
        let _ = convert(&server, "aimless", "eve", "goal-3");
        let body = json!({ "k": "ada", "f": "aimless", "goal": "goal-10" });
        let refused = server.post("/api/flags/convert", &body).expect_status(422).json();
        assert_eq!(refused["errors"][0]["field"], "goal");
        // The shell tells the same, and what blocks is a finding.
        let home = server.terminate();
        let told = home.run(&["flags", "report", "better"]).expect_code(0);
        assert!(told.stdout.contains("11.84 %") && told.stderr.contains("give everybody B"), "{told:?}");
        let _ = home.run(&["flags", "report", "leak", "--json"]).expect_code(3);
    });
}

#[test]
fn an_independent_reading_with_scipy_agrees() {
    let Some(python) = peers::python() else { return };
    let server = start(Engine::Sqlite);
    let cases = [
        (50.0, [("A", 1_500, 75), ("B", 1_520, 120)]),
        (10.0, [("A", 9_000, 270), ("B", 1_040, 55)]),
        (50.0, [("A", 120, 40), ("B", 130, 35)]),
        (50.0, [("A", 20_000, 2_000), ("B", 20_100, 2_015)]),
        (50.0, [("A", 400, 0), ("B", 420, 30)]),
    ];
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for (number, (share, counts)) in cases.into_iter().enumerate() {
        let flag = format!("case-{number}");
        let made = set(&server, &json!({ "flag": flag, "rollout_pct": share, "goal": "paid" }));
        seen(&server.home, &made, &counts);
        ours.push(report(&server, &flag));
        let arm = |at: usize| json!({ "users": counts[at].1, "converted": counts[at].2 });
        let ratio = json!({ "counts": [counts[0].1, counts[1].1], "shares": [100.0 - share, share] });
        let question = json!({ "alpha": 0.05, "baseline": arm(0), "other": arm(1), "ratio": ratio });
        questions.push(question.to_string());
    }
    let mut python = Command::new(python);
    python.arg(checkout().join("tests/python/flag_statistics.py"));
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python");
    child.stdin.take().unwrap().write_all(questions.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_eq!(theirs.lines().count(), ours.len());
    for (line, ours) in theirs.lines().zip(&ours) {
        let theirs: Value = serde_json::from_str(line).unwrap();
        let (compared, ratio) = (&ours["comparisons"][0], &ours["sample_ratio"][0]);
        for (name, own) in [
            ("difference", &compared["difference"]),
            ("low", &compared["interval"][0]),
            ("high", &compared["interval"][1]),
            ("e_value", &compared["e_value"]),
            ("p_value", &compared["p_value"]),
            ("chi_square", &ratio["chi_square"]),
            ("ratio_p", &ratio["p_value"]),
        ] {
            let (own, their) = (own.as_f64().unwrap(), theirs[name].as_f64().unwrap());
            assert!((own - their).abs() <= 1e-6 * their.abs().max(1e-6), "{name}: {own} and {their}, {ours}");
        }
    }
}

#[test]
fn some_visitors_see_other_words_and_what_they_do_counts() {
    on_each_engine(|engine| {
        let stripe = crate::support::recorder::Recorder::start();
        let home = Home::new(engine)
            .set("STRIPE_API_BASE", &stripe.url)
            .set("STRIPE_SECRET_KEY", crate::support::stripe::KEY)
            .set("STRIPE_PRICE_STARTER", "price_starter")
            .set("RATE_LIMITS", "other=off,lead=off");
        let server = home.share().serve();
        // Of eighty visitors about eight see B: none or forty would be no tenth.
        let mut others = 0;
        let mut one_of_each = [None, None];
        for _ in 0..80 {
            let mut browser = Browser::new(&server);
            let page = browser.open("/pricing").expect_status(200);
            let is_other = page.text.contains("Start with Starter");
            assert!(is_other != page.text.contains("Choose Starter"));
            others += usize::from(is_other);
            one_of_each[usize::from(is_other)] = Some((browser, page));
        }
        assert!((1..30).contains(&others), "{others} of 80");
        for (mut browser, page) in one_of_each.into_iter().flatten() {
            let words =
                |text: &str| if text.contains("Start with Starter") { "Start with" } else { "Choose" };
            let own = words(&page.text);
            assert_eq!(words(&browser.open("/pricing").text), own, "the same visitor, the same words");
            let csrf = Browser::csrf(&page);
            let fields = [
                ("csrf", csrf.as_str()),
                ("plan", "starter"),
                ("period", "month"),
                ("email", "ada@example.com"),
            ];
            let _ = browser.submit("/pricing/checkout", &fields).expect_status(303);
        }
        let told = eventually("the figures", || {
            let told = report(&server, "pricing_cta");
            let sum = |name: &str| -> u64 {
                told["variants"].as_array().unwrap().iter().map(|one| one[name].as_u64().unwrap()).sum()
            };
            (sum("users") == 80 && sum("converted") == 2).then_some(told.clone())
        });
        let b = &told["variants"][1];
        assert_eq!((&b["variant"], &b["users"], &b["converted"]), (&json!("B"), &json!(others), &json!(1)));
        // A request to talk counts as well.
        let mut browser = Browser::new(&server);
        let page = browser.open("/pricing").expect_status(200);
        let csrf = Browser::csrf(&page);
        let fields = [
            ("csrf", csrf.as_str()),
            ("email", "eve@example.com"),
            ("use_case", "Sort mail"),
            ("consent", "yes"),
            ("website", ""),
        ];
        assert!(browser.submit("/pricing", &fields).expect_status(200).text.contains("Thanks"));
        let goals = server.home.rows("SELECT goal FROM flag_conversions");
        assert_eq!(goals, vec![vec!["checkout_or_lead".to_owned()]; 3]);
        let _ = server.wait_for_log(Log::Ab, |line| line["event"] == "flag_converted");
    });
}

#[test]
fn a_visitor_sees_the_same_before_and_after_signing_in() {
    let stripe = crate::support::recorder::Recorder::start();
    let settings = [
        ("STRIPE_API_BASE", stripe.url.as_str()),
        ("STRIPE_SECRET_KEY", crate::support::stripe::KEY),
        ("STRIPE_PRICE_PRO", "price_pro"),
        ("RATE_LIMITS", "other=off,login=off,magic_link=off,verify=off"),
    ];
    let server = Served::start(Engine::Sqlite, &settings);
    let _ = set(&server, &json!({ "flag": "pricing_cta", "rollout_pct": 50 }));
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..8 {
        let mut browser = Browser::new(&server);
        let mut is_other = |path: &str, token: Option<&str>| {
            if let Some(token) = token {
                browser.cookies.insert("ep_session".to_owned(), token.to_owned());
            }
            let text = browser.open(path).expect_status(200).text;
            assert!(text.contains("Start with Pro") != text.contains("Choose Pro"), "{path}");
            text.contains("Start with Pro")
        };
        let before = is_other("/pricing", None);
        let token = server.sign_in(&format!("user-{number}@example.com"));
        assert_eq!(is_other("/app", Some(&token)), before);
        assert_eq!(is_other("/pricing", None), before);
        seen.insert(before);
    }
    assert_eq!(seen.len(), 2, "both words were seen");
    let home = server.terminate();
    let rows = home.rows("SELECT user_hash FROM flag_assignments WHERE flag = 'pricing_cta'");
    assert_eq!(rows.len(), 8, "one for each visitor, signed in or not");
}
