//! Objects as Stripe's versions write them: read by the fields that are there, unknown words kept.

use serde_json::Value;

use super::expected::{Lines, held};
use super::stage::Stage;
use crate::store::testing::engines;

fn golden(text: &str) -> Vec<(i64, bool, Value)> {
    let list: Vec<Value> = serde_json::from_str(text).unwrap();
    list.into_iter().map(|mut one| (one["at"].as_i64().unwrap(), false, one["object"].take())).collect()
}

fn check(text: &str, expected: &[&str]) {
    for engine in engines() {
        let stage = Stage::new(*engine);
        let mut sent = golden(text);
        // Forwards and backwards: what belongs together is found either way.
        for _ in 0..2 {
            stage.wipe();
            stage.hear(&sent);
            let state = stage.server.0.lock().unwrap();
            let expected: Lines = expected.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(held(&stage, &state), expected);
            sent.reverse();
        }
    }
}

#[test]
fn the_shapes_of_2017() {
    check(
        include_str!("golden/2017-08-15.json"),
        &[
            r#"cus_old Some("Old@Example.com") old@example.com"#,
            r#"sub_old active Some("price_starter") old@example.com false"#,
            "old@example.com is on starter",
            r#"in_old paid Some("A1-0001") Some("ch_old") old@example.com 9900 900"#,
            r#"ch_old succeeded Some("in_old") Some("ch_old") old@example.com 9900 900"#,
            r#"re_old succeeded Some("ch_old") 900"#,
        ],
    );
}

#[test]
fn the_shapes_of_2024() {
    check(
        include_str!("golden/2024-06-20.json"),
        &[
            r#"cus_mid Some("mid@example.com") mid@example.com"#,
            r#"sub_mid active Some("price_pro") mid@example.com true"#,
            "mid@example.com is on pro",
            r#"in_mid paid Some("B2-0001") Some("pi_mid") mid@example.com 29900 29900"#,
            r#"pi_mid succeeded Some("in_mid") Some("ch_mid") mid@example.com 29900 29900"#,
            r#"re_mid succeeded Some("pi_mid") 29900"#,
        ],
    );
}

#[test]
fn the_shapes_of_2025_and_words_nobody_knows() {
    check(
        include_str!("golden/2025-09-30.json"),
        &[
            r#"cus_new Some("new@example.com") new@example.com"#,
            r#"sub_new hibernating Some("price_pro") new@example.com false"#,
            r#"in_new paid Some("C3-0001") Some("pi_new") new@example.com 5000 0"#,
            r#"pi_new succeeded Some("in_new") Some("ch_new") new@example.com 5000 0"#,
        ],
    );
}

#[test]
fn nonsense_in_known_fields_is_borne() {
    for engine in engines() {
        let stage = Stage::new(*engine);
        let nonsense: [Value; 6] = [
            serde_json::json!({}),
            serde_json::json!({ "object": "invoice" }),
            serde_json::json!({ "object": "invoice", "id": 7 }),
            serde_json::json!({ "object": "invoice", "id": "in_1", "total": "much", "customer": [], "lines": 3,
                "status": { "a": "b" }, "due_date": 9_223_372_036_854_775_807_i64, "created": -1 }),
            serde_json::json!({ "object": "charge", "id": "ch_1", "refunds": { "data": "none" },
                "amount": 9_223_372_036_854_775_807_i64, "amount_refunded": 9_223_372_036_854_775_807_i64,
                "receipt_email": "no address", "description": "a\u{0}b" }),
            serde_json::json!({ "object": "refund", "id": "re_1", "amount": -5, "charge": { "id": "" } }),
        ];
        let sent: Vec<_> = nonsense.into_iter().map(|object| (1_700_000_000, false, object)).collect();
        stage.hear(&sent);
        let state = stage.server.0.lock().unwrap();
        let held = held(&stage, &state);
        assert!(held.contains("re_1 succeeded None -5"), "{held:?}");
        assert!(held.iter().any(|line| line.contains("ch_1@no-address.invalid")), "{held:?}");
    }
}
