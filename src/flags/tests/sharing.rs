//! The rules of sharing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::bucket::{decide, place, variant_in};
use super::super::{BASELINE, BUCKETS, Flag, FlagsDocument, Share, bucket};
use crate::config::Validate as _;

fn share(percent: f64) -> Share {
    Share::of_percent(percent).unwrap()
}

fn flag(variants: &[(&str, f64)]) -> Flag {
    Flag {
        enabled: true,
        description: String::new(),
        salt: "s".into(),
        variants: variants.iter().map(|(name, percent)| ((*name).to_owned(), share(*percent))).collect(),
        values: BTreeMap::new(),
        goal: String::new(),
    }
}

#[test]
fn the_published_vectors_hold() {
    let vectors = include_str!("../../../docs/flags_vectors.json");
    let vectors: Vec<(String, String, String, u32)> = serde_json::from_str(vectors).unwrap();
    assert!(vectors.len() >= 20);
    for (name, salt, key, expected) in vectors {
        assert_eq!(bucket(&name, &salt, &key), expected, "{name:?} {salt:?} {key:?}");
    }
}

#[test]
fn shares_of_a_hundred_thousand_keys_are_as_set() {
    let tried = flag(&[("A", 70.0), ("B", 20.0), ("C", 10.0)]);
    let mut counts = BTreeMap::new();
    for number in 0..100_000 {
        *counts.entry(decide("f", &tried, &format!("user-{number}")).0).or_insert(0_i32) += 1;
    }
    for (variant, expected) in [("A", 70_000), ("B", 20_000), ("C", 10_000)] {
        // Four standard deviations are 580 at the most.
        assert!((counts[variant] - expected).abs() < 600, "{counts:?}");
    }
}

#[test]
fn flags_deal_independently() {
    let one = flag(&[("A", 50.0), ("B", 50.0)]);
    let both = (0..100_000)
        .filter(|number| {
            let key = format!("user-{number}");
            decide("f", &one, &key).0 == "B" && decide("g", &one, &key).0 == "B"
        })
        .count();
    assert!((24_400..25_600).contains(&both), "{both}");
}

/// Shares that are allowed: of one, two or more variants beside the baseline.
fn shares() -> impl Strategy<Value = Vec<u32>> {
    prop_oneof![
        (0..=BUCKETS).prop_map(|one| vec![one]),
        (0..=BUCKETS, 0..=BUCKETS).prop_map(|(one, other)| vec![one, other.min(BUCKETS - one)]),
        prop::collection::vec(0..=BUCKETS, 3..=15).prop_map(|shares| {
            let most = BUCKETS / u32::try_from(shares.len()).unwrap();
            shares.into_iter().map(|share| share % (most + 1)).collect()
        }),
    ]
}

fn of_buckets(shares: &[u32]) -> Flag {
    let mut made = flag(&[]);
    let names = "BCDEFGHIJKLMNOP".chars().map(String::from);
    made.variants =
        names.zip(shares).map(|(name, share)| (name, Share::of_buckets(*share).unwrap())).collect();
    made.variants.insert(BASELINE.into(), Share::of_buckets(BUCKETS - shares.iter().sum::<u32>()).unwrap());
    made
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_bucket_belongs_to_one_variant_and_shares_are_exact(shares in shares()) {
        let made = of_buckets(&shares);
        prop_assert_eq!(made.check("f"), Ok(()));
        let places: Vec<_> =
            shares.iter().enumerate().map(|(number, share)| place(number, shares.len(), Share::of_buckets(*share).unwrap())).collect();
        for (number, one) in places.iter().enumerate() {
            prop_assert_eq!(one.len(), shares[number] as usize);
            prop_assert!(one.end <= BUCKETS);
            for other in &places[..number] {
                prop_assert!(one.start >= other.end || other.start >= one.end, "{one:?} and {other:?} overlap");
            }
        }
    }

    #[test]
    fn raising_a_share_moves_nobody_who_is_in(
        shares in shares(), which in any::<prop::sample::Index>(), by in 0..=BUCKETS,
    ) {
        let before = of_buckets(&shares);
        let mut raised = shares.clone();
        let which = which.index(shares.len());
        raised[which] += by.min(BUCKETS - shares.iter().sum::<u32>());
        let after = of_buckets(&raised);
        prop_assume!(after.check("f").is_ok());
        let name = after.treatments().nth(which).unwrap().0;
        for bucket in (0..BUCKETS).step_by(7) {
            let (was, is) = (variant_in(&before, bucket), variant_in(&after, bucket));
            prop_assert!(was == is || (was == BASELINE && is == name), "bucket {bucket}: {was} became {is}");
        }
    }

    #[test]
    fn a_share_is_what_was_written(buckets in 0..=BUCKETS) {
        let share = Share::of_buckets(buckets).unwrap();
        let text = serde_json::to_string(&share).unwrap();
        prop_assert_eq!(serde_json::from_str::<Share>(&text).unwrap(), share);
        prop_assert_eq!(share.to_string().parse::<Share>().unwrap(), share);
    }
}

#[test]
fn raising_from_ten_to_twenty_percent_keeps_a_hundred_thousand_keys_where_they_are() {
    let (ten, twenty) = (flag(&[("A", 90.0), ("B", 10.0)]), flag(&[("A", 80.0), ("B", 20.0)]));
    let mut came = 0;
    for number in 0..100_000 {
        let key = format!("user-{number}");
        let (was, is) = (decide("f", &ten, &key).0, decide("f", &twenty, &key).0);
        assert!(was == is || (was, is) == ("A", "B"), "{key}: {was} became {is}");
        came += i32::from(was != is);
    }
    assert!((9_400..10_600).contains(&came), "{came}");
}

#[test]
fn wrong_documents_are_named_and_right_ones_beside_them_are_taken() {
    let parse = |flag: &str| FlagsDocument::parse(&format!(r#"{{"version":1,"flags":{{"f":{flag}}}}}"#));
    assert!(parse(r#"{"enabled":true,"variants":{"A":99.999,"B":0.001}}"#).is_ok());
    for (flag, words) in [
        (r#"{"enabled":true,"variants":{"A":90,"B":11}}"#, "100 together, not 101"),
        (r#"{"enabled":true,"variants":{"B":100}}"#, "baseline `A`"),
        (r#"{"enabled":true,"variants":{"A":100.0005}}"#, "0.001"),
        (r#"{"enabled":true,"variants":{"A":101,"B":-1}}"#, "0 to 100"),
        (r#"{"enabled":true,"variants":{"A":100},"values":{"B":1}}"#, "`B` is none"),
        (r#"{"enabled":true,"variants":{"A":100},"values":{"A":null}}"#, "expected for `A`"),
        (r#"{"enabled":true,"variants":{"A":100},"colour":1}"#, "colour"),
        (r#"{"enabled":1,"variants":{"A":100}}"#, "boolean"),
        (r#"{"enabled":true,"variants":{"A":0,"B":40,"C":30,"D":30}}"#, "1/3 of all for `B`"),
        (r#"{"enabled":true,"variants":{"A":100},"salt":"a\u001fb"}"#, "salt"),
    ] {
        let reason = parse(flag).unwrap_err();
        assert!(reason.contains(words), "{flag}: {reason}");
    }
    for text in [
        "",
        "{",
        "[]",
        r#"{"version":0,"flags":{}}"#,
        r#"{"version":1,"flags":{"a b":{"enabled":true,"variants":{"A":100}}}}"#,
    ] {
        assert!(FlagsDocument::parse(text).is_err(), "{text}");
    }
    let default = FlagsDocument::parse(include_str!("../../../configs/flags.json")).unwrap();
    assert_eq!((default.validate(), default.notes()), (Ok(()), Vec::new()));
}
