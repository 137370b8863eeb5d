//! What holds between netted windows.

mod worlds;

use novate_netting::{Entry, Outcome, Window};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::Action,
};
use worlds::{
    World, bytes, decode,
    plain::{ALICE, BOB, CAROL, Plain, USD, pay},
};

const WORLDS: u64 = 2_000;

fn worlds() -> impl Iterator<Item = World> {
    (1..=WORLDS).map(|seed| decode::world(&bytes::random(1_000_000 + seed, 1_000)))
}

/// What is refused before netting, whatever comes after it.
const REFUSED: [Outcome; 11] = [
    Outcome::BadSignature,
    Outcome::NoSession,
    Outcome::Expired,
    Outcome::TooOld,
    Outcome::Replay,
    Outcome::ActionNotAllowed,
    Outcome::NotListed,
    Outcome::PriceAboveMaximum,
    Outcome::NothingToCancel,
    Outcome::Malformed,
    Outcome::OwnListing,
];

#[test]
fn what_is_refused_on_arrival_does_not_depend_on_what_comes_later() {
    for world in worlds() {
        let whole = world.net();
        let prefix = World {
            entries: world.entries[..world.entries.len() / 2].to_vec(),
            ..world.clone()
        };
        for (before, after) in prefix.net().outcomes.iter().zip(&whole.outcomes) {
            let refused = |outcome| REFUSED.contains(outcome);
            assert!(
                before == after || !refused(before) && !refused(after),
                "{world:#?}"
            );
        }
    }
}

#[test]
fn the_order_of_the_opening_state_does_not_matter() {
    for world in worlds() {
        let mut other = world.clone();
        other.opening.balances.reverse();
        other.opening.sessions.reverse();
        other.opening.items.reverse();
        for session in &mut other.opening.sessions {
            session.limits.reverse();
        }
        assert_eq!(world.net(), other.net(), "{world:#?}");
    }
}

#[test]
fn one_after_the_other_is_as_all_at_once() {
    for world in worlds() {
        let mut window = Window::new(&world.rules, &world.opening);
        world.entries.iter().for_each(|entry| window.push(entry));
        assert_eq!(window.len(), world.entries.len());
        assert_eq!(window.net(), world.net());
    }
}

/// Without items nothing depends on what was dropped.
#[test]
fn payments_that_were_dropped_leave_no_trace() {
    let mut dropped = 0;
    for mut world in worlds() {
        let pays = |entry: &Entry| matches!(entry.intent.action, Action::Pay { .. });
        world.entries.retain(pays);
        let netted = world.net();
        let kept = World {
            entries: (world.entries.iter().zip(&netted.outcomes))
                .filter(|(_, outcome)| **outcome == Outcome::Filled)
                .map(|(entry, _)| *entry)
                .collect(),
            ..world.clone()
        };
        dropped += world.entries.len() - kept.entries.len();
        let alone = kept.net();
        assert!(
            alone.outcomes.iter().all(|outcome| *outcome == Outcome::Filled),
            "{world:#?}"
        );
        assert_eq!(alone.deltas, netted.deltas);
    }
    assert!(dropped > 1_000);
}

#[test]
fn payments_that_are_all_covered_come_to_the_same_in_any_order() {
    let mut filled = 0;
    for mut world in worlds() {
        world.entries.retain(|entry| {
            let small = matches!(entry.intent.action, Action::Pay { amount, .. } if amount < 1_000_000);
            entry.signed && small
        });
        // Carried entries need not rise in nonces.
        world.entries.iter_mut().for_each(|entry| entry.carried = true);
        world.opening.balances.clear();
        let owners: std::collections::BTreeSet<(Owner, Asset)> = (world.entries.iter())
            .filter_map(|entry| match entry.intent.action {
                Action::Pay { asset, .. } => Some((entry.intent.owner, asset)),
                _ => None,
            })
            .collect();
        for (owner, asset) in owners {
            let amount = 1 << 40;
            let balance = novate_netting::Balance { owner, asset, amount };
            world.opening.balances.push(balance);
        }
        let limits = world
            .opening
            .sessions
            .iter_mut()
            .flat_map(|session| &mut session.limits);
        limits.for_each(|limit| limit.remaining = u128::MAX);
        let netted = world.net();
        if netted.outcomes.contains(&Outcome::OverLimit) {
            continue; // there is an asset without a limit
        }
        filled += netted.outcomes.len();
        world.entries.reverse();
        assert_eq!(world.net().deltas, netted.deltas);
    }
    assert!(filled > 1_000);
}

#[test]
fn any_circle_of_debts_clears_without_money() {
    for length in 2..200_u8 {
        let mut plain = Plain::new();
        plain.opening.sessions = (1..=length)
            .map(|n| {
                let mut session = plain.opening.sessions[0].clone();
                session.owner.0[20] = n;
                session
            })
            .collect();
        let owner = |n: u8| plain.opening.sessions[usize::from(n % length)].owner;
        let payments: Vec<_> = (0..length)
            .map(|n| (owner(n), pay(owner(n + 1), USD, 5)))
            .collect();
        for (from, payment) in payments {
            plain.push(from, payment);
            let last = plain.entries.len() - 1;
            plain.entries[last].intent.session = plain.opening.sessions[0].key;
        }
        let netted = plain.net();
        assert!(netted.outcomes.iter().all(|outcome| *outcome == Outcome::Filled));
        assert!(netted.deltas.is_empty());
    }
}

/// What Alice cannot pay falls from the end to the beginning, and then, again from the end, what Bob would have got from her.
#[test]
fn a_long_chain_that_falls_is_dropped_to_its_last_payment() {
    let mut plain = Plain::new();
    for _ in 0..20_000 {
        plain.push(ALICE, pay(BOB, USD, 2));
        plain.push(BOB, pay(CAROL, USD, 2));
    }
    let netted = plain.net();
    assert_eq!(netted.outcomes, vec![Outcome::InsufficientFunds; 40_000]);
    assert!(netted.deltas.is_empty());
}
