//! 5,000 deltas over 2,000 owners, chunk by chunk, sent again, out of order and by strangers.

use std::collections::{BTreeMap, BTreeSet};

use program_testing::fuzz::Rng;
use settlement::state::{Ledger, Vault};

use super::crowd::{Crowd, OWNERS};
use super::plan::Plan;

#[test]
fn five_thousand_deltas_of_two_thousand_owners_are_settled() {
    let mut crowd = Crowd::new();
    let plan = crowd.plan();
    assert_eq!(plan.deltas.len(), 5_000);
    let owners: BTreeSet<_> = plan.deltas.iter().map(|delta| delta.owner.to_bytes()).collect();
    assert_eq!(owners.len(), OWNERS);
    let expected = expected(&crowd, &plan);
    let sums = crowd.assets.map(|asset| crowd.sum(&asset));
    crowd.world.open_for_good(&plan);

    let mut rng = Rng::new(5_000);
    let phases = [plan.debits(), plan.credits()];
    for (phase, range) in phases.into_iter().enumerate() {
        let mut chunks = crowd.packed(&plan, range);
        println!("{} transactions in phase {phase}", chunks.len());
        // The first credit must be applied before the others; apart from that the order is free.
        let first = chunks.remove(0);
        for i in (1..chunks.len()).rev() {
            chunks.swap(i, rng.index(i + 1));
        }
        chunks.insert(0, first);
        for (i, chunk) in chunks.clone().into_iter().enumerate() {
            let stranger = crowd.world.user();
            crowd.send(&plan, chunk, &stranger).unwrap();
            if rng.one_in(4) {
                let again = chunks[rng.index(i + 1)].clone();
                crowd.send(&plan, again, &stranger).unwrap();
            }
            if rng.one_in(4) {
                assert!(crowd.world.finalize(&plan).is_err() || i + 1 == chunks.len());
            }
        }
    }
    if crowd.world.exists(&plan.address) {
        crowd.world.finalize(&plan).unwrap();
    }

    for (ledger, balance) in expected {
        assert_eq!(crowd.world.read::<Ledger>(&ledger.into()).balance, balance);
    }
    for (asset, sum) in crowd.assets.into_iter().zip(sums) {
        assert_eq!(crowd.sum(&asset), sum);
        assert_eq!(crowd.world.read::<Vault>(&asset.vault).batch.in_flight(), 0);
    }
    // What each session was charged is what it has signed for.
    for delta in &plan.deltas[plan.debits()] {
        let session = delta.session.unwrap();
        assert_eq!(
            i128::from(crowd.world.spent(&session, &delta.asset)),
            -delta.amount
        );
    }
}

/// Balances afterwards, of every ledger that the batch changes.
fn expected(crowd: &Crowd, plan: &Plan) -> BTreeMap<[u8; 32], u64> {
    let mut balances = BTreeMap::new();
    for delta in &plan.deltas {
        let ledger = delta.ledger();
        let before = || i128::from(crowd.world.read::<Ledger>(&ledger).balance);
        *balances.entry(ledger.to_bytes()).or_insert_with(before) += delta.amount;
    }
    balances
        .into_iter()
        .map(|(ledger, balance)| (ledger, balance as u64))
        .collect()
}

#[test]
fn one_transaction_holds_28_debits_or_58_credits_of_it() {
    let crowd = Crowd::new();
    let plan = crowd.plan();
    for (range, most) in [(plan.debits(), 28), (plan.credits(), 58)] {
        let chunks = crowd.packed(&plan, range.clone());
        let largest = chunks.iter().map(|chunk| chunk.len()).max().unwrap();
        let average = range.len() / chunks.len();
        println!("at most {largest} of one side in a transaction, {average} on average");
        assert!(largest >= most, "{largest}");
    }
}
