//! Leads: kept once a day, told to those who sell, mirrored to Notion, and not a playground for programs.

use std::time::Duration;

use echopilot_core::config::{Environment, RateGroup};
use echopilot_core::customers::AddCustomer;
use echopilot_core::events::Log;
use echopilot_core::leads::{CreateLead, ListLeads};
use echopilot_core::operation::{Caller, outbox};
use echopilot_core::platform::{Code, Email, Fault};
use echopilot_core::privacy::EraseCustomer;
use echopilot_core::scheduler::{NotionSynced, SyncNotion, deliver};
use echopilot_core::store::Engine;
use serde_json::{Value, json};

use crate::support::{
    Browser, Mood, NOTION_TOKEN, NotionServer, PARTNERS, Served, TestApp, eventually, on_each_engine,
};

const HELP: &str = "help@example.com";
const HOSTILE: &str = "\"><svg onload=alert(1)></textarea>";

fn lead(email: &str, use_case: &str) -> CreateLead {
    let email = Email::parse(email).unwrap();
    CreateLead { email, use_case: use_case.into(), company: None, consent: None, website: None }
}

fn kept(app: &TestApp) -> usize {
    app.operator().call(&ListLeads::default()).unwrap().leads.len()
}

#[test]
fn a_lead_is_kept_told_and_shown_to_operators_alone() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("SUPPORT_EMAIL", HELP)]);
        let body = json!({ "email": "Ada@Example.com", "use_case": format!("Sort mail {HOSTILE}"), "company": "Ada's" });
        let taken = server.post("/api/lead", &body).expect_status(201);
        let id = taken.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(taken.json(), json!({ "ok": true, "id": id }));
        assert_eq!(server.post("/api/lead", &body).expect_status(201).text, taken.text, "the same answer");
        let mail = eventually("the mail to us", || server.mail(HELP).pop());
        assert!(mail["text"].as_str().unwrap().contains("From: <ada@example.com>\nCompany: Ada's"));
        assert!(mail["text"].as_str().unwrap().contains(HOSTILE));
        assert!(!mail["html"].as_str().unwrap().contains("<svg"));
        let listed = server.get_as_operator("/api/leads").expect_status(200).json();
        assert_eq!(listed["leads"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&listed["leads"][0]["id"], &listed["leads"][0]["company"]),
            (&json!(id), &json!("Ada's"))
        );
        assert_eq!(listed["leads"][0]["consented_at"], Value::Null, "nobody asked here");
        assert_eq!(server.get("/api/leads").status, 401);
        let shown = server.home.run(&["leads", "list", "--json"]).expect_code(0).json();
        assert_eq!(shown, listed);
        server.wait_for_log(Log::Leads, |line| line["event"] == "lead_created");
        server.wait_for_log(Log::Leads, |line| line["event"] == "lead_repeated");
        for log in Log::ALL {
            let text = serde_json::to_string(&server.logs(log)).unwrap().to_lowercase();
            for word in ["ada@example", HELP, "sort mail", "ada's"] {
                assert!(!text.contains(word), "{word} stands in {}", log.file_name());
            }
        }
        assert_eq!(server.mail(HELP).len(), 1, "a repeated request tells nobody again");
    });
}

#[test]
fn the_same_request_is_kept_once_a_day_whoever_sends_it_at_once() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let ids = std::thread::scope(|scope| {
            let send = || {
                let cx = app.stranger();
                scope.spawn(move || cx.call(&lead("ada@example.com", "Sort mail")).unwrap().id)
            };
            let sent: Vec<_> = (0..8).map(|_| send()).collect();
            sent.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(kept(&app), 1);
        for other in [lead("bob@example.com", "Sort mail"), lead("ada@example.com", "Write mail")] {
            assert_ne!(app.stranger().call(&other).unwrap().id, ids[0]);
        }
        assert_eq!(kept(&app), 3);
        app.clock.advance(Duration::from_secs(24 * 3_600));
        assert_ne!(app.stranger().call(&lead("ada@example.com", "Sort mail")).unwrap().id, ids[0]);
        assert_eq!(kept(&app), 4, "another day is another request");
    });
}

#[test]
fn what_fills_in_the_hidden_field_learns_nothing_and_leaves_nothing() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let trapped =
            CreateLead { website: Some("https://spam.example".into()), ..lead("bot@example.com", "Buy") };
        let answer = app.stranger().call(&trapped).unwrap();
        let real = app.stranger().call(&lead("ada@example.com", "Sort mail")).unwrap();
        assert_eq!((answer.id.len(), kept(&app)), (real.id.len(), 1));
        let figures = app.deps.metrics.encode();
        for outcome in ["discarded", "stored"] {
            assert!(
                figures.contains(&format!("echopilot_leads_total{{outcome=\"{outcome}\"}} 1")),
                "{outcome}"
            );
        }
        let empty = CreateLead { website: Some(String::new()), ..lead("eve@example.com", "Sort mail") };
        app.stranger().call(&empty).unwrap();
        assert_eq!(kept(&app), 2, "an empty field is what people send");
    });
}

#[test]
fn bad_input_is_named_and_stores_nothing() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("RATE_LIMITS", "lead=off")]);
        let good = json!({ "email": "ada@example.com", "use_case": "Sort mail" });
        for (field, value) in [
            ("email", json!("nobody")),
            ("email", json!("a@b.co\r\nBcc: x@y.zz")),
            ("email", json!(null)),
            ("use_case", json!("")),
            ("use_case", json!("   ")),
            ("use_case", json!("x".repeat(2_001))),
            ("use_case", json!("a nul \u{0} in it")),
            ("use_case", json!(["a", "list"])),
            ("company", json!("x".repeat(121))),
            ("company", json!(7)),
            ("consent", json!(false)),
            ("consent", json!("yes")),
            ("phone", json!("123")),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let problem = server.post("/api/lead", &body).expect_status(422).json();
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM leads"), 0);
        let mut full = good;
        full["consent"] = json!(true);
        full["company"] = json!("  ");
        let _ = server.post("/api/lead", &full).expect_status(201);
        let told = "SELECT COUNT(*) FROM leads WHERE company IS NULL AND consented_at IS NOT NULL";
        assert_eq!(server.home.number(told), 1);
    });
}

#[test]
fn one_address_may_ask_ten_times_an_hour() {
    on_each_engine(|engine| {
        // The tests turn the limits off; this is the one that stands there otherwise.
        let limit = RateGroup::Lead.default_limit().to_string();
        assert_eq!(limit, "10/3600s");
        let server = Served::start(engine, &[("RATE_LIMITS", &format!("lead={limit}"))]);
        let ask = |number: usize| {
            server.post(
                "/api/lead",
                &json!({ "email": "ada@example.com", "use_case": format!("Number {number}") }),
            )
        };
        for number in 0..10 {
            let _ = ask(number).expect_status(201);
        }
        let refused = ask(10).expect_status(429);
        assert!(refused.header("retry-after").is_some());
        // The forms of both pages count with it; looking at them does not.
        let mut browser = Browser::new(&server);
        let csrf = Browser::csrf(&browser.open("/pricing").expect_status(200));
        for path in ["/", "/pricing"] {
            assert_eq!(browser.submit(path, &[("csrf", &csrf)]).status, 429, "{path}");
            assert_eq!(browser.open(path).status, 200, "{path}");
        }
        assert_eq!(server.home.number("SELECT COUNT(*) FROM leads"), 10);
    });
}

#[test]
fn pages_of_leads_show_each_once_newest_first() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let mut ids: Vec<String> = (0..5)
            .map(|number| {
                app.clock.advance(Duration::from_millis(number % 2));
                app.stranger().call(&lead("ada@example.com", &format!("Number {number}"))).unwrap().id
            })
            .collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page =
                app.operator().call(&ListLeads { limit: Some(2), cursor, ..ListLeads::default() }).unwrap();
            seen.extend(page.leads.into_iter().map(|lead| (lead.created_at, lead.id)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
        let mut seen: Vec<_> = seen.into_iter().map(|(_, id)| id).collect();
        ids.sort();
        seen.sort();
        assert_eq!(seen, ids);
    });
}

fn app_with_notion(engine: Engine, notion: &NotionServer) -> TestApp {
    let settings = |environment: Environment| {
        environment
            .with("NOTION_TOKEN", NOTION_TOKEN)
            .with("NOTION_PARTNERS_DB_ID", PARTNERS)
            .with("NOTION_API_BASE", &notion.url)
    };
    TestApp::with(engine, &TestApp::monday(), settings)
}

fn sync(app: &TestApp) -> Result<NotionSynced, Fault> {
    app.clock.advance(Duration::from_secs(3_601));
    app.cx(Caller::Scheduler).call(&SyncNotion::default())
}

fn waiting(app: &TestApp) -> i64 {
    app.deps.store.read(outbox::depth).unwrap().0
}

#[test]
fn each_lead_has_one_page_among_the_partners_and_a_partner_keeps_theirs() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app_with_notion(engine, &notion);
        notion.put_partner("by-hand", "partner@example.com");
        let company = CreateLead { company: Some("Lovelace".into()), ..lead("ada@example.com", "Sort mail") };
        for one in [company, lead("ada@example.com", "Write mail"), lead("partner@example.com", "More")] {
            app.stranger().call(&one).unwrap();
            app.clock.advance(Duration::from_millis(1));
        }
        assert_eq!(sync(&app).unwrap(), NotionSynced { delivered: 3, ..NotionSynced::default() });
        let pages = notion.pages();
        assert_eq!(pages.len(), 2, "{pages:?}");
        assert_eq!((pages[0].name(), pages[0].is_active()), ("By hand", true), "it belongs to people");
        assert_eq!((pages[1].name(), pages[1].email()), ("Lovelace", Some("ada@example.com")));
        assert!(!pages[1].is_active(), "a lead is no partner");
        assert_eq!(pages[1].properties["Notes"]["rich_text"][0]["text"]["content"], "Sort mail");
        assert_eq!((waiting(&app), kept(&app)), (0, 3));
    });
}

#[test]
fn an_outage_of_notion_loses_no_lead_and_holds_up_no_mail() {
    on_each_engine(|engine| {
        for mood in [Mood::Broken, Mood::TooMany(0), Mood::Deceitful, Mood::Strange, Mood::Huge] {
            let notion = NotionServer::start();
            let app = app_with_notion(engine, &notion);
            for email in ["ada@example.com", "bob@example.com"] {
                app.stranger().call(&lead(email, "Sort mail")).unwrap();
            }
            notion.set(mood);
            let fault = sync(&app).unwrap_err();
            assert!(!fault.detail.contains("example.com"), "{fault:?}");
            assert_eq!((waiting(&app), kept(&app)), (2, 2), "{mood:?} lost something");
            notion.set(Mood::Good);
            sync(&app).unwrap();
            let mut found: Vec<_> =
                notion.pages().iter().map(|page| page.email().unwrap().to_owned()).collect();
            found.sort();
            assert_eq!(found, ["ada@example.com", "bob@example.com"], "{mood:?}");
            assert_eq!(waiting(&app), 0);
        }
    });
}

#[test]
fn a_database_that_drifted_gets_nothing_until_it_is_mended() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app_with_notion(engine, &notion);
        app.stranger().call(&lead("ada@example.com", "Sort mail")).unwrap();
        notion.retype_in(PARTNERS, "Contact Email", None);
        let fault = sync(&app).unwrap_err();
        assert_eq!(fault.code, Code::NotConfigured);
        assert!(fault.detail.contains("Partners") && fault.detail.contains("\"Contact Email\""), "{fault:?}");
        notion.retype_in(PARTNERS, "Contact Email", Some("email"));
        notion.retype_in(PARTNERS, "Notes", None);
        sync(&app).unwrap();
        assert!(!notion.pages()[0].properties.contains_key("Notes"), "what is not there is not written");
    });
}

#[test]
fn an_erased_customer_is_no_lead_any_more_here_and_there() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app_with_notion(engine, &notion);
        notion.put_partner("by-hand", "bob@example.com");
        let add = |email: &str| {
            let email = Email::parse(email).unwrap();
            app.operator().call(&AddCustomer { email, name: None, plan: None }).unwrap().id
        };
        let [ada, bob] = ["ada@example.com", "bob@example.com"].map(add);
        for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
            app.stranger().call(&lead(email, "Sort mail")).unwrap();
        }
        sync(&app).unwrap();
        // People may correct an address; the page is still the one that was made for it.
        notion.readdress("ada@example.com", "ada@lovelace.example");
        // Erased before the page was made, too.
        app.stranger().call(&lead("ada@example.com", "Write mail")).unwrap();
        for (id, email) in [(ada, "ada@example.com"), (bob, "bob@example.com")] {
            let confirm = Email::parse(email).unwrap();
            let _ = app.operator().call(&EraseCustomer { id, confirm }).unwrap();
        }
        sync(&app).unwrap();
        assert_eq!((waiting(&app), kept(&app)), (0, 1));
        let pages = notion.pages();
        assert!(app.rows("SELECT page_id FROM notion_pages").len() == 1, "eve's alone");
        let of = |email: &str| pages.iter().find(|page| page.email() == Some(email)).cloned();
        assert!(of("ada@example.com").is_none() && of("ada@lovelace.example").is_none());
        let erased = pages.iter().find(|page| page.archived).unwrap();
        assert_eq!(erased.name(), "Erased lead");
        assert_eq!(erased.properties["Notes"], json!({ "rich_text": [] }));
        assert!(of("bob@example.com").unwrap().is_active(), "a partner's page is people's own");
        assert!(of("eve@example.com").is_some_and(|page| !page.archived));
    });
}

#[test]
fn an_erasure_that_an_earlier_version_left_is_still_done() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app_with_notion(engine, &notion);
        for email in ["ada@example.com", "eve@example.com"] {
            app.stranger().call(&lead(email, "Sort mail")).unwrap();
        }
        sync(&app).unwrap();
        let (ids, now) = (app.deps.ids.clone(), app.clock.now());
        let left = json!({ "erased": "ada@example.com" });
        let worth = Duration::from_secs(30 * 24 * 3_600);
        app.deps.store.write(move |tx| outbox::put(tx, &ids, now, "notion_lead", &left, worth)).unwrap();
        assert_eq!(sync(&app).unwrap(), NotionSynced { delivered: 1, ..NotionSynced::default() });
        assert_eq!(waiting(&app), 0);
        let pages = notion.pages();
        assert!(pages.iter().any(|page| page.archived && page.name() == "Erased lead"), "{pages:?}");
        assert!(pages.iter().any(|page| !page.archived && page.email() == Some("eve@example.com")));
        assert_eq!(pages.len(), 2);
    });
}

#[test]
fn without_notion_and_without_an_address_of_ours_a_lead_waits_for_nobody() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        app.stranger().call(&lead("ada@example.com", "Sort mail")).unwrap();
        assert_eq!((waiting(&app), kept(&app)), (0, 1));
        assert_eq!(deliver(&app.deps).unwrap(), 0);
    });
}
