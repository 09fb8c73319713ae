use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn limits() -> Limits {
    Limits::new(&RateLimits::parse("support=off").unwrap())
}

const ME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const START: i64 = 1_772_357_400_123;

fn at(millis: i64) -> Timestamp {
    Timestamp(START + millis)
}

#[test]
fn exactly_five_sign_ins_in_any_minute() {
    let limits = limits();
    for second in 0..5 {
        let verdict = limits.take(RateGroup::Login, ME, at(second * 1000)).unwrap();
        assert!(verdict.passed);
        assert_eq!(i64::from(verdict.remaining), 4 - second);
    }
    // A token bucket would let one through after twelve seconds.
    for second in [5, 12, 24, 59] {
        let verdict = limits.take(RateGroup::Login, ME, at(second * 1000)).unwrap();
        assert!(!verdict.passed && verdict.remaining == 0, "{second}");
        assert_eq!(i64::from(verdict.reset), 60 - second);
    }
    assert!(!limits.take(RateGroup::Login, ME, at(59_999)).unwrap().passed);
    assert!(limits.take(RateGroup::Login, ME, at(60_000)).unwrap().passed);
    assert!(!limits.take(RateGroup::Login, ME, at(60_999)).unwrap().passed, "the second came at 1 s");
    let other = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
    assert!(limits.take(RateGroup::Login, other, at(59_000)).unwrap().passed, "another address has its own");
}

#[test]
fn requests_that_overtake_each_other_share_one_count() {
    let limits = limits();
    for (group, count) in [(RateGroup::Login, 5), (RateGroup::Verify, 10), (RateGroup::Convert, 120)] {
        let passed = |millis: i64| limits.take(group, ME, at(millis)).unwrap().passed;
        // Each came earlier than the one before it, by its own clock.
        let all: Vec<bool> = (0..count * 2).map(|number| passed(500 - number)).collect();
        assert_eq!(
            all.iter().filter(|passed| **passed).count(),
            usize::try_from(count).unwrap(),
            "{group:?}"
        );
    }
}

#[test]
fn a_64_is_one_address_and_groups_are_apart() {
    let limits = limits();
    for host in 0..5 {
        let address = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host));
        assert!(limits.take(RateGroup::Login, address, at(0)).unwrap().passed);
    }
    let sixth = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 9, 9, 9, 9));
    assert!(!limits.take(RateGroup::Login, sixth, at(0)).unwrap().passed);
    assert!(limits.take(RateGroup::Lead, sixth, at(0)).unwrap().passed);
    assert!(limits.take(RateGroup::Support, sixth, at(0)).is_none(), "a group that is off");
}

#[test]
fn a_clock_that_jumps_locks_nobody_out() {
    let limits = limits();
    for _ in 0..6 {
        limits.take(RateGroup::Login, ME, at(0));
    }
    for jump in [-86_400_000, 2 * 86_400_000] {
        assert!(limits.take(RateGroup::Login, ME, at(jump)).unwrap().passed, "{jump}");
    }
}

#[test]
fn large_limits_slide() {
    let limits = limits();
    let passed = (0..1000).filter(|_| limits.take(RateGroup::Flags, ME, at(0)).unwrap().passed).count();
    assert_eq!(passed, 600);
    assert!(!limits.take(RateGroup::Flags, ME, at(60_000)).unwrap().passed, "all of them are still covered");
    let passed = (0..1000).filter(|_| limits.take(RateGroup::Flags, ME, at(90_000)).unwrap().passed).count();
    assert_eq!(passed, 300, "half of the window has gone by");
    assert!(limits.take(RateGroup::Flags, ME, at(300_000)).unwrap().passed);
}

#[test]
fn fields_are_structured() {
    let limits = limits();
    let verdict = limits.take(RateGroup::Login, ME, at(0)).unwrap();
    let mut headers = HeaderMap::new();
    limits.write_fields(&verdict, &mut headers);
    assert_eq!(headers["ratelimit-policy"], "\"login\";q=5;w=60");
    assert_eq!(headers["ratelimit"], "\"login\";r=4;t=60");
}

#[test]
fn a_million_addresses_stay_bounded_and_the_recent_ones_are_remembered() {
    let limits = limits();
    for number in 0..1_000_000_u32 {
        let address = IpAddr::V4(Ipv4Addr::from(number));
        assert!(limits.take(RateGroup::Login, address, at(i64::from(number) / 50)).unwrap().passed);
    }
    assert!(limits.few.len() > 700_000, "{}", limits.few.len());
    let recent = IpAddr::V4(Ipv4Addr::from(999_999));
    for _ in 0..4 {
        limits.take(RateGroup::Login, recent, at(20_000));
    }
    assert!(!limits.take(RateGroup::Login, recent, at(20_001)).unwrap().passed);
    // Full, all three stay below 64 MB: a shard has the next power of two as many slots as entries.
    let slots = |most: usize| 64 * (most / 7 * 8).next_power_of_two();
    assert!(limits.few.bytes() <= slots(FEW) * 29, "{}", limits.few.bytes());
    assert!(slots(FEW) * 29 + slots(SOME) * 49 + slots(MANY) * 21 <= 64 << 20);
}

#[test]
fn a_full_table_of_any_kind_keeps_its_size() {
    let (log, counters) = (Log::<10>::new(112), Counters::new(112));
    let limit = RateGroup::Lead.default_limit();
    for number in 0..40_000_u32 {
        let now = at(i64::from(number));
        log.take(&number, limit, now);
        counters.take(&number, limit, now);
    }
    assert!(log.bytes() <= 64 * 128 * 49, "{}", log.bytes());
    assert!(counters.bytes() <= 64 * 128 * 21, "{}", counters.bytes());
}

proptest! {
    /// No window of a minute holds more than five, and nothing is refused while it holds fewer.
    #[test]
    fn five_in_any_minute_whatever_the_rhythm(gaps in proptest::collection::vec(0_i64..40_000, 1..60)) {
        let limits = limits();
        let (mut now, mut passed) = (0, Vec::new());
        for gap in gaps {
            now += gap;
            let recent = passed.iter().filter(|time| now - **time < 60_000).count();
            let verdict = limits.take(RateGroup::Login, ME, at(now)).unwrap();
            prop_assert_eq!(verdict.passed, recent < 5);
            if verdict.passed {
                passed.push(now);
            }
        }
    }
}
