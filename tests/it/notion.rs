//! The mirror of customers in Notion: exactly the right pages, whatever Notion does meanwhile, and nobody's mail waits
//! for it. The other side is a server of ours; see `support/notion_server.rs`.

use std::time::Duration;

use echopilot_core::catalogue::RESIDENTS;
use echopilot_core::config::Environment;
use echopilot_core::customers::{AddCustomer, DisableCustomer, EnableCustomer};
use echopilot_core::events::Log;
use echopilot_core::leads::CreateLead;
use echopilot_core::operation::{Caller, outbox};
use echopilot_core::platform::{Code, Email, Fault};
use echopilot_core::privacy::EraseCustomer;
use echopilot_core::scheduler::{NotionSynced, SyncNotion, deliver};
use echopilot_core::sentinel::{Dependencies, ShowHealth};
use echopilot_core::store::Engine;
use serde_json::json;

use crate::support::{
    DATABASE, Home, Mood, NOTION_TOKEN, NotionServer, PARTNERS, Served, TestApp, engines, eventually,
    on_each_engine,
};

fn app(engine: Engine, notion: &NotionServer) -> TestApp {
    let settings = |environment: Environment| {
        environment
            .with("NOTION_TOKEN", NOTION_TOKEN)
            .with("NOTION_CLIENT_DB_ID", DATABASE)
            .with("NOTION_API_BASE", &notion.url)
    };
    TestApp::with(engine, &TestApp::monday(), settings)
}

fn add(app: &TestApp, email: &str, name: Option<&str>) -> String {
    let email = Email::parse(email).unwrap();
    app.operator().call(&AddCustomer { email, name: name.map(str::to_owned), plan: None }).unwrap().id
}

fn sync(app: &TestApp) -> Result<NotionSynced, Fault> {
    app.cx(Caller::Scheduler).call(&SyncNotion::default())
}

fn waiting(app: &TestApp) -> i64 {
    app.deps.store.read(outbox::depth).unwrap().0
}

/// Let the longest pause of the outbox pass, and deliver.
fn later(app: &TestApp) -> Result<NotionSynced, Fault> {
    app.clock.advance(Duration::from_secs(3_601));
    sync(app)
}

#[test]
fn every_change_of_a_customer_reaches_their_one_page() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion);
        let ada = add(&app, "ada@example.com", Some("Ada \"><svg onload=alert(1)>"));
        add(&app, "bob@example.com", None);
        assert_eq!(sync(&app).unwrap(), NotionSynced { delivered: 2, ..NotionSynced::default() });
        let pages = notion.pages();
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[0].email(), Some("ada@example.com"));
        assert_eq!(pages[0].name(), "Ada \"><svg onload=alert(1)>");
        assert!(pages[0].is_active() && !pages[0].properties.contains_key("Notes"));
        let _ = app.operator().call(&DisableCustomer { id: ada.clone() }).unwrap();
        sync(&app).unwrap();
        assert!(!notion.pages()[0].is_active());
        let _ = app.operator().call(&EnableCustomer { id: ada.clone() }).unwrap();
        sync(&app).unwrap();
        assert!(notion.pages()[0].is_active());
        let confirm = Email::parse("ada@example.com").unwrap();
        let _ = app.operator().call(&EraseCustomer { id: ada, confirm }).unwrap();
        sync(&app).unwrap();
        let pages = notion.pages();
        assert_eq!(pages.len(), 2);
        assert!(pages[0].archived && pages[0].email().is_none() && !pages[0].is_active());
        assert_eq!(pages[0].name(), "Erased customer");
        assert!(!pages[1].archived && pages[1].email() == Some("bob@example.com"), "the other is untouched");
        assert_eq!(waiting(&app), 0);
        notion.asked();
        assert_eq!(sync(&app).unwrap(), NotionSynced::default());
        assert!(notion.asked().is_empty(), "with nothing to write nobody is asked");
    });
}

#[test]
fn whom_billing_makes_has_a_page_too_but_nobody_without_an_address() {
    use echopilot_core::billing::mirror::{Seen, take_in};
    on_each_engine(|engine| {
        let hear = |app: &TestApp, object: serde_json::Value| {
            let seen = Seen::event(&app.operator(), 1, false);
            let taken = app.deps.store.write(move |tx| take_in(tx, &object, &seen).map(drop));
            taken.unwrap();
            waiting(app)
        };
        let customer =
            json!({ "id": "cus_1", "object": "customer", "email": "ada@example.com", "created": 1 });
        let pro = json!({ "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active",
            "created": 1, "items": { "data": [{ "price": { "id": "price_pro" } }] } });
        let guest = json!({ "id": "pi_1", "object": "payment_intent", "amount": 5, "currency": "usd",
            "status": "succeeded", "created": 1 });
        let priced = |environment: Environment| environment.with("STRIPE_PRICE_PRO", "price_pro");
        let notion = NotionServer::start();
        let app = TestApp::with(engine, &TestApp::monday(), |environment| {
            priced(environment)
                .with("NOTION_TOKEN", NOTION_TOKEN)
                .with("NOTION_CLIENT_DB_ID", DATABASE)
                .with("NOTION_API_BASE", &notion.url)
        });
        let without = TestApp::with(engine, &TestApp::monday(), priced);
        assert_eq!(hear(&app, guest), 0, "a placeholder has no page");
        assert_eq!((hear(&app, customer.clone()), hear(&without, customer)), (1, 0));
        assert_eq!((hear(&app, pro.clone()), hear(&without, pro.clone())), (2, 0));
        assert_eq!(hear(&app, pro), 2, "what is no news is not told");
        sync(&app).unwrap();
        let pages = notion.pages();
        assert_eq!((pages.len(), pages[0].email()), (1, Some("ada@example.com")));
    });
}

#[test]
fn without_notion_nothing_waits_for_it() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        add(&app, "ada@example.com", None);
        assert_eq!(waiting(&app), 0);
        assert_eq!(sync(&app).unwrap(), NotionSynced::default());
    });
}

#[test]
fn after_any_outage_each_customer_has_exactly_one_page() {
    on_each_engine(|engine| {
        for mood in
            [Mood::Broken, Mood::TooMany(30), Mood::TooMany(0), Mood::Deceitful, Mood::Strange, Mood::Huge]
        {
            let notion = NotionServer::start();
            let app = app(engine, &notion);
            let emails = ["one@example.com", "two@example.com", "three@example.com"];
            for email in emails {
                add(&app, email, None);
            }
            notion.set(mood);
            let fault = sync(&app).unwrap_err();
            assert_eq!(fault.code, Code::Upstream, "{mood:?}: {fault:?}");
            assert!(
                !fault.detail.contains("example.com") && !fault.detail.contains(NOTION_TOKEN),
                "{fault:?}"
            );
            assert_eq!(waiting(&app), 3, "{mood:?} lost something");
            // While it lasts, the mail goes on.
            let (ids, now) = (app.deps.ids.clone(), app.clock.now());
            let mail = outbox::Mail {
                to: Email::parse("reader@example.com").unwrap(),
                subject: "s".into(),
                text: "t".into(),
                html: "h".into(),
            };
            let worth = Duration::from_secs(60);
            app.deps.store.write(move |tx| outbox::send_mail(tx, &ids, now, &mail, worth)).unwrap();
            assert_eq!(deliver(&app.deps).unwrap(), 1, "{mood:?} held up a mail");
            notion.set(Mood::Good);
            later(&app).unwrap();
            assert_eq!(waiting(&app), 0, "{mood:?}");
            let mut found: Vec<_> =
                notion.pages().iter().map(|page| page.email().unwrap().to_owned()).collect();
            found.sort();
            assert_eq!(found, ["one@example.com", "three@example.com", "two@example.com"], "{mood:?}");
            for line in app.logs(Log::Scheduler) {
                assert!(!line.to_string().contains("example.com"), "{line}");
            }
        }
    });
}

#[test]
fn pauses_grow_and_what_waited_for_a_month_is_given_up() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion);
        add(&app, "ada@example.com", None);
        notion.set(Mood::TooMany(30));
        assert!(sync(&app).is_err());
        notion.asked();
        assert_eq!(sync(&app).unwrap(), NotionSynced::default(), "it is not due yet");
        assert!(notion.asked().is_empty());
        app.clock.advance(Duration::from_secs(2));
        assert!(sync(&app).is_err(), "it is due again");
        app.clock.advance(Duration::from_secs(30 * 24 * 3_600));
        assert_eq!(sync(&app).unwrap(), NotionSynced { expired: 1, ..NotionSynced::default() });
        assert_eq!(waiting(&app), 0);
    });
}

#[test]
fn a_lost_mapping_or_a_page_thrown_away_doubles_nothing() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion);
        // A person made the page before us: it is taken over, their own words stay.
        notion.put("by-hand", "ada@example.com");
        let ada = add(&app, "ada@example.com", Some("Ada"));
        sync(&app).unwrap();
        let pages = notion.pages();
        assert_eq!((pages.len(), pages[0].name()), (1, "Ada"));
        assert_eq!(pages[0].properties["Notes"]["rich_text"][0]["text"]["content"], "by hand");
        for for_good in [false, true] {
            let id = notion.pages().last().unwrap().id.clone();
            notion.throw_away(&id, for_good);
            let _ = app.operator().call(&DisableCustomer { id: ada.clone() }).unwrap();
            let _ = app.operator().call(&EnableCustomer { id: ada.clone() }).unwrap();
            later(&app).unwrap();
            let live: Vec<_> = notion.pages().into_iter().filter(|page| !page.archived).collect();
            assert_eq!(live.len(), 1, "thrown away for good: {for_good}");
            assert_eq!(live[0].email(), Some("ada@example.com"));
        }
        // Erased while the mapping is unknown: the item itself says where to look.
        let bob = add(&app, "bob@example.com", None);
        notion.set(Mood::Deceitful);
        assert!(sync(&app).is_err());
        notion.set(Mood::Good);
        let confirm = Email::parse("bob@example.com").unwrap();
        let _ = app.operator().call(&EraseCustomer { id: bob, confirm }).unwrap();
        later(&app).unwrap();
        let pages = notion.pages();
        assert!(pages.iter().all(|page| page.email() != Some("bob@example.com")));
        assert!(pages.iter().any(|page| page.archived && page.name() == "Erased customer"));
        assert_eq!(waiting(&app), 0);
    });
}

#[test]
fn a_database_that_drifted_is_named_and_nothing_is_sent_into_it() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion);
        add(&app, "ada@example.com", None);
        notion.retype("Email", Some("rich_text"));
        let fault = sync(&app).unwrap_err();
        assert_eq!(fault.code, Code::NotConfigured);
        assert!(fault.detail.contains("change the type of \"Email\" to email"), "{fault:?}");
        assert!(notion.pages().is_empty());
        assert_eq!(waiting(&app), 1);
        notion.retype("Email", Some("email"));
        notion.retype("Plan", Some("select"));
        notion.retype("Rate USD/min", None);
        later(&app).unwrap();
        assert_eq!(notion.pages()[0].properties["Plan"]["select"]["name"], "free");
        assert_eq!(waiting(&app), 0);
    });
}

#[test]
fn a_database_that_is_amiss_holds_up_no_other() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        notion.retype_in(PARTNERS, "Contact Email", None);
        let nowhere = "00000000000000000000000000000000";
        for (partners, says) in [(PARTNERS, "Contact Email"), (nowhere, "NOTION_PARTNERS_DB_ID")] {
            let settings = |environment: Environment| {
                environment
                    .with("NOTION_TOKEN", NOTION_TOKEN)
                    .with("NOTION_CLIENT_DB_ID", DATABASE)
                    .with("NOTION_PARTNERS_DB_ID", partners)
                    .with("NOTION_API_BASE", &notion.url)
            };
            let app = TestApp::with(engine, &TestApp::monday(), settings).leaves_work();
            for email in ["eve@example.com", "mal@example.com"] {
                let email = Email::parse(email).unwrap();
                let use_case = "Sort mail".to_owned();
                let lead = CreateLead { email, use_case, company: None, consent: None, website: None };
                app.stranger().call(&lead).unwrap();
            }
            add(&app, "ada@example.com", None);
            let synced = sync(&app).unwrap();
            assert_eq!((synced.delivered, synced.postponed), (1, 2), "{synced:?}");
            let fault = later(&app).unwrap_err();
            assert_eq!((fault.code, waiting(&app)), (Code::NotConfigured, 2));
            assert!(fault.detail.contains(says), "{fault:?}");
        }
    });
}

#[test]
fn dev_check_names_each_property_that_differs() {
    let notion = NotionServer::start();
    let home = Home::new(Engine::Sqlite);
    let check = |home: &Home| -> Vec<(String, String, String)> {
        let report = home.run(&["dev-check", "--json"]).json();
        let checks = report["checks"].as_array().unwrap().iter();
        let ours = checks.filter(|check| check["id"].as_str().unwrap().starts_with("notion"));
        let text = |check: &serde_json::Value, name: &str| check[name].as_str().unwrap().to_owned();
        ours.map(|check| (text(check, "id"), text(check, "outcome"), text(check, "remedy"))).collect()
    };
    assert_eq!(check(&home)[0].1, "skipped");
    let home = home
        .set("NOTION_TOKEN", NOTION_TOKEN)
        .set("NOTION_CLIENT_DB_ID", DATABASE)
        .set("NOTION_API_BASE", &notion.url);
    let partners = |outcome: &str| ("notion Partners".to_owned(), outcome.to_owned(), String::new());
    let well = ("notion Clients".to_owned(), "ok".to_owned(), String::new());
    assert_eq!(check(&home), [well, partners("skipped")]);
    let home = home.set("NOTION_PARTNERS_DB_ID", PARTNERS);
    assert_eq!(check(&home)[1], partners("ok"));
    notion.retype_in(PARTNERS, "Contact Email", Some("rich_text"));
    assert_eq!(check(&home)[1].2, "change the type of \"Contact Email\" to email");
    notion.retype_in(PARTNERS, "Contact Email", Some("email"));
    notion.retype("Active", Some("select"));
    notion.retype("Notes", None);
    let mut found = check(&home);
    assert_eq!(found.pop().unwrap(), partners("ok"));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(_, outcome, _)| outcome == "finding"));
    assert_eq!(found[0].2, "change the type of \"Active\" to checkbox");
    assert_eq!(found[1].2, "add a property \"Notes\" of type rich_text");
    assert_eq!(home.run(&["dev-check"]).code, Some(3));
    let home = home.set("NOTION_TOKEN", "ntn_another_token_0123456789");
    let refused = home.run(&["dev-check", "--json"]);
    assert!(refused.stdout.contains("NOTION_TOKEN") && !refused.stdout.contains("ntn_another_token"));
    notion.set(Mood::Huge);
    assert_eq!(check(&home)[0].1, "finding");
}

#[test]
fn health_says_whether_notion_answers_and_when_it_was_last_written() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion);
        let refresh = || {
            for resident in RESIDENTS {
                (resident.refresh)(&app.deps).unwrap();
            }
        };
        let health = || app.stranger().call(&ShowHealth::default()).unwrap();
        assert_eq!(health().deps["notion"].status.as_str(), "unknown");
        assert_eq!(health().last_notion_sync, None);
        let look = || {
            refresh();
            app.deps.resident::<Dependencies>().current()["notion"].clone()
        };
        let found =
            eventually("an answer", || Some(look()).filter(|found| found.status.as_str() != "unknown"));
        assert_eq!((found.status.as_str(), found.checked_at), ("ok", Some(app.clock.now())));
        assert_eq!(notion.asked(), ["GET /v1/users/me"]);
        let services = RESIDENTS.iter().find(|resident| resident.name == "services").unwrap();
        assert_eq!(services.every.as_secs(), 60, "once a minute");
        add(&app, "ada@example.com", None);
        sync(&app).unwrap();
        refresh();
        assert_eq!(health().last_notion_sync, Some(app.clock.now()));
        assert_eq!(health().last_notation_sync, health().last_notion_sync);
        let broken = NotionServer::start();
        broken.set(Mood::Broken);
        let other = self::app(engine, &broken);
        let found = eventually("no answer", || {
            for resident in RESIDENTS {
                (resident.refresh)(&other.deps).unwrap();
            }
            let found = other.deps.resident::<Dependencies>().current()["notion"].clone();
            Some(found).filter(|found| found.status.as_str() != "unknown")
        });
        assert_eq!(found.status.as_str(), "down");
        assert_eq!(
            TestApp::on(engine).stranger().call(&ShowHealth::default()).unwrap().deps["notion"]
                .status
                .as_str(),
            "not_configured"
        );
    });
}

#[test]
fn a_server_killed_between_the_page_and_its_mapping_doubles_and_loses_none() {
    // Both engines at once: most of it is waiting for what the dead process held.
    std::thread::scope(|scope| {
        for engine in engines() {
            scope.spawn(|| killed_in_the_middle(*engine));
        }
    });
}

fn killed_in_the_middle(engine: Engine) {
    let notion = NotionServer::start();
    let settings = [
        ("NOTION_TOKEN", NOTION_TOKEN),
        ("NOTION_CLIENT_DB_ID", DATABASE),
        ("NOTION_API_BASE", notion.url.as_str()),
    ];
    let server = Served::start(engine, &settings);
    for number in 1..=3 {
        let body = json!({ "email": format!("client{number}@example.com") });
        let _ = server.post_as_operator("/api/customers", &body).expect_status(201);
    }
    notion.set(Mood::Silent);
    let _ =
        server.post_as_operator("/api/scheduler/run", &json!({ "task": "notion-sync" })).expect_status(202);
    // The first page is made, and the process that asked for it dies before it hears so.
    eventually("a page", || (notion.pages().len() == 1).then_some(()));
    let home = server.kill();
    notion.set(Mood::Good);
    let server = home.serve();
    let begun = echopilot_core::platform::Clock::monotonic();
    while notion.pages().len() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(100), "{engine}: {:?}", notion.pages());
        // Refused while the dead one's lease lasts, and while a run is under way.
        let _ = server.post_as_operator("/api/scheduler/run", &json!({ "task": "notion-sync" }));
        std::thread::sleep(Duration::from_secs(2));
    }
    let health = || server.get("/health").json()["last_notion_sync"].as_str().map(str::to_owned);
    while health().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(110), "{engine}: no last write in /health");
        std::thread::sleep(Duration::from_millis(500));
    }
    let mut emails: Vec<_> = notion.pages().iter().map(|page| page.email().unwrap().to_owned()).collect();
    emails.sort();
    assert_eq!(emails, ["client1@example.com", "client2@example.com", "client3@example.com"], "{engine}");
}

#[test]
fn who_signs_up_gets_a_page_and_who_comes_back_changes_nothing() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let settings = [
            ("NOTION_TOKEN", NOTION_TOKEN),
            ("NOTION_CLIENT_DB_ID", DATABASE),
            ("NOTION_API_BASE", notion.url.as_str()),
        ];
        let server = Served::start(engine, &settings);
        let _ = server.sign_in("new@example.com");
        let waiting = || server.home.number("SELECT COUNT(*) FROM outbox WHERE kind = 'notion_client'");
        // The task may have run by itself meanwhile.
        let _ = server.post_as_operator("/api/scheduler/run", &json!({ "task": "notion-sync" }));
        eventually("a page", || (notion.pages().len() == 1 && waiting() == 0).then_some(()));
        assert_eq!(notion.pages()[0].email(), Some("new@example.com"));
        let _ = server.sign_in("new@example.com");
        assert_eq!(waiting(), 0);
    });
}
