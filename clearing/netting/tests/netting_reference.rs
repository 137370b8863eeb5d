//! Netting agrees with the slow reference in random small worlds.

mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use novate_netting::{Netted, Outcome};
use novate_protocol::intent::Action;
use worlds::{World, fuzz_many};

const WORLDS: u64 = 24_000;

/// Each of these has to happen at least so often, so that a change of the generator cannot make the test trivial.
const LEAST: u64 = 250;

#[test]
fn random_worlds_agree_with_the_specification() {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut worlds = 0;
    fuzz_many(WORLDS, |world, netted| {
        worlds += 1;
        for outcome in &netted.outcomes {
            *seen.entry(outcome.name()).or_default() += 1;
        }
        for what in happened(world, netted) {
            *seen.entry(what).or_default() += 1;
        }
    });
    eprintln!("{worlds} worlds: {seen:?}");
    if worlds < WORLDS {
        return; // one of them again
    }
    let names = Outcome::ALL.iter().map(|outcome| outcome.name());
    for name in names.chain(HAPPENINGS) {
        let count = seen.get(name).copied().unwrap_or_default();
        assert!(count >= LEAST, "{name} happened {count} times only");
    }
}

const HAPPENINGS: [&str; 8] = [
    "a debit charged to two sessions",
    "an item sold twice",
    "an item that came back",
    "a sale dropped with another",
    "a payment out of nothing",
    "a fee owner who pays",
    "a carried intent filled",
    "a sum above 2^128",
];

/// What of [`HAPPENINGS`] is in this world.
fn happened(world: &World, netted: &Netted) -> impl Iterator<Item = &'static str> + use<> {
    let filled = || {
        let all = world.entries.iter().zip(&netted.outcomes);
        all.filter(|(_, outcome)| **outcome == Outcome::Filled)
            .map(|(entry, _)| entry)
    };
    let mut debited = BTreeSet::new();
    let debits = netted.deltas.iter().filter(|delta| delta.amount < 0);
    let charged_twice = debits
        .filter(|delta| !debited.insert((delta.owner, delta.asset)))
        .count();
    let mut sales: BTreeMap<_, u64> = BTreeMap::new();
    for entry in filled() {
        if let Action::Buy { item, .. } = entry.intent.action {
            *sales.entry(item).or_default() += 1;
        }
    }
    let came_back = |item| netted.items.iter().all(|item_move| item_move.item != item);
    let dropped_with_another = world
        .entries
        .iter()
        .zip(&netted.outcomes)
        .filter(|(entry, outcome)| {
            matches!(entry.intent.action, Action::Buy { .. }) && **outcome == Outcome::ItemNotHeld
        });
    let pays = |entry: &&novate_netting::Entry| matches!(entry.intent.action, Action::Pay { .. });
    let out_of_nothing = filled().filter(pays).filter(|entry| {
        let Action::Pay { asset, .. } = entry.intent.action else {
            return false;
        };
        let balances = world.opening.balances.iter();
        !{ balances }.any(|balance| (balance.owner, balance.asset) == (entry.intent.owner, asset))
    });
    let fee_owner_pays = filled()
        .filter(pays)
        .filter(|entry| entry.intent.owner == world.rules.fees.owner);
    let asked = world.entries.iter().map(|entry| match entry.intent.action {
        Action::Pay { amount, .. } => amount,
        _ => 0,
    });
    let overflows = asked
        .into_iter()
        .try_fold(0_u128, |sum, amount| sum.checked_add(amount))
        .is_none();
    let all = [
        charged_twice > 0,
        sales.values().any(|count| *count > 1),
        sales.keys().any(|item| came_back(*item)),
        dropped_with_another.count() > 0,
        out_of_nothing.count() > 0,
        fee_owner_pays.count() > 0,
        filled().any(|entry| entry.carried),
        overflows,
    ];
    HAPPENINGS
        .into_iter()
        .zip(all)
        .filter(|(_, happened)| *happened)
        .map(|(name, _)| name)
}
