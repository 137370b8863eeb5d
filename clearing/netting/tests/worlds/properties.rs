//! What holds for every netted window, told from input and output alone.

use std::collections::BTreeMap;

use novate_netting::{Netted, Outcome};
use novate_protocol::{
    ids::{Asset, Owner},
    intent::{Action, Item},
};
use num_bigint::BigInt;

use super::World;

pub fn check(world: &World, netted: &Netted) {
    assert_eq!(netted.outcomes.len(), world.entries.len());
    deltas_sum_to_zero_per_asset(netted);
    deltas_are_sorted_debits_first(netted);
    no_ledger_below_zero_even_between_debits_and_credits(world, netted);
    no_session_over_its_limit(world, netted);
    one_holder_per_item(world, netted);
    only_listings_are_open(world, netted);
    deltas_are_what_was_filled(world, netted);
    assert_eq!(*netted, world.net(), "the same input gives the same result");
}

fn deltas_sum_to_zero_per_asset(netted: &Netted) {
    let mut sums: BTreeMap<Asset, BigInt> = BTreeMap::new();
    for delta in &netted.deltas {
        assert_ne!(delta.amount, 0);
        *sums.entry(delta.asset).or_default() += delta.amount;
    }
    assert!(sums.values().all(|sum| *sum == BigInt::ZERO), "{sums:?}");
}

fn deltas_are_sorted_debits_first(netted: &Netted) {
    let key = |delta: &novate_netting::Delta| (delta.amount > 0, delta.asset, delta.owner, delta.session);
    assert!(netted.deltas.is_sorted_by(|a, b| key(a) < key(b)));
    for delta in &netted.deltas {
        assert_eq!(
            delta.amount > 0,
            delta.session == [0; 32],
            "only a debit has a session"
        );
    }
}

fn no_ledger_below_zero_even_between_debits_and_credits(world: &World, netted: &Netted) {
    let mut ledgers: BTreeMap<(Owner, Asset), BigInt> = BTreeMap::new();
    for balance in &world.opening.balances {
        ledgers.insert((balance.owner, balance.asset), balance.amount.into());
    }
    for delta in netted.deltas.iter().filter(|delta| delta.amount < 0) {
        *ledgers.entry((delta.owner, delta.asset)).or_default() += delta.amount;
    }
    assert!(ledgers.values().all(|left| *left >= BigInt::ZERO), "{ledgers:?}");
}

/// No limit is exceeded, and none is charged with more than the session signed for.
fn no_session_over_its_limit(world: &World, netted: &Netted) {
    let mut signed: BTreeMap<(Owner, [u8; 32], Asset), BigInt> = BTreeMap::new();
    for (entry, outcome) in world.entries.iter().zip(&netted.outcomes) {
        let (asset, most) = match entry.intent.action {
            Action::Pay { asset, amount, .. } => (asset, amount),
            Action::Buy {
                currency, max_price, ..
            } => (currency, max_price),
            _ => continue,
        };
        if *outcome == Outcome::Filled {
            *signed
                .entry((entry.intent.owner, entry.intent.session, asset))
                .or_default() += most;
        }
    }
    for delta in netted.deltas.iter().filter(|delta| delta.amount < 0) {
        let session = (world.opening.sessions.iter())
            .find(|session| session.owner == delta.owner && session.key == delta.session)
            .expect("a debit is charged to a session of its owner");
        assert!(session.expires_at > world.rules.closed_at);
        let limit = session.limits.iter().find(|limit| limit.asset == delta.asset);
        let charge = delta.amount.unsigned_abs();
        assert!(charge <= limit.expect("there is a limit").remaining, "{delta:?}");
        assert!(BigInt::from(charge) <= signed[&(delta.owner, delta.session, delta.asset)]);
    }
}

fn one_holder_per_item(world: &World, netted: &Netted) {
    let mut holders: BTreeMap<Item, Owner> = BTreeMap::new();
    for holding in &world.opening.items {
        holders.insert(holding.item, holding.holder);
    }
    let first = holders.clone();
    let mut offered: BTreeMap<Item, Owner> = BTreeMap::new();
    for (entry, outcome) in world.entries.iter().zip(&netted.outcomes) {
        match entry.intent.action {
            Action::List { item, .. } if *outcome == Outcome::Filled => {
                assert_eq!(
                    holders.get(&item),
                    Some(&entry.intent.owner),
                    "sold by its holder"
                );
                assert_eq!(offered.insert(item, entry.intent.owner), None, "sold once");
            }
            Action::Buy { item, .. } if *outcome == Outcome::Filled => {
                assert_eq!(offered.remove(&item), holders.get(&item).copied());
                assert_ne!(holders.insert(item, entry.intent.owner), Some(entry.intent.owner));
            }
            _ => {}
        }
    }
    assert!(offered.is_empty(), "what is sold is bought");
    let moved: Vec<_> = (first.iter())
        .filter(|(item, holder)| holders[item] != **holder)
        .map(|(item, holder)| (*item, *holder, holders[item]))
        .collect();
    let moves: Vec<_> = (netted.items.iter())
        .map(|item_move| (item_move.item, item_move.from, item_move.to))
        .collect();
    assert_eq!(
        moves, moved,
        "each item moves once, from its first to its last holder"
    );
    for (entry, outcome) in world.entries.iter().zip(&netted.outcomes) {
        if let (Action::List { item, .. }, Outcome::Open) = (&entry.intent.action, outcome) {
            assert_eq!(holders[item], entry.intent.owner, "an open offer is its holder's");
        }
    }
}

fn only_listings_are_open(world: &World, netted: &Netted) {
    for (entry, outcome) in world.entries.iter().zip(&netted.outcomes) {
        let listing = matches!(entry.intent.action, Action::List { .. });
        assert!(listing || *outcome != Outcome::Open);
    }
}

/// Every owner's deltas are the difference of what was paid to them and by them in filled intents.
fn deltas_are_what_was_filled(world: &World, netted: &Netted) {
    let mut net: BTreeMap<(Owner, Asset), BigInt> = BTreeMap::new();
    let mut pay = |from, to, asset, amount: u128, bps: u16| {
        let fee = amount / 10_000 * u128::from(bps.min(10_000))
            + amount % 10_000 * u128::from(bps.min(10_000)) / 10_000;
        *net.entry((from, asset)).or_default() -= amount;
        *net.entry((to, asset)).or_default() += amount - fee;
        *net.entry((world.rules.fees.owner, asset)).or_default() += fee;
    };
    let fees = &world.rules.fees;
    let mut offers: BTreeMap<Item, (Owner, u128)> = BTreeMap::new();
    for (entry, outcome) in world.entries.iter().zip(&netted.outcomes) {
        if *outcome != Outcome::Filled {
            continue;
        }
        let owner = entry.intent.owner;
        match entry.intent.action {
            Action::Pay {
                to, asset, amount, ..
            } => pay(owner, to, asset, amount, fees.pay_bps),
            Action::List { item, price, .. } => {
                offers.insert(item, (owner, price));
            }
            Action::Buy { item, currency, .. } => {
                let (seller, price) = offers[&item];
                pay(owner, seller, currency, price, fees.sale_bps);
            }
            Action::Cancel { .. } => {}
        }
    }
    for delta in &netted.deltas {
        *net.entry((delta.owner, delta.asset)).or_default() -= delta.amount;
    }
    assert!(net.values().all(|rest| *rest == BigInt::ZERO), "{net:?}");
}
