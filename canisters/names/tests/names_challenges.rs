//! Who gives way when all places for challenges are taken: the bookkeeping alone, with fewer places.

use candid::Principal;
use names::{
    challenges::{close, keep, make_room, refused_signature},
    state::{self, State},
};
use names_api::{
    Refusal,
    challenge::{Action, Challenge},
    wallet::Wallet,
};

const PLACES: u64 = 4;
/// All expire then.
const EXPIRY: u64 = 1000;
const NOW: u64 = 500;

fn person(n: u8) -> Principal {
    Principal::self_authenticating([n; 32])
}

fn challenge(who: u8, nonce: u64) -> Challenge {
    Challenge {
        action: Action::Link,
        name: "alice".into(),
        tenure: 1,
        requester: person(who).to_string(),
        wallet: Wallet::Evm {
            chain_id: 1,
            address: [7; 20],
        },
        canister: "ryjl3-tyaaa-aaaaa-aaaba-cai".into(),
        nonce,
        issued_at: 400,
        expires_at: EXPIRY,
    }
}

fn ask(s: &mut State, who: u8, nonce: u64) -> Result<(), Refusal> {
    make_room(s, person(who), NOW, PLACES)?;
    keep(s, person(who), &challenge(who, nonce));
    Ok(())
}

fn open(s: &State) -> Vec<u64> {
    s.challenges.keys().collect()
}

const FULL: Result<(), Refusal> = Err(Refusal::ChallengesFull {
    limit: PLACES,
    again_at: EXPIRY,
});

#[test]
fn a_newcomer_takes_the_place_of_one_of_several_and_nobody_else_does() {
    state::write(|s| {
        for (who, nonce) in [(1, 1), (2, 2), (2, 3), (2, 4)] {
            ask(s, who, nonce).unwrap();
        }
        assert_eq!(ask(s, 2, 5), FULL, "who has several");
        assert_eq!(ask(s, 1, 5), FULL, "who has one");
        ask(s, 3, 5).unwrap();
        assert_eq!(open(s), [1, 2, 4, 5]);
        ask(s, 4, 6).unwrap();
        assert_eq!(open(s), [1, 2, 5, 6], "everybody has one");
        assert_eq!(ask(s, 5, 7), FULL, "nobody loses the only one");
        assert_eq!(open(s), [1, 2, 5, 6]);
    });
}

#[test]
fn the_last_one_that_is_left_of_several_is_safe() {
    state::write(|s| {
        for (who, nonce) in [(1, 1), (1, 2), (2, 3), (3, 4)] {
            ask(s, who, nonce).unwrap();
        }
        close(s, person(1), 1);
        ask(s, 4, 5).unwrap();
        assert_eq!(ask(s, 5, 6), FULL);
        assert_eq!(open(s), [2, 3, 4, 5]);
    });
}

#[test]
fn one_principal_has_eight_also_when_there_is_room() {
    state::write(|s| {
        for nonce in 1..=8 {
            make_room(s, person(1), NOW, 100).unwrap();
            keep(s, person(1), &challenge(1, nonce));
        }
        let expected = Refusal::TooManyChallenges {
            limit: 8,
            again_at: EXPIRY,
        };
        assert_eq!(make_room(s, person(1), NOW, 100), Err(expected));
        make_room(s, person(2), NOW, 100).unwrap();
        make_room(s, person(1), EXPIRY, 100).expect("expired ones do not count");
    });
}

#[test]
fn what_is_closed_leaves_nothing() {
    state::write(|s| {
        let empty = s.tree.digest();
        for nonce in 1..=3 {
            keep(s, person(1), &challenge(1, nonce));
            for _ in 0..2 {
                refused_signature(s, person(1), nonce);
            }
        }
        assert_eq!(open(s), [1, 2, 3]);
        for nonce in 1..=3 {
            refused_signature(s, person(1), nonce);
        }
        assert_eq!(open(s), [0; 0]);
        assert!(s.asked.is_empty() && s.surplus.is_empty() && s.bad_signatures.is_empty());
        assert_eq!(s.tree.digest(), empty);
    });
}
