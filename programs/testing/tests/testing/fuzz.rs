//! A history is the same for the same seed, and one that fails says how to repeat it.

use std::{env, process::Command};

use program_testing::fuzz::{self, Rng};

#[test]
fn the_same_seed_gives_the_same_numbers() {
    // The first numbers of the reference implementation for the seed 1234567.
    let mut rng = Rng::new(1_234_567);
    let expected = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
    ];
    assert_eq!([(); 3].map(|()| rng.any()), expected);
}

#[test]
fn numbers_stay_in_their_range_and_reach_its_ends() {
    let mut rng = Rng::new(1);
    let drawn: Vec<_> = (0..1_000).map(|_| rng.within(5..=8)).collect();
    assert!((5..=8).all(|number| drawn.contains(&number)));
    assert!(drawn.iter().all(|number| (5..=8).contains(number)));
    assert_eq!(rng.within(u64::MAX..=u64::MAX), u64::MAX);
    rng.within(0..=u64::MAX);
    let amounts: Vec<_> = (0..1_000).map(|_| rng.amount(10)).collect();
    for amount in [0, 5, 10, 11, u64::MAX] {
        assert!(amounts.contains(&amount), "{amount}");
    }
}

/// Not a test by itself: [`a_failure_says_how_to_repeat_its_history`] runs it in another process.
#[test]
fn fails_in_its_third_history_if_told_to() {
    if env::var_os("TESTING_FAIL").is_none() {
        return;
    }
    let mut histories = 0;
    fuzz::histories(10, |rng, steps| {
        histories += 1;
        println!("history {} of {steps}", rng.clone().any());
        assert!(histories < 3 && steps == 10, "a step failed");
    });
}

#[test]
fn a_failure_says_how_to_repeat_its_history() {
    let run = |seed: &str, steps: &str| {
        let mut test = Command::new(env::current_exe().unwrap());
        test.args([
            "--exact",
            "fuzz::fails_in_its_third_history_if_told_to",
            "--nocapture",
        ]);
        test.env("TESTING_FAIL", "1")
            .env("NOVATE_FUZZ_SEED", seed)
            .env("NOVATE_FUZZ_STEPS", steps);
        let output = test.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), text)
    };
    assert!(run("7", "20").0, "two histories are all right");
    let (passed, text) = run("7", "100");
    let replay = "this history again: NOVATE_FUZZ_SEED=9 NOVATE_FUZZ_STEPS=10 cargo test --workspace --test testing fuzz::fails_in_its_third_history_if_told_to";
    assert!(!passed && text.contains(replay), "{text}");
    // The numbers of the third history are those of the first one with its seed.
    let first = format!("history {} of 10", Rng::new(9).any());
    assert!(text.contains(&first) && run("9", "10").1.contains(&first));
}
