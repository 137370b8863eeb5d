//! How much has vested: the formula against exact fractions, on its own.

use proptest::prelude::*;
use rewards::state::{Schedule, Vesting};

/// Any vesting that can be declared, with times far apart and close together.
fn vestings() -> impl Strategy<Value = Vesting> {
    let time = prop_oneof![0..=100i64, 0..=4_000_000_000i64, 0..=i64::MAX];
    let times = prop::array::uniform3(time).prop_map(|mut times| {
        times.sort_unstable();
        times
    });
    (0..4, times).prop_map(|(form, [start, cliff, last])| {
        let end = last.max(start.saturating_add(1));
        let start = start.min(end - 1);
        match form {
            0 => Vesting::Immediate,
            1 => Vesting::Cliff { at: start },
            2 => Vesting::Linear { start, end },
            _ => Vesting::CliffLinear {
                start,
                cliff: cliff.clamp(start, end),
                end,
            },
        }
    })
}

fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![0..=10u64, any::<u64>(), Just(u64::MAX)]
}

/// Times around those of the vesting, and any.
fn times(schedule: Schedule) -> impl Strategy<Value = i64> {
    let Schedule { start, cliff, end } = schedule;
    let near = |time: i64| (-3..=3i64).prop_map(move |by| time.saturating_add(by));
    prop_oneof![
        near(start),
        near(cliff),
        near(end),
        start..=end,
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX)
    ]
}

fn cases() -> impl Strategy<Value = (Schedule, u64, i64, i64)> {
    (vestings(), amounts()).prop_flat_map(|(vesting, amount)| {
        let schedule = vesting.schedule().unwrap();
        (Just(schedule), Just(amount), times(schedule), times(schedule))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn it_never_falls_as_time_passes((schedule, amount, one, other) in cases()) {
        let (earlier, later) = (one.min(other), one.max(other));
        prop_assert!(schedule.vested(amount, earlier) <= schedule.vested(amount, later));
    }

    #[test]
    fn more_promised_is_never_less_vested((schedule, amount, now, _) in cases(), more in any::<u64>()) {
        prop_assert!(schedule.vested(amount, now) <= schedule.vested(amount.saturating_add(more), now));
    }

    #[test]
    fn nothing_before_the_cliff_and_everything_at_the_end((schedule, amount, now, _) in cases()) {
        let vested = schedule.vested(amount, now);
        prop_assert!(vested <= amount);
        if now < schedule.cliff {
            prop_assert_eq!(vested, 0);
        }
        if now >= schedule.end {
            prop_assert_eq!(vested, amount);
        }
    }

    /// `vested <= amount * elapsed / duration < vested + 1`, as fractions without a rounding.
    #[test]
    fn between_them_it_is_the_exact_share_rounded_down((schedule, amount, now, _) in cases()) {
        if (schedule.cliff..schedule.end).contains(&now) {
            let vested = u128::from(schedule.vested(amount, now));
            let elapsed = (i128::from(now) - i128::from(schedule.start)).unsigned_abs();
            let duration = (i128::from(schedule.end) - i128::from(schedule.start)).unsigned_abs();
            let exact = u128::from(amount) * elapsed; // times 1 / duration
            prop_assert!(vested * duration <= exact);
            prop_assert!(exact < (vested + 1) * duration);
        }
    }
}

#[test]
fn each_form_in_numbers() {
    let vested = |vesting: Vesting| {
        let schedule = vesting.schedule().unwrap();
        [0, 99, 100, 149, 150, 199, 200, 1_000].map(|now| schedule.vested(1_000, now))
    };
    assert_eq!(vested(Vesting::Immediate), [1_000; 8]);
    assert_eq!(
        vested(Vesting::Linear { start: 100, end: 200 }),
        [0, 0, 0, 490, 500, 990, 1_000, 1_000]
    );
    assert_eq!(
        vested(Vesting::Cliff { at: 150 }),
        [0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000]
    );
    let cliff_linear = Vesting::CliffLinear {
        start: 100,
        cliff: 150,
        end: 200,
    };
    assert_eq!(vested(cliff_linear), [0, 0, 0, 0, 500, 990, 1_000, 1_000]);
    // Three units in seven seconds: thirds and sevenths are rounded down.
    let schedule = Vesting::Linear { start: 0, end: 7 }.schedule().unwrap();
    let each_second = [0, 1, 2, 3, 4, 5, 6, 7].map(|now| schedule.vested(3, now));
    assert_eq!(each_second, [0, 0, 0, 1, 1, 2, 2, 3]);
}
