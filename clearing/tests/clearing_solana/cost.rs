//! What settling costs, in transactions and lamports.

use crate::{
    drive::Story,
    owners::Member,
    world::{Change, World},
};
use novate_clearing::chain::Progress;

/// A signature's fee, in lamports: what a single token transfer costs at least.
const FEE: f64 = 5_000.0;
const OWNERS: usize = 2_000;
/// Intents that such a batch nets.
const INTENTS: f64 = 100_000.0;

/// Half of the owners pay, the other half is paid.
fn halves(members: &[Member], amount: i128) -> Vec<Change> {
    let (payers, paid) = members.split_at(members.len() / 2);
    let pays = payers.iter().map(|member| member.pays(0, amount));
    pays.chain(paid.iter().map(|member| member.gets(0, amount)))
        .collect()
}

fn print(name: &str, story: &Story) {
    let transactions: usize = story.landed.values().sum();
    let fees = story.fees as f64;
    println!(
        "{name}: {transactions} transactions {:?}, {fees} lamports, units {:?}; {:.0} times cheaper than {INTENTS} transfers",
        story.landed,
        story.units,
        INTENTS * FEE / fees,
    );
}

#[tokio::test]
async fn two_thousand_owners_settle_in_sixty_transactions_once_they_are_known() {
    let world = World::new();
    let mut members = world.members(OWNERS / 2);
    // The other half has never been there: ledgers are opened for them.
    members.extend(world.strangers(OWNERS / 2));
    let first = world.settle(&world.batch(&halves(&members, 5), &[])).await;
    print("the first batch", &first);
    let next = world.settle(&world.batch(&halves(&members, 3), &[])).await;
    print("the next batch", &next);
    for story in [&first, &next] {
        assert!(matches!(story.end, Some(Progress::Settled { .. })));
    }
    println!(
        "lookup tables and addresses: {:?}",
        world.solana().lookup_tables().await.unwrap()
    );
    assert_eq!(world.node.state().failed(), 0);
    assert!(first.landed["prepare"] <= 180, "{first:?}");
    assert!(!next.landed.contains_key("prepare"), "{next:?}");
    assert!(
        next.landed["debits"] <= 40 && next.landed["credits"] <= 20,
        "{next:?}"
    );
    assert!(INTENTS * FEE / next.fees as f64 > 1_500.0, "{next:?}");
}
