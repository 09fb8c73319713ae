//! What strangers leave behind: removed when they ask for it, and by itself after the time that is promised.

use std::time::Duration;

use echopilot_core::config::Environment;
use echopilot_core::customers::AddCustomer;
use echopilot_core::events::Log;
use echopilot_core::leads::{CreateLead, ListLeads};
use echopilot_core::operation::{Caller, outbox};
use echopilot_core::platform::{Code, Email};
use echopilot_core::privacy::EraseAddress;
use echopilot_core::scheduler::{CleanUp, NotionSynced, SyncNotion, deliver};
use echopilot_core::store::Engine;
use echopilot_core::support::{AnswerTicket, CreateTicket, ListAllTickets, Topic};

use crate::support::{NOTION_TOKEN, NotionServer, PARTNERS, TestApp, on_each_engine};

const DAY: Duration = Duration::from_hours(24);

fn email(address: &str) -> Email {
    Email::parse(address).unwrap()
}

fn app(engine: Engine, notion: &NotionServer, days: Option<&str>) -> TestApp {
    let settings = |environment: Environment| {
        let environment = environment
            .with("NOTION_TOKEN", NOTION_TOKEN)
            .with("NOTION_PARTNERS_DB_ID", PARTNERS)
            .with("NOTION_API_BASE", &notion.url);
        match days {
            Some(days) => environment.with("LEAD_RETENTION_DAYS", days),
            None => environment,
        }
    };
    TestApp::with(engine, &TestApp::monday(), settings)
}

fn lead(app: &TestApp, address: &str, use_case: &str) {
    let (email, use_case) = (email(address), use_case.to_owned());
    let lead = CreateLead { email, use_case, company: None, consent: None, website: None };
    app.stranger().call(&lead).unwrap();
}

fn write(app: &TestApp, address: Option<&str>, message: &str) -> String {
    let (topic, message) = (Topic::Other, message.to_owned());
    let email = address.map(email);
    let cx = if email.is_some() { app.stranger() } else { app.customer("ada@example.com") };
    cx.call(&CreateTicket { topic, message, job_id: None, email, website: None }).unwrap().id
}

fn leads(app: &TestApp) -> Vec<String> {
    let listed = app.operator().call(&ListLeads::default()).unwrap().leads;
    listed.into_iter().map(|lead| lead.use_case).collect()
}

fn messages(app: &TestApp) -> Vec<String> {
    let listed = app.operator().call(&ListAllTickets::default()).unwrap().tickets;
    listed.into_iter().map(|ticket| ticket.message).collect()
}

fn sync(app: &TestApp) -> NotionSynced {
    app.clock.advance(Duration::from_secs(61));
    app.cx(Caller::Scheduler).call(&SyncNotion::default()).unwrap()
}

#[test]
fn what_strangers_sent_is_forgotten_after_the_promised_time_here_and_in_notion() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion, Some("30"));
        notion.put_partner("by-hand", "partner@example.com");
        lead(&app, "eve@example.com", "Sort mail");
        lead(&app, "bob@example.com", "An old wish");
        lead(&app, "partner@example.com", "More");
        sync(&app);
        let silent = write(&app, Some("eve@example.com"), "A message of long ago");
        write(&app, Some("eve@example.com"), "A message that was answered later");
        write(&app, None, "A message of a customer");
        let later = app.operator().call(&ListAllTickets::default()).unwrap().tickets;
        let later = later.iter().find(|ticket| ticket.message.contains("later")).unwrap().id.clone();
        assert_ne!(later, silent);

        app.clock.advance(DAY * 20);
        lead(&app, "bob@example.com", "A newer wish");
        app.operator().call(&AnswerTicket { id: later, answer: "Here it is".into(), close: false }).unwrap();
        app.clock.advance(DAY * 9);
        let clean = || app.cx(Caller::Scheduler).call(&CleanUp {}).unwrap();
        let cleaned = clean();
        assert_eq!((cleaned.leads, cleaned.tickets), (0, 0), "a day too early");

        app.clock.advance(DAY + Duration::from_millis(1));
        let cleaned = clean();
        assert_eq!((cleaned.leads, cleaned.tickets), (2, 1));
        // Whoever has asked again meanwhile keeps the page that all of their leads share.
        assert_eq!(leads(&app), ["A newer wish", "An old wish"]);
        let mut kept = messages(&app);
        kept.sort();
        assert_eq!(kept, ["A message of a customer", "A message that was answered later"]);
        sync(&app);
        let pages = notion.pages();
        let of = |address: &str| pages.iter().find(|page| page.email() == Some(address));
        assert!(of("eve@example.com").is_none(), "{pages:?}");
        assert_eq!(pages.iter().filter(|page| page.archived).count(), 1);
        assert!(of("bob@example.com").is_some_and(|page| !page.archived));
        assert!(of("partner@example.com").unwrap().is_active(), "a partner's page is people's own");
        assert_eq!(app.rows("SELECT page_id FROM notion_pages").len(), 1, "bob's alone");

        app.clock.advance(DAY * 365 * 10);
        let cleaned = clean();
        assert_eq!((cleaned.leads, cleaned.tickets), (2, 1));
        assert_eq!((leads(&app).len(), messages(&app)), (0, vec!["A message of a customer".to_owned()]));
        sync(&app);
        let _ = deliver(&app.deps).unwrap();
    });
}

#[test]
fn two_years_are_promised_and_many_addresses_go_in_one_night() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        for number in 0..450 {
            app.change(&format!(
                "INSERT INTO leads (id, email, use_case, use_case_digest, day, created_at) VALUES \
                 ('L{number:03}', 'n{number}@example.com', 'x', 'd', 1, {})",
                app.deps.clock.now().millis()
            ));
        }
        app.clock.advance(DAY * 730);
        assert_eq!(app.operator().call(&CleanUp {}).unwrap().leads, 0, "not before the two years are over");
        app.clock.advance(Duration::from_millis(1));
        assert_eq!(app.operator().call(&CleanUp {}).unwrap().leads, 450);
        assert_eq!(app.operator().call(&CleanUp {}).unwrap().leads, 0);
    });
}

#[test]
fn an_address_is_erased_everywhere_unless_it_is_a_customers() {
    on_each_engine(|engine| {
        let notion = NotionServer::start();
        let app = app(engine, &notion, None);
        for address in ["eve@example.com", "ada@example.com", "bob@example.com"] {
            lead(&app, address, "Sort mail");
        }
        sync(&app);
        let ticket = write(&app, Some("eve@example.com"), "A message of a stranger");
        app.operator().call(&AnswerTicket { id: ticket, answer: "Here it is".into(), close: false }).unwrap();
        write(&app, Some("bob@example.com"), "A message of another");
        app.operator()
            .call(&AddCustomer { email: email("ada@example.com"), name: None, plan: None })
            .unwrap();
        let erase = |address: &str| app.operator().call(&EraseAddress { email: email(address) });
        assert_eq!(
            app.stranger().call(&EraseAddress { email: email("eve@example.com") }).unwrap_err().code,
            Code::Unauthenticated
        );
        assert_eq!(erase("ada@example.com").unwrap_err().code, Code::Refused, "erase the customer");

        let counts = erase("Eve@example.com").unwrap().counts;
        let count = |name: &str| counts[name];
        assert_eq!((count("leads"), count("support_tickets"), count("waiting_mail")), (1, 1, 1));
        let again = erase("eve@example.com").unwrap().counts;
        assert!(again.values().all(|rows| *rows == 0), "{again:?}");
        sync(&app);
        assert_eq!((leads(&app).len(), messages(&app)), (2, vec!["A message of another".to_owned()]));
        assert_eq!(app.deps.store.read(outbox::depth).unwrap().0, 0);
        let pages = notion.pages();
        assert!(!pages.iter().any(|page| page.email() == Some("eve@example.com")));
        for address in ["ada@example.com", "bob@example.com"] {
            assert!(pages.iter().any(|page| page.email() == Some(address) && !page.archived), "{address}");
        }
        let events = app.rows("SELECT summary FROM ops_events WHERE kind = 'address_erased'");
        assert_eq!(events.len(), 1, "what was not known is no event");
        let lines = app.logs(Log::Audit);
        assert_eq!(lines.iter().filter(|line| line["event"] == "address_erased").count(), 1, "{lines:?}");
        let told = format!("{events:?} {lines:?}");
        assert!(told.contains("address_erased") && !told.contains("eve@"), "{told}");
    });
}
