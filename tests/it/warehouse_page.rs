//! The operators' page of the warehouse: what it says in each state, what it begins, and who may.

use echopilot_core::store::testing::Server;

use crate::operators::signed_in;
use crate::support::{Answer, Browser, Served, engines, eventually, on_each_engine};

const PATH: &str = "/dashboard/v2/warehouse";
const RUN: &str = "/dashboard/v2/warehouse/run";

fn has(page: &Answer, words: &[&str]) {
    for word in words {
        assert!(page.text.contains(word), "{word} is not in the page: {}", page.text);
    }
}

fn submit(browser: &mut Browser<'_>, what: &str, confirmed: &str) -> Answer {
    let csrf = Browser::csrf(&browser.open(RUN).expect_status(200));
    browser.submit(PATH, &[("csrf", &csrf), ("next", ""), ("do", what), ("confirmed", confirmed)])
}

/// The page once it says so.
fn until(browser: &mut Browser<'_>, words: &str) -> Answer {
    eventually(words, || {
        let page = browser.open(PATH).expect_status(200);
        page.text.contains(words).then_some(page)
    })
}

#[test]
fn without_a_warehouse_the_page_names_the_setting_and_begins_nothing() {
    // A store on PostgreSQL is a warehouse as well.
    let server = Served::start(crate::support::Engine::Sqlite, &[]);
    let mut browser = signed_in(&server);
    let page = browser.open(PATH).expect_status(200);
    has(&page, &["There is no warehouse", "WAREHOUSE_URL is not set", "postgres://"]);
    assert!(!page.text.contains("Sync now") && !page.text.contains("Compare both sides"));
    let refused = submit(&mut browser, "sync", "yes").expect_status(503);
    has(&refused, &["Nothing was begun", "WAREHOUSE_URL is not set", "<title>Error: "]);
    assert!(server.home.rows("SELECT id FROM runs WHERE operation = 'warehouse-sync'").is_empty());
}

#[test]
fn a_sync_is_asked_about_run_and_shown_with_what_it_could_not_keep() {
    if engines().len() < 2 {
        return;
    }
    on_each_engine(|engine| {
        let warehouse = Server::start();
        let server = Served::start(engine, &[("WAREHOUSE_URL", &warehouse.url())]);
        let _ = server.sign_in("ada@example.com");
        let mut browser = signed_in(&server);
        has(&browser.open(PATH).expect_status(200), &["Nothing was copied yet", "No runs yet", "Next sync"]);

        // Without the second press nothing is begun.
        let runs = || server.home.rows("SELECT id FROM runs WHERE operation = 'warehouse-sync'").len();
        let asked = submit(&mut browser, "sync", "").expect_status(303);
        assert_eq!(asked.header("location"), Some(RUN));
        let asked = submit(&mut browser, "full", "").expect_status(303);
        let full = asked.header("location").unwrap().to_owned();
        has(&browser.open(&full).expect_status(200), &["Compare every row and sync now?", "value=\"full\""]);
        has(&browser.open(RUN).expect_status(200), &["Sync the warehouse now?", "daily at 02:50 UTC"]);
        assert_eq!((runs(), browser.open(&format!("{RUN}?full=no")).status), (0, 422));

        server.home.change(
            "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at,
             updated_at) SELECT 'far', id, 1, 0, 'usd', 'succeeded', 9224318016000000, 1 FROM customers",
        );
        let led = submit(&mut browser, "sync", "yes").expect_status(303);
        assert_eq!(led.header("location"), Some("/dashboard/v2/warehouse?did=syncing"));
        has(&browser.open(led.header("location").unwrap()), &["A sync was asked for"]);
        let page = until(&mut browser, "Some rows can&#39;t be kept");
        has(&page, &["Partial", "Changed rows", "1 not kept", ">far<", "created_at: a time outside"]);

        server.home.change("UPDATE payments SET created_at = 1 WHERE id = 'far'");
        assert_eq!(submit(&mut browser, "full", "yes").status, 303);
        let page = until(&mut browser, "The copy is in order");
        has(&page, &["Every row is kept", "Every row", "Everything was there on"]);

        // As a sync leaves it whose process was killed; the next one makes up for it.
        server.home.change(
            "INSERT INTO warehouse_syncs (id, number, run_id, kind, is_full, status, tables, started_at)
             SELECT 'died', MAX(number) + 1, 'died', 'sync', FALSE, 'running', '[]', MAX(started_at)
             FROM warehouse_syncs",
        );
        let page = browser.open(PATH).expect_status(200);
        has(&page, &["The last sync was interrupted", "The process that ran it stopped"]);
        assert!(!page.text.contains("The copy is in order"));
        assert_eq!(submit(&mut browser, "sync", "yes").status, 303);
        let _ = until(&mut browser, "The copy is in order");

        let led = submit(&mut browser, "verify", "").expect_status(303);
        assert_eq!(led.header("location"), Some("/dashboard/v2/warehouse?did=comparing"));
        has(&until(&mut browser, "Both sides are equal"), &["Comparison"]);
        execute(&warehouse.url(), "UPDATE warehouse.payments SET amount_minor = 2");
        assert_eq!(submit(&mut browser, "verify", "").status, 303);
        has(&until(&mut browser, "The last comparison found differences"), &[&full.replace('&', "&amp;")]);

        assert_eq!(submit(&mut browser, "explode", "yes").status, 422);
        let forged = [("csrf", "nonsense"), ("next", ""), ("do", "sync"), ("confirmed", "yes")];
        assert_eq!(browser.submit(PATH, &forged).status, 403);
        let mut stranger = Browser::new(&server);
        assert!(matches!(stranger.submit(PATH, &forged).status, 401 | 403));
        assert_eq!(stranger.open(RUN).status, 303);
    });
}

#[test]
fn a_warehouse_that_is_down_hides_neither_its_runs_nor_what_waits() {
    if engines().len() < 2 {
        return;
    }
    let mut warehouse = Server::start();
    let server = Served::start(crate::support::Engine::Sqlite, &[("WAREHOUSE_URL", &warehouse.url())]);
    let mut browser = signed_in(&server);
    assert_eq!(submit(&mut browser, "sync", "yes").status, 303);
    let _ = until(&mut browser, "The copy is in order");
    warehouse.stop();
    let page = browser.open(PATH).expect_status(200);
    has(
        &page,
        &[
            "The warehouse does not answer",
            "Nothing is lost",
            "Changed rows",
            "it has no tables yet, or does not answer",
        ],
    );
    assert!(!page.text.contains("The copy is in order") && !page.text.contains("could not be loaded"));
    assert_eq!(submit(&mut browser, "sync", "yes").status, 303);
    let _ = until(&mut browser, "The last sync failed");
}

#[expect(clippy::disallowed_methods, reason = "the test changes the warehouse past the program")]
fn execute(url: &str, sql: &str) {
    postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
}
