//! What a comparison says and does, case by case.

use std::sync::Arc;

use serde_json::{Value, json};

use super::stage::{START, Stage};
use crate::billing::sql::AS_OF;
use crate::billing::{DriftedKind, ReconcileBilling, ReconcileReport};
use crate::operation::{Caller, Cx};
use crate::platform::Timestamp;
use crate::store::testing::engines;
use crate::store::{args, statements};

statements! {
    for tests;
    IDS = "SELECT id FROM invoices ORDER BY id";
    NAMES = "SELECT customer_id FROM stripe_customers WHERE id = 'cus_1'";
}

fn customer() -> Value {
    json!({ "id": "cus_1", "object": "customer", "email": "ada@example.com", "created": START })
}

fn invoice(id: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "invoice", "customer": "cus_1", "status": status, "total": 100, "currency": "usd",
        "created": START, "number": id,
    })
}

fn on_each(story: impl Fn(&Stage)) {
    for engine in engines() {
        let stage = Stage::new(*engine);
        stage.server.0.lock().unwrap().begin(false);
        story(&stage);
    }
}

fn put(stage: &Stage, objects: &[Value]) {
    let mut state = stage.server.0.lock().unwrap();
    for object in objects {
        state.put(object.clone());
    }
}

fn compare(stage: &Stage, apply: bool) -> ReconcileReport {
    stage.wait(60);
    stage.cx().call(&ReconcileBilling { since: None, apply }).unwrap()
}

fn counts(report: &ReconcileReport, kind: &str) -> DriftedKind {
    report.kinds.iter().find(|counts| counts.kind.as_str() == kind).unwrap().clone()
}

fn invoices(stage: &Stage) -> Vec<String> {
    stage.deps.store.read(|tx| tx.rows(IDS, args![])).unwrap()
}

#[test]
fn each_word_means_what_it_says() {
    on_each(|stage| {
        put(stage, &[customer(), invoice("in_missing", "open"), invoice("in_stale", "paid")]);
        stage.hear(&[
            (START, false, customer()),
            (START, false, invoice("in_stale", "open")),
            (START, false, invoice("in_extra", "open")),
        ]);
        let report = compare(stage, false);
        let found = counts(&report, "invoice");
        assert_eq!((found.listed, found.missing, found.stale, found.extra, found.deleted), (2, 1, 1, 1, 0));
        assert_eq!(report.drift, 3);
        let stale = report.shown.iter().find(|object| object.id == "in_stale").unwrap();
        assert_eq!((stale.drift.as_str(), stale.fields.as_slice()), ("stale", &["status".to_owned()][..]));
        assert_eq!(invoices(stage), ["in_extra", "in_stale"], "looking changes nothing");
        compare(stage, true);
        assert_eq!(invoices(stage), ["in_missing", "in_stale"]);
        // Stripe tells of a deleted customer that it was deleted; of nothing else does it know that much.
        let mut state = stage.server.0.lock().unwrap();
        state.objects.remove("cus_1");
        state.gone.push("cus_1".into());
        drop(state);
        let report = compare(stage, true);
        assert_eq!((report.drift, counts(&report, "customer").deleted), (1, 1));
        assert_eq!(compare(stage, false).drift, 0);
    });
}

#[test]
fn a_list_that_nobody_offers_is_not_called_equal_and_the_rest_is_compared() {
    on_each(|stage| {
        put(stage, &[customer(), invoice("in_1", "open")]);
        let charge = json!({ "id": "ch_1", "object": "charge", "customer": "cus_1", "amount": 5, "currency": "usd",
            "status": "succeeded", "created": START });
        stage.hear(&[(START, false, charge)]);
        stage.server.0.lock().unwrap().lacks = Some("charge");
        let report = compare(stage, true);
        let charges = counts(&report, "charge");
        assert_eq!((charges.offered, charges.listed, charges.extra), (false, 0, 0));
        assert_eq!(counts(&report, "invoice").missing, 1);
        let as_of: Option<Timestamp> = stage.deps.store.read(|tx| tx.one(AS_OF, args!["nobody"])).unwrap();
        assert_eq!(as_of, None, "not all was compared, so not all is as old as this");
        stage.server.0.lock().unwrap().lacks = None;
        assert_eq!(counts(&compare(stage, false), "charge").extra, 1, "once it is offered, it is compared");
    });
}

#[test]
fn a_comparison_under_the_key_of_another_account_can_be_undone() {
    on_each(|stage| {
        put(stage, &[customer(), invoice("in_1", "open")]);
        compare(stage, true);
        assert_eq!(invoices(stage), ["in_1"]);
        let objects = std::mem::take(&mut stage.server.0.lock().unwrap().objects);
        assert_eq!(compare(stage, true).drift, 2);
        assert!(invoices(stage).is_empty());
        stage.hear(&[(START + 5, false, invoice("in_1", "open"))]);
        assert!(invoices(stage).is_empty(), "an event does not bring back what Stripe says it does not have");
        stage.server.0.lock().unwrap().objects = objects;
        assert_eq!(compare(stage, true).drift, 2);
        assert_eq!(invoices(stage), ["in_1"]);
        assert_eq!(compare(stage, false).drift, 0);
    });
}

#[test]
fn the_schedule_mends_and_the_history_says_of_when_it_is() {
    on_each(|stage| {
        put(stage, &[customer(), invoice("in_1", "open")]);
        stage.hear(&[(START, false, customer())]);
        let id: String = stage.deps.store.read(|tx| tx.one(NAMES, args![])).unwrap();
        let as_of =
            |id: &str| -> Option<Timestamp> { stage.deps.store.read(|tx| tx.one(AS_OF, args![id])).unwrap() };
        assert_eq!((as_of(&id), as_of("nobody")), (Some(Timestamp(START * 1000)), None));
        let looked = compare(stage, false);
        assert_eq!(as_of("nobody"), None, "it differed, and nothing was mended");
        stage.wait(60);
        let cx = Cx::new(Arc::clone(&stage.deps), Caller::Scheduler);
        let mended = cx.call(&ReconcileBilling::default()).unwrap();
        assert!(mended.applied && !looked.applied);
        assert_eq!(invoices(stage), ["in_1"]);
        assert_eq!((as_of(&id), as_of("nobody")), (Some(mended.started_at), Some(mended.started_at)));
        let only_new = stage.cx().call(&ReconcileBilling { since: Some(cx.now), apply: false }).unwrap();
        assert_eq!(only_new.since, Some(cx.now));
    });
}

statements! {
    for tests;
    ERASE = "UPDATE customers SET erased_at = 1, name = '', email = 'erased-1@no-address.invalid'";
    CONTENTS = "SELECT content FROM stripe_objects ORDER BY id";
}

#[test]
fn an_erased_customer_is_no_drift_and_comes_back_by_no_comparison() {
    on_each(|stage| {
        let mut open = invoice("in_1", "open");
        (open["description"], open["customer_email"]) = (json!("For Ada"), json!("ada@example.com"));
        put(stage, &[customer(), open.clone()]);
        assert_eq!(compare(stage, true).drift, 2);
        let erase = |tx: &mut crate::store::Tx<'_>| {
            let id: String = tx.one(NAMES, args![])?;
            let customer = crate::customers::directory::by_id(tx, &id)?.unwrap();
            crate::billing::forget_customer(tx, &customer)?;
            tx.run(ERASE, args![])
        };
        let contents = || stage.deps.store.read(|tx| tx.rows::<String>(CONTENTS, args![])).unwrap().concat();
        assert!(contents().contains("ada@example.com") && contents().contains("For Ada"));
        stage.deps.store.write(erase).unwrap();
        assert_eq!(compare(stage, false).drift, 0, "what was emptied is not called different");
        (open["status"], open["description"]) = (json!("paid"), json!("Still for Ada"));
        let mut more = open.clone();
        more["id"] = json!("in_2");
        put(stage, &[open, more]);
        let report = compare(stage, true);
        let found = counts(&report, "invoice");
        assert_eq!((report.drift, found.stale, found.missing), (2, 1, 1));
        let stale = report.shown.iter().find(|object| object.drift == "stale").unwrap();
        assert_eq!((stale.id.as_str(), stale.fields.as_slice()), ("in_1", &["status".to_owned()][..]));
        assert_eq!((compare(stage, false).drift, invoices(stage).len()), (0, 2));
        assert!(!contents().contains("ada@") && !contents().contains("Ada"), "{}", contents());
    });
}
