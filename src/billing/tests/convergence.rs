//! Whatever order events come in, however often, and whichever are lost: the mirror ends as Stripe is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::expected::{expected, held};
use super::server::Step;
use super::stage::Stage;
use crate::billing::ReconcileBilling;
use crate::store::Engine;
use crate::store::testing::engines;

/// A history, a key for each event that orders its deliveries, a second key, and what happens to it.
type Case = (Vec<Step>, Vec<(u32, u32, u8)>, bool);

fn cases(engine: Engine) -> u32 {
    match engine {
        Engine::Sqlite => 256,
        Engine::Postgres => 24,
    }
}

fn case() -> impl Strategy<Value = Case> {
    let steps = prop::collection::vec((any::<u8>(), any::<u8>(), any::<bool>()), 4..40);
    let keys = prop::collection::vec((any::<u32>(), any::<u32>(), any::<u8>()), 160);
    (steps, keys, any::<bool>())
}

/// The deliveries of a history: each event in the order of the keys, some twice, and those that `is_lost` never.
fn deliveries(
    stage: &Stage,
    (steps, keys, is_new): &Case,
    is_lost: impl Fn(u8) -> bool,
) -> Vec<(i64, bool, Value)> {
    stage.wipe();
    let mut state = stage.server.0.lock().unwrap();
    state.begin(*is_new);
    for step in steps {
        state.step(*step);
    }
    let mut order = Vec::new();
    for (number, sent) in state.sent.iter().enumerate() {
        let (first, second, fate) = keys[number % keys.len()];
        if is_lost(fate) {
            continue;
        }
        order.push((first, number, sent));
        if fate % 3 == 0 {
            order.push((second, number, sent));
        }
    }
    order.sort_by_key(|(key, number, _)| (*key, *number));
    order.into_iter().map(|(_, _, sent)| (sent.at, sent.is_gone, sent.object.clone())).collect()
}

fn for_every_history(tell: impl Fn(&Stage, &Case) -> Result<(), TestCaseError>) {
    for engine in engines() {
        let stage = Stage::new(*engine);
        let config = Config {
            cases: cases(*engine),
            failure_persistence: None,
            max_shrink_iters: 300,
            ..Config::default()
        };
        TestRunner::new(config).run(&case(), |case| tell(&stage, &case)).unwrap();
    }
}

fn differences(stage: &Stage) -> Vec<String> {
    let state = stage.server.0.lock().unwrap();
    let (expected, held) = (expected(&state), held(stage, &state));
    let lacks = expected.difference(&held).map(|line| format!("lacks {line}"));
    lacks.chain(held.difference(&expected).map(|line| format!("has   {line}"))).collect()
}

#[test]
fn any_order_and_any_repetition_end_as_stripe_is() {
    for_every_history(|stage, case| {
        stage.hear(&deliveries(stage, case, |_| false));
        prop_assert_eq!(differences(stage), Vec::<String>::new());
        stage.wait(100);
        let report = stage.cx().call(&ReconcileBilling::default()).unwrap();
        prop_assert_eq!((report.drift, report.shown), (0, Vec::new()), "a comparison finds nothing either");
        Ok(())
    });
}

#[test]
fn after_any_loss_one_comparison_mends_the_mirror() {
    let drifted = std::cell::Cell::new(0);
    for_every_history(|stage, case| {
        let sent = deliveries(stage, case, |fate| fate % 2 == 0);
        stage.hear(&sent);
        stage.wait(100);
        let report = stage.cx().call(&ReconcileBilling { since: None, apply: true }).unwrap();
        drifted.set(drifted.get() + u32::from(report.drift > 0));
        prop_assert_eq!(differences(stage), Vec::<String>::new());
        // What comes after all changes nothing any more.
        stage.wait(10);
        stage.hear(&sent);
        prop_assert_eq!(differences(stage), Vec::<String>::new());
        stage.wait(10);
        let report = stage.cx().call(&ReconcileBilling::default()).unwrap();
        prop_assert_eq!((report.drift, report.shown), (0, Vec::new()));
        Ok(())
    });
    assert!(drifted.get() > 20, "nothing was lost: the test can't fail");
}
