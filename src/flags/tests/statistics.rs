//! What the figures say, and that they keep saying it however often one looks.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::super::simulate::first_call;
use super::super::statistics::{ALPHA, Arm, compare, sample_ratio};

const RUNS: u32 = 1_000;

/// How many of a thousand made-up experiments call a difference within so many users.
fn called(seed: u64, share: f64, rates: (f64, f64), users: u32) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    (0..RUNS).filter(|_| first_call(&mut random, share, rates, users).is_some()).count()
}

#[test]
fn a_difference_that_is_none_is_called_at_most_five_times_in_a_hundred_with_a_look_after_every_event() {
    for (share, rate) in [(0.5, 0.05), (0.1, 0.05), (0.5, 0.3), (0.1, 0.3), (0.1, 0.01), (0.02, 0.02)] {
        let false_positives = called(7, share, (rate, rate), 5_000);
        assert!(false_positives <= 50, "share {share}, rate {rate}: {false_positives} of {RUNS}");
    }
}

#[test]
fn a_difference_that_is_there_is_found() {
    for (share, rates, users, at_least) in
        [(0.5, (0.05, 0.10), 5_000, 950), (0.1, (0.05, 0.10), 10_000, 900), (0.5, (0.30, 0.24), 8_000, 950)]
    {
        let found = called(11, share, rates, users);
        assert!(found >= at_least, "share {share}, rates {rates:?}: {found} of {RUNS}");
    }
}

#[test]
fn looking_at_plain_p_values_would_call_far_more() {
    // What the method is for: the same made-up experiments, judged by |z| > 1.96 at each look.
    let mut random = StdRng::seed_from_u64(7);
    let mut wrong = 0;
    for _ in 0..200 {
        let mut arms = [Arm::default(); 2];
        wrong += u32::from((0..5_000).any(|_| {
            use rand::Rng as _;
            let arm = &mut arms[usize::from(random.random_bool(0.5))];
            arm.users += 1;
            arm.converted += u32::from(random.random_bool(0.05));
            let compared = compare(arms[0], arms[1], ALPHA);
            let z = |arm: Arm| f64::from(arm.converted) / f64::from(arm.users);
            let pooled = z(Arm {
                users: arms[0].users + arms[1].users,
                converted: arms[0].converted + arms[1].converted,
            });
            let error =
                (pooled * (1.0 - pooled) * (1.0 / f64::from(arms[0].users) + 1.0 / f64::from(arms[1].users)))
                    .sqrt();
            compared.is_enough && ((z(arms[1]) - z(arms[0])) / error).abs() > 1.96
        }));
    }
    assert!(wrong > 40, "{wrong} of 200");
}

proptest! {
    #[test]
    fn a_difference_is_called_when_zero_lies_outside_the_interval(
        users in 1_u32..100_000, others in 1_u32..100_000, rate in 0.0..=1.0_f64, other in 0.0..=1.0_f64,
        alpha in prop::sample::select(vec![0.05, 0.025, 0.01, 0.001]),
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the users")]
        let arm = |users: u32, rate: f64| Arm { users, converted: (f64::from(users) * rate) as u32 };
        let compared = compare(arm(users, rate), arm(others, other), alpha);
        let (low, high) = compared.interval;
        let is_outside = low > 0.0 || high < 0.0;
        prop_assert_eq!(compared.p_value <= alpha, is_outside, "{:?}", compared);
        prop_assert!(low <= compared.difference && compared.difference <= high);
        prop_assert!((0.0..=1.0).contains(&compared.p_value) && compared.e_value.is_finite());
    }

    #[test]
    fn more_of_the_same_makes_an_interval_narrower(users in 10_u32..100_000, percent in 0_u32..=100) {
        let arm = |users: u32| Arm { users, converted: users * percent / 100 };
        let width = |users: u32| arm(users).interval(ALPHA).map(|(low, high)| high - low).unwrap();
        prop_assert!(width(users * 4) < width(users) + 1e-9);
    }

    #[test]
    fn shares_as_set_are_balanced(users in 20_u32..1_000_000, percent in 10_u32..=90) {
        let other = users * percent / 100;
        let ratio = sample_ratio(&[(users - other, f64::from(100 - percent)), (other, f64::from(percent))]);
        prop_assert!(ratio.is_none_or(|ratio| ratio.p_value > 0.3), "{:?}", ratio);
    }
}

#[test]
fn a_ratio_that_is_off_is_found_and_a_leak_is_none_of_chance() {
    let ratio = sample_ratio(&[(60, 50.0), (40, 50.0)]).unwrap();
    assert!((ratio.chi_square - 4.0).abs() < 1e-12 && (ratio.p_value - 0.045_500_263_9).abs() < 1e-9);
    assert!(sample_ratio(&[(9_000, 90.0), (1_200, 10.0)]).unwrap().p_value < 0.001);
    assert_eq!(sample_ratio(&[(100, 100.0), (1, 0.0)]).map(|ratio| ratio.p_value), Some(0.0));
    assert_eq!(sample_ratio(&[(40, 90.0), (3, 10.0)]), None, "too few");
    assert_eq!(sample_ratio(&[(40, 100.0)]), None, "nothing to compare");
    assert_eq!(sample_ratio(&[]), None);
}

#[test]
fn few_users_or_events_say_nothing() {
    let arm = |users, converted| Arm { users, converted };
    assert!(!compare(arm(99, 50), arm(5_000, 10), ALPHA).is_enough);
    assert!(!compare(arm(5_000, 20), arm(5_000, 4), ALPHA).is_enough);
    assert!(!compare(arm(5_000, 4_990), arm(5_000, 4_990), ALPHA).is_enough, "nor few who did not");
    assert!(compare(arm(100, 20), arm(100, 5), ALPHA).is_enough);
    assert_eq!(arm(0, 0).interval(ALPHA), None);
    assert_eq!(arm(0, 0).rate(), None);
}
