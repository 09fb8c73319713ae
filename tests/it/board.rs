//! The operators' dashboard without scripts: every section for operators alone, with what the store has and nothing else.

use echopilot_core::events::Log;
use serde_json::json;

use crate::operators::signed_in;
use crate::support::{Answer, Browser, Served, eventually, on_each_engine};

const SECTIONS: [(&str, &str); 8] = [
    ("/dashboard/v2", "Overview"),
    ("/dashboard/v2/automations", "Automations"),
    ("/dashboard/v2/jobs", "Jobs"),
    ("/dashboard/v2/customers", "Customers"),
    ("/dashboard/v2/warehouse", "Warehouse"),
    ("/dashboard/v2/leads", "Leads"),
    ("/dashboard/v2/flags", "Flags"),
    ("/dashboard/v2/logs", "Audit and logs"),
];
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn has(page: &Answer, words: &[&str]) {
    for word in words {
        assert!(page.text.contains(word), "{word} is not in the page: {}", page.text);
    }
}

#[test]
fn every_section_is_for_operators_and_says_what_will_fill_it() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut stranger = Browser::new(&server);
        let customer = server.sign_in("ada@example.com");
        for (path, _) in SECTIONS {
            let led = stranger.open(path).expect_status(303);
            assert_eq!(led.header("location"), Some(&*format!("/dashboard/login?next={path}&why=sign-in")));
            let by_bearer = server.call("GET", path).bearer(&customer).header("Accept", "text/html").send();
            assert_eq!(by_bearer.status, 303, "{path}");
        }
        // Filters are lost on the way, the page is not.
        let one = "/dashboard/v2/leads/01ARZ3NDEKTSV4RRFFQ69G5FAV";
        for query in ["q=ada&since=7d", "q=%2F%2Fevil.example", "q=%0d%0aX:1"] {
            let led = stranger.open(&format!("{one}?{query}")).expect_status(303);
            let way = format!("/dashboard/login?next={one}&why=sign-in");
            assert_eq!(led.header("location"), Some(&*way), "{query}");
        }
        let mut browser = signed_in(&server);
        assert_eq!(browser.open("/dashboard").expect_status(303).header("location"), Some("/dashboard/v2"));
        for (path, title) in SECTIONS {
            let page = browser.open(path).expect_status(200);
            has(&page, &[&format!("<h1>{title}</h1>")]);
            assert!(!page.text.contains(server.operator_key()) && !page.text.contains("could not be loaded"));
        }
        has(
            &browser.open("/dashboard/v2").expect_status(200),
            &[
                "No request was answered in this span",
                "Nothing measured yet",
                "No payment succeeded since midnight",
            ],
        );
        has(&browser.open("/dashboard/v2/jobs").expect_status(200), &["No jobs yet"]);
        has(&browser.open("/dashboard/v2/automations").expect_status(200), &["No runs yet. First run "]);
        let wrong = browser.open("/dashboard/v2?range=2h");
        assert_eq!(wrong.status, 422);
        assert_eq!(browser.open("/dashboard/v2/jobs?status=lost").status, 422);
        assert_eq!(browser.open("/dashboard/v2/customers?plan=gold").status, 422);
        for path in [
            "jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "customers/nobody",
            "tickets/none",
            "leads/none",
            "leads/none/erase",
        ] {
            assert_eq!(browser.open(&format!("/dashboard/v2/{path}")).status, 404, "{path}");
        }
    });
}

#[test]
fn nothing_is_called_well_that_nobody_saw() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let page = signed_in(&server).open("/dashboard/v2").expect_status(200);
        assert!(!page.text.contains("Nothing is broken"), "the last minute was not measured");
        assert!(page.text.contains("Nothing is known to be broken") || page.text.contains("Not seen: "));
    });
}

fn act(browser: &mut Browser<'_>, task: &str, what: &str) -> Answer {
    let csrf = Browser::csrf(&browser.open("/dashboard/v2/automations").expect_status(200));
    browser
        .submit("/dashboard/v2/automations", &[("csrf", &csrf), ("next", ""), ("task", task), ("do", what)])
}

#[test]
fn tasks_are_run_paused_and_resumed_and_what_writes_outside_is_asked_about() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        let path = "/dashboard/v2/automations";
        let led = act(&mut browser, "clean-up", "run").expect_status(303);
        assert_eq!(led.header("location"), Some("/dashboard/v2/automations?did=started&task=clean-up"));
        let page = browser.open(led.header("location").unwrap()).expect_status(200);
        has(&page, &["A run of clean-up was asked for"]);
        eventually("the run", || {
            let page = browser.open(path).expect_status(200);
            page.text.contains("Last 1 runs of clean-up: 1 well").then_some(())
        });

        assert_eq!(act(&mut browser, "clean-up", "pause").status, 303);
        let paused = browser.open(path).expect_status(200);
        has(&paused, &["paused by tester", ">Resume<"]);
        assert_eq!(act(&mut browser, "clean-up", "resume").status, 303);
        assert!(!browser.open(path).expect_status(200).text.contains("paused by tester"));

        // Without the second press nothing is started.
        let asked = act(&mut browser, "warehouse-sync", "run").expect_status(303);
        assert_eq!(asked.header("location"), Some("/dashboard/v2/automations/run?task=warehouse-sync"));
        let confirm = browser.open("/dashboard/v2/automations/run?task=warehouse-sync").expect_status(200);
        has(&confirm, &["writes to the warehouse"]);
        let runs = || server.home.rows("SELECT id FROM runs WHERE operation = 'warehouse-sync'").len();
        assert_eq!(runs(), 0);
        let csrf = Browser::csrf(&confirm);
        let fields =
            [("csrf", &*csrf), ("next", ""), ("task", "warehouse-sync"), ("do", "run"), ("confirmed", "yes")];
        assert_eq!(browser.submit(path, &fields).status, 303);
        assert_eq!(runs(), 1);

        assert_eq!(act(&mut browser, "clean-up", "explode").status, 422);
        assert_eq!(act(&mut browser, "no-such-task", "pause").status, 422);
        let forged = [("csrf", "nonsense"), ("next", ""), ("task", "clean-up"), ("do", "pause")];
        assert_eq!(browser.submit(path, &forged).status, 403);
        let mut stranger = Browser::new(&server);
        assert!(matches!(stranger.submit(path, &forged).status, 401 | 403));
        assert_eq!(stranger.open("/dashboard/v2/automations/run?task=clean-up").status, 303);
    });
}

#[test]
fn jobs_are_found_by_text_state_and_kind_and_shown_with_their_lines() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let mut browser = signed_in(&server);
        let all = browser.open("/dashboard/v2/jobs").expect_status(200);
        has(&all, &["Compare three suppliers", "Below target", "Answer twelve support questions"]);
        let found = browser.open("/dashboard/v2/jobs?q=SUPPLIERS").expect_status(200);
        has(&found, &["Compare three suppliers"]);
        assert!(!found.text.contains("Answer twelve"));
        let failed = browser.open("/dashboard/v2/jobs?status=failed&kind=data_transform").expect_status(200);
        has(&failed, &["Turn 40 supplier", "Below target"]);
        assert!(!failed.text.contains("Compare three"));
        let none = browser.open(&format!("/dashboard/v2/jobs?q={}", crate::support::percent(HOSTILE)));
        has(&none, &["No job fits", "Show all jobs"]);
        assert!(!none.text.contains("<img"));
        // A pattern of the store's is a text like any other.
        assert!(browser.open("/dashboard/v2/jobs?q=%25").text.contains("No job fits"));

        let one = browser.open("/dashboard/v2/jobs/01HDEM0J0B0000000000000003").expect_status(200);
        has(
            &one,
            &[
                "Turn 40 supplier",
                "62.0 of 100 is below the 80",
                "USD 0.0227",
                "9800 in, 1600 out",
                "No lines",
            ],
        );
        // The list that it was chosen from stands beside it, with its filters, and shows which one it is.
        let beside =
            browser.open("/dashboard/v2/jobs/01HDEM0J0B0000000000000003?status=failed").expect_status(200);
        assert!(!beside.text.contains("Compare three"));
        has(
            &beside,
            &[
                "jobs/01HDEM0J0B0000000000000003?status=failed\" aria-current=\"page\"",
                "href=\"/dashboard/v2/jobs?status=failed\"",
            ],
        );
        assert_eq!(browser.open("/dashboard/v2/jobs/01HDEM0J0B0000000000000003?status=lost").status, 422);
        let api = server.get_as_operator("/api/jobs/01HDEM0J0B0000000000000003").expect_status(200).json();
        assert_eq!(api["qa_score"], 62.0);
        let own = server.demo_token();
        let by_owner = server.call("GET", "/api/jobs/01HDEM0J0B0000000000000003").bearer(&own).send();
        assert_eq!(by_owner.status, 200);
        let stranger = server.sign_in("somebody@example.com");
        let by_other = server.call("GET", "/api/jobs/01HDEM0J0B0000000000000003").bearer(&stranger).send();
        assert_eq!(by_other.status, 404, "another's job is as good as none");
    });
}

#[test]
fn a_customer_is_found_disabled_and_enabled_and_their_message_answered() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let token = server.sign_in("ada@example.com");
        let _ = server.sign_in("bob@example.com");
        let body = json!({ "topic": "other", "message": format!("Please help me {HOSTILE}") });
        let ticket =
            server.call("POST", "/api/support").bearer(&token).json(&body).send().expect_status(201).json();
        let mut browser = signed_in(&server);
        let list = browser.open("/dashboard/v2/customers?q=ADA&plan=free&since=7d").expect_status(200);
        assert!(list.text.contains("ada@example.com") && !list.text.contains("bob@example.com"));
        has(&list, &["Please help me"]);
        assert!(!list.text.contains("<img"));
        has(&browser.open("/dashboard/v2/customers?q=nobody").expect_status(200), &["Nobody fits"]);
        let (_, after) = list.text.split_once("class=\"row-link\" href=\"").unwrap();
        let path = after.split_once('?').unwrap().0.to_owned();
        let page = browser.open(&path).expect_status(200);
        has(&page, &["ada@example.com", "Signed in", "By code", "No invoices", "Please help me"]);

        let disable = format!("{path}/disable");
        let csrf = Browser::csrf(&browser.open(&disable).expect_status(200));
        let fields = [("csrf", csrf.as_str()), ("next", "")];
        assert_eq!(browser.submit(&disable, &[("csrf", "x"), ("next", "")]).status, 403);
        let done = browser.submit(&disable, &fields).expect_status(303);
        has(
            &browser.open(done.header("location").unwrap()),
            &["The account is disabled", "Enable the account"],
        );
        let me = || server.call("GET", "/api/me").bearer(&token).send().status;
        assert_eq!(eventually("the end of the session", || (me() == 401).then_some(401)), 401);
        let enable = format!("{path}/enable");
        let done = browser.submit(&enable, &fields).expect_status(303);
        has(&browser.open(done.header("location").unwrap()), &["The account is enabled"]);

        let path = format!("/dashboard/v2/tickets/{}", ticket["id"].as_str().unwrap());
        let form = browser.open(&path).expect_status(200);
        assert!(form.text.contains("Your answer") && !form.text.contains("<img"));
        let csrf = Browser::csrf(&form);
        let mut send =
            |words: &str| browser.submit(&path, &[("csrf", &csrf), ("next", ""), ("answer", words)]);
        has(&send(" ").expect_status(422), &["There is a problem", "Enter an answer"]);
        let long = "x".repeat(4_001);
        has(&send(&long).expect_status(422), &["Write 1 to 4,000 characters"]);
        let before = server.mail("ada@example.com").len();
        let sent = send("It is mended").expect_status(303);
        assert!(sent.header("location").unwrap().ends_with("?did=answered"));
        assert_eq!(send("Once more").status, 409, "an answer is kept");
        eventually("the mail", || server.mail("ada@example.com").get(before).cloned());
        has(&browser.open(&path).expect_status(200), &["It is mended"]);
        let events = server.home.rows("SELECT kind FROM ops_events ORDER BY id");
        assert!(events.iter().any(|row| row[0] == "customer_disabled"));
        has(&browser.open("/dashboard/v2").expect_status(200), &["was disabled", "operator tester"]);
    });
}

#[test]
fn lines_of_a_log_are_found_and_a_wrong_number_is_said_at_its_field() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let marked = server.call("GET", "/health").header("X-Request-ID", "one-of-this-test").send();
        assert_eq!(marked.status, 200);
        server.wait_for_log(Log::Http, |line| line["request_id"] == "one-of-this-test");
        let mut browser = signed_in(&server);
        let found =
            browser.open("/dashboard/v2/logs?file=http&request_id=one-of-this-test&n=5").expect_status(200);
        let (shown, _blank) = found.text.split_once("<template").unwrap();
        assert_eq!(shown.matches("<li class=\"line\">").count(), 1);
        has(&found, &["route /health", "status 200"]);
        let text = browser.open("/dashboard/v2/logs?file=http&text=ONE-OF-THIS-test").expect_status(200);
        assert!(text.text.contains("route /health"));
        has(&browser.open("/dashboard/v2/logs?file=http&text=no-such-word-anywhere"), &["No line fits"]);
        has(&browser.open("/dashboard/v2/logs?file=failover"), &["Nothing in this log yet"]);
        for (query, words) in [
            ("n=501", "Enter a whole number from 1 to 500"),
            ("n=0", "Enter a whole number"),
            ("file=..%2Fsecret", "Choose one of the logs"),
            ("level=loud", "Choose one of the levels"),
        ] {
            let wrong = browser.open(&format!("/dashboard/v2/logs?{query}")).expect_status(422);
            has(&wrong, &["There is a problem", words, "<title>Error: "]);
        }
        let api = server
            .get_as_operator("/api/logs/tail?file=http&text=one-of-this-test")
            .expect_status(200)
            .json();
        assert!(!api["lines"].as_array().unwrap().is_empty());
        assert_eq!(
            server.get_as_operator(&format!("/api/logs/tail?file=http&text={}", "x".repeat(201))).status,
            422
        );
    });
}
